import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { JSDOM } from "jsdom";
import { ENDPOINT, freshKey, sleep, sockets, until, withClient } from "./support.mjs";

const page = new JSDOM("<!doctype html><body></body>", { url: "http://localhost/" });
globalThis.window = page.window;
globalThis.document = page.window.document;
if (!globalThis.navigator) {
	globalThis.navigator = page.window.navigator; // Node 20 has none
}
globalThis.IS_REACT_ACT_ENVIRONMENT = false;

const { createElement: h, StrictMode, useState } = await import("react");
const { createRoot } = await import("react-dom/client");
const { createClient, createRivetKit } = await import("@rivetkit/react");

const client = createClient({ endpoint: ENDPOINT });
const { useActor } = createRivetKit({ endpoint: ENDPOINT });
after(() => client.dispose());

function render(element) {
	const root = createRoot(document.body.appendChild(document.createElement("div")));
	root.render(element);
	return root;
}

describe("React", () => {
	test("connects, calls and receives; leaves when it unmounts", () => withClient("bare", async (plain) => {
		const key = freshKey();
		const seen = { counts: [], calls: undefined };
		function Counter() {
			const counter = useActor({ name: "counter", key: [key] });
			counter.useEvent("newCount", (count) => seen.counts.push(count));
			seen.connection = counter.connection;
			seen.status = counter.connStatus;
			return null;
		}
		const before = sockets.length;
		const root = render(h(StrictMode, null, h(Counter)));
		await until(() => seen.status === "connected");
		assert.equal(sockets.length - before, 1);
		await seen.connection.getCount();
		assert.equal(await seen.connection.increment(4), 4);
		await until(() => seen.counts.includes(4));
		await plain.counter.get([key]).increment(1);
		await until(() => seen.counts.includes(5));
		root.unmount();
		await until(() => sockets[before].readyState === 3);
	}));

	test("changes its connection with its key", () => withClient("bare", async () => {
		const keys = [freshKey("a"), freshKey("b")];
		const seen = {};
		function Keyed() {
			const [key, setKey] = useState(keys[0]);
			const counter = useActor({ name: "counter", key: [key] });
			Object.assign(seen, { connection: counter.connection, status: counter.connStatus, key, setKey });
			return null;
		}
		const root = render(h(Keyed));
		await until(() => seen.status === "connected");
		assert.deepEqual(await seen.connection.getKey(), [keys[0]]);
		seen.setKey(keys[1]);
		await until(() => seen.key === keys[1] && seen.status === "connected");
		assert.deepEqual(await seen.connection.getKey(), [keys[1]]);
		root.unmount();
	}));

	test("stays calm when it is refused", () => withClient("bare", async () => {
		const key = freshKey();
		function Refused() {
			useActor({ name: "guarded", key: [key], params: { reject: "user" } });
			return null;
		}
		const before = sockets.length;
		const root = render(h(Refused));
		await sleep(2_000);
		root.unmount();
		const opened = sockets.length - before;
		assert.ok(opened >= 1 && opened <= 6, `${opened} sockets in 2 s`);
	}));
});
