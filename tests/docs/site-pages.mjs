// Every page of the site in a browser. It takes a built site: see tests/docs/site.bats.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { address, isSource, newPage, open, pages, setDark, site, violations } from "./site.mjs";

const widths = [390, 768, 1440, 1920];

// What is cut or hidden, at a width: a page or a block that is wider than its place, and words that are broken in two.
function cutOnes(width) {
	const found = [];
	const place = document.querySelector("main").getBoundingClientRect();
	const { scrollWidth } = document.documentElement;
	if (scrollWidth > width) found.push(`the page is ${scrollWidth} wide`);
	for (const details of document.querySelectorAll("main details")) details.open = true;
	const shown = "main :is(pre, code, .line, p, li, table, th, td, h1, h2, h3, img), .VPSidebar *, .aside *";
	for (const element of document.querySelectorAll(shown)) {
		if (element.clientWidth > 0 && !element.closest(".visually-hidden, .recording, .header-anchor")) {
			const sticksOut = element.matches("main *") && element.getBoundingClientRect().right > place.right + 1;
			if (sticksOut || element.scrollWidth > element.clientWidth + 1) found.push(`${element.tagName} is too wide: ${element.textContent.slice(0, 60)}`);
		}
	}
	const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
	const range = document.createRange();
	for (let node = width < 1000 && texts.nextNode(); node; node = texts.nextNode()) {
		if (node.parentElement.closest("pre, .recording, .VPDocFooter")) continue;
		for (const { 0: word, index } of node.data.matchAll(/[A-Za-z0-9]{2,30}/g)) {
			range.setStart(node, index);
			range.setEnd(node, index + word.length);
			if (range.getBoundingClientRect().height > 1.8 * parseFloat(getComputedStyle(node.parentElement).fontSize) &&
				range.getClientRects().length > 1) found.push(`a word is broken: ${word}`);
		}
	}
	return found;
}

// Each width is looked at in the dark on every other page: colours move nothing.
async function lookAtWidths(page, dark) {
	await setDark(page, dark);
	for (const width of widths) {
		await page.setViewportSize({ width, height: 900 });
		for (const cut of await page.evaluate(cutOnes, width)) page.faults.push(`at ${width}: ${cut}`);
	}
}

// What the page says of itself to other sites.
async function lookAtHead(page, path) {
	const [description, canonical, others] = await page.evaluate(() => [
		document.querySelector('meta[name="description"]').content,
		document.querySelector('link[rel="canonical"]')?.href,
		[...document.querySelectorAll('link[rel="alternate"]')].map(({ hreflang, href }) => `${hreflang} ${href}`),
	]);
	const english = path.replace(/^zh\//, "").replace(/(^|\/)index\.html$/, "$1");
	const own = path.startsWith("zh/") && !isSource(path) ? `zh/${english}` : english;
	if (description.length < 10) page.faults.push(`has the description "${description}"`);
	if (canonical !== address + own) page.faults.push(`calls itself ${canonical}`);
	const wanted = [`en ${address}${english}`, `zh-CN ${address}zh/${english}`, `x-default ${address}${english}`];
	if (String(others) !== String(wanted)) page.faults.push(`names as its translations ${others}`);
}

test("each page loads without an error or a request elsewhere, is small, accessible, and cut at no width", async () => {
	const anchors = new Set();
	const links = [];
	const faults = [];
	// The pages of sources are the same in both languages: of the Chinese ones, one is enough.
	const chineseSources = pages.filter((path) => path.startsWith("zh/source/"));
	const rest = pages.filter((path) => !chineseSources.slice(1).includes(path));
	// Nor do they differ in anything but their code, which has the same colours everywhere.
	const source = pages.find((path) => path.startsWith("source/"));

	async function visit() {
		const page = await newPage();
		for (let path = rest.pop(); path; path = rest.pop()) {
			Object.assign(page, { faults: [], bytes: 0 });
			await page.setViewportSize({ width: 1440, height: 900 });
			await open(page, path);
			await setDark(page, false);
			if (page.bytes >= 400_000) page.faults.push(`loads ${page.bytes} bytes`);
			// Colours are the same in both languages.
			const themes = path.startsWith("zh/") ? [false] : [false, true];
			if (path === source || !isSource(path)) page.faults.push(...(await violations(page, path === "labs/net.html", themes)));
			for (const id of await page.$$eval("[id]", (all) => all.map(({ id }) => id))) anchors.add(`${path}#${id}`);
			for (const href of await page.$$eval("main a[href]", (all) => all.map(({ href }) => href))) links.push([path, href]);
			const broken = await page.$$eval("main p", (all) => all.map(({ textContent }) => textContent)
				.filter((text) => /[\p{Script=Han}，。；：、）]\n\p{Script=Han}/u.test(text)));
			page.faults.push(...broken.map((text) => `has a blank between Chinese words: ${text}`));
			await lookAtHead(page, path);
			await lookAtWidths(page, rest.length % 2 === 1);
			faults.push(...page.faults.map((fault) => `${path}: ${fault}`));
		}
		await page.close();
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

test("an address that isn't there gets a page in both languages", async () => {
	const page = await newPage();
	await page.goto(`${address}404.html`);
	const text = await page.innerText("main");
	assert.match(text, /There is no such page[^]*没有这一页/);
	assert.deepEqual(await page.$$eval("main a", (all) => all.map(({ pathname }) => pathname)), ["/", "/zh/"]);
	assert.deepEqual(page.faults, []);
	await page.close();
});

test("manual pages are links, and the helper's reference is made from its header", async () => {
	const page = await newPage();
	await open(page, "labs/uts.html");
	const links = await page.$$eval('main a[href^="https://man7.org/"]', (all) => all.map(({ href, textContent }) => `${textContent} ${href}`));
	assert.ok(links.includes("uts_namespaces(7) https://man7.org/linux/man-pages/man7/uts_namespaces.7.html"), String(links));
	assert.equal(await page.locator("main pre a").count(), 0);
	for (const path of ["reference.html", "zh/reference.html"]) {
		await open(page, path);
		const names = await page.$$eval("main h3", (all) => all.map(({ id }) => id));
		const header = readFileSync(`${site}../../common/container.h`, "utf8");
		const declared = [...header.matchAll(/^(?:struct (\w+) \{|[a-z].*?(\w+)\()/gm)].map(([, type, call]) => (type ? `struct-${type}` : call));
		assert.ok(declared.length > 5 && declared.every((name) => names.includes(name)), `${declared} in ${names}`);
	}
	await page.close();
});
