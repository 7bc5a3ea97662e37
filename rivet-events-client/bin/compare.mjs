// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Finds changes of a contract that break clients of the old one.
import { messagesOf } from "./write.mjs";

/** Params of an actor without params. */
const NOTHING = { type: "null" };

/** Merges two schemas that both apply. */
const merge = (target, own) => ({
	...target,
	...own,
	...(target.properties && own.properties ? { properties: { ...target.properties, ...own.properties } } : {}),
	...(target.required && own.required ? { required: [...target.required, ...own.required] } : {}),
});

/** Returns the alternatives of a schema without references and unions: its values, or its types. */
function kindsOf(name, schema) {
	if (schema.enum) return schema.enum.map((value) => ({ kind: "literal", value, label: JSON.stringify(value) }));
	if ("const" in schema) return [{ kind: "literal", value: schema.const, label: JSON.stringify(schema.const) }];
	const implied = schema.properties ? "object" : schema.items || schema.prefixItems ? "array" : "anything";
	return [schema.type ?? implied].flat().map((kind) => {
		if (kind === "null") return { kind: "literal", value: null, label: "null" };
		if (kind === "object" || kind === "array") return { kind, name, schema, label: name ?? kind };
		const { format } = schema;
		return { kind, format, label: format ? `${kind} (${format})` : kind };
	});
}

/** Returns the alternatives of a schema; none of them is a reference or a union. */
function alternatives(document, schema, through = []) {
	const { $ref, anyOf, oneOf, allOf = [], ...own } = !schema || schema === true ? {} : schema;
	let parts = [{ schema: own }];
	const and = (others) => {
		const named = (part, other) => part.name ?? (part.schema.properties ? undefined : other.name);
		parts = parts.flatMap((part) =>
			others.map((other) => ({ name: named(part, other), schema: merge(other.schema, part.schema) })),
		);
	};
	if ($ref) {
		const name = decodeURIComponent($ref.split("/").pop());
		if (through.includes(name)) return []; // a recursive reference adds nothing
		const target = alternatives(document, document.components.schemas[name], [...through, name]);
		and(target.length === 1 ? [{ ...target[0], name: target[0].name ?? name }] : target);
	}
	for (const each of allOf) and(alternatives(document, each, through));
	const either = anyOf ?? oneOf;
	if (either) and(either.flatMap((each) => alternatives(document, each, through)));
	return parts;
}

/** Returns what distinguishes an object or array from others of a union: its constants, or else its only property. */
function tagOf({ kind, schema }) {
	const parts = Object.entries((kind === "object" ? schema.properties : schema.prefixItems) ?? {});
	const constants = parts
		.filter(([, each]) => "const" in each)
		.map(([name, each]) => `${name}=${JSON.stringify(each.const)}`);
	if (constants.length > 0) return constants.sort().join();
	return kind === "object" && parts.length === 1 ? parts[0][0] : undefined;
}

/** Returns whether each value of a scalar or constant is also one of another kind. */
function isOf(narrow, wide) {
	if (wide.kind === "anything") return true;
	if (narrow.kind === "literal") return wide.kind === "literal" ? wide.label === narrow.label : isValueOf(narrow.value, wide);
	if (wide.kind === "number" && narrow.kind === "integer") return !narrow.format;
	if (wide.kind !== narrow.kind) return false;
	if (wide.format === narrow.format) return true;
	if (wide.kind === "integer") return wide.format === "int64" && !narrow.format;
	return !wide.format && narrow.format !== "bytes";
}

function isValueOf(value, { kind, format }) {
	if (kind === "integer") return Number.isInteger(value) && format !== "bigint";
	return !format && value !== null && typeof value === kind;
}

/** Returns whether a kind has parts to compare. */
const isCompound = ({ kind }) => kind === "object" || kind === "array";

