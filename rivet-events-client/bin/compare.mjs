// Finds what a new contract breaks for clients that were built against an old one.
import { messagesOf } from "./write.mjs";

/** Whether whoever expects the one can do with the other; `path` says where it differs. */
class Comparison {
	constructor(before, after) {
		this.before = before;
		this.after = after;
		this.changes = [];
		this.seen = new Set();
	}

	resolve(document, schema) {
		if (!schema?.$ref) return schema;
		const name = decodeURIComponent(schema.$ref.split("/").pop());
		const { $ref, ...own } = schema;
		const target = this.resolve(document, document.components.schemas[name]);
		const both = (field, merge) => (own[field] || target[field] ? { [field]: merge(target[field], own[field]) } : {});
		return {
			...target,
			...own,
			...both("properties", (one, other) => ({ ...one, ...other })),
			...both("required", (one = [], other = []) => [...one, ...other]),
		};
	}

	/** What the server sends: it may say more than before, not less. */
	sent(path, before, after) {
		this.compare(path, before, after, true);
	}

	/** What the client sends: the server may ask for less than before, not for more. */
	received(path, before, after) {
		this.compare(path, before, after, false);
	}

	compare(path, beforeSchema, afterSchema, sent) {
		const key = JSON.stringify([beforeSchema, afterSchema, sent]);
		if (this.seen.has(key)) return;
		this.seen.add(key);
		const before = this.resolve(this.before, beforeSchema);
		const after = this.resolve(this.after, afterSchema);
		if (before === undefined && after === undefined) return;
		if (before === undefined || after === undefined) {
			if (!(sent && before === undefined)) this.changes.push(`${path}: ${after ? "has" : "has no"} type any more`);
			return;
		}
		const [all, some] = sent ? [after, before] : [before, after];
		if (!this.kinds(all).every((kind) => this.kinds(some).includes(kind))) {
			this.changes.push(`${path}: was ${this.kinds(before).join(" | ")}, is ${this.kinds(after).join(" | ")}`);
			return;
		}
		if (before.items || after.items) this.compare(`${path}[]`, before.items ?? {}, after.items ?? {}, sent);
		if (typeof before.additionalProperties === "object" && typeof after.additionalProperties === "object") {
			this.compare(`${path}{}`, before.additionalProperties, after.additionalProperties, sent);
		}
		this.properties(path, before, after, sent);
	}

	/** What a value may be at its top. */
	kinds(schema) {
		if (schema.enum) return schema.enum.map((value) => JSON.stringify(value));
		if ("const" in schema) return [JSON.stringify(schema.const)];
		const either = schema.anyOf ?? schema.oneOf;
		if (either) return either.flatMap((each) => (each.$ref ? [each.$ref.split("/").pop()] : this.kinds(each)));
		const types = [schema.type ?? (schema.properties ? "object" : "anything")].flat();
		return types.map((type) => (schema.format ? `${type} (${schema.format})` : type));
	}

	properties(path, before, after, sent) {
		if (!before.properties || !after.properties) return;
		for (const [name, schema] of Object.entries(before.properties)) {
			if (name in after.properties) this.compare(`${path}.${name}`, schema, after.properties[name], sent);
			else if (sent) this.changes.push(`${path}.${name}: is gone`);
		}
		const required = (schema) => new Set(schema.required ?? []);
		for (const name of Object.keys(after.properties)) {
			if (!sent && required(after).has(name) && !required(before).has(name)) {
				this.changes.push(`${path}.${name}: is required now`);
			}
		}
		for (const name of Object.keys(before.properties)) {
			const weaker = required(before).has(name) && name in after.properties && !required(after).has(name);
			if (sent && weaker) this.changes.push(`${path}.${name}: may be missing now`);
		}
	}

	/** The arguments of an action or event. */
	tuple(path, before, after, sent) {
		const beforeItems = before.prefixItems ?? [];
		const afterItems = after.prefixItems ?? [];
		if (!sent && after.minItems > before.minItems) this.changes.push(`${path}: takes more arguments`);
		if (!sent && !after.items && afterItems.length < beforeItems.length) {
			this.changes.push(`${path}: takes fewer arguments`);
		}
		if (sent && afterItems.length < beforeItems.length) this.changes.push(`${path}: has fewer arguments`);
		beforeItems.forEach((item, i) => {
			if (afterItems[i]) this.compare(`${path}(${before["x-rivet-names"]?.[i] ?? i})`, item, afterItems[i], sent);
		});
		if (before.items && after.items) this.compare(`${path}(...)`, before.items, after.items, sent);
		else if (before.items && !sent) this.changes.push(`${path}: takes fewer arguments`);
	}
}

/** Returns what breaks, a line each. */
export function breakingChanges(before, after) {
	const comparison = new Comparison(before, after);
	for (const [name, channel] of Object.entries(before.channels)) {
		const now = after.channels[name];
		if (!now) {
			comparison.changes.push(`${name}: is gone`);
			continue;
		}
		comparison.received(`${name} params`, channel.messages.params?.payload ?? {}, now.messages.params?.payload ?? {});
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
