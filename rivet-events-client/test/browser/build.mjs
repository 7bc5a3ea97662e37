// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Bundles the page, React included, into target/browser.
import { writeFileSync } from "node:fs";
import { build } from "esbuild-wasm";

await build({
	entryPoints: ["test/browser/app.ts"],
	outfile: "target/browser/react-app.js",
	bundle: true,
	format: "esm",
	platform: "browser",
	target: "es2022",
	define: { "process.env.NODE_ENV": '"development"' },
});
writeFileSync("target/browser/react.html", '<!doctype html><meta charset="utf-8"><title>react</title><body><script type="module" src="/react-app.js"></script>');