/** Returns the properties that one side uses: write-only ones are not sent to clients, read-only ones not by clients. */
function propertiesOf({ properties = {}, required = [] }, sent) {
	const hidden = sent ? "writeOnly" : "readOnly";
	const known = Object.entries(properties).filter(([, schema]) => !schema[hidden]);
	return { properties: new Map(known), required: new Set(required) };
}

/** Returns the type of the values of a map, if it is declared. */
const valuesOf = ({ additionalProperties }) => (typeof additionalProperties === "object" ? additionalProperties : undefined);

/** Adds items of any type to an array that is not a tuple. */
const whole = (array) => (array.prefixItems ? array : { items: {}, ...array });

/** Compares two contracts and collects the breaking changes, each with the path of the difference. */
class Comparison {
	constructor(before, after) {
		this.before = before;
		this.after = after;
		this.changes = [];
		this.seen = new Set();
	}

	/** Compares what the server sends: more than before is compatible, less is not. */
	sent(path, before, after) {
		if (before !== undefined && after === undefined) this.changes.push(`${path}: has no type any more`);
		else if (before !== undefined) this.compare(path, before, after, true);
	}

	/** Compares what clients send: if the server requires less than before, it is compatible; if more, it is not. */
	received(path, before, after) {
		this.compare(path, before, after, false);
	}

	/** Each value that one side sends must be one that the other side accepts. */
	compare(path, before, after, sent) {
		const key = JSON.stringify([before ?? {}, after ?? {}, sent]);
		if (this.seen.has(key)) return;
		this.seen.add(key);
		const [was, is] = [this.kinds(this.before, before), this.kinds(this.after, after)];
		const [wide, narrow] = sent ? [was, is] : [is, was];
		const others = [];
		for (const given of narrow) {
			if (wide.some((each) => each.kind === "anything" || (!isCompound(given) && isOf(given, each)))) continue;
			const taken = isCompound(given) && this.counterpart(path, given, narrow, wide, sent);
			if (taken) this.structure(path, taken, given, sent);
			else others.push(given);
		}
		const labels = (kinds) => [...new Set(kinds.map(({ label }) => label))].join(" | ");
		if (others.length > 0) this.changes.push(`${path}: was ${labels(was)}, is ${labels(is)}`);
	}

	kinds(document, schema) {
		return alternatives(document, schema).flatMap((each) => kindsOf(each.name, each.schema));
	}

	/** Returns the alternative of a union that corresponds to another one. Their contents are compared afterwards. */
	counterpart(path, given, narrow, wide, sent) {
		const same = wide.filter(({ kind }) => kind === given.kind);
		const tag = tagOf(given);
		const byName = same.find(({ name }) => name && name === given.name);
		const byTag = same.find((each) => tag && tagOf(each) === tag);
		const found = tag?.includes("=") ? (byTag ?? byName) : (byName ?? byTag);
		if (found) return found;
		if (same.length === 1 && narrow.filter(({ kind }) => kind === given.kind).length === 1) return same[0];
		return same.find((each) => this.fits(path, each, given, sent));
	}

	/** Returns whether a comparison finds nothing, without recording anything. */
	fits(path, wide, narrow, sent) {
		const { changes, seen } = this;
		this.changes = [];
		this.seen = new Set(seen);
		this.structure(path, wide, narrow, sent);
		const fits = this.changes.length === 0;
		Object.assign(this, { changes, seen });
		return fits;
	}

	structure(path, wide, narrow, sent) {
		const key = wide.name && narrow.name && JSON.stringify([wide.name, narrow.name, sent]);
		if (this.seen.has(key)) return;
		if (key) this.seen.add(key);
		if (wide.kind === "object") this.object(path, wide.schema, narrow.schema, sent);
		else if (this.items(path, whole(wide.schema), whole(narrow.schema), sent)) this.changes.push(`${path}: has fewer items`);
	}

	/** Like `compare`, with the wide and the narrow schema. */
	each(path, wide, narrow, sent) {
		if (sent) this.compare(path, wide, narrow, sent);
		else this.compare(path, narrow, wide, sent);
	}

