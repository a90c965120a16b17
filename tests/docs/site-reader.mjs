// What a reader does with the site, in a browser: search, change the language, keep a progress, copy, fold, play, print.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { address, desktop, newPage, open, pages, setDark, site, violations } from "./site.mjs";

async function search(page, words) {
	if (!(await page.isVisible("#localsearch-input"))) await page.click(".VPNavBarSearch button");
	// It opens with the results for what was asked before.
	await page.fill("#localsearch-input", "");
	await page.waitForSelector(".result", { state: "detached" });
	await page.fill("#localsearch-input", words);
	await page.waitForSelector(".result .excerpt mark");
}

for (const [language, path, words, question] of [
	["English", "index.html", ["hostname", "CLONE_NEWUSER", "propagation"], "how do I enter a container"],
	["Chinese", "zh/index.html", ["用户命名空间", "传播", "CLONE_NEWUSER"], "怎么进入容器"],
]) {
	test(`the search finds ${language} words, and what a question asks for`, async () => {
		const page = await newPage();
		await open(page, path);
		for (const word of words) {
			await search(page, word);
			// The first result leads to where it is.
			await page.click(".result >> nth=0");
			await page.waitForSelector(".VPLocalSearchBox", { state: "detached" });
			await page.waitForFunction((word) => document.querySelector("main").textContent.includes(word), word);
		}
		await search(page, question);
		assert.match(await page.innerText(".result >> nth=0"), /nsenter/);
		assert.deepEqual(await violations(page), []);
		assert.deepEqual(page.faults, []);
		await page.close();
	});
}

test("the switch of languages keeps the page", async () => {
	const page = await newPage();
	for (const path of ["labs/uts.html", "index.html", "contributing.html"]) {
		await open(page, path);
		await page.hover(".VPNavBarTranslations");
		await page.click(".VPNavBarTranslations a");
		await page.waitForURL(`${address}zh/${path.replace("index.html", "")}`);
		await page.waitForSelector('html[lang="zh-CN"] main h1');
		await page.hover(".VPNavBarTranslations");
		await page.click(".VPNavBarTranslations a");
		await page.waitForURL(address + path.replace("index.html", ""));
	}
	assert.deepEqual(page.faults, []);
	await page.close();
});

test("the first page leads to each lab, and to the repository", async () => {
	const page = await newPage();
	const labs = pages.filter((path) => path.startsWith("labs/"));
	for (const [path, prefix] of [["index.html", "/"], ["zh/index.html", "/zh/"]]) {
		await open(page, path);
		assert.equal(await page.getAttribute(".start", "href"), `${prefix}labs/skeleton.html`);
		const cards = await page.$$eval(".cards li", (all) => all.map((card) => card.querySelector("h3 a").pathname));
		assert.deepEqual([...cards].sort(), labs.map((lab) => prefix + lab).sort());
		assert.match(await page.innerText(".hero pre"), /^git clone https:\/\/code\.example\/nslabs nslabs/);
		assert.ok(await page.$('nav a[href="https://code.example/nslabs"]'));
	}
	await page.click(".cards li >> nth=2");
	await page.waitForURL(`${address}zh/labs/uts.html`);
	await page.waitForSelector("main .program");
	assert.equal(await page.getAttribute(".edit-link a", "href"), "https://code.example/nslabs/edit/main/labs/uts/README.zh-CN.md");
	await page.close();
});

test("what the reader has done is kept, and marked in the lists", async () => {
	const page = await newPage();
	const mark = (selector) => page.$eval(selector, (element) => getComputedStyle(element, "::after").content);
	await open(page, "labs/uts.html");
	assert.equal(await mark('.VPSidebar [data-lab="uts"]'), "none");
	await page.click(".done button");
	assert.equal(await page.getAttribute(".done button", "aria-pressed"), "true");
	assert.match(await mark('.VPSidebar [data-lab="uts"]'), /✓/);
	await open(page, "zh/index.html");
	assert.match(await mark('[data-lab="uts"] h3'), /✓/);
	assert.equal(await mark('[data-lab="pid"] h3'), "none");
	await open(page, "zh/labs/uts.html");
	await page.click(".done button");
	assert.equal(await mark('.VPSidebar [data-lab="uts"]'), "none");
	await page.close();
});

