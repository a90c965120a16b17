// What is in the site: which file of the tree becomes which page, and where a link from file to file leads.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const read = (file) => readFileSync(root + file, "utf8");
const isThere = (file) => existsSync(root + file);
const isDirectory = (file) => isThere(file) && statSync(root + file).isDirectory();

export const labs = /^LABS := (.*)$/m.exec(read("Makefile"))[1].split(" ");

const chinese = (file) => file.replace(/\.md$/, ".zh-CN.md");
const isChinese = (file) => file.endsWith(".zh-CN.md");
const prefix = (file) => (isChinese(file) ? "zh/" : "");

// The English pages, by the name that they have in the site, in the order of the sidebar. A new file of docs/ is a page.
const others = readdirSync(root + "docs")
	.filter((file) => /^[^.]+\.md$/.test(file) && file !== "tutorial.md")
	.map((file) => [file.slice(0, -3), `docs/${file}`]);
const english = [
	["index", "README.md"],
	["tutorial", "docs/tutorial.md"],
	...labs.map((lab) => [`labs/${lab}`, `labs/${lab}/README.md`]),
	["common", "common/README.md"],
	...others,
	["contributing", "CONTRIBUTING.md"],
	["changelog", "CHANGELOG.md"],
].filter(([, file]) => isThere(file));
const inChinese = english.map(([name, file]) => [`zh/${name}`, chinese(file)]).filter(([, file]) => isThere(file));

// {file: name} and {name: file}
const names = Object.fromEntries([...english, ...inChinese].map(([name, file]) => [file, name]));
const files = Object.fromEntries([...english, ...inChinese]);

// VitePress asks of each page that it finds where it belongs. Those of docs/pages aren't files: see generatedPages.
export const rewrite = (file) => (names[file] ? `${names[file]}.md` : file.replace(/^docs\/pages\//, ""));

// The file of a page; `path` is its path in the site or in the tree.
export const fileOf = (path) => files[path.replace(/\.md$/, "")] ?? path;

const titleOf = (file) => /^# (.*)$/m.exec(read(file))[1].replaceAll("`", "");
const address = (name) => `/${name}.html`.replace(/\/index\.html$/, "/");

// The sidebar of one language: the pages in order, the labs as a group of their own.
export function sidebar(language) {
	const entries = (language === "zh" ? inChinese : english).map(([name, file]) => ({
		isLab: file.startsWith("labs/"),
		text: titleOf(file),
		link: address(name),
	}));
	const first = entries.findIndex((entry) => entry.isLab);
	const last = entries.findLastIndex((entry) => entry.isLab) + 1;
	return [entries.slice(0, first), entries.slice(first, last), entries.slice(last)]
		.filter((items) => items.length > 0)
		.map((items) => ({ items }));
}

// Where a link leads, as a page: to a lesson; to a lab's program, which its lesson shows; to a page that shows the file.
export function resolveLink(from, href) {
	const [, path, hash] = /^([^#]*)(.*)$/.exec(href);
	const file = join(dirname(from), decodeURI(path)).replace(/\/$/, "");
	const readme = join(file, isChinese(from) ? "README.zh-CN.md" : "README.md");
	const name = names[file] ?? names[readme];
	if (name) return address(name) + hash;
	if (!isThere(file)) throw new Error(`${from}: dead link: ${href}`);
	const program = /^labs\/(\w+)\/\1\.c$/.exec(file);
	return `/${prefix(from)}${program ? `labs/${program[1]}.html#program` : `source/${file}.html`}`;
}

export const isRelative = (href) => !/^([a-z]+:|[/#])/i.test(href);

// The language of a file, for the highlighter.
function highlighter(file, text) {
	if (text.length > 15000) return "txt"; // With colours, the page would load more than 500 kB.
	if (/\.[ch]$/.test(file)) return "c";
	if (/Makefile$|\.mk$/.test(file)) return "make";
	if (/\.py$/.test(file) || /^#!.*python/.test(text)) return "python";
	if (/\.(bats|bash)$/.test(file) || /^#!.*sh\b/.test(text)) return "bash";
	return "txt";
}

// A fence that nothing in the text ends.
export const fence = (info, text) => `~~~~~~~~~~${info}\n${text.trimEnd()}\n~~~~~~~~~~\n`;

// The page of a file that is shown as it is, or of a directory with its files.
function sourcePage(path) {
	const files = isDirectory(path) ? readdirSync(root + path).map((file) => join(path, file)) : [path];
	const shown = files.filter((file) => !isDirectory(file)).map((file) => {
		const text = read(file);
		return `## ${file}\n\n${fence(`${highlighter(file, text)}:line-numbers`, text)}`;
	});
	return `# ${path}\n\n${shown.join("\n").replace(`## ${path}\n`, "")}`;
}

// The pages that are no files, as VitePress wants them: what the others link to in the tree, and for each page that is in
// English only one that says so in Chinese, so that the switch of languages always has where to go.
export function generatedPages() {
	const pages = new Map();
	for (const [, from] of [...english, ...inChinese]) {
		for (const [whole, href] of read(from).matchAll(/!?\[[^\]]*\]\(([^)\s]+)\)/g)) {
			if (whole.startsWith("!")) continue; // An image is in the page itself.
			const link = isRelative(href) && /^\/(zh\/)?source\/(.*)\.html$/.exec(resolveLink(from, href));
			if (!link) continue;
			const content = sourcePage(link[2]);
			pages.set(`source/${link[2]}`, content).set(`zh/source/${link[2]}`, content);
		}
	}
	for (const [name, file] of english) {
		if (isThere(chinese(file))) continue;
		pages.set(`zh/${name}`, `# ${titleOf(file)}\n\n本页只有英文版：[${titleOf(file)}](${address(name)})。\n`);
	}
	return [...pages].map(([path, content]) => ({ params: { path }, content }));
}
