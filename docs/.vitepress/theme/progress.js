// The labs that the reader has done: kept in this browser, and marked wherever a lab is listed.
import { useData } from "vitepress";
import { computed, h, ref, watch } from "vue";

const key = "nslabs-done";
const done = ref([]);

function load() {
	try {
		done.value = JSON.parse(localStorage.getItem(key)) ?? [];
	} catch {
		// A browser that keeps nothing shows no marks.
	}
}

function toggle(lab) {
	done.value = done.value.includes(lab) ? done.value.filter((other) => other !== lab) : [...done.value, lab];
	try {
		localStorage.setItem(key, JSON.stringify(done.value));
	} catch {
		// The mark stays until the page is left.
	}
}

// The lists are the theme's own and drawn anew at its will, so a style marks them: see [data-lab] in pages.css.
export function showProgress() {
	const style = document.head.appendChild(document.createElement("style"));
	const mark = (lab) => `[data-lab="${CSS.escape(lab)}"] { --done: " ✓" }`;
	watch(done, (labs) => (style.textContent = labs.map(mark).join("\n")), { immediate: true });
	addEventListener("storage", load); // another window's
	load();
}

export const Done = {
	props: ["lab"],
	setup({ lab }) {
		const chinese = useData().lang.value === "zh-CN";
		const isDone = computed(() => done.value.includes(lab));
		return () =>
			h("p", { class: "done" }, [
				h("button", { type: "button", "aria-pressed": isDone.value, onClick: () => toggle(lab) }, [
					h("span", { "aria-hidden": true }, isDone.value ? "✓ " : "○ "),
					chinese ? "我已完成这个实验" : "I have done this lab",
				]),
			]);
	},
};
