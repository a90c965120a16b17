// What a page says of itself to other sites: a description, its address, its translation, a picture.
import { execFileSync } from "node:child_process";
import { address, fileOf, hasFile, read, root } from "./pages.js";
import { languageOf, words } from "./words.js";

// The site's own address, as https://example.org/nslabs/. Without it, pages have none that could be told.
export const site = process.env.NSLABS_SITE?.replace(/\/?$/, "/");

// The first paragraph of a text, without its marks, cut after a word where it is long.
function firstParagraph(text, most) {
	const plain = text.replace(/<!--[^]*?-->/g, "").split(/\n\s*\n/)
		.find((part) => /^(?!```|\d+\. |[#|<>!~-])\S/.test(part.trim()) && !/\]\(README[^)]*\)/.test(part))
		?.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "").replace(/(?<=[^\x00-\x7f])\n/g, "").replace(/\s+/g, " ").trim() ?? "";
	if (plain.length <= most) return plain;
	const cut = plain.slice(0, most);
	const whole = /[^\x00-\x7f]/.test(cut) ? cut.replace(/[^。，；：]*$/, "") : cut.replace(/\s+\S*$/, "");
	return /[.。]$/.test(whole) ? whole : `${(whole || cut).replace(/[,;:，；：]$/, "")}…`;
}

export function describe({ relativePath, params }) {
	const language = languageOf(relativePath);
	const file = fileOf(relativePath);
	if (params?.path) return { description: words[language].source(params.path.replace(/^(zh\/)?source\//, "")) };
	return hasFile(file) ? { description: firstParagraph(read(file), language === "zh" ? 90 : 160) } : {};
}

const picture = { en: "social.png", zh: "social.zh-CN.png" };

// The pictures that are shown where somebody links to the site: 1200 x 630, as most places want them.
export function drawPictures({ outDir }) {
	for (const language of ["en", "zh"]) {
		const drawing = language === "zh" ? "docs/kinds.zh-CN.svg" : "docs/kinds.svg";
		const options = ["--page-width=1200", "--page-height=630", "--width=1200", "--height=630", "--keep-aspect-ratio", "--background-color=white"];
		execFileSync("rsvg-convert", [...options, `--output=${outDir}/${picture[language]}`, root + drawing]);
	}
}

export function headOf({ page, title, description }) {
	const language = languageOf(page);
	const name = page.replace(/\.md$/, "").replace(/^zh\//, "");
	const urlOf = (path) => site + encodeURI(address(path).slice(1));
	const tags = [
		["meta", { property: "og:type", content: "website" }],
		["meta", { property: "og:title", content: title }],
		["meta", { property: "og:description", content: description }],
		["meta", { property: "og:locale", content: language === "zh" ? "zh_CN" : "en_US" }],
	];
	if (!site || page === "404.md") return tags;
	// The pages of sources are the same in both languages.
	const own = language === "zh" && !name.startsWith("source/") ? `zh/${name}` : name;
	return [
		...tags,
		["meta", { property: "og:url", content: urlOf(own) }],
		["meta", { property: "og:image", content: site + picture[language] }],
		["meta", { name: "twitter:card", content: "summary_large_image" }],
		["link", { rel: "canonical", href: urlOf(own) }],
		["link", { rel: "alternate", hreflang: "en", href: urlOf(name) }],
		["link", { rel: "alternate", hreflang: "zh-CN", href: urlOf(`zh/${name}`) }],
		["link", { rel: "alternate", hreflang: "x-default", href: urlOf(name) }],
	];
}