test("copying a terminal's block takes what is typed, and nothing else", async () => {
	const page = await newPage();
	await open(page, "labs/uts.html");
	await page.evaluate(() => document.addEventListener("copy", () => (window.copied = document.activeElement.value)));
	const block = page.locator(".language-console", { hasText: "Program started" }).first();
	await block.hover();
	await block.locator("button.copy").click();
	const copied = await page.waitForFunction(() => window.copied);
	const shown = (await block.locator("code").innerText()).split("\n");
	const typed = shown.filter((line) => /^[$#] /.test(line)).map((line) => line.slice(2));
	assert.equal((await copied.jsonValue()).trim(), typed.join("\n"));
	assert.match(typed[0], /^sudo build\/uts/);
	assert.ok(shown.length > typed.length);
	// The second terminal looks different, and says what it is.
	const [first, second] = [page.locator(".language-console.first").first(), page.locator(".language-console.second").first()];
	const colour = (block) => block.evaluate((element) => getComputedStyle(element).borderLeftColor);
	assert.notEqual(await colour(first), await colour(second));
	assert.equal(await second.locator(".lang").innerText(), "second terminal");
	await page.close();
});

test("what is folded comes after the exercise, and opens by a click or a link", async () => {
	const page = await newPage();
	await open(page, "labs/uts.html");
	assert.equal(await page.locator("main details[open]").count(), 0);
	const heading = await page.getAttribute(".walkthrough h2", "id");
	const headings = await page.$$eval(".lesson h2", (all) => all.map(({ id }) => id));
	assert.equal(headings[headings.indexOf("exercise") + 1], heading);
	await page.click(".walkthrough summary");
	assert.ok(await page.locator(".walkthrough table").isVisible());
	await open(page, "index.html");
	await open(page, `labs/uts.html#${heading}`);
	assert.equal(await page.locator(".walkthrough[open]").count(), 1);
	assert.deepEqual(page.faults, []);
	await page.close();
});

test("the recording of each lab plays in its page, large enough, with controls", async () => {
	const page = await newPage();
	for (const path of pages.filter((path) => path.startsWith("labs/"))) {
		await open(page, path);
		await page.click(".recording button");
		// The prompt. The first that is typed comes seconds later.
		await page.waitForFunction(() => /host\$/.test(document.querySelector(".ap-term")?.textContent));
		const size = await page.$eval(".ap-term", (element) => parseFloat(getComputedStyle(element).fontSize));
		assert.ok(size >= 12, `${path}: ${size} px`);
		assert.ok(await page.locator(".ap-control-bar").isVisible(), path);
		assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= desktop.width, `${path}: too wide`);
	}
	await page.waitForFunction(() => /host\$\s+\S\s*\S/.test(document.querySelector(".ap-term").textContent));
	assert.deepEqual(page.faults, []);
	assert.deepEqual(await violations(page), []);
	await page.close();
});

// The contrast of two colours of CSS, by WCAG 2.1.
function contrast(one, other) {
	const luminance = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map((value) => value / 255)
		.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
		.reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
	const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
	return (light + 0.05) / (dark + 0.05);
}

test("the new lines of a lab's program are marked, and the program is beside the text where 80 columns of both fit", async () => {
	const page = await newPage();
	await open(page, "labs/uts.html");
	const marked = await page.locator(".program .highlighted").allInnerTexts();
	assert.ok(marked.some((line) => line.includes("CLONE_NEWUTS")) && !marked.some((line) => line.includes("int main")));
	// In Chinese, only the comments differ.
	await open(page, "zh/labs/uts.html");
	const inChinese = await page.locator(".program .highlighted").allInnerTexts();
	const code = (lines) => lines.map((line) => line.replace(/\/\/.*/, "").trim()).filter(Boolean);
	assert.deepEqual(code(inChinese), code(marked));
	assert.ok(inChinese.some((line) => /\/\/ exercise uts\.hostname: \p{Script=Han}/u.test(line)));
	for (const name of ["zh/labs/uts.html", "zh/labs/nest.html", "zh/reference.html", "zh/source/common/container.c.html"]) {
		await open(page, name);
		const comments = (await page.locator(name.includes("reference") ? "main p" : "main .line").allInnerTexts()).join("\n");
		assert.deepEqual(comments.match(name.includes("reference") ? /^[A-Z][a-z]+ [a-z]+ .*/gm : /^\s*\/\/ [A-Z][a-z]+ .*/gm), null, name);
	}
	await open(page, "labs/uts.html");
	for (const dark of [false, true]) {
		await setDark(page, dark);
		await page.waitForTimeout(600); // The theme's colours change slowly.
		const [bar, background] = await page.$eval(".program .highlighted", (line) =>
			[getComputedStyle(line).borderLeftColor, getComputedStyle(line.closest("[class*=language-]")).backgroundColor]);
		assert.ok(contrast(bar, background) >= 3, `${bar} on ${background}`);
	}
	for (const width of [390, 768]) {
		await page.setViewportSize({ width, height: 900 });
		assert.match(await page.innerText(".VPLocalNavOutlineDropdown"), /On this page/);
	}
	for (const [width, beside] of [[1440, false], [1920, true]]) {
		await page.setViewportSize({ width, height: 900 });
		const [text, program] = [await page.locator(".lesson").boundingBox(), await page.locator(".program").boundingBox()];
		assert.equal(program.x >= text.x + text.width, beside);
		assert.ok(await page.locator(".VPDocAsideOutline").isVisible());
		for (const code of [".lesson .language-console code", ".program pre code"]) {
			const columns = await page.$eval(code, (element) => {
				const { fontSize, paddingLeft, paddingRight } = getComputedStyle(element);
				const gutter = element.closest(".numbered") ? 5 * 0.602 * parseFloat(fontSize) + 3 : 0;
				return (element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - gutter) / (0.602 * parseFloat(fontSize));
			});
			assert.ok(columns >= 80, `${code} has ${columns} columns at ${width}`);
		}
	}
	await page.close();
});

test("on paper, a page is its text: light, unfolded, and each line of the program has its own number", async () => {
	const page = await newPage(desktop, { colorScheme: "dark" });
	await open(page, "labs/net.html");
	assert.ok(await page.evaluate(() => document.documentElement.classList.contains("dark")));
	await page.evaluate(() => addEventListener("beforeprint", () => {
		window.printed = [document.documentElement.className, document.querySelectorAll("details:not([open])").length];
	}));
	const pdf = await page.pdf();
	assert.ok(pdf.length > 50_000);
	assert.deepEqual(await page.evaluate(() => window.printed), ["", 0]);
	// Afterwards all is as it was.
	assert.ok(await page.evaluate(() => document.documentElement.classList.contains("dark")));
	assert.equal(await page.locator("main details[open]").count(), 0);

	await page.emulateMedia({ media: "print" });
	await page.setViewportSize({ width: 720, height: 1000 });
	for (const part of [".VPNav", ".VPSidebar", ".recording", ".done", ".aside"]) assert.ok(!(await page.locator(part).first().isVisible()), part);
	assert.ok(await page.locator(".lesson h1").isVisible());
	assert.equal(await page.$$eval(".vp-doc pre", (all) => all.filter((pre) => pre.scrollWidth > pre.clientWidth).length), 0);
	const lines = await page.$$eval(".program .line", (all) => all.map((line) =>
		[line.textContent, getComputedStyle(line, "::before").content, line.getBoundingClientRect().top]));
	const source = readFileSync(`${site}../../labs/net/net.c`, "utf8").trimEnd().split("\n");
	assert.deepEqual(lines.map(([text]) => text), source);
	// The browser counts the lines; each begins below the one before, however many rows that takes.
	assert.ok(lines.every(([, number, top], i) => number === "counter(line)" && (i === 0 || top > lines[i - 1][2])));
	await page.close();
});

test("the cheat sheet is one sheet of paper", async () => {
	const page = await newPage();
	for (const name of ["cheatsheet.html", "zh/cheatsheet.html"]) {
		await open(page, name);
		for (const format of ["A4", "Letter"]) {
			const pdf = await page.pdf({ format, preferCSSPageSize: false, landscape: true });
			assert.equal(pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g).length, 1, `${name} on ${format}`);
		}
	}
	await page.close();
});
