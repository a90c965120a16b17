// What a page's file becomes before it is rendered: a lesson gets its program and its recording, the README becomes the
// landing page, and the reference is made from the headers. Everything else stays as it is.
import { execFileSync } from "node:child_process";
import { labs, numbered, read, readIn, root } from "./pages.js";
import { reference } from "./reference.js";
import { languageOf, words } from "./words.js";

// For each line of a program, a key that its translation has as well: comments may take more or fewer lines there.
function keysOf(program) {
	let statements = 0;
	return program.trimEnd().split("\n").map((line) => (/^\s*\/\//.test(line) ? `above ${statements}` : `${statements++}`));
}

// The program of a lab, and the numbers of the lines that are new.
function programOf(lab, language) {
	const file = `labs/${lab}/${lab}.c`;
	const diff = execFileSync(`${root}scripts/diff`, [lab], { encoding: "utf8" });
	const ranges = [...diff.matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm)].map(([, start, count = "1"]) => [Number(start), Number(count)]);
	const isNew = (number) => ranges.some(([start, count]) => number >= start && number < start + count);
	const keys = new Set(keysOf(read(file)).filter((_, i) => isNew(i + 1)));
	const text = readIn(language, file);
	const numbers = keysOf(text).flatMap((key, i) => (keys.has(key) ? [i + 1] : []));
	return { file, text, numbers };
}

// The walkthrough is folded, and stands after the exercise, so that nobody reads the solution first.
function foldWalkthrough(lesson) {
	const [whole, heading, walkthrough] = /^<!-- walkthrough \{\{\{ -->\n+(## .*)\n([^]*?)<!-- \}\}\} -->\n?/m.exec(lesson) ?? [];
	if (!whole) return lesson;
	const folded = `<details class="walkthrough">\n<summary>\n\n${heading}\n\n</summary>\n\n${walkthrough.trim()}\n\n</details>\n\n`;
	const [, before, exercise, after] = /^([^]*?)(^## (?:Exercise|练习)$\n(?:(?!## ).*\n)*)([^]*)$/m.exec(lesson.replace(whole, "")) ?? [];
	return exercise ? `${before}${exercise}${folded}${after}` : lesson.replace(whole, folded);
}

function lessonPage(lesson, lab, language) {
	const { program, whole, marked } = words[language];
	const { file, text, numbers } = programOf(lab, language);
	return [
		"---\npageClass: lab\n---\n",
		`<div class="lesson">\n\n${foldWalkthrough(lesson).replace(/^```console/m, `<Recording lab="${lab}" />\n\n$&`)}\n`,
		`<Done lab="${lab}" />\n\n</div>\n`,
		`<div class="program">\n\n## ${program} {#program}\n`,
		numbers.length > 0 ? marked(file, lab) : whole(file),
		`\n${numbered(`c {${numbers}}`, text)}\n</div>\n`,
	].join("\n");
}

// The course as cards, made of the table of the labs: its cells are the link, what is new, what one sees, what to type.
function cards(table) {
	const rows = table.trim().split("\n").map((row) => row.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
	const items = rows.slice(2).map(([link, adds, sees]) => {
		const lab = /\[(\w+)\]/.exec(link)[1];
		const number = `<span class="number">${labs.indexOf(lab) + 1}</span>`;
		return `<li data-lab="${lab}">\n\n### ${number} ${link}\n\n${sees}\n\n${adds}\n\n</li>\n`;
	});
	return `<ol class="cards">\n${items.join("")}</ol>\n`;
}

// What a newcomer needs first: one sentence, one picture, where to begin and what to type.
function hero(head, command, language) {
	const { start, picture, repository } = words[language];
	const readme = language === "zh" ? "README.zh-CN.md" : "README.md";
	const kinds = language === "zh" ? "docs/kinds.zh-CN.svg" : "docs/kinds.svg";
	const [title, ...parts] = head.trim().split(/\n\n+/).filter((part) => !/\]\(README[^)]*\)/.test(part));
	const links = [`[${start}](labs/${labs[0]}/${readme}){.start}`];
	const source = process.env.NSLABS_REPOSITORY;
	if (source) links.push(`[${repository}](${source})`);
	return [
		`<div class="hero">\n<div>\n`,
		title,
		...parts.filter((part) => !part.startsWith("![")),
		links.join(" "),
		`~~~sh\n${source ? `git clone ${source} nslabs && cd nslabs\n` : ""}${command}\n~~~`,
		"</div>\n<div>\n",
		`![${picture}](${kinds})`,
		"</div>\n</div>\n\n",
	].join("\n\n");
}

function landingPage(readme, language) {
	const [head, ...sections] = readme.split(/^(?=## )/m);
	const command = /^```sh\n(\S+)/m.exec(readme)[1];
	const shown = sections.map((section) => {
		const table = /^\|.*\n\|[-|]+\n(?:\|.*labs\/\w+\/README.*\n)+/m.exec(section);
		if (table) return section.replace(table[0], () => cards(table[0]));
		const ways = (section.match(/^- \*\*/gm) ?? []).length;
		return ways === 3 ? `<div class="ways">\n\n${section}\n</div>\n\n` : section;
	});
	return `---\npageClass: landing\nsidebar: false\naside: false\n---\n\n${hero(head, command, language)}${shown.join("")}`;
}

// The text of a page; `file` is its path in the tree.
export function textOf(file, text, { program = true } = {}) {
	const language = languageOf(file);
	const lab = /^labs\/(\w+)\/README(\.zh-CN)?\.md$/.exec(file)?.[1];
	if (lab) return program ? lessonPage(text, lab, language) : text;
	if (/^README(\.zh-CN)?\.md$/.test(file)) return landingPage(text, language);
	if (/^docs\/pages\/reference/.test(file)) return `${text}\n${reference(language)}`;
	return text;
}
