// The site: the lessons of the tree where they lie, in English and Chinese. `make docs` builds it.
//
// In the environment, both optional:
//   NSLABS_SITE        the site's own address, which may have a path: https://example.org/nslabs/
//   NSLABS_REPOSITORY  the repository's address, what `git clone` takes; a file is edited at /edit/main/FILE
import { defineConfig } from "vitepress";
import { describe, drawPictures, headOf, site } from "./head.js";
import { rules, slugify } from "./markdown.js";
import { rewrite, root, sidebar } from "./pages.js";
import { accessibleBox, locales, miniSearch, oneIndex } from "./search.js";
import { textOf } from "./text.js";
import { words } from "./words.js";

const repository = process.env.NSLABS_REPOSITORY;

// The files are what the reader sees, but for what textOf changes.
const texts = {
	name: "nslabs:texts",
	enforce: "pre",
	transform: (text, id) => (id.startsWith(root) && id.endsWith(".md") ? textOf(id.slice(root.length), text) : null),
};

// While VitePress renders the pages, Node.js looks Vue up from this directory. From the pages, which lie outside of it,
// the bundler wouldn't find it.
const vueFromHere = {
	name: "nslabs:vue",
	enforce: "pre",
	resolveId: (id, importer, { ssr }) => (ssr && /^vue(\/|$)/.test(id) ? { id, external: true } : null),
};

// The theme's other search isn't used, but its styles would be in each page.
const noOtherSearch = {
	name: "nslabs:no-other-search",
	enforce: "pre",
	resolveId: (id) => (id.startsWith("@docsearch/css") ? "\0no-styles" : null),
	load: (id) => (id === "\0no-styles" ? "" : null),
};

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" rx="1.5" fill="#3451b2"/><rect x="2" y="2" width="4" height="4" fill="#fff"/></svg>`;

const themeOf = (language) => ({
	sidebar: sidebar(language),
	nav: repository ? [{ text: words[language].repository, link: repository }] : [],
	...(repository && { editLink: { pattern: `${repository}/edit/main/:path`, text: words[language].edit } }),
});

export default defineConfig({
	srcDir: "..",
	srcExclude: ["build/**", "tests/**", "docs/starter/**", "docs/slides/**", "**/.*/**"],
	outDir: "../build/site",
	cacheDir: "../build/vitepress",
	base: site ? new URL(site).pathname : "/",
	rewrites: rewrite,
	router: { prefetchLinks: false }, // a page's first view is small
	title: "nslabs",
	head: [["link", { rel: "icon", href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
	sitemap: site ? { hostname: site } : undefined,
	transformPageData: describe,
	transformHead: headOf,
	buildEnd: site ? drawPictures : undefined,
	locales: {
		root: {
			label: "English",
			lang: "en",
			description: "Linux namespaces in C, one clone flag at a time",
			themeConfig: themeOf("en"),
		},
		zh: {
			label: "简体中文",
			lang: "zh-CN",
			description: "用 C 语言学习 Linux 命名空间：一次一个 clone 标志",
			themeConfig: {
				...themeOf("zh"),
				outline: { level: [2, 3], label: "本页内容" },
				docFooter: { prev: "上一页", next: "下一页" },
				darkModeSwitchLabel: "外观",
				lightModeSwitchTitle: "切换到浅色",
				darkModeSwitchTitle: "切换到深色",
				sidebarMenuLabel: "目录",
				returnToTopLabel: "回到顶部",
				langMenuLabel: "切换语言",
				skipToContentLabel: "跳到正文",
			},
		},
	},
	themeConfig: {
		outline: { level: [2, 3] },
		externalLinkIcon: false,
		search: {
			provider: "local",
			options: {
				miniSearch,
				locales,
				detailedView: true, // with excerpts
				// Without the programs, whose words are in the lessons.
				_render: (text, env, markdown) => markdown.render(textOf(env.relativePath, text, { program: false }), env),
			},
		},
	},
	markdown: {
		theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
		config: rules,
		anchor: { slugify },
	},
	vite: {
		plugins: [texts, vueFromHere, oneIndex, accessibleBox, noOtherSearch],
		build: { assetsInlineLimit: 0 },
	},
});
