// What the site says of its own, in both languages.
export const words = {
	en: {
		program: "The program",
		whole: (file) => `\`${file}\`:`,
		marked: (file, lab) => `\`${file}\`. The bar marks what is new since the lab before, as \`make diff LAB=${lab}\` shows it:`,
		start: "Start with lab 1",
		repository: "Repository",
		edit: "Edit this page",
		picture: "The eight kinds of namespaces, and what a process finds in each",
		terminal: "terminal",
		second: "second terminal",
		copy: "Copy the commands",
		source: (path) => `${path}, as it is in the tree of nslabs.`,
	},
	zh: {
		program: "程序",
		whole: (file) => `\`${file}\`：`,
		marked: (file, lab) => `\`${file}\`。竖线标出上一个实验之后新增的行，与 \`make diff LAB=${lab}\` 显示的一致：`,
		start: "从实验 1 开始",
		repository: "代码仓库",
		edit: "编辑本页",
		picture: "八种命名空间，以及进程在其中看到的东西",
		terminal: "终端",
		second: "第二个终端",
		copy: "复制命令",
		source: (path) => `nslabs 代码中的 ${path}。`,
	},
};

// The language of a page or of a file.
export const languageOf = (path) => (path.startsWith("zh/") || path.endsWith(".zh-CN.md") ? "zh" : "en");
