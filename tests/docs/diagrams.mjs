// The diagrams and the tour's pictures in a browser, each opened once: `node --test tests/docs/diagrams.mjs`.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch } from "../lib/browser.mjs";

const root = new URL("../../", import.meta.url).pathname;
const directories = [...readdirSync(`${root}labs`).map((lab) => `labs/${lab}/show`), "common/show", "docs"];
const sources = directories.flatMap((directory) =>
	readdirSync(root + directory).filter((file) => file.endsWith(".dot")).map((file) => `${directory}/${file.slice(0, -4)}`));

let browser, page;
before(async () => {
	browser = await launch();
	page = await browser.newPage({ colorScheme: "light" });
});
after(() => browser.close());

// Runs in the page: what is wrong with the picture in an element. Text is no nearer to a line than `gap` of its units.
function inspect({ gap, element }) {
	const faults = [];
	const name = (text) => `"${text.textContent}"`;
	const root = document.documentElement;
	const scale = (element) => element.getCTM().inverse().multiply(root.getCTM()).inverse(); // to the drawing's units
	const boxes = [...document.querySelectorAll(`${element} text`)].map((text) => {
		const { x, y, width, height } = text.getBBox();
		const from = new DOMPoint(x, y).matrixTransform(scale(text));
		return { text, left: from.x, top: from.y, right: from.x + width, bottom: from.y + height };
	});
	const inside = ({ x, y }, { left, top, right, bottom }) =>
		x > left - gap && x < right + gap && y > top - gap && y < bottom + gap;

	// A line, an arrow and a frame are all outlines, looked at in steps of one unit. The background's is the picture's edge.
	for (const shape of document.querySelectorAll(`${element} :is(path, polygon, polyline, ellipse)`)) {
		const length = shape.getTotalLength();
		for (let at = 0; at <= length; at++) {
			const point = shape.getPointAtLength(at).matrixTransform(scale(shape));
			const touched = boxes.find((box) => inside(point, box));
			if (!touched) continue;
			faults.push(`${name(touched.text)} touches a ${shape.tagName} of ${shape.parentNode.getAttribute("class")}`);
			break;
		}
	}
	const view = root.viewBox.baseVal;
	for (const [i, a] of boxes.entries()) {
		if (a.left < 0 || a.top < 0 || a.right > view.width || a.bottom > view.height) faults.push(`${name(a.text)} is cut`);
		for (const b of boxes.slice(i + 1)) {
			// Lines of one text stand close to each other.
			if (a.text.parentNode !== b.text.parentNode && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
				faults.push(`${name(a.text)} overlaps ${name(b.text)}`);
		}
		// On a phone 390 pixels wide, a page has 340 for a picture, and so has what would be wider.
		const size = parseFloat(getComputedStyle(a.text).fontSize) * Math.min(1, 340 / view.width);
		if (size < 12) faults.push(`${name(a.text)} is ${size.toFixed(1)} pixels high on a phone`);
	}
	return faults;
}

// Runs in the page: which colours are too near to each other, by the rule of WCAG.
function inspectColours() {
	const luminance = (colour) => {
		const [r, g, b] = colour.match(/[\d.]+/g).map((value) => value / 255)
			.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const contrast = (a, b) => {
		const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
		return (light + 0.05) / (dark + 0.05);
	};
	const faults = [];
	const background = getComputedStyle(document.querySelector(".graph > polygon")).fill;
	const text = getComputedStyle(document.querySelector("text")).fill;
	for (const shape of document.querySelectorAll(".graph > polygon, .node polygon, .cluster > polygon, path")) {
		const { fill, stroke } = getComputedStyle(shape);
		const where = shape.parentNode.getAttribute("class");
		if (fill !== "none" && contrast(text, fill) < 7) faults.push(`text on the ${fill} of ${where}`);
		if (stroke !== "none" && contrast(stroke, background) < 3) faults.push(`the ${stroke} of ${where} on ${background}`);
	}
	return [...new Set(faults)];
}

for (const [language, suffix] of [["English", ".svg"], ["Chinese", ".zh-CN.svg"]]) {
	test(`no label of a diagram touches a line, and each can be read on a phone and in the dark, in ${language}`, async () => {
		const faults = [];
		for (const source of sources) {
			const file = source + suffix;
			await page.goto(`file://${root}${file}`);
			const found = await page.evaluate(inspect, { gap: 1.5, element: "svg" });
			// The colours are the same in both languages.
			for (const colorScheme of language === "English" ? ["dark", "light"] : []) {
				await page.emulateMedia({ colorScheme });
				found.push(...(await page.evaluate(inspectColours)).map((fault) => `${colorScheme}: ${fault}`));
			}
			faults.push(...found.map((fault) => `${file}: ${fault}`));
		}
		assert.deepEqual(faults, []);
	});
}

test("each diagram has a title and a description, in its language", () => {
	for (const source of sources) {
		const [english, chinese] = [".svg", ".zh-CN.svg"].map((suffix) => {
			const svg = readFileSync(root + source + suffix, "utf8");
			return ["title", "desc"].map((tag) => new RegExp(`<${tag} id="${tag}">(.+)</${tag}>`).exec(svg)?.[1]);
		});
		for (const [i, text] of english.entries()) {
			assert.match(text, /^[A-Z].*[a-z]/i, `${source}.svg`);
			assert.match(chinese[i], /\p{Script=Han}/u, `${source}.zh-CN.svg`);
		}
	}
});

for (const [file, host] of [["tour.svg", "host"], ["tour.zh-CN.svg", "主机"]]) {
	test(`${file} begins with its first result, can be read on a phone, and stops; without motion, it is its end`, async () => {
		await page.goto(`file://${root}docs/${file}`);
		const visible = () => page.evaluate(() => [...document.querySelectorAll("g")]
			.filter((picture) => getComputedStyle(picture).visibility === "visible").map(({ textContent }) => textContent));
		const at = (time) => page.evaluate((time) => {
			for (const animation of document.getAnimations()) animation.currentTime = time;
		}, time);
		const steps = await page.evaluate(() => document.querySelectorAll("g").length - 1);
		const end = new RegExp(`${steps}/${steps}\\s*$`);

		await at(0);
		const [first, ...others] = await visible();
		assert.match(first, new RegExp(`^\\s*1\\. skeleton.*\\s${host}\\s`, "s"));
		assert.match(first, /seen: |看到：/);
		assert.deepEqual(others, []);
		const duration = await page.evaluate(() => Math.max(...document.getAnimations()
			.map(({ effect }) => effect.getComputedTiming().endTime)));
		for (let step = 0; step < steps; step++) {
			await at((step + 0.5) * duration / steps);
			assert.equal((await visible()).length, 1);
		}
		await at(duration);
		assert.match((await visible()).join(), end);

		assert.deepEqual(await page.evaluate(inspect, { gap: 1, element: ".end" }), []);
		for (let step = 1; step <= steps; step++) {
			const element = `g:nth-of-type(${step})`;
			assert.deepEqual(await page.evaluate(inspect, { gap: 1, element }), [], element);
		}

		await page.emulateMedia({ reducedMotion: "reduce" });
		assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
		assert.match((await visible()).join(), end);
		await page.emulateMedia({ reducedMotion: "no-preference" });
	});
}
