// Bundles the published RivetKit client into the one file that the pages import.
import { build } from "esbuild-wasm";

await build({
	entryPoints: ["entry.js"],
	outfile: process.argv[2],
	bundle: true,
	format: "esm",
	platform: "browser",
	conditions: ["browser"],
	target: "es2022",
	minify: true,
	legalComments: "none",
	define: { "process.env.NODE_ENV": '"production"' },
	banner: { js: "/* rivetkit/client 2.3.19, Apache-2.0, bundled unchanged from its npm package by src/main/client */" },
});
