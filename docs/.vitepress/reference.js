// The reference of the helper, made from the headers: each declaration with the comment above it.
import { fence, readIn } from "./pages.js";

// What a declaration declares, for its heading.
function nameOf(code) {
	return /^(struct \w+) \{/m.exec(code)?.[1] ?? /^#define (\w+)/m.exec(code)?.[1] ??
		(/^enum/m.test(code) ? [...code.matchAll(/\b(EXIT_\w+)/g)].map(([name]) => name).join(", ") : undefined) ??
		/(\w+)\((?!\()/.exec(code)?.[1];
}

// A header's declarations: blocks between blank lines, but for those inside of braces.
function declarations(header) {
	const blocks = header.replace(/\{[^{}]*\}/g, (body) => body.replaceAll("\n\n", "\n\0")).split(/\n\n+/);
	return blocks.map((block) => {
		const [, comment, code] = /^((?:\/\/.*\n)*)([^]*)$/.exec(block);
		return { text: comment.replace(/^\/\/ ?/gm, "").trim(), code: code.replaceAll("\0", "\n").trim() };
	}).filter(({ code }) => code && !/^#(include|ifndef|endif)/.test(code));
}

// In a comment, names of calls and files are code.
const asText = (comment) => comment.replace(/(?<![`\w])(\w+_\w+|\w*[a-z]\w*\(\)|\/[a-z]\w*)(?![`\w(])/g, "`$1`");

export function reference(language) {
	return ["common/container.h", "common/message.h"].map((file) => {
		const shown = declarations(readIn(language, file)).map(({ text, code }) =>
			`### ${nameOf(code)}\n\n${asText(text)}\n\n${fence("c", code)}`);
		return `## ${file}\n\n${shown.join("\n")}`;
	}).join("\n");
}
