// The class's page and the students' reports in a browser. OUT is the grader's, LANGUAGE its lang; index.bats makes both.
//
// The pages are opened as files, as a teacher does. Any other request is refused and noted, as is any error.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { axe, launch } from "../lib/browser.mjs";

const { OUT, LANGUAGE } = process.env;
const address = pathToFileURL(`${OUT}/index.html`).href;
const { students } = JSON.parse(readFileSync(`${OUT}/grades.json`, "utf8"));

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

async function open(url) {
	const page = await browser.newPage();
	page.setDefaultTimeout(30000);
	page.faults = [];
	page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
	page.on("pageerror", (error) => page.faults.push(String(error)));
	page.on("dialog", (dialog) => page.faults.push(`a dialog: ${dialog.message()}`) && dialog.dismiss());
	page.on("request", (request) => request.url() !== url && page.faults.push(`asked for ${request.url()}`));
	await page.goto(url);
	return page;
}

async function violations(page) {
	// The page's own policy forbids scripts, but not those that the browser's debugger evaluates.
	await page.evaluate(axe);
	const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
	return violations.map(({ id, nodes }) => `${id}: ${nodes.length}, such as ${nodes[0].html}`);
}

const column = (page, number) => page.$$eval("table.class tbody tr",
	(rows, number) => rows.map((row) => row.cells[number].dataset.value ?? row.cells[number].textContent), number);
const sorted = (page) => page.$$eval("th[aria-sort]", (heads) => heads.map((head) => [head.textContent, head.ariaSort]));

test("the class's page and each report are accessible, ask for nothing, and say what they are", async () => {
	const reports = students.map(({ directory }) => pathToFileURL(`${OUT}/teacher/${directory}/report.html`).href);
	for (const url of [address, ...reports]) {
		const page = await open(url);
		assert.deepEqual(await violations(page), [], url);
		assert.deepEqual(page.faults, [], url);
		assert.equal(await page.getAttribute("html", "lang"), LANGUAGE);
		// Whatever a name or a file says, it made no element, and ran nothing.
		assert.equal(await page.locator("main script, img, iframe, i").count(), 0, url);
		assert.equal(await page.evaluate(() => window.hit), undefined);
		await page.close();
	}
});

test("each student has a row, and the report is one click away", async () => {
	const page = await open(address);
	const links = await page.$$eval("table.class tbody a", (all) => all.map(({ href }) => href));
	assert.deepEqual(links.map((href) => fileURLToPath(href)), students.map(({ directory }) => `${OUT}/teacher/${directory}/report.html`));
	const all = await page.$$eval("main a", (all) => all.map(({ href }) => href));
	assert.ok(all.length > links.length);
	for (const href of all) assert.ok(existsSync(fileURLToPath(href)), href);
	const index = students.findIndex(({ id }) => id === "s10");
	await page.locator("table.class tbody a").nth(index).click();
	assert.match(await page.innerText("h1"), /s10/);
	await page.close();
});

test("a click and the keys sort by a column, as numbers or as words", async () => {
	const page = await open(address);
	const heads = page.locator("table.class thead button");
	assert.deepEqual(await sorted(page), []);
	await heads.nth(0).click();
	assert.equal((await sorted(page))[0][1], "ascending");
	const ids = (await column(page, 0)).filter((id) => /^s\d+$/.test(id));
	assert.deepEqual(ids, ["s2", "s3", "s9", "s10"]);
	// Points: by the keyboard, and the other way round.
	const total = await page.$$eval("table.class thead th", (all) => all.findIndex((head) => head.textContent === "%")) - 1;
	await heads.nth(total).focus();
	await page.keyboard.press("Enter");
	const numbers = students.map((row) => row.total).sort((one, other) => one - other);
	assert.deepEqual((await column(page, total)).map(Number), numbers);
	await page.keyboard.press("Space");
	assert.deepEqual((await column(page, total)).map(Number), numbers.reverse());
	assert.deepEqual((await sorted(page)).map(([, order]) => order), ["descending"]);
	// A lab without points comes before 0.
	const uts = await page.$$eval("table.class thead th", (all) => all.findIndex((head) => head.textContent === "uts"));
	await heads.nth(uts).click();
	assert.deepEqual((await column(page, uts)).slice(0, 2), ["", "0"]);
	assert.deepEqual(page.faults, []);
	await page.close();
});

test("the distribution and what most fail are there, in words as well", async () => {
	const page = await open(address);
	const label = await page.getAttribute("figure svg", "aria-label");
	const full = students.filter(({ total, max }) => max && total === max).length;
	assert.ok(label.includes("0-9 %: ") && label.endsWith(`100 %: ${full}`), label);
	const bars = await page.$$eval("figure rect", (all) => all.map((bar) => bar.getBoundingClientRect().height));
	assert.equal(bars.length, 11);
	assert.ok(bars[10] > 0 && bars[5] === 0, String(bars));
	const failed = await page.$$eval("table:not(.class) tbody tr", (rows) => rows.map(({ cells }) => [...cells].map(({ textContent }) => textContent)));
	const count = students.filter(({ labs }) => labs.uts.status === "fail").length;
	const judged = students.filter(({ labs }) => labs.uts.checks.length).length;
	assert.deepEqual(failed.find(([id]) => id === "uts.namespace").slice(1, 3), [count, judged].map(String));
	await page.close();
});

test("names that look like something else are names: markup, writing from the right, control bytes, formulas", async () => {
	const page = await open(address);
	const names = await column(page, 1);
	assert.ok(names.includes("<script>window.hit = 1</script>"), names);
	assert.ok(names.includes("\\u202ecod.exe") && names.includes("\\x1b[2J bell \\x07"), names);
	assert.ok(names.includes("مريم"), names);
	// The name from the right stands alone: the cell before it begins at the left.
	assert.equal(await page.$eval("bdi", (bdi) => getComputedStyle(bdi).unicodeBidi), "isolate");
	await page.close();
});
