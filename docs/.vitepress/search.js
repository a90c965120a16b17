// What the search finds. The browser is given the text of these functions: they can use nothing from around them.

// Chinese has no spaces between words, so that each pair of neighbours is a term, in the index as in what is asked for.
// A question's small words are no terms.
function tokenize(text) {
	return text
		.replace(/怎么样?|怎样|如何|什么|为何|能不能|可以|[吗呢吧]/g, " ")
		.split(/[\s\p{Z}\p{P}]+|(\p{Script=Han}+)/u)
		.filter((word) => word)
		.flatMap((word) => (/^\p{Script=Han}{2}/u.test(word) ? Array.from(word.slice(1), (_, i) => word.slice(i, i + 2)) : word));
}

// In the index, a tool has also the names of what one does with it: who looks for "enter" wants nsenter(1).
function indexed(term) {
	const synonyms = {
		nsenter: ["enter", "join", "attach", "进入", "入容", "容器", "container"],
		unshare: ["create", "new", "创建", "新建"],
		lsns: ["list", "列出"],
	};
	return [term.toLowerCase(), ...(synonyms[term.toLowerCase()] ?? [])];
}

// A question is its words that say something.
function asked(term) {
	const small = "a an and are can could do does for from get how i in into is it my of on the to what when where which who why will with you your";
	return small.split(" ").includes(term.toLowerCase()) ? null : term.toLowerCase();
}

const isInLanguage = ({ id }) => id.includes("/zh/") === location.pathname.includes("/zh/");

export const miniSearch = {
	options: { tokenize, processTerm: indexed },
	searchOptions: { combineWith: "AND", processTerm: asked, filter: isInLanguage },
};

const zh = {
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
};
export const locales = { zh: { translations: zh } };

// VitePress tells an indexed file's language by where it lies, not by its place in the site: so there is one index of both,
// and a search keeps what is in the reader's language.
export const oneIndex = {
	name: "nslabs:search",
	enforce: "pre",
	resolveId: (id) => (id === "@localSearchIndexzh" ? "/@localSearchIndexroot" : null),
};

// The theme's box calls itself a button, and its results options of a list, although they are links: screen readers would be
// told of neither. Here it is a dialog with links.
export const accessibleBox = {
	name: "nslabs:search-box",
	enforce: "pre",
	transform(code, id) {
		if (!id.endsWith("/VPLocalSearchBox.vue")) return null;
		const changes = [
			[/role="button"\s+:aria-owns="[^"]*"\s+aria-expanded="true"\s+aria-haspopup="listbox"/, 'role="dialog"'],
			[/:aria-activedescendant="[^"]*"\s+aria-autocomplete="both"/, ""],
			[/:role="results\?[^"]*"/, ""],
			[/:aria-selected="[^"]*"\s+role="option"/, ""],
			[/:aria-label="\[\.\.\.p\.titles[^"]*"/, ""],
			[/<kbd :aria-label/g, '<kbd role="img" :aria-label'],
		];
		for (const [pattern] of changes) if (code.search(pattern) === -1) throw new Error(`${id} has changed: ${pattern}`);
		return changes.reduce((text, [pattern, instead]) => text.replace(pattern, instead), code);
	},
};
