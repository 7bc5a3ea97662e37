// Bundles the client into the files that browsers get. What they are is checked in, so that no Java user needs Node.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild-wasm";

/** Bytes of the client, gzipped. */
const MAX_SIZE = 12 * 1024;

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

await build({
	entryPoints: { "rivet-events-client": "src/index.ts", react: "src/react.ts" },
	outdir: folder,
	bundle: true,
	splitting: false,
	format: "esm",
	platform: "browser",
	target: "es2022",
	minify: true,
	legalComments: "none",
	external: ["react"],
	plugins: [shareClient],
	banner: { js: "/* rivet-events-client, Apache-2.0 */" },
});

const size = gzipSync(readFileSync(`${folder}/rivet-events-client.js`)).length;
console.log(`rivet-events-client.js: ${size} bytes gzipped`);
if (size > MAX_SIZE) {
	console.error(`More than ${MAX_SIZE} bytes`);
	process.exit(1);
}
