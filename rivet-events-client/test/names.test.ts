// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The generated types compile and can be used, whatever names the Java code has.
import { mkdirSync, writeFileSync } from "node:fs";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";
// @ts-expect-error: plain JavaScript
import { typeOf, writeContract, writeTypes } from "../bin/write.mjs";

const FOLDER = "test/types/target/names";
const OPTIONS: ts.CompilerOptions = {
	strict: true,
	noEmit: true,
	target: ts.ScriptTarget.ES2022,
	module: ts.ModuleKind.ES2022,
	moduleResolution: ts.ModuleResolutionKind.Bundler,
	lib: ["lib.es2022.d.ts"],
	skipDefaultLibCheck: true,
	types: [],
};

/** The keywords of the TypeScript compiler, whether they are Java keywords or not: `@Action("new")` is allowed. */
const KEYWORDS: string[] = [];
for (let kind = ts.SyntaxKind.FirstKeyword; kind <= ts.SyntaxKind.LastKeyword; kind++) KEYWORDS.push(ts.tokenToString(kind)!);
const STRICT = ["arguments", "eval", "async", "intrinsic", "constructor", "prototype", "__proto__", "NaN", "Infinity"];
const ELSEWHERE = ["größe", "€uro", "a b", "a-b", "a_b", "2048", "$", "_", "名", "with_", "toString", "hasOwnProperty"];
const OWN = ["Actors", "ActorDefinition", "Registry", "RivetKitActions", "RivetKitRegistry", "AsActor", "Contract", "contract"];
const GLOBALS = ["Array", "ReadonlyArray", "Record", "Partial", "Promise", "Awaited", "Date", "Map", "Uint8Array", "Object", "String"];
const GENERIC = ["Map(String,In)", "Map_String_In_", "Map(String,In)-nullable", "In-1", "In_1", "In.1"];
const NAMES = [...new Set([...KEYWORDS, ...STRICT, ...ELSEWHERE, ...OWN, ...GLOBALS, ...GENERIC])];

const ref = (name: string) => ({ $ref: `#/components/schemas/${encodeURIComponent(name)}` });
const text = { type: "string" };
const map = (values: object) => ({ type: "object", additionalProperties: values });
const tuple = (items: object[], names: string[], more: object = {}) => ({
	payload: { type: "array", prefixItems: items, minItems: items.length, "x-rivet-names": names, ...more },
});
/** An object whose keys may also be names that every object inherits. */
const entries = (values: [string, unknown][]) => Object.fromEntries(values);

/** A model of each name, an actor of each, and one that has an action, an event and a property of each. */
const DOCUMENT = {
	info: { title: "names\nin /* two */ lines" },
	components: {
		schemas: {
			...entries(NAMES.map((name) => [name, { type: "object", properties: { [`is ${name}`]: { const: true } }, required: [`is ${name}`] }])),
			"All of them": { type: "object", properties: entries(NAMES.map((name) => [name, ref(name)])), required: NAMES },
			"Lists of them": { type: "object", properties: entries(NAMES.map((name) => [name, { type: "array", items: ref(name) }])) },
			"One of them": { anyOf: NAMES.map(ref) },
			"More of them": { anyOf: NAMES.map((name) => ({ ...ref(name), properties: { more: text } })) },
			Tree: map(ref("Tree")),
			Trees: { type: "array", items: map({ anyOf: [ref("Trees"), { type: "null" }] }) },
		},
	},
	channels: entries([
		...NAMES.map((name) => [name, { "x-rivet-fingerprint": `of ${name}`, messages: {} }] as [string, unknown]),
		[
			"all",
			{
				messages: entries([
					...NAMES.flatMap((name): [string, unknown][] => [
						[`action.${name}`, tuple([ref(name), map(ref(name))], [name, "other"])],
						[`result.${name}`, { payload: ref(name) }],
						[`action.rest of ${name}`, tuple([], [name], { items: ref(name) })],
						[`event.${name}`, tuple([ref(name)], [name], { items: text })],
					]),
					["action.all arguments", tuple(NAMES.map(ref), NAMES)],
					["event.all arguments", tuple(NAMES.map(() => text), NAMES)],
					["action.all models", tuple([ref("All of them"), ref("One of them"), ref("Tree")], [])],
				]),
			},
		],
	]),
};

