// The browser of the tests: Chromium, driven by Playwright, and axe-core, which looks for what keeps people out.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../docs/", import.meta.url));
const { chromium } = require("playwright-core");

export const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export function launch() {
	const executablePath = ["chromium", "chromium-browser"].map((name) => `/usr/bin/${name}`).find(existsSync);
	return chromium.launch({
		executablePath,
		// Root's Chromium has no sandbox of its own.
		args: process.getuid() === 0 ? ["--no-sandbox"] : [],
		// Chromium makes a socket there, whose path has 107 characters at most: unix(7).
		env: { ...process.env, TMPDIR: "/tmp" },
	});
}