	object(path, wideSchema, narrowSchema, sent) {
		const wide = propertiesOf(wideSchema, sent);
		const narrow = propertiesOf(narrowSchema, sent);
		const values = valuesOf(narrowSchema);
		for (const [name, schema] of wide.properties) {
			const at = `${path}.${name}`;
			const given = narrow.properties.get(name);
			if (sent && !given) this.changes.push(`${at}: was removed`);
			else if (wide.required.has(name) && !(given && narrow.required.has(name))) {
				this.changes.push(`${at}: ${sent ? "may be missing" : "is required"} now`);
			}
			if (given) this.each(at, schema, given, sent);
			else if (!sent && values) this.each(at, schema, values, sent);
		}
		const taken = valuesOf(wideSchema);
		if (!taken) return;
		if (values || narrow.properties.size === 0) this.each(`${path}{}`, taken, values, sent);
		for (const [name, schema] of narrow.properties) {
			if (!wide.properties.has(name)) this.each(`${path}.${name}`, taken, schema, sent);
		}
	}

	/** Compares the arguments of an action or event. */
	tuple(path, before, after, sent) {
		const [wide, narrow] = sent ? [before, after] : [after, before];
		const more = (wide.minItems ?? 0) > (narrow.minItems ?? 0);
		if (more && !sent) this.changes.push(`${path}: takes more arguments`);
		if (this.items(path, wide, narrow, sent, before["x-rivet-names"])) {
			this.changes.push(`${path}: ${sent ? "has" : "takes"} fewer arguments`);
		} else if (more && sent) this.changes.push(`${path}: may have fewer arguments`);
	}

	/**
	 * Compares the items of arrays and tuples by their index.
	 * @returns whether some items are not sent, or not accepted, any more
	 */
	items(path, wide, narrow, sent, names = []) {
		const { prefixItems: taken = [] } = wide;
		const { prefixItems: given = [] } = narrow;
		let fewer = !sent && narrow.items !== undefined && wide.items === undefined;
		for (let i = 0; i < Math.max(taken.length, given.length); i++) {
			const one = taken[i] ?? wide.items;
			const other = given[i] ?? narrow.items;
			if (one && other) this.each(`${path}(${names[i] ?? i})`, one, other, sent);
			else if (sent ? one : other) fewer = true;
		}
		const rest = taken.length + given.length > 0 || names.length > 0 ? "(...)" : "[]";
		if (wide.items && narrow.items) this.each(path + rest, wide.items, narrow.items, sent);
		return fewer;
	}
}

/** Returns the breaking changes, one line each. */
export function breakingChanges(before, after) {
	const comparison = new Comparison(before, after);
	for (const [name, channel] of Object.entries(before.channels)) {
		const now = Object.hasOwn(after.channels, name) ? after.channels[name] : undefined;
		if (!now) {
			comparison.changes.push(`${name}: was removed`);
			continue;
		}
		comparison.received(`${name} params`, channel.messages.params?.payload ?? NOTHING, now.messages.params?.payload ?? {});
		for (const [action, { payload }] of messagesOf(channel, "action")) {
			const path = `${name}.${action}`;
			const nowAction = now.messages[`action.${action}`];
			if (!nowAction) {
				comparison.changes.push(`${path}: was removed`);
				continue;
			}
			comparison.tuple(path, payload, nowAction.payload, false);
			const result = (of) => of.messages[`result.${action}`]?.payload;
			comparison.sent(`${path} result`, result(channel), result(now));
		}
		for (const [event, { payload }] of messagesOf(channel, "event")) {
			const nowEvent = now.messages[`event.${event}`];
			if (nowEvent) comparison.tuple(`${name} event ${event}`, payload, nowEvent.payload, true);
			else comparison.changes.push(`${name} event ${event}: was removed`);
		}
	}
	return comparison.changes;
}
