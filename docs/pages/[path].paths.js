// The pages of the site that are no files of the tree.
import { generatedPages } from "../.vitepress/pages.js";

export default { paths: generatedPages };
