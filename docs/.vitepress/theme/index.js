// The default theme, with what these pages have besides their text.
import { onContentUpdated, withBase } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";
import { h, onMounted } from "vue";
import { Done, showProgress } from "./progress.js";
import { Recording } from "./recording.js";
import "./style.css";
import "./pages.css";
import "./print.css";
import "./cheatsheet.css";

// It is shown for an address that isn't there: nobody knows in which language.
const NotFound = () =>
	h("main", { class: "not-found vp-doc" }, [
		h("h1", "404"),
		h("p", "There is no such page. The address may be wrong, or the page has another name now."),
		h("p", [h("a", { href: withBase("/") }, "The course, lab by lab")]),
		h("div", { lang: "zh-CN" }, [
			h("p", "没有这一页。地址可能有误，页面也可能改了名。"),
			h("p", [h("a", { href: withBase("/zh/") }, "全部课程")]),
		]),
	]);

// A link into what is folded unfolds it.
function unfold() {
	const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
	for (let parent = target?.closest("details"); parent; parent = parent.parentElement.closest("details")) parent.open = true;
}

// On paper everything is unfolded, and light.
function prepareForPaper() {
	const { classList } = document.documentElement;
	let dark;
	let folded;
	addEventListener("beforeprint", () => {
		dark = classList.contains("dark");
		classList.remove("dark");
		folded = [...document.querySelectorAll("details:not([open])")];
		for (const details of folded) details.open = true;
	});
	addEventListener("afterprint", () => {
		classList.toggle("dark", dark);
		for (const details of folded) details.open = false;
	});
}

export default {
	extends: DefaultTheme,
	Layout: () => h(DefaultTheme.Layout, null, { "not-found": () => h(NotFound) }),
	setup() {
		onContentUpdated(unfold);
		onMounted(() => {
			showProgress();
			prepareForPaper();
			addEventListener("hashchange", unfold);
		});
	},
	enhanceApp: ({ app }) => app.component("Recording", Recording).component("Done", Done),
};
