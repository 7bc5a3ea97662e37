// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Changes that break clients: each keyword of a schema, in values that they send and in values that they receive.
import { describe, expect, test } from "vitest";
// @ts-expect-error: plain JavaScript
import { breakingChanges } from "../bin/compare.mjs";

type Schema = Record<string, unknown>;
type Row = [what: string, before: Schema, after: Schema, sent: string[], received: string[]];

const text = { type: "string" };
const int = { type: "integer" };
const long = { type: "integer", format: "int64" };
const big = { type: "integer", format: "bigint" };
const double = { type: "number" };
const bool = { type: "boolean" };
const bytes = { type: "string", format: "bytes" };
const date = { type: "string", format: "date" };
const uuid = { type: "string", format: "uuid" };
const none = { type: "null" };
const any = {};
const ref = (name: string) => ({ $ref: `#/components/schemas/${encodeURIComponent(name)}` });
const anyOf = (...either: Schema[]) => ({ anyOf: either });
const maybe = (schema: Schema) => anyOf(schema, none);
const list = (items: Schema) => ({ type: "array", items });
const map = (values: Schema) => ({ type: "object", additionalProperties: values });
const bean = (properties: Schema, optional: string[] = []) => ({
	type: "object",
	properties,
	required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
const tagged = (kind: string, properties: Schema) => bean({ kind: { const: kind }, ...properties });
const wrapped = (name: string, schema: Schema) => ({ type: "array", prefixItems: [{ type: "string", const: name }, schema] });

/** A contract with one action, one event and what they need. */
function contract(messages: Schema, schemas: Schema = {}) {
	return { channels: { shop: { messages } }, components: { schemas } };
}
const tuple = (items: Schema[], more: Schema = {}) => ({
	type: "array",
	prefixItems: items,
	minItems: items.length,
	"x-rivet-names": [...items.map((_, i) => "abc"[i]), ...(more.items ? ["rest"] : [])],
	...more,
});
const action = (items: Schema[], more?: Schema) => ({ "action.take": { payload: tuple(items, more) }, "result.take": {} });
const event = (items: Schema[], more?: Schema) => ({ "event.told": { payload: tuple(items, more) } });
const result = (payload?: Schema) => ({ "action.give": { payload: tuple([]) }, "result.give": payload ? { payload } : {} });

/** The ends of the lines, which tell what is wrong and where. */
const changes = (before: object, after: object): string[] =>
	breakingChanges(before, after).map((line: string) => line.replace(/^shop(\.take\(a\)|\.give result|\.take| event told)?/, ""));

/** Where a value may stand: whatever is true of it is true there. */
const PLACES: [place: string, path: string, wrap: (schema: Schema) => Schema][] = [
	["at the top", "", (schema) => schema],
	["of a property", ".p", (schema) => bean({ p: schema })],
	["of a nullable property", ".p", (schema) => bean({ p: maybe(schema) })],
	["of a property with annotations", ".p", (schema) => bean({ p: anyOf(schema) })],
	["of items", "[]", (schema) => list(schema)],
	["of items of nullable arrays", "[]", (schema) => ({ ...list(schema), type: ["array", "null"] })],
	["of nullable items of items", "[][]", (schema) => list(list(maybe(schema)))],
	["of values of a map", "{}", (schema) => map(schema)],
	["of an object in a union", ".p", (schema) => anyOf(tagged("x", { p: schema }), tagged("y", { q: int }))],
	["in an array that names its type", "(1)", (schema) => anyOf(wrapped("x", schema), wrapped("y", int))],
	["in an object that names its type", ".x", (schema) => anyOf(bean({ x: schema }), bean({ y: int }))],
	["of an object that extends another", ".p", (schema) => ({ allOf: [bean({ q: int }), bean({ p: schema })] })],
];

const VALUES: Row[] = [
	["another type", text, int, ["was string, is integer"], ["was string, is integer"]],
	["a list of one", text, list(text), ["was string, is array"], ["was string, is array"]],
	["an object of a text", bean({ a: int }), text, ["was object, is string"], ["was object, is string"]],
	["anything of something", text, any, ["was string, is anything"], []],
	["something of anything", any, text, [], ["was anything, is string"]],
	["an object of anything", any, bean({ a: int }), [], ["was anything, is object"]],
	["a double of an integer", int, double, ["was integer, is number"], []],
	["an integer of a double", double, int, [], ["was number, is integer"]],
	["a long of an integer", int, long, ["was integer, is integer (int64)"], []],
	["an integer of a long", long, int, [], ["was integer (int64), is integer"]],
	["a big integer of a long", long, big, ["was integer (int64), is integer (bigint)"], ["was integer (int64), is integer (bigint)"]],
	["a long of a double", double, long, ["was number, is integer (int64)"], ["was number, is integer (int64)"]],
	["bytes of a text", text, bytes, ["was string, is string (bytes)"], ["was string, is string (bytes)"]],
	["a text of bytes", bytes, text, ["was string (bytes), is string"], ["was string (bytes), is string"]],
	["a date of a text", text, date, [], ["was string, is string (date)"]],
	["a text of a date", date, text, ["was string (date), is string"], []],
	["a UUID of a date", date, uuid, ["was string (date), is string (uuid)"], ["was string (date), is string (uuid)"]],
	["a boolean of its constants", { enum: [true] }, bool, ["was true, is boolean"], []],
	["one constant more", { enum: ["A"] }, { enum: ["A", "B"] }, [`was "A", is "A" | "B"`], []],
	["one constant less", { enum: ["A", "B"] }, { enum: ["A"] }, [], [`was "A" | "B", is "A"`]],
	["another constant", { enum: ["a"] }, { enum: ["b"] }, [`was "a", is "b"`], [`was "a", is "b"`]],
	["a number of a constant's name", { enum: ["A", "B"] }, { enum: [0, 1] }, [`was "A" | "B", is 0 | 1`], [`was "A" | "B", is 0 | 1`]],
	["a text of constants", { enum: ["A"] }, text, [`was "A", is string`], []],
	["constants of a text", text, { enum: ["A"] }, [], [`was string, is "A"`]],
	["constants that are numbers of integers", int, { enum: [0, 1] }, [], ["was integer, is 0 | 1"]],
	["a property more that is required", bean({ a: int }), bean({ a: int, b: int }), [], [".b: is required now"]],
	["a property more that is optional", bean({ a: int }), bean({ a: int, b: int }, ["b"]), [], []],
	["a property less", bean({ a: int, b: int }), bean({ a: int }), [".b: was removed"], []],
	["a property less of a name that objects have", bean({ constructor: int }), bean({ a: int }, ["a"]), [".constructor: was removed"], []],
	["a property that is required now", bean({ a: int }, ["a"]), bean({ a: int }), [], [".a: is required now"]],
	["a property that is optional now", bean({ a: int }), bean({ a: int }, ["a"]), [".a: may be missing now"], []],
	["a property that is only written now", bean({ a: int }), bean({ a: { ...int, writeOnly: true } }), [".a: was removed"], []],
	["a property more that is only read", bean({}), bean({ a: { ...int, readOnly: true } }), [], []],
	["a property that is read and written now", bean({ a: { ...int, readOnly: true } }), bean({ a: int }), [], [".a: is required now"]],
	["values of a map", map(int), map(text), ["{}: was integer, is string"], ["{}: was integer, is string"]],
	["values of a map that are known now", { type: "object" }, map(text), [], ["{}: was anything, is string"]],
	["values of a map that are not known now", map(text), { type: "object" }, ["{}: was string, is anything"], []],
	["an object of a map", map(int), bean({ a: text }), [".a: was integer, is string"], [".a: is required now", ".a: was integer, is string"]],
	["a map of an object", bean({ a: text }), map(int), [".a: was removed"], [".a: was string, is integer"]],
	["a constant that tells a type", tagged("x", {}), tagged("y", {}), [`.kind: was "x", is "y"`], [`.kind: was "x", is "y"`]],
];

/** Where a value may also be null, these are others. */
const UNIONS: Row[] = [
	["null as well", text, maybe(text), ["was string, is string | null"], []],
	["null no longer", maybe(text), text, [], ["was string | null, is string"]],
	["null as well, as a list of types", int, { type: ["integer", "null"] }, ["was integer, is integer | null"], []],
	["null as well, written in another way", { type: ["integer", "null"] }, maybe(int), [], []],
	["null as well, with a format", { ...long, type: ["integer", "null"] }, maybe(int), [], ["was integer (int64) | null, is integer | null"]],
	["null as well, of constants", { enum: ["A"] }, anyOf(none, { enum: ["A"] }), [`was "A", is null | "A"`], []],
	["one of a text", text, anyOf(text), [], []],
	["one type more", text, { oneOf: [text, int] }, ["was string, is string | integer"], []],
	["one type less", anyOf(text, int), text, [], ["was string | integer, is string"]],
	["one object more", anyOf(tagged("x", {}), tagged("y", {})), anyOf(tagged("x", {}), tagged("y", {}), tagged("z", {})), ["was object, is object"], []],
	["one object less", anyOf(tagged("x", {}), tagged("y", {})), tagged("x", {}), [], ["was object, is object"]],
	["objects in another order", anyOf(tagged("x", {}), tagged("y", {})), anyOf(tagged("y", {}), tagged("x", {})), [], []],
	["one array more", anyOf(wrapped("x", int)), anyOf(wrapped("x", int), wrapped("y", int)), ["was array, is array"], []],
];

describe.each(PLACES)("a schema %s", (_, path, wrap) => {
	const lines = (expected: string[]) => expected.map((line) => (/^[a-z]/.test(line) ? `${path}: ${line}` : path + line));
	// the changes also state whether null is allowed
	const found = (before: object, after: object) => changes(before, after).map((line) => line.replaceAll(" | null", ""));

	test.each(VALUES)("with %s", (_, before, after, sent, received) => {
		expect(found(contract(result(wrap(before))), contract(result(wrap(after))))).toEqual(lines(sent));
		expect(found(contract(event([wrap(before)])), contract(event([wrap(after)])))).toEqual(lines(sent).map((line) => `(a)${line}`));
		expect(found(contract(action([wrap(before)])), contract(action([wrap(after)])))).toEqual(lines(received));
	});

	test.each(VALUES)("with a reference to %s", (_, before, after, sent, received) => {
		const models = (schema: Schema) => ({ Model: wrap(ref("Of(It)")), "Of(It)": schema });
		const without = (line: string) => line.replaceAll("Of(It)", [before.type, after.type].includes("array") ? "array" : "object");
		const of = (part: (schema: Schema) => Schema) =>
			found(contract(part(ref("Model")), models(before)), contract(part(ref("Model")), models(after))).map(without);
		expect(of((schema) => result(schema))).toEqual(lines(sent));
		expect(of((schema) => action([schema]))).toEqual(lines(received));
		expect(of((schema) => result(maybe(schema)))).toEqual(lines(sent));
		expect(of((schema) => action([maybe(schema)]))).toEqual(lines(received));
	});
});

describe("a union", () => {
	test.each(UNIONS)("with %s", (_, before, after, sent, received) => {
		for (const [, path, wrap] of PLACES.filter(([place]) => !place.includes("nullable p") && !place.includes("nullable items"))) {
			const lines = (expected: string[]) => expected.map((line) => `${path}: ${line}`);
			expect(changes(contract(result(wrap(before))), contract(result(wrap(after))))).toEqual(lines(sent));
			expect(changes(contract(action([wrap(before)])), contract(action([wrap(after)])))).toEqual(lines(received));
		}
	});

	const shapes = (models: Schema, ...names: string[]) =>
		contract({ ...result(maybe(ref("Shape"))), ...action([ref("Shape")]) }, { ...models, Shape: anyOf(...names.map(ref)) });
	const circle = bean({ r: int, color: text });
	const square = bean({ w: int, color: text });

	test("of a sealed type tells its types apart by their names", () => {
		const before = shapes({ Circle: circle, Square: square }, "Circle", "Square");
		expect(changes(before, shapes({ Circle: circle, Square: square }, "Square", "Circle"))).toEqual([]);
		const needed = shapes({ Circle: circle, Square: bean({ w: int, color: text, x: int }) }, "Circle", "Square");
		expect(changes(before, needed)).toEqual([".x: is required now"]);
		const gone = shapes({ Circle: bean({ r: int }), Square: square }, "Circle", "Square");
		expect(changes(before, gone)).toEqual([".color: was removed"]);
		const line = shapes({ Circle: circle, Square: square, Line: bean({ l: int, color: text }) }, "Circle", "Square", "Line");
		expect(changes(before, line)).toEqual([": was Circle | Square | null, is Circle | Square | Line | null"]);
		expect(changes(line, before)).toEqual([": was Circle | Square | Line, is Circle | Square"]);
	});

	test("of types with other names is judged by what is in them", () => {
		const before = shapes({ Circle: circle, Square: square }, "Circle", "Square");
		expect(changes(before, shapes({ Round: circle, Square: square }, "Square", "Round"))).toEqual([]);
		const round = shapes({ Round: bean({ r: text, color: text }), Square: square }, "Square", "Round");
		expect(changes(before, round)).toEqual([
			": was Circle | Square | null, is Square | Round | null",
			": was Circle | Square, is Square | Round",
		]);
	});

	test("that a type becomes takes what it took", () => {
		const plain = contract({ ...action([ref("Shape")]) }, { Shape: bean({ color: text }) });
		const sealed = shapes({ Circle: circle, Square: square }, "Circle", "Square");
		expect(changes(plain, contract(action([ref("Shape")]), sealed.components.schemas))).toEqual([": was Shape, is Circle | Square"]);
		const sent = contract(result(ref("Shape")), { Shape: bean({ color: text }) });
		expect(changes(sent, contract(result(ref("Shape")), sealed.components.schemas))).toEqual([]);
	});

	test("that names itself is what else it is", () => {
		const self = (more: Schema) => contract(result(ref("Self")), { Self: anyOf(ref("Self"), bean(more)) });
		expect(changes(self({ a: int }), self({ b: int }))).toEqual([".a: was removed"]);
	});

	test("is found behind a type that has itself", () => {
		const tree = (more: Schema) => ({ Tree: bean({ left: maybe(ref("Tree")), all: list(anyOf(ref("Tree"))), ...more }) });
		const both = { ...result(ref("Tree")), ...action([maybe(ref("Tree"))]) };
		expect(changes(contract(both, tree({})), contract(both, tree({})))).toEqual([]);
		expect(changes(contract(both, tree({})), contract(both, tree({ x: int })))).toEqual([".x: is required now"]);
		expect(changes(contract(both, tree({ x: int })), contract(both, tree({})))).toEqual([".x: was removed"]);
	});
});

describe("arguments", () => {
	const rest = (items: Schema) => ({ items });
	const rows: [what: string, before: [Schema[], Schema?], after: [Schema[], Schema?], sent: string[], received: string[]][] = [
		["one more", [[text]], [[text, int]], [], [": takes more arguments"]],
		["one more that is optional", [[text]], [[text, maybe(int)], { minItems: 1 }], [], []],
		["one less", [[text, int]], [[text]], [": has fewer arguments"], [": takes fewer arguments"]],
		["an optional one less", [[text, int], { minItems: 1 }], [[text]], [": has fewer arguments"], [": takes fewer arguments"]],
		["one that is required now", [[text], { minItems: 0 }], [[text]], [], [": takes more arguments"]],
		["one that is optional now", [[text]], [[text], { minItems: 0 }], [": may have fewer arguments"], []],
		["any number of them now", [[text]], [[text], rest(int)], [], []],
		["no longer any number", [[text], rest(int)], [[text]], [], [": takes fewer arguments"]],
		["none of any number", [[], rest(int)], [[]], [], [": takes fewer arguments"]],
		["others of any number", [[], rest(int)], [[], rest(text)], ["(...): was integer, is string"], ["(...): was integer, is string"]],
		["one of another type among the rest", [[text, text]], [[text], rest(int)], ["(b): was string, is integer", ": may have fewer arguments"], ["(b): was string, is integer"]],
		["a place of its own for one of the rest", [[], rest(text)], [[int], { ...rest(text), minItems: 0 }], ["(rest): was string, is integer"], ["(rest): was string, is integer"]],
	];

	test.each(rows)("%s", (_, before, after, sent, received) => {
		const trim = (lines: string[]) => lines.map((line) => line.replace(/^\(a\)/, "(0)"));
		expect(trim(changes(contract(event(...before)), contract(event(...after))))).toEqual(sent);
		expect(trim(changes(contract(action(...before)), contract(action(...after))))).toEqual(received);
	});

	test("of nothing, or for nothing", () => {
		expect(changes(contract(result()), contract(result(text)))).toEqual([]);
		expect(changes(contract(result(text)), contract(result()))).toEqual([": has no type any more"]);
	});

	test("of a connection", () => {
		const params = (payload?: Schema) => contract(payload ? { params: { payload } } : {});
		expect(changes(params(), params(bean({ a: int })))).toEqual([" params: was null, is object"]);
		expect(changes(params(), params(maybe(bean({ a: int }))))).toEqual([]);
		expect(changes(params(bean({ a: int })), params())).toEqual([]);
		expect(changes(params(maybe(bean({ a: int }))), params(maybe(bean({ a: int, b: int }))))).toEqual([" params.b: is required now"]);
	});

	test("have gone with their actor, whatever it was called", () => {
		const { channels, components } = contract(action([]));
		const named = { channels: { constructor: channels.shop, toString: channels.shop }, components };
		expect(breakingChanges(named, { channels: {}, components })).toEqual(["constructor: was removed", "toString: was removed"]);
	});
});
