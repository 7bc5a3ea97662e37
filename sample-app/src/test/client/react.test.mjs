// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The React hooks, which carry a client of their own (rivetkit 2.3.11).
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { JSDOM } from "jsdom";
import { ENDPOINT, freshKey, sleep, socketsTo, until, withClient } from "./support.mjs";

const page = new JSDOM("<!doctype html><body></body>", { url: "http://localhost/" });
globalThis.window = page.window;
globalThis.document = page.window.document;
globalThis.navigator ??= page.window.navigator; // Node 20 has none
globalThis.IS_REACT_ACT_ENVIRONMENT = false;

const { createElement, StrictMode } = await import("react");
const { createRoot } = await import("react-dom/client");
const { createClient, createRivetKitWithClient } = await import("@rivetkit/react");

// The hooks drop a refused connection without disposing it, and its timer keeps Node alive; the client still holds it.
const client = createClient({ endpoint: ENDPOINT });
const { useActor } = createRivetKitWithClient(client);
after(async () => {
	await client.dispose();
	page.window.close();
});

/** Renders one actor, and keeps what the hook last returned in `seen`. */
function show(options, { events = {}, wrap = (element) => element } = {}) {
	const seen = { renders: 0 };
	function Show({ options }) {
		const actor = useActor(options);
		for (const [name, listener] of Object.entries(events)) {
			actor.useEvent(name, listener);
		}
		Object.assign(seen, actor, { renders: seen.renders + 1 });
		return actor.connStatus;
	}
	const container = document.body.appendChild(document.createElement("div"));
	const root = createRoot(container);
	const render = (next) => root.render(wrap(createElement(Show, { options: next })));
	render(options);
	return { seen, container, render, unmount: () => root.unmount() };
}

describe("React", () => {
	test("connects, calls and receives", () => withClient("bare", async (plain) => {
		const key = freshKey();
		const counts = [];
		const shown = show({ name: "counter", key: [key] }, { events: { newCount: (count) => counts.push(count) } });
		await until(() => shown.container.textContent === "connected");
		await shown.seen.connection.getCount();
		assert.equal(await shown.seen.connection.increment(4), 4);
		assert.equal(await plain.counter.get([key]).increment(1), 5);
		await until(() => counts.length >= 2);
		assert.deepEqual(counts, [4, 5]);
		assert.equal(await shown.seen.handle.getCount(), 5);
		shown.unmount();
	}));

	test("tells an action's error", () => withClient("bare", async () => {
		const shown = show({ name: "faulty", key: [freshKey()] });
		await until(() => shown.container.textContent === "connected");
		for (const target of [shown.seen.connection, shown.seen.handle]) {
			await assert.rejects(target.failUser("my_code", "my message", { a: 1 }), { code: "my_code", message: "my message" });
			await assert.rejects(target.failInternal("hunter2"), { code: "internal_error", message: "An internal error occurred" });
		}
		shown.unmount();
	}));

	test("leaves when it unmounts", () => withClient("bare", async (plain) => {
		const key = freshKey();
		const room = plain.gameRoom.getOrCreate([key]);
		const shown = show({ name: "gameRoom", key: [key], params: { playerId: "ada" } });
		await until(() => shown.seen.connStatus === "connected");
		assert.equal((await shown.seen.connection.whoAmI()).playerId, "ada");
		assert.equal(await room.connectionCount(), 2, "React and the one who asks");
		shown.unmount();
		await until(async () => (await room.connectionCount()) === 1);
		assert.equal(socketsTo(key).length, 1);
	}));

	test("opens one socket in StrictMode", () => withClient("bare", async () => {
		const key = freshKey();
		const counts = [];
		const shown = show({ name: "counter", key: [key] }, {
			events: { newCount: (count) => counts.push(count) },
			wrap: (element) => createElement(StrictMode, null, element),
		});
		await until(() => shown.seen.connStatus === "connected");
		await shown.seen.connection.getCount();
		await shown.seen.connection.increment(1);
		await until(() => counts.length > 0);
		assert.deepEqual(counts, [1]);
		assert.equal(socketsTo(key).length, 1);
		shown.unmount();
		await until(() => socketsTo(key)[0].readyState === 3);
	}));

	test("shares one socket between components", () => withClient("bare", async () => {
		const key = freshKey();
		const [first, second] = [1, 2].map(() => show({ name: "counter", key: [key] }));
		await until(() => first.seen.connStatus === "connected" && second.seen.connStatus === "connected");
		assert.equal(socketsTo(key).length, 1);
		first.unmount();
		await sleep(50);
		assert.equal(await second.seen.connection.increment(1), 1);
		second.unmount();
		await until(() => socketsTo(key)[0].readyState === 3);
	}));

	test("changes its connection with its key", () => withClient("bare", async () => {
		const keys = [freshKey("a"), freshKey("b")];
		const counts = [];
		const shown = show({ name: "counter", key: [keys[0]] }, { events: { newCount: (count) => counts.push(count) } });
		await until(() => shown.seen.connStatus === "connected");
		assert.deepEqual(await shown.seen.connection.getKey(), [keys[0]]);
		const first = shown.seen.connection;
		shown.render({ name: "counter", key: [keys[1]] });
		await until(() => shown.seen.connection && shown.seen.connection !== first && shown.seen.connStatus === "connected");
		assert.deepEqual(await shown.seen.connection.getKey(), [keys[1]]);
		await until(() => socketsTo(keys[0])[0].readyState === 3);
		await shown.seen.connection.setCount(7);
		await until(() => counts.length > 0);
		assert.deepEqual(counts, [7]);
		shown.unmount();
	}));

	test("connects when it is enabled", () => withClient("bare", async () => {
		const key = freshKey();
		const shown = show({ name: "counter", key: [key], enabled: false });
		await sleep(100);
		assert.equal(socketsTo(key).length, 0);
		shown.render({ name: "counter", key: [key], enabled: true });
		await until(() => shown.seen.connStatus === "connected");
		assert.equal(await shown.seen.connection.increment(1), 1);
		shown.unmount();
	}));

	test("comes back after a dropped socket", () => withClient("bare", async (plain) => {
		const key = freshKey();
		const counts = [];
		const shown = show({ name: "counter", key: [key] }, { events: { newCount: (count) => counts.push(count) } });
		await until(() => shown.seen.connStatus === "connected");
		await shown.seen.connection.getCount();
		socketsTo(key)[0].terminate();
		await until(() => socketsTo(key).length === 2 && shown.seen.connStatus === "connected");
		await shown.seen.connection.getCount();
		await plain.counter.get([key]).increment(3);
		await until(() => counts.length > 0);
		assert.deepEqual(counts, [3]);
		shown.unmount();
	}));

	test("stays calm when it is refused", () => withClient("bare", async () => {
		const key = freshKey();
		const shown = show({ name: "guarded", key: [key], params: { reject: "user" } });
		await sleep(2_000);
		const opened = socketsTo(key).length;
		shown.unmount();
		assert.ok(opened >= 1 && opened <= 6, `${opened} sockets in 2 s`);
	}));
});
