// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Bundles the client into the minified files that the jar serves. They are checked in, so that no Java user needs Node.
// Names and lines stay readable, in an uncaught error as in a debugger; source maps have the rest. The npm package has
// readable modules beside them, which "npm run types" compiles.
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild-wasm";

/** Bytes of the client, gzipped. */
const MAX_SIZE = 13 * 1024;

const folder = process.argv[2];

/** The hooks use the client's file, so that there is one `ActorError` and not two. */
const shareClient = {
	name: "share-client",
	setup: ({ onResolve }) => {
		onResolve({ filter: /^\.\/client\.js$/ }, ({ importer }) =>
			importer.endsWith("react.ts") ? { path: "./rivet-events-client.js", external: true } : undefined,
		);
	},
};

const common = {
	outdir: folder,
	bundle: true,
	splitting: false,
	format: "esm",
	platform: "browser",
	target: "es2022",
	minifySyntax: true,
	minifyWhitespace: true,
	lineLimit: 400,
	sourcemap: true,
	legalComments: "none",
	external: ["react"],
};
const LICENSE = "/* rivet-events-client, Apache-2.0 */";

await build({ ...common, entryPoints: { "rivet-events-client": "src/index.ts" }, banner: { js: LICENSE } });
await build({ ...common, entryPoints: { react: "src/react.ts" }, plugins: [shareClient], banner: { js: LICENSE } });

/** The sources by names that do not depend on the folder. */
for (const file of ["rivet-events-client.js.map", "react.js.map"]) {
	const map = JSON.parse(readFileSync(`${folder}/${file}`, "utf8"));
	map.sources = map.sources.map((source) => `rivet-events-client/src/${basename(source)}`);
	writeFileSync(`${folder}/${file}`, JSON.stringify(map));
}

const size = gzipSync(readFileSync(`${folder}/rivet-events-client.js`)).length;
console.log(`rivet-events-client.js: ${size} bytes gzipped`);
if (size > MAX_SIZE) {
	console.error(`More than ${MAX_SIZE} bytes`);
	process.exit(1);
}
