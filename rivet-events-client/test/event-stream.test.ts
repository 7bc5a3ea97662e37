// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The rules of https://html.spec.whatwg.org/multipage/server-sent-events.html, however the stream is split into chunks.
import { expect, test } from "vitest";
import { EventStreamParser, type StreamItem } from "../src/event-stream";
import { readItem } from "../src/protocol";

const parse = (pieces: string[]): StreamItem[] => {
	const items: StreamItem[] = [];
	const parser = new EventStreamParser((item) => items.push(item));
	pieces.forEach((piece) => parser.push(piece));
	return items;
};

/** As the bytes of a network come: `TextDecoder` takes the mark at the beginning away. */
const parseBytes = (text: string, size: number): StreamItem[] => {
	const bytes = new TextEncoder().encode(text);
	const decoder = new TextDecoder();
	const pieces: string[] = [];
	for (let i = 0; i < bytes.length; i += size) pieces.push(decoder.decode(bytes.slice(i, i + size), { stream: true }));
	return parse(pieces);
};

const item = (data: string, more: Partial<StreamItem> = {}): StreamItem => ({ event: "message", data, id: "", tags: "", eventId: undefined, ...more });

const CASES: [string, string, StreamItem[]][] = [
	["fields", "id: e-1\nevent: x\ndata: 1\ntags: [\"a\"]\n\n", [item("1", { event: "x", id: "e-1", tags: '["a"]' })]],
	["an id of an event", "event: x\ndata: 1\neventId: a\n\n", [item("1", { event: "x", eventId: "a" })]],
	["no space after the colon", "event:x\ndata:1\n\n", [item("1", { event: "x" })]],
	["one space alone", "data:  1\n\n", [item(" 1")]],
	["several lines of data", "data: 1\ndata: 2\ndata\n\n", [item("1\n2\n")]],
	["data that is empty", "data:\n\n", [item("")]],
	["no data", "event: x\nid: 1\n\ndata: 2\n\n", [item("2")]],
	["comments", ": welcome\n:\ndata: 1\n: x\n\n:\n\n", [item("1")]],
	["fields that are not known", "retry: 20\nother: 1\nx\ndata: 1\n\n", [item("1")]],
	["an id with NUL", "id: a\0b\ndata: 1\n\n", [item("1")]],
	["an id of its own", "id: 1\ndata: 1\n\ndata: 2\n\n", [item("1", { id: "1" }), item("2")]],
	["an end in the middle", "data: 1\n\ndata: 2\n", [item("1")]],
	["a mark at the beginning", "\uFEFFdata: 1\n\n", [item("1")]],
	["a mark elsewhere", "data: 1\n\n\uFEFFdata: 2\n\ndata: \uFEFF3\n\n", [item("1"), item("\uFEFF3")]],
	["what is no line end", "data: a\u2028b\u2029c\u0085d\x0be\x0cf\n\n", [item("a\u2028b\u2029c\u0085d\x0be\x0cf")]],
	["several blank lines", "\n\n\ndata: 1\n\n\n\n", [item("1")]],
	["more than one byte", "data: 語😀ö\n\n", [item("語😀ö")]],
];

test.each(CASES)("%s", (_, text, expected) => {
	for (const end of ["\n", "\r\n", "\r"]) {
		const stream = text.replaceAll("\n", end);
		for (let size = 1; size <= stream.length; size++) expect(parseBytes(stream, size)).toEqual(expected);
		const points = [...stream];
		for (let i = 0; i <= points.length; i++) {
			const pieces = [points.slice(0, i).join(""), points.slice(i).join("")];
			if (!stream.startsWith("\uFEFF")) expect(parse(pieces)).toEqual(expected);
		}
	}
});

test("a long item comes in small pieces without much work", () => {
	const data = "x".repeat(2_000_000);
	const before = performance.now();
	expect(parseBytes(`data: ${data}\n\n`, 1400)).toEqual([item(data)]);
	expect(performance.now() - before).toBeLessThan(5000);
});

test.each(["toString", "constructor", "hasOwnProperty", "__proto__"])("an event may be named %s", (name) => {
	const item = { event: name, data: "[1]", id: "e-7", tags: "", eventId: undefined };
	expect(readItem(item)).toEqual({ tag: "Event", val: { name, args: [1], pos: 7 } });
});
