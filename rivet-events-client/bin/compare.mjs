// Finds what a new contract breaks for clients that were built against an old one.
import { messagesOf } from "./write.mjs";

/** What an actor without params takes. */
const NOTHING = { type: "null" };

/** Both schemas hold: `own` says more of what `target` describes. */
const merge = (target, own) => ({
	...target,
	...own,
	...(target.properties && own.properties ? { properties: { ...target.properties, ...own.properties } } : {}),
	...(target.required && own.required ? { required: [...target.required, ...own.required] } : {}),
});

/** The alternatives of a schema without references and unions: its values, or its types. */
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

/** Each of the values that a schema allows is of one of these; none of them is a reference or a union. */
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
		if (through.includes(name)) return []; // it says no more of itself
		const target = alternatives(document, document.components.schemas[name], [...through, name]);
		and(target.length === 1 ? [{ ...target[0], name: target[0].name ?? name }] : target);
	}
	for (const each of allOf) and(alternatives(document, each, through));
	const either = anyOf ?? oneOf;
	if (either) and(either.flatMap((each) => alternatives(document, each, through)));
	return parts;
}

/** What tells an object or array from others of a union: its constants, or else the only name in it. */
function tagOf({ kind, schema }) {
	const parts = Object.entries((kind === "object" ? schema.properties : schema.prefixItems) ?? {});
	const constants = parts
		.filter(([, each]) => "const" in each)
		.map(([name, each]) => `${name}=${JSON.stringify(each.const)}`);
	if (constants.length > 0) return constants.sort().join();
	return kind === "object" && parts.length === 1 ? parts[0][0] : undefined;
}

/** Whether a scalar or constant is one of the other kind. */
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

/** What has more in it to compare. */
const isCompound = ({ kind }) => kind === "object" || kind === "array";

/** What one side knows of the properties: it does not get what is only written, and does not give what is only read. */
function propertiesOf({ properties = {}, required = [] }, sent) {
	const hidden = sent ? "writeOnly" : "readOnly";
	const known = Object.entries(properties).filter(([, schema]) => !schema[hidden]);
	return { properties: new Map(known), required: new Set(required) };
}

/** The type of the values of a map, if it is known. */
const valuesOf = ({ additionalProperties }) => (typeof additionalProperties === "object" ? additionalProperties : undefined);

/** An array that is no tuple has items, of whatever type. */
const whole = (array) => (array.prefixItems ? array : { items: {}, ...array });

/** Whether whoever expects the one can do with the other; `path` says where it differs. */
class Comparison {
	constructor(before, after) {
		this.before = before;
		this.after = after;
		this.changes = [];
		this.seen = new Set();
	}

	/** What the server sends: it may say more than before, not less. */
	sent(path, before, after) {
		if (before !== undefined && after === undefined) this.changes.push(`${path}: has no type any more`);
		else if (before !== undefined) this.compare(path, before, after, true);
	}

	/** What the client sends: the server may ask for less than before, not for more. */
	received(path, before, after) {
		this.compare(path, before, after, false);
	}

	/** Each value that the one side gives has to be one that the other side takes. */
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

	/** Of a union, that which stands for the same: the rest is judged by what is in it. */
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

	/** Whether a comparison finds nothing; without a trace of it. */
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

	/** As `compare`, of what is wide enough for the other. */
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
			if (sent && !given) this.changes.push(`${at}: is gone`);
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

	/** The arguments of an action or event. */
	tuple(path, before, after, sent) {
		const [wide, narrow] = sent ? [before, after] : [after, before];
		const more = (wide.minItems ?? 0) > (narrow.minItems ?? 0);
		if (more && !sent) this.changes.push(`${path}: takes more arguments`);
		if (this.items(path, wide, narrow, sent, before["x-rivet-names"])) {
			this.changes.push(`${path}: ${sent ? "has" : "takes"} fewer arguments`);
		} else if (more && sent) this.changes.push(`${path}: may have fewer arguments`);
	}

	/**
	 * Compares the items of arrays and tuples, each with what the other has at its place.
	 * @returns whether some of them are not sent, or not taken, any more
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

/** Returns what breaks, a line each. */
export function breakingChanges(before, after) {
	const comparison = new Comparison(before, after);
	for (const [name, channel] of Object.entries(before.channels)) {
		const now = Object.hasOwn(after.channels, name) ? after.channels[name] : undefined;
		if (!now) {
			comparison.changes.push(`${name}: is gone`);
			continue;
		}
		comparison.received(`${name} params`, channel.messages.params?.payload ?? NOTHING, now.messages.params?.payload ?? {});
		for (const [action, { payload }] of messagesOf(channel, "action")) {
			const path = `${name}.${action}`;
			const nowAction = now.messages[`action.${action}`];
			if (!nowAction) {
				comparison.changes.push(`${path}: is gone`);
				continue;
			}
			comparison.tuple(path, payload, nowAction.payload, false);
			const result = (of) => of.messages[`result.${action}`]?.payload;
			comparison.sent(`${path} result`, result(channel), result(now));
		}
		for (const [event, { payload }] of messagesOf(channel, "event")) {
			const nowEvent = now.messages[`event.${event}`];
			if (nowEvent) comparison.tuple(`${name} event ${event}`, payload, nowEvent.payload, true);
			else comparison.changes.push(`${name} event ${event}: is gone`);
		}
	}
	return comparison.changes;
}
