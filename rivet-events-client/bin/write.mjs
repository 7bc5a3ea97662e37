// Makes TypeScript of an AsyncAPI document of rivet-events.

const REFERENCE = "#/components/schemas/";

/** A name that TypeScript takes, of one that Java has. */
const identifier = (name) => name.replace(/[^A-Za-z0-9_$]/g, "_");

const property = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** A name for an argument, which may be a word of the language. */
const argument = (name) => (/^(default|delete|in|new|function|class|var|this)$/.test(name) ? `${name}_` : name);

const union = (types) => [...new Set(types)].join(" | ");

/** A `long` is a bigint beyond 2^53, where a number would be another one. */
const INTEGERS = { bigint: "bigint", int64: "number | bigint" };

/** The type of a value that a schema describes. */
export function typeOf(schema, indent = "") {
	if (schema === undefined || schema === true) return "unknown";
	if (schema.$ref) {
		const name = identifier(decodeURIComponent(schema.$ref.slice(REFERENCE.length)));
		return schema.properties ? `${name} & ${objectOf(schema, indent)}` : name;
	}
	if ("const" in schema) return JSON.stringify(schema.const);
	if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
	const either = schema.anyOf ?? schema.oneOf;
	if (either) return union(either.map((each) => typeOf(each, indent)));
	if (schema.allOf) return schema.allOf.map((each) => typeOf(each, indent)).join(" & ");
	if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type }, indent)));
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
			return `${arrayItem(typeOf(schema.items, indent))}[]`;
		case "object":
			return objectOf(schema, indent);
		default:
			return schema.properties ? objectOf(schema, indent) : "unknown";
	}
}

const arrayItem = (type) => (/[|&{]/.test(type) ? `(${type})` : type);

function objectOf(schema, indent) {
	if (!schema.properties) {
		const values = schema.additionalProperties;
		return `Record<string, ${values && typeof values === "object" ? typeOf(values, indent) : "unknown"}>`;
	}
	const required = new Set(schema.required ?? []);
	const inner = `${indent}\t`;
	const lines = Object.entries(schema.properties).map(
		([name, value]) => `${inner}readonly ${property(name)}${required.has(name) ? "" : "?"}: ${typeOf(value, inner)};`,
	);
	return `{\n${lines.join("\n")}\n${indent}}`;
}

/** What an action or event takes, as TypeScript writes it between parentheses or brackets. */
function parameters(payload, indent) {
	const names = payload["x-rivet-names"] ?? [];
	const items = payload.prefixItems ?? [];
	const parts = items.map((item, i) => {
		const optional = i >= payload.minItems ? "?" : "";
		return `${argument(names[i] ?? `arg${i}`)}${optional}: ${typeOf(item, indent)}`;
	});
	if (payload.items) parts.push(`...${argument(names[items.length] ?? "rest")}: ${arrayItem(typeOf(payload.items, indent))}[]`);
	return parts.join(", ");
}

/** The messages of a channel of one kind, by their names. */
export const messagesOf = (channel, kind) =>
	Object.entries(channel.messages)
		.filter(([name]) => name.startsWith(`${kind}.`))
		.map(([name, message]) => [name.slice(kind.length + 1), message]);

const block = (lines) => (lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n\t}`);

/** A name for the type of an actor, which the compiler says instead of all that is in it. */
function actorType(name, models) {
	let type = identifier(name[0].toUpperCase() + name.slice(1)) + "Actor";
	while (type in models) type += "_";
	return type;
}

function actor(type, channel) {
	const indent = "\t\t";
	const actions = messagesOf(channel, "action").map(([action, { payload }]) => {
		const result = channel.messages[`result.${action}`]?.payload;
		return `${indent}${property(action)}(${parameters(payload, indent)}): ${result ? typeOf(result, indent) : "void"};`;
	});
	const events = messagesOf(channel, "event").map(
		([event, { payload }]) => `${indent}${property(event)}: [${parameters(payload, indent)}];`,
	);
	const params = channel.messages.params ? typeOf(channel.messages.params.payload, "\t") : "undefined";
	return [
		`export interface ${type} {`,
		`\tparams: ${params};`,
		`\tactions: ${block(actions)};`,
		`\tevents: ${block(events)};`,
		"}\n",
	].join("\n");
}

/** Returns the `.d.ts` of a document, on demand with what RivetKit's own client needs. */
export function writeTypes(document, { rivetkit = false } = {}) {
	const schemas = document.components?.schemas ?? {};
	const models = Object.entries(schemas).map(([name, schema]) => `export type ${identifier(name)} = ${typeOf(schema)};\n`);
	const types = Object.entries(document.channels).map(([name, channel]) => [name, actorType(name, schemas), channel]);
	const actors = types.map(([name, type]) => `\t${property(name)}: ${type};`);
	return [
		`// The actors of ${document.info.title}, written by rivet-events-types. Points in time are texts, as ISO 8601 has them.\n`,
		...models,
		...types.map(([, type, channel]) => actor(type, channel)),
		`export type Actors = {\n${actors.join("\n")}\n};\n`,
		...(rivetkit ? [RIVETKIT] : []),
	].join("\n");
}

/** RivetKit's client takes its types from those of a registry on the server: one that is made up of ours. */
const RIVETKIT = `import type { ActorDefinition, Registry } from "rivetkit";

type RivetKitActions<T> = { [A in keyof T]: T[A] extends (...args: infer P) => infer R ? (c: any, ...args: P) => R : never };

/** For RivetKit's own client: \`createClient<RivetKitRegistry>(endpoint)\`. */
export type RivetKitRegistry = Registry<{
	[N in keyof Actors]: ActorDefinition<any, Actors[N]["params"], any, any, any, any, {}, {}, RivetKitActions<Actors[N]["actions"]>>;
}>;
`;

/** Returns a module with the fingerprint of each actor. */
export function writeContract(document) {
	const fingerprints = Object.entries(document.channels).map(
		([name, channel]) => `\t${property(name)}: ${JSON.stringify(channel["x-rivet-fingerprint"])},`,
	);
	return `// Written by rivet-events-types.\nexport const contract = {\n${fingerprints.join("\n")}\n};\n`;
}

/** The types of that module. */
export const CONTRACT_TYPES = "// Written by rivet-events-types.\nexport declare const contract: Record<string, string>;\n";
