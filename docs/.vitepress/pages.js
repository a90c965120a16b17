// What is in the site: which file of the tree becomes which page, and where a link from file to file leads.
//
// Of what is in docs/pages/, these are the pages that have a text of their own: the site adds the rest of it.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const read = (file) => readFileSync(root + file, "utf8");
export const hasFile = (file) => existsSync(root + file);
// A file of the tree as a page shows it: in Chinese, the comments of C are those of a Chinese student's tree.
export function readIn(language, file) {
	if (language !== "zh" || !/\.[ch]$/.test(file)) return read(file);
	const env = { ...process.env, NSLABS_LANG: "zh_CN" };
	return execFileSync(`${root}scripts/lib/comments.py`, ["translated", root + file], { encoding: "utf8", env });
}
const isDirectory = (file) => hasFile(file) && statSync(root + file).isDirectory();

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
	["reference", "docs/pages/reference.md"],
	...others,
	["contributing", "CONTRIBUTING.md"],
	["changelog", "CHANGELOG.md"],
].filter(([, file]) => hasFile(file));
const inChinese = english.map(([name, file]) => [`zh/${name}`, chinese(file)]).filter(([, file]) => hasFile(file));

// {file: name} and {name: file}
const names = Object.fromEntries([...english, ...inChinese].map(([name, file]) => [file, name]));
const files = Object.fromEntries([...english, ...inChinese]);

// VitePress asks of each page that it finds where it belongs. Those of docs/pages aren't files: see generatedPages.
export const rewrite = (file) => (names[file] ? `${names[file]}.md` : file.replace(/^docs\/pages\//, ""));

// The file of a page; `path` is its path in the site or in the tree.
export const fileOf = (path) => files[path.replace(/\.md$/, "")] ?? path;

const titleOf = (file) => /^# (.*)$/m.exec(read(file))[1].replaceAll("`", "");
export const address = (name) => `/${name}.html`.replace(/\/index\.html$/, "/");

// The sidebar's groups. A page that is in none of them is in the last.
const groups = [
	{ en: "The course", zh: "课程", pages: ["index", "tutorial", ...labs.map((lab) => `labs/${lab}`), "common"] },
	{
		en: "To look up",
		zh: "查阅",
		pages: ["setup", "troubleshooting", "questions", "exercises", "cheatsheet", "glossary", "programs", "reference"],
	},
	{ en: "Beyond the labs", zh: "实验之外", pages: ["engines", "security"] },
	{ en: "For teachers", zh: "教学", pages: ["teaching", "grading"] },
	{ en: "The project", zh: "项目", pages: [] },
];

// What the sidebar calls a page: the course's are numbered, and marked when the reader has done them; see theme/progress.js.
function sidebarText(name, file) {
	const number = labs.indexOf(name.replace("labs/", "")) + 1;
	const text = titleOf(file).replace(/(: |：).*/, "");
	return number ? `<span data-lab="${text}"><span class="number">${number}</span> ${text}</span>` : text;
}

// The sidebar of one language. What is in English only has a page in Chinese that says so.
export function sidebar(language) {
	const entries = english.map(([name, file]) => {
		const own = language === "zh" && hasFile(chinese(file)) ? chinese(file) : file;
		return { name, text: sidebarText(name, own), link: address(language === "zh" ? `zh/${name}` : name) };
	});
	const grouped = groups.flatMap(({ pages }) => pages);
	return groups
		.map((group) => ({
			text: group[language],
			items: [
				...group.pages.flatMap((name) => entries.filter((entry) => entry.name === name)),
				...(group === groups.at(-1) ? entries.filter(({ name }) => !grouped.includes(name)) : []),
			].map(({ text, link }) => ({ text, link })),
		}))
		.filter(({ items }) => items.length > 0);
}

// Where a link leads, as a page: to a lesson; to a lab's program, which its lesson shows; to a page that shows the file.
export function resolveLink(from, href) {
	const [, path, hash] = /^([^#]*)(.*)$/.exec(href);
	const file = join(dirname(from), decodeURI(path)).replace(/\/$/, "");
	const readme = join(file, isChinese(from) ? "README.zh-CN.md" : "README.md");
	const name = names[file] ?? names[readme] ?? (/^common\/(container|message)\.h$/.test(file) ? `${prefix(from)}reference` : undefined);
	if (name) return address(name) + hash;
	if (!hasFile(file)) throw new Error(`${from}: dead link: ${href}`);
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

// The same with the numbers of the lines, which style.css adds: so they are neither copied, nor do they drift on paper.
export const numbered = (info, text) => `<div class="numbered">\n\n${fence(info, text)}\n</div>\n`;

// The page of a file that is shown as it is, or of a directory with its files.
function sourcePage(path, language) {
	const files = isDirectory(path) ? readdirSync(root + path).map((file) => join(path, file)) : [path];
	const shown = files.filter((file) => !isDirectory(file)).map((file) => {
		const text = readIn(language, file);
		return `## ${file}\n\n${numbered(highlighter(file, text), text)}`;
	});
	return `# ${path.replaceAll("/", "/<wbr>")}\n\n${shown.join("\n").replace(`## ${path}\n`, "")}`;
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
			pages.set(`source/${link[2]}`, sourcePage(link[2], "en")).set(`zh/source/${link[2]}`, sourcePage(link[2], "zh"));
		}
	}
	for (const [name, file] of english) {
		if (hasFile(chinese(file))) continue;
		pages.set(`zh/${name}`, `# ${titleOf(file)}\n\n本页只有英文版：[${titleOf(file)}](${address(name)})。\n`);
	}
	return [...pages].map(([path, content]) => ({ params: { path }, content }));
}
