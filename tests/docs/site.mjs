// What the tests of the site share: a browser, and pages of a built site in it.
//
// No server: what a page asks of the site is answered from build/site, and all else is refused and noted.
import { existsSync, readdirSync, statSync } from "node:fs";
import { after, before } from "node:test";
import { axe, launch } from "../lib/browser.mjs";

export const site = new URL("../../build/site/", import.meta.url).pathname;
export const address = "http://nslabs.test/";
export const pages = readdirSync(site, { recursive: true }).filter((file) => file.endsWith(".html") && file !== "404.html");
export const isSource = (path) => /^(zh\/)?source\//.test(path);
export const phone = { width: 390, height: 844 };
export const desktop = { width: 1440, height: 900 };

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

// A page in a context of its own. `page.faults` are the errors and the requests to elsewhere, `page.bytes` what was loaded.
export async function newPage(viewport = desktop, options = {}) {
	const page = await browser.newPage({ viewport, reducedMotion: "reduce", ...options });
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

// Open a page, and wait until the theme has taken it over: then the switch of colours says what it does.
export async function open(page, path) {
	await page.goto(address + path);
	await page.waitForFunction(() => document.querySelector(".VPSwitchAppearance")?.title);
}

export const setDark = (page, dark) => page.evaluate((dark) => document.documentElement.classList.toggle("dark", dark), dark);

// What axe finds, in the light and the dark. Highlighted code has the same colours in all pages, and many pieces.
export async function violations(page, withCode, themes = [false, true]) {
	if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
	const found = [];
	for (const dark of themes) {
		await setDark(page, dark);
		found.push(...(await page.evaluate(async ([dark, withCode]) => {
			// Nothing but the colours differs in the dark.
			const { violations } = await window.axe.run(
				{ exclude: withCode ? [] : [".shiki"] }, { resultTypes: ["violations"], ...(dark && { runOnly: ["color-contrast"] }) });
			return violations.map(({ id, nodes }) => `${dark ? "dark" : "light"}: ${id}: ${nodes.length}, such as ${nodes[0].html}`);
		}, [dark, withCode])));
	}
	return found;
}
