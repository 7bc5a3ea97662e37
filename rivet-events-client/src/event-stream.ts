// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The format of event streams: https://html.spec.whatwg.org/multipage/server-sent-events.html

/** An item of an event stream. */
export interface StreamItem {
	event: string;
	data: string;
	/** Id of this item, not of an earlier one. */
	id: string;
	/** Tags of an event as JSON; a field of rivet-events, which an `EventSource` ignores. */
	tags: string;
	/** Id of an event that may be sent more than once; a field of rivet-events, like `tags`. */
	eventId: string | undefined;
	/** Parent of the trace of an event; a field of rivet-events, like `tags`. */
	traceparent: string | undefined;
}

/** Reads items from text in pieces of any size. Only CR, LF and CRLF end a line. */
export class EventStreamParser {
	readonly #onItem: (item: StreamItem) => void;
	readonly #line: string[] = [];
	#afterReturn = false;
	#fields = new Map<string, string>();

	constructor(onItem: (item: StreamItem) => void) {
		this.#onItem = onItem;
	}

	push(text: string): void {
		if (text === "") return;
		// the LF of a CRLF whose CR ended the piece before
		const start = this.#afterReturn && text[0] === "\n" ? 1 : 0;
		this.#afterReturn = text.endsWith("\r");
		const lines = text.slice(start).split(/\r\n|\n|\r/);
		const last = lines.pop()!;
		for (const line of lines) {
			this.#line.push(line);
			this.#onLine(this.#line.splice(0).join(""));
		}
		if (last !== "") this.#line.push(last);
	}

	#onLine(line: string): void {
		if (line === "") {
			this.#dispatch();
			return;
		}
		const colon = line.indexOf(":");
		if (colon === 0) return; // a comment
		const name = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
		const before = this.#fields.get(name);
		if (name === "id" && value.includes("\0")) return;
		this.#fields.set(name, name === "data" && before !== undefined ? `${before}\n${value}` : value);
	}

	#dispatch(): void {
		const fields = this.#fields;
		this.#fields = new Map();
		const data = fields.get("data");
		if (data === undefined) return;
		const field = (name: string) => fields.get(name) ?? "";
		const event = field("event") || "message";
		this.#onItem({
			event,
			data,
			id: field("id"),
			tags: field("tags"),
			eventId: fields.get("eventId"),
			traceparent: fields.get("traceparent"),
		});
	}
}
