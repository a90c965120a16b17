// A player for the labs' recordings. It is loaded when somebody wants to see one.
import { useData } from "vitepress";
import { h, onBeforeUnmount, ref } from "vue";

const recordings = import.meta.glob("../../../labs/*/show/recording*.cast", { query: "?url", import: "default", eager: true });

// As a text, since VitePress puts all style sheets into each page.
async function loadStyles() {
	const { default: styles } = await import("asciinema-player/dist/bundle/asciinema-player.css?inline");
	document.head.append(Object.assign(document.createElement("style"), { textContent: styles }));
}

export const Recording = {
	props: ["lab"],
	setup({ lab }) {
		const chinese = useData().lang.value === "zh-CN";
		const casts = [chinese ? "recording.zh-CN.cast" : "recording.cast", "recording.cast"];
		const recording = casts.map((cast) => recordings[`../../../labs/${lab}/show/${cast}`]).find((url) => url);
		const screen = ref();
		const playing = ref(false);
		let player;

		async function play() {
			playing.value = true;
			const [module] = await Promise.all([import("asciinema-player"), loadStyles()]);
			if (!screen.value) return; // The reader has left the page meanwhile.
			player = module.create(recording, screen.value, { autoPlay: true, controls: true, idleTimeLimit: 2 });
			player.el?.focus();
		}

		onBeforeUnmount(() => player?.dispose());

		return () =>
			recording &&
			h("div", { class: "recording" }, [
				playing.value || h("button", { type: "button", onClick: play }, chinese ? "▶ 播放终端录像" : "▶ Play the terminal recording"),
				h("div", { ref: screen }),
			]);
	},
};