/** The compiler's messages for some code with the types next to it. */
function complaints(code: string, types: string): string[] {
	writeFileSync(`${FOLDER}/actors.d.ts`, types);
	writeFileSync(`${FOLDER}/usage.ts`, code);
	const program = ts.createProgram([`${FOLDER}/usage.ts`], OPTIONS);
	return ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) => {
		const line = file && ts.getLineAndCharacterOfPosition(file, start!).line + 1;
		return `${file?.fileName.split("/").pop()}:${line} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
	});
}

describe("names of Java", () => {
	beforeAll(() => mkdirSync(`${FOLDER}/node_modules/rivetkit`, { recursive: true }));

	const types = writeTypes(DOCUMENT);

	test("compile as those of models, properties, actors, actions, events and arguments", { timeout: 60_000 }, () => {
		const key = (name: string) => JSON.stringify(name);
		const code = [
			'import type { Actors, Tree, Trees } from "./actors";',
			'type All = Actors["all"];',
			"declare const all: All;",
			// each is there, and is what it is called
			...NAMES.map((name) => `{ const is: true = all.actions[${key(name)}](null!, null!)[${key(`is ${name}`)}]; void is; }`),
			...NAMES.map((name) => `{ const is: true = all.events[${key(name)}][0][${key(`is ${name}`)}]; void is; }`),
			...NAMES.map((name) => `{ const there: {} = (null! as Actors)[${key(name)}].actions; void there; }`),
			`type Model = Parameters<All["actions"]["all models"]>[0];`,
			...NAMES.map((name) => `{ const is: true = (null! as Model)[${key(name)}][${key(`is ${name}`)}]; void is; }`),
			"export const tree: Tree = { left: { left: {} } };",
			"export const trees: Trees = [{ left: [], right: null }];",
			"// @ts-expect-error: no such actor",
			'export type None = Actors["no such"];',
		];
		expect(complaints(code.join("\n"), types)).toEqual([]);
	});

	test("compile with what RivetKit needs", { timeout: 60_000 }, () => {
		writeFileSync(`${FOLDER}/node_modules/rivetkit/index.d.ts`, RIVETKIT);
		const code = 'import type { RivetKitRegistry } from "./actors";\nexport const registry: RivetKitRegistry | undefined = undefined;';
		expect(complaints(code, writeTypes(DOCUMENT, { rivetkit: true }))).toEqual([]);
	});

	test("stay as they are where they can", () => {
		const kept = ["Record", "Promise", "Date", "Array", "type", "from", "of", "$", "_", "Map_String_In_"];
		for (const name of kept) expect(types).toMatch(new RegExp(`^export type ${name.replaceAll("$", "\\$")} =`, "m"));
		for (const name of ["type", "from", "number", "object", "größe", "名"]) expect(types).toContain(`[${name}: `);
		expect(typeOf(ref("Message"))).toBe("Message");
	});

	test("are those of a module of contracts", async () => {
		writeFileSync(`${FOLDER}/contract.mjs`, writeContract(DOCUMENT));
		const { contract } = await import(`./types/target/names/contract.mjs`);
		for (const name of NAMES) expect(Object.getOwnPropertyDescriptor(contract, name)?.value).toBe(`of ${name}`);
	});
});

/** As much of RivetKit as the types name. */
const RIVETKIT = `export interface ActorDefinition<A, B, C, D, E, F, G, H, I> { all: [A, B, C, D, E, F, G, H, I] }
export interface Registry<A> { actors: A }
`;
