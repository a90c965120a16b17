// The site: the lessons of the tree where they lie, in English and Chinese. `make docs` builds it.
import { execFileSync } from "node:child_process";
import { defineConfig } from "vitepress";
import { fence, fileOf, isRelative, read, resolveLink, rewrite, root, sidebar } from "./pages.js";

const words = {
	en: {
		program: "The program",
		whole: (file) => `\`${file}\`:`,
		marked: (file, lab) => `\`${file}\`. Marked is what is new since the lab before, as \`make diff LAB=${lab}\` shows it:`,
	},
	zh: {
		program: "程序",
		whole: (file) => `\`${file}\`：`,
		marked: (file, lab) => `\`${file}\`。标出的是上一个实验之后新增的行，与 \`make diff LAB=${lab}\` 显示的一致：`,
	},
};

// The lines of a lab's program that are new, as a list of ranges: "12-15,20".
function newLines(lab) {
	const diff = execFileSync(`${root}scripts/diff`, [lab], { encoding: "utf8" });
	return [...diff.matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm)]
		.map(([, start, count = "1"]) => [Number(start), Number(start) + Number(count) - 1])
		.filter(([start, end]) => end >= start)
		.map((range) => range.join("-"))
		.join(",");
}

// A lab's page has its lesson, the recording where the lesson says what to type, and its program.
const labPages = {
	name: "nslabs:labs",
	enforce: "pre",
	transform(lesson, id) {
		const [, lab, language] = /\/labs\/(\w+)\/README(\.zh-CN)?\.md$/.exec(id) ?? [];
		if (!lab) return;
		const { program, whole, marked } = language ? words.zh : words.en;
		const file = `labs/${lab}/${lab}.c`;
		const lines = newLines(lab);
		return [
			"---\npageClass: lab\n---\n",
			`<div class="lesson">\n\n${lesson.replace(/^```console/m, `<Recording lab="${lab}" />\n\n$&`)}\n\n</div>\n`,
			`<div class="program">\n\n## ${program} {#program}\n`,
			lines ? marked(file, lab) : whole(file),
			`\n${fence(`c:line-numbers {${lines}}`, read(file))}\n</div>\n`,
		].join("\n");
	},
};

// While VitePress renders the pages, Node.js looks Vue up from this directory. From the pages, which lie outside of it,
// the bundler wouldn't find it.
const vueFromHere = {
	name: "nslabs:vue",
	enforce: "pre",
	resolveId: (id, importer, { ssr }) => (ssr && /^vue(\/|$)/.test(id) ? { id, external: true } : null),
};

// VitePress tells an indexed file's language by where it lies, not by its place in the site: so there is one index of both,
// and a search keeps what is in the reader's language.
const oneIndex = {
	name: "nslabs:search",
	enforce: "pre",
	resolveId: (id) => (id === "@localSearchIndexzh" ? "/@localSearchIndexroot" : null),
};
const isInLanguage = ({ id }) => id.includes("/zh/") === location.pathname.includes("/zh/");

// Links between the files of the tree become links between pages. A dead one fails the build.
function treeLinks(markdown) {
	markdown.core.ruler.push("tree-links", ({ tokens, env }) => {
		for (const token of tokens.flatMap(({ children }) => children ?? [])) {
			const href = token.type === "link_open" ? token.attrGet("href") : null;
			if (href && isRelative(href)) token.attrSet("href", resolveLink(fileOf(env.relativePath), href));
		}
	});
}

// The pages are Markdown alone. What Vue would take for an expression of its own means itself.
function escapeBraces({ renderer: { rules } }) {
	for (const rule of ["text", "code_inline"]) {
		const render = rules[rule];
		rules[rule] = (...tokens) => render(...tokens).replaceAll("{{", "&#123;&#123;");
	}
}

// Chinese has no spaces between words, so that each pair of neighbours is a term, in the index as in what is asked for.
// The browser is given this function's text: it can use nothing from around it.
function tokenize(text) {
	return text
		.split(/[\s\p{Z}\p{P}]+|(\p{Script=Han}+)/u)
		.filter((word) => word)
		.flatMap((word) => (/^\p{Script=Han}{2}/u.test(word) ? Array.from(word.slice(1), (_, i) => word.slice(i, i + 2)) : word));
}

// The anchors of a code host, so that links to a heading work in both places.
function slugify(heading) {
	return heading
		.trim()
		.toLowerCase()
		.replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
		.replaceAll(" ", "-");
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" rx="1.5" fill="#3451b2"/><rect x="2" y="2" width="4" height="4" fill="#fff"/></svg>`;

export default defineConfig({
	srcDir: "..",
	srcExclude: ["build/**", "tests/**", "docs/starter/**", "**/.*/**"],
	outDir: "../build/site",
	cacheDir: "../build/vitepress",
	rewrites: rewrite,
	router: { prefetchLinks: false }, // a page's first view is small
	title: "nslabs",
	head: [["link", { rel: "icon", href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
	locales: {
		root: {
			label: "English",
			lang: "en",
			description: "Linux namespaces in C, one clone flag at a time",
			themeConfig: { sidebar: sidebar("en") },
		},
		zh: {
			label: "简体中文",
			lang: "zh-CN",
			description: "用 C 语言学习 Linux 命名空间：一次一个 clone 标志",
			themeConfig: {
				sidebar: sidebar("zh"),
				outline: { label: "本页内容" },
				docFooter: { prev: "上一页", next: "下一页" },
				darkModeSwitchLabel: "外观",
				lightModeSwitchTitle: "切换到浅色",
				darkModeSwitchTitle: "切换到深色",
				sidebarMenuLabel: "目录",
				returnToTopLabel: "回到顶部",
				langMenuLabel: "切换语言",
				skipToContentLabel: "跳到正文",
				notFound: {
					title: "没有这一页",
					quote: "地址可能有误。",
					linkText: "回到首页",
				},
			},
		},
	},
	themeConfig: {
		search: {
			provider: "local",
			options: {
				miniSearch: { options: { tokenize }, searchOptions: { combineWith: "AND", filter: isInLanguage } },
				locales: {
					zh: {
						translations: {
							button: { buttonText: "搜索", buttonAriaLabel: "搜索" },
							modal: {
								displayDetails: "显示详细列表",
								resetButtonTitle: "清除",
								backButtonTitle: "关闭",
								noResultsText: "没有找到",
								footer: {
									selectText: "选择",
									selectKeyAriaLabel: "回车键",
									navigateText: "切换",
									navigateUpKeyAriaLabel: "上箭头",
									navigateDownKeyAriaLabel: "下箭头",
									closeText: "关闭",
									closeKeyAriaLabel: "Esc 键",
								},
							},
						},
					},
				},
			},
		},
	},
	markdown: {
		theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
		config: (markdown) => markdown.use(treeLinks).use(escapeBraces),
		anchor: { slugify },
	},
	vite: {
		plugins: [labPages, vueFromHere, oneIndex],
		build: { assetsInlineLimit: 0 },
	},
});
