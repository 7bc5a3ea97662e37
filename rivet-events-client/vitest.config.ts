// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (name: string) => fileURLToPath(new URL(`src/${name}.ts`, import.meta.url));

export default defineConfig({
	esbuild: { jsx: "automatic" },
	// as the examples import them
	resolve: {
		alias: [
			{ find: /^rivet-events-client$/, replacement: source("index") },
			{ find: /^rivet-events-client\/(opentelemetry|react|testing)$/, replacement: source("$1") },
		],
	},
	test: { include: ["test/**/*.test.{ts,tsx,mjs}"], exclude: ["**/target/**"], testTimeout: 20_000 },
});
