// How the site renders Markdown: the rules that are added to VitePress's.
import cjkBreaks from "markdown-it-cjk-breaks"; // A line's end between Chinese words is no blank.
import { fileOf, isRelative, resolveLink } from "./pages.js";
import { languageOf, words } from "./words.js";

// Links between the files of the tree become links between pages. A dead one fails the build.
function treeLinks(markdown) {
	markdown.core.ruler.push("tree-links", ({ tokens, env }) => {
		for (const token of tokens.flatMap(({ children }) => children ?? [])) {
			const href = token.type === "link_open" ? token.attrGet("href") : null;
			if (href && isRelative(href)) token.attrSet("href", resolveLink(fileOf(env.relativePath), href));
		}
	});
}

// The manual pages that man7.org has: the Linux man-pages and those of the tools that it collects.
const manual = /(?<![\w-])(?!nslabs|bwrap|parallel)[A-Za-z_][\w-]+\(\d(?:const|type|head)?\)/g;

function addressOf(page) {
	const [, name, section] = /(.*)\((.*)\)/.exec(page);
	return `https://man7.org/linux/man-pages/man${section[0]}/${name}.${section}.html`;
}

// The tokens of a piece of text, or of code that is nothing else, in which each manual page is a link.
function linkManuals(token, Token) {
	const found = token.content.match(manual) ?? [];
	if (found.length === 0 || !(token.type === "text" || (token.type === "code_inline" && found[0] === token.content))) return [token];
	const copyOf = (content) => Object.assign(new Token(token.type, token.tag, 0), { content, markup: token.markup });
	const linkTo = (page) => Object.assign(new Token("link_open", "a", 1), { attrs: [["href", addressOf(page)]] });
	const between = token.content.split(manual);
	return between.flatMap((text, i) => [
		...(text ? [copyOf(text)] : []),
		...(found[i] ? [linkTo(found[i]), copyOf(found[i]), new Token("link_close", "a", -1)] : []),
	]);
}

// Manual pages in the text are links, such as uts_namespaces(7); not in headings, nor in what is a link already.
function manualLinks(markdown) {
	markdown.core.ruler.push("manual-links", ({ tokens, Token }) => {
		for (const [i, token] of tokens.entries()) {
			if (token.type !== "inline" || tokens[i - 1].type === "heading_open") continue;
			let depth = 0;
			token.children = token.children.flatMap((child) => {
				depth += child.type === "link_open" ? 1 : child.type === "link_close" ? -1 : 0;
				return depth > 0 ? [child] : linkManuals(child, Token);
			});
		}
	});
}

// The cells of a table say which column they are in, for phones, where each row is shown as a list.
function labelledCells(markdown) {
	markdown.core.ruler.push("labelled-cells", ({ tokens }) => {
		let table;
		let labels;
		let column;
		for (const [i, token] of tokens.entries()) {
			if (token.type === "table_open") [table, labels] = [token, []];
			if (token.type === "tr_open") column = 0;
			if (token.type === "th_open") labels.push(tokens[i + 1].content.replaceAll("`", ""));
			if (token.type === "td_open") token.attrSet("data-label", labels[column++]);
			if (token.type === "thead_close" && labels.length > 5) table.attrJoin("class", "many");
		}
	});
	// VitePress's own drops the class.
	markdown.renderer.rules.table_open = (tokens, i, options, env, self) => self.renderToken(tokens, i, options);
}

// Most of highlighted code has the colour of its block. It needs no element of its own, and the page is a tenth smaller.
function plainCode(markdown) {
	const fence = markdown.renderer.rules.fence;
	markdown.renderer.rules.fence = (...args) => {
		const html = fence(...args);
		const own = /<pre [^>]*style="(--shiki-light:#\w+);(--shiki-dark:#\w+);/.exec(html);
		return own ? html.replace(new RegExp(`<span style="${own[1]};${own[2]};">([^<]*)</span>`, "g"), "$1") : html;
	};
}

// Where long code may go on in the next line.
function codeBreaks({ renderer: { rules } }) {
	const render = rules.code_inline;
	rules.code_inline = (tokens, i, ...rest) => {
		if (tokens[i].content.length <= 8) return render(tokens, i, ...rest);
		return render(tokens, i, ...rest).replace(/>([^<]+)</, (whole) => whole.replace(/(?<=[\w)][_/=.:,|-]+)(?=[\w$*~])/g, "<wbr>"));
	};
}

// What is typed stands out from what is printed, and the button copies that alone: no prompt and no output.
function consoles(markdown) {
	const { escapeHtml } = markdown.utils;
	const fence = markdown.renderer.rules.fence;
	markdown.renderer.rules.fence = (tokens, i, options, env, self) => {
		const [language, where] = tokens[i].info.trim().split(" ");
		if (language !== "console") return fence(tokens, i, options, env, self);
		const { terminal, second, copy } = words[languageOf(env.relativePath)];
		let typed = false;
		const lines = tokens[i].content.trimEnd().split("\n").map((line) => {
			typed = /^[$#] /.test(line) || (typed && line.startsWith("> "));
			if (!typed) return `<span class="vp-copy-ignore"><span class="line">${escapeHtml(line)}</span>\n</span>`;
			const prompt = `<span class="prompt vp-copy-ignore">${escapeHtml(line.slice(0, 2))}</span>`;
			return `<span class="line typed">${prompt}<span>${escapeHtml(line.slice(2))}</span></span>\n`;
		});
		const name = where === "second" ? second : terminal;
		return [
			`<div class="language-console ${where ?? "first"}" v-pre><button title="${copy}" class="copy"></button>`,
			`<span class="lang">${name}</span><pre><code>${lines.join("").trimEnd()}</code></pre></div>\n`,
		].join("");
	};
}

// The pages are Markdown alone. What Vue would take for an expression of its own means itself.
function escapeBraces({ renderer: { rules } }) {
	for (const rule of ["text", "code_inline"]) {
		const render = rules[rule];
		rules[rule] = (...tokens) => render(...tokens).replaceAll("{{", "&#123;&#123;");
	}
}

// The anchors of a code host, so that links to a heading work in both places.
export function slugify(heading) {
	return heading
		.trim()
		.toLowerCase()
		.replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
		.replaceAll(" ", "-");
}

// Bold links leave empty texts behind, which cjkBreaks takes for words.
function noEmptyTexts(markdown) {
	markdown.core.ruler.push("no-empty-texts", ({ tokens }) => {
		for (const token of tokens.filter(({ children }) => children)) {
			token.children = token.children.filter(({ type, content }) => type !== "text" || content);
		}
	});
}

const all = [noEmptyTexts, manualLinks, treeLinks, labelledCells, plainCode, consoles, codeBreaks, escapeBraces, cjkBreaks];
export const rules = (markdown) => all.forEach((rule) => markdown.use(rule));
