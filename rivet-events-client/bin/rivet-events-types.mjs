#!/usr/bin/env node
// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Writes TypeScript types for the actors of a server.
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { breakingChanges } from "./compare.mjs";
import { CONTRACT_TYPES, writeContract, writeTypes } from "./write.mjs";

const USAGE = `rivet-events-types <url|file> [-o actors.d.ts] [--contract actors.js] [--rivetkit]
rivet-events-types --check <old url|file> <new url|file>

Reads /rivet/asyncapi.json of a server, or a file with its content.
  -o, --output    file for the types; without it they are printed
  --contract      file for a module with the fingerprints of the contracts (.js or .mjs); its types are written beside it
  --rivetkit      adds a type for RivetKit's client
  --check         fails if the new contract breaks clients of the old one
`;

async function read(source) {
	if (!/^https?:/.test(source)) return JSON.parse(await readFile(source, "utf8"));
	const response = await fetch(source);
	if (!response.ok) throw new Error(`${source} answers ${response.status}; is rivet.events.asyncapi.enabled set?`);
	return response.json();
}

async function main() {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			output: { type: "string", short: "o" },
			contract: { type: "string" },
			rivetkit: { type: "boolean" },
			check: { type: "boolean" },
			help: { type: "boolean", short: "h" },
		},
	});
	if (values.help || positionals.length !== (values.check ? 2 : 1)) {
		console.error(USAGE);
		return values.help ? 0 : 2;
	}
	const documents = await Promise.all(positionals.map(read));
	if (values.check) {
		const changes = breakingChanges(...documents);
		for (const change of changes) console.error(change);
		console.error(changes.length === 0 ? "No breaking changes" : `${changes.length} breaking changes`);
		return changes.length === 0 ? 0 : 1;
	}
	const types = writeTypes(documents[0], values);
	if (values.output) await writeFile(values.output, types);
	else console.log(types);
	if (values.contract) {
		await writeFile(values.contract, writeContract(documents[0]));
		const types = values.contract.replace(/\.(m?)js$/, ".d.$1ts");
		if (types !== values.contract) await writeFile(types, CONTRACT_TYPES);
	}
	return 0;
}

try {
	process.exitCode = await main();
} catch (error) {
	console.error(error.message);
	process.exitCode = 2;
}
