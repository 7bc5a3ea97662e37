// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (name: string) => fileURLToPath(new URL(`src/${name}.ts`, import.meta.url));

const WAITS = ["test/faults.test.ts", "test/statuses.test.ts"];

export default defineConfig({
	esbuild: { jsx: "automatic" },
	// as the examples import them
	resolve: {
		alias: [
			{ find: /^rivet-events-client$/, replacement: source("index") },
			{ find: /^rivet-events-client\/(opentelemetry|react|testing)$/, replacement: source("$1") },
		],
	},
	test: {
		testTimeout: 20_000,
		projects: [
			// side by side on two processors: they wait for time-outs, and use less than a sixth of a processor each
			{ extends: true, test: { name: "waits", include: WAITS, minWorkers: 2, maxWorkers: 2, sequence: { groupOrder: 0 } } },
			{
				extends: true,
				test: {
					name: "others",
					include: ["test/**/*.test.{ts,tsx,mjs}"],
					exclude: [...WAITS, "**/target/**"],
					minWorkers: 1,
					maxWorkers: 1,
					sequence: { groupOrder: 1 },
				},
			},
		],
	},
});
