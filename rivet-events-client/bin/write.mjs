// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Generates TypeScript from an AsyncAPI document of rivet-events.

const REFERENCE = "#/components/schemas/";

const words = (text) => text.trim().split(/\s+/);

/** Words that are not valid as names in a module. */
const RESERVED = words(`
	arguments await break case catch class const continue debugger default delete do else enum eval export extends false
	finally for function if implements import in instanceof interface let new null package private protected public return
	static super switch this throw true try typeof var void while with yield
`);

/** Further words that are types, or parts of types. */
const RESERVED_TYPES = words(`
	abstract any as asserts bigint boolean infer intrinsic keyof never number object readonly string symbol undefined unique unknown
`);

/** Names in a file of types besides the models. */
const OWN = ["Actors", "Uint8Array", "ActorDefinition", "Registry", "RivetKitActions", "RivetKitRegistry"];

/** Returns a valid TypeScript name for a Java name. */
const identifier = (name) => name.replace(/[^A-Za-z0-9_$]/g, "_").replace(/^(?=\d|$)/, "_");

/** Returns a name that is not taken yet, and takes it. */
function unique(name, taken) {
	let result = name;
	while (taken.has(result)) result += "_";
	taken.add(result);
	return result;
}

/** Returns a property name. `new` must be quoted, since it would be a constructor. */
const property = (name) => (/^(?!new$)[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** Returns a name for an argument. TypeScript accepts most letters of Java names. */
const argument = (name) => name.replace(/[^\p{ID_Continue}$]/gu, "_").replace(/^(?![\p{ID_Start}$_])/u, "_");

const union = (types) => [...new Set(types)].join(" | ");

/** A `long` beyond 2^53 is a bigint, since a number would not be exact. */
const INTEGERS = { bigint: "bigint", int64: "number | bigint" };

/** Returns the type of a value that a schema describes. */
export function typeOf(schema, indent = "", names = new Map()) {
	if (schema === undefined || schema === true) return "unknown";
	if (schema.$ref) {
		const model = decodeURIComponent(schema.$ref.slice(REFERENCE.length));
		const name = names.get(model) ?? identifier(model);
		return schema.properties ? `${name} & ${objectOf(schema, indent, names)}` : name;
	}
	if ("const" in schema) return JSON.stringify(schema.const);
	if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
	const either = schema.anyOf ?? schema.oneOf;
	if (either) return union(either.map((each) => typeOf(each, indent, names)));
	if (schema.allOf) return schema.allOf.map((each) => typeOf(each, indent, names)).join(" & ");
	if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type }, indent, names)));
	switch (schema.type) {
		case "string":
			return schema.format === "bytes" ? "Uint8Array" : "string";
		case "integer":
			return INTEGERS[schema.format] ?? "number";
		case "number":
			return "number";
		case "boolean":
			return "boolean";
		case "null":
			return "null";
		case "array":
			return `${arrayItem(typeOf(schema.items, indent, names))}[]`;
		case "object":
			return objectOf(schema, indent, names);
		default:
			return schema.properties ? objectOf(schema, indent, names) : "unknown";
	}
}

