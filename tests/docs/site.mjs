// The site in a browser: Chromium, driven by Playwright. It takes a built site: `make docs && node --test tests/docs/site.mjs`.
//
// No server: what a page asks of the site is answered from build/site, and all else is refused and noted.
import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { after, before, test } from "node:test";
import { axe, launch } from "../lib/browser.mjs";

const site = new URL("../../build/site/", import.meta.url).pathname;
const address = "http://nslabs.test/";
const pages = readdirSync(site, { recursive: true }).filter((file) => file.endsWith(".html") && file !== "404.html");
const phone = { width: 360, height: 740 };
const desktop = { width: 1600, height: 900 };

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

// A page in a context of its own. `page.faults` are the errors and the requests to elsewhere, `page.bytes` what was loaded.
async function newPage(viewport = desktop) {
	const page = await browser.newPage({ viewport, reducedMotion: "reduce" });
	page.setDefaultTimeout(30000);
	Object.assign(page, { faults: [], bytes: 0 });
	page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
	page.on("pageerror", (error) => page.faults.push(String(error)));
	await page.route("**", (route) => {
		const url = route.request().url();
		const path = site + new URL(url).pathname.replace(/\/$/, "/index.html").slice(1);
		if (url.startsWith(address) && existsSync(path)) {
			page.bytes += statSync(path).size;
			return route.fulfill({ path });
		}
		page.faults.push(`asked for ${url}`);
		return route.abort();
	});
	return page;
}

const open = (page, path) => page.goto(address + path, { waitUntil: "networkidle" });

// What axe finds, in the light and the dark. Highlighted code has the same colours in all pages, and many pieces.
async function violations(page, withCode) {
	await page.waitForFunction(() => document.querySelector(".VPSwitchAppearance").title);
	if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
	const found = [];
	for (const dark of [false, true]) {
		found.push(...(await page.evaluate(async ([dark, withCode]) => {
			document.documentElement.classList.toggle("dark", dark);
			// Nothing but the colours differs in the dark.
			const { violations } = await window.axe.run(
				{ exclude: withCode ? [] : [".shiki"] }, { resultTypes: ["violations"], ...(dark && { runOnly: ["color-contrast"] }) });
			return violations.map(({ id, nodes }) => `${dark ? "dark" : "light"}: ${id}: ${nodes.length}, such as ${nodes[0].html}`);
		}, [dark, withCode])));
	}
	return found;
}

test("each page loads without an error or a request elsewhere, is small, accessible, and fits a phone", async () => {
	const anchors = new Set();
	const links = [];
	const faults = [];
	// The pages of sources are the same in both languages: of the Chinese ones, one is enough.
	const chineseSources = pages.filter((path) => path.startsWith("zh/source/"));
	const rest = pages.filter((path) => !chineseSources.slice(1).includes(path));
	// Nor do they differ in anything but their code, which has the same colours everywhere.
	const source = pages.find((path) => path.startsWith("source/"));

	async function visit() {
		for (let path = rest.pop(); path; path = rest.pop()) {
			const page = await newPage();
			await open(page, path);
			if (page.bytes >= 500_000) page.faults.push(`loads ${page.bytes} bytes`);
			if (path === source || !/^(zh\/)?source\//.test(path)) page.faults.push(...(await violations(page, path === "labs/net.html")));
			for (const id of await page.$$eval("[id]", (all) => all.map(({ id }) => id))) anchors.add(`${path}#${id}`);
			for (const href of await page.$$eval("main a[href]", (all) => all.map(({ href }) => href))) links.push([path, href]);
			const broken = await page.$$eval("main p", (all) => all.map(({ textContent }) => textContent)
				.filter((text) => /[\p{Script=Han}，。；：、）]\n\p{Script=Han}/u.test(text)));
			page.faults.push(...broken.map((text) => `has a blank between Chinese words: ${text}`));
			await page.setViewportSize(phone);
			const width = await page.evaluate(() => document.documentElement.scrollWidth);
			if (width > phone.width) page.faults.push(`is ${width} pixels wide on a phone`);
			faults.push(...page.faults.map((fault) => `${path}: ${fault}`));
			await page.close();
		}
	}
	await Promise.all([visit(), visit()]);

	for (const [from, href] of links.filter(([, href]) => href.startsWith(address))) {
		const { pathname, hash } = new URL(href);
		const target = pathname.slice(1).replace(/(^|\/)$/, "$1index.html");
		const there = hash ? anchors.has(target + decodeURIComponent(hash)) : existsSync(site + target);
		if (!there) faults.push(`${from}: dead link: ${href}`);
	}
	assert.deepEqual(faults, []);
});

for (const [language, path, words] of [
	["English", "index.html", ["hostname", "CLONE_NEWUSER", "propagation"]],
	["Chinese", "zh/index.html", ["用户命名空间", "容器进程", "CLONE_NEWUSER"]],
]) {
	test(`the search finds ${language} words`, async () => {
		const page = await newPage();
		await open(page, path);
		for (const word of words) {
			await page.click(".VPNavBarSearch button");
			// It opens with the results for the word before.
			await page.fill("#localsearch-input", "");
			await page.waitForSelector(".result", { state: "detached" });
			await page.fill("#localsearch-input", word);
			// The first result leads to where it is.
			await page.click(".result >> nth=0");
			await page.waitForSelector(".VPLocalSearchBox", { state: "detached" });
			await page.waitForFunction((word) => document.querySelector("main").innerText.includes(word), word);
		}
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

test("the recording of each lab plays in its page", async () => {
	const page = await newPage(phone);
	for (const path of pages.filter((path) => path.startsWith("labs/"))) {
		await open(page, path);
		await page.click(".recording button");
		// The prompt, and the first that is typed.
		await page.waitForFunction(() => /host\$\s+\S\s*\S/.test(document.querySelector(".ap-term")?.textContent));
		assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= phone.width, `${path}: too wide`);
	}
	assert.deepEqual(page.faults, []);
	assert.deepEqual(await violations(page), []);
	await page.close();
});

test("the new lines of a lab's program are marked, beside the text", async () => {
	const page = await newPage();
	await open(page, "labs/uts.html");
	const marked = await page.locator(".program .highlighted").allInnerTexts();
	assert.ok(marked.some((line) => line.includes("CLONE_NEWUTS")) && !marked.some((line) => line.includes("int main")));
	const [text, program] = [await page.locator(".lesson").boundingBox(), await page.locator(".program").boundingBox()];
	assert.ok(program.x >= text.x + text.width && program.y < desktop.height / 2);
	await page.close();
});

test("on paper, a page is its text", async () => {
	const page = await newPage();
	await open(page, "labs/uts.html");
	await page.emulateMedia({ media: "print" });
	for (const part of [".VPNav", ".VPSidebar", ".recording"]) assert.ok(!(await page.locator(part).isVisible()), part);
	assert.ok(await page.locator(".lesson h1").isVisible());
	assert.deepEqual(
		await page.$$eval(".vp-doc pre", (all) => all.filter((pre) => pre.scrollWidth > pre.clientWidth).length), 0);
	await page.close();
});

test("the cheat sheet is one sheet of paper", async () => {
	for (const name of ["cheatsheet.html", "zh/cheatsheet.html"])
		for (const format of ["A4", "Letter"]) {
			const page = await newPage();
			await open(page, name);
			const pdf = await page.pdf({ format, preferCSSPageSize: false, landscape: true });
			assert.equal(pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g).length, 1, `${name} on ${format}`);
			await page.close();
		}
});