const arrayItem = (type) => (/[|&{]/.test(type) ? `(${type})` : type);

/** A map is not written as `Record`, which could not be recursive. */
function objectOf(schema, indent, names) {
	if (!schema.properties) {
		const values = schema.additionalProperties;
		return `{ [key: string]: ${values && typeof values === "object" ? typeOf(values, indent, names) : "unknown"} }`;
	}
	const required = new Set(schema.required ?? []);
	const inner = `${indent}\t`;
	const lines = Object.entries(schema.properties).map(
		([name, value]) => `${inner}readonly ${property(name)}${required.has(name) ? "" : "?"}: ${typeOf(value, inner, names)};`,
	);
	return `{\n${lines.join("\n")}\n${indent}}`;
}

/** Returns the parameters of an action or event, for parentheses or brackets. */
function parameters(payload, indent, names) {
	const taken = new Set(RESERVED);
	const items = payload.prefixItems ?? [];
	const nameOf = (i, otherwise) => unique(argument(payload["x-rivet-names"]?.[i] ?? otherwise), taken);
	const parts = items.map((item, i) => {
		const optional = i >= payload.minItems ? "?" : "";
		return `${nameOf(i, `arg${i}`)}${optional}: ${typeOf(item, indent, names)}`;
	});
	if (payload.items) {
		parts.push(`...${nameOf(items.length, "rest")}: ${arrayItem(typeOf(payload.items, indent, names))}[]`);
	}
	return parts.join(", ");
}

/** Returns the messages of a channel of one kind, with their names. */
export const messagesOf = (channel, kind) =>
	Object.entries(channel.messages)
		.filter(([name]) => name.startsWith(`${kind}.`))
		.map(([name, message]) => [name.slice(kind.length + 1), message]);

const block = (lines) => (lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n\t}`);

function actor(type, channel, names) {
	const indent = "\t\t";
	const actions = messagesOf(channel, "action").map(([action, { payload }]) => {
		const result = channel.messages[`result.${action}`]?.payload;
		const returned = result ? typeOf(result, indent, names) : "void";
		return `${indent}${property(action)}(${parameters(payload, indent, names)}): ${returned};`;
	});
	const events = messagesOf(channel, "event").map(
		([event, { payload }]) => `${indent}${property(event)}: [${parameters(payload, indent, names)}];`,
	);
	const params = channel.messages.params ? typeOf(channel.messages.params.payload, "\t", names) : "undefined";
	return [
		`export interface ${type} {`,
		`\tparams: ${params};`,
		`\tactions: ${block(actions)};`,
		`\tevents: ${block(events)};`,
		"}\n",
	].join("\n");
}

/** Returns the `.d.ts` of a document, optionally with the type for RivetKit's client. */
export function writeTypes(document, { rivetkit = false } = {}) {
	const schemas = Object.entries(document.components?.schemas ?? {});
	const taken = new Set([...RESERVED, ...RESERVED_TYPES, ...OWN]);
	const names = new Map(schemas.map(([name]) => [name, unique(identifier(name), taken)]));
	const models = schemas.map(([name, schema]) => `export type ${names.get(name)} = ${typeOf(schema, "", names)};\n`);
	// named types, so that compiler errors show the name of an actor's type instead of its content
	const types = Object.entries(document.channels).map(([name, channel]) => {
		const type = unique(identifier(`${name[0].toUpperCase()}${name.slice(1)}Actor`), taken);
		return [name, type, actor(type, channel, names)];
	});
	const actors = types.map(([name, type]) => `\t${property(name)}: ${type};`);
	return [
		`// The actors of ${document.info.title.replace(/\s+/g, " ")}, written by rivet-events-types. Times are texts in the ISO 8601 format.\n`,
		...models,
		...types.map(([, , written]) => written),
		`export type Actors = {\n${actors.join("\n")}\n};\n`,
		...(rivetkit ? [RIVETKIT] : []),
	].join("\n");
}

/** RivetKit's client takes its types from the registry of a server, so this is one with our actors. */
const RIVETKIT = `import type { ActorDefinition, Registry } from "rivetkit";

type RivetKitActions<T> = { [A in keyof T]: T[A] extends (...args: infer P) => infer R ? (c: any, ...args: P) => R : never };

/** For RivetKit's client: \`createClient<RivetKitRegistry>(endpoint)\`. */
export type RivetKitRegistry = Registry<{
	[N in keyof Actors]: ActorDefinition<any, Actors[N]["params"], any, any, any, any, {}, {}, RivetKitActions<Actors[N]["actions"]>>;
}>;
`;

/** Returns a module with the fingerprint of each actor. */
export function writeContract(document) {
	const fingerprints = Object.entries(document.channels).map(
		([name, channel]) => `\t${name === "__proto__" ? '["__proto__"]' : property(name)}: ${JSON.stringify(channel["x-rivet-fingerprint"])},`,
	);
	return `// Written by rivet-events-types.\nexport const contract = {\n${fingerprints.join("\n")}\n};\n`;
}

/** The types of this module. */
export const CONTRACT_TYPES = "// Written by rivet-events-types.\nexport declare const contract: Record<string, string>;\n";
