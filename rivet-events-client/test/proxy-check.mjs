// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Runs the client through a proxy and checks what the proxy forwards. See ProxiesIntegrationTests of the sample.
//
//   node proxy-check.mjs https://localhost:8443/rivet [--idle <milliseconds>] [--forwarded]
//
// --idle: time without messages in which no connection may be lost
// --forwarded: checks that the proxy removes or replaces forwarded headers of the client
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import WebSocket from "ws";
import { createClient } from "../src/main/resources/META-INF/resources/rivet-events/rivet-events-client.js";

const PATIENCE_MILLIS = 20_000;

const FOREIGN = "https://evil.example";

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { idle: { type: "string", default: "0" }, forwarded: { type: "boolean", default: false } },
});
const base = positionals[0];
const own = new URL(base).origin;

/** A client in a page of this origin: browsers send it with each request. */
const clientOf = (origin, transport, headers = {}) =>
	createClient(base, {
		transport,
		openTimeout: PATIENCE_MILLIS,
		headers: { origin, ...headers },
		WebSocket: class extends WebSocket {
			constructor(url, protocols) {
				super(url, protocols, { origin });
			}
		},
	});

const within = (what, promise) =>
	Promise.race([
		promise,
		sleep(PATIENCE_MILLIS, undefined, { ref: false }).then(() => assert.fail(`${what}: nothing within ${PATIENCE_MILLIS} ms`)),
	]);

async function delivers(transport) {
	const client = clientOf(own, transport);
	const room = client.chatRoom.getOrCreate([`proxy-${transport}`]).connect({ name: "ada" });
	let reconnects = 0;
	room.onReconnecting(() => reconnects++);
	const exchange = async (text) => {
		const received = new Promise((resolve) => room.once("messageReceived", resolve));
		const sent = await within(`${transport} answer`, room.sendMessage("ada", text));
		assert.equal((await within(`${transport} event`, received)).id, sent.id);
	};
	await within(`${transport} opens`, room.ready());
	assert.equal(room.status.transport, transport);
	await exchange("first");
	await sleep(Number(values.idle));
	await exchange("after a pause");
	assert.equal(reconnects, 0, `${transport}: the connection was lost within ${values.idle} ms`);
	await client.dispose();
}

const call = (origin, headers) =>
	within("call", clientOf(origin, "sse", headers).chatRoom.getOrCreate(["proxy-http"]).sendMessage("ada", "hello"));

const forbidden = (promise) => assert.rejects(promise, { group: "auth", code: "forbidden" });

async function refusesForeignOrigins() {
	const url = `${base.replace(/^http/, "ws")}/gateway/chatRoom/connect?rvt-method=getOrCreate&rvt-runner=default&rvt-key=proxy`;
	const socket = new WebSocket(url, ["rivet", "rivet_encoding.json"], { origin: FOREIGN });
	const answered = new Promise((resolve, reject) => {
		socket.on("unexpected-response", (_, response) => resolve(response.statusCode));
		socket.on("open", () => reject(new Error("a foreign page has a WebSocket")));
		socket.on("error", reject);
	});
	assert.equal(await within("foreign WebSocket", answered), 403);
	socket.terminate();
	const room = clientOf(FOREIGN, "sse").chatRoom.getOrCreate(["proxy"]).connect();
	room.onError(() => {}); // `ready` reports it
	await within("foreign event stream", assert.rejects(room.ready(), ({ cause }) => cause?.code === "forbidden"));
	await forbidden(call(FOREIGN));
}

/** A page cannot set these headers; any other client can. */
async function ignoresForwardedHeaders() {
	const host = new URL(FOREIGN).host;
	const claims = [
		{ forwarded: `host=${host};proto=https` },
		{ "x-forwarded-host": host, "x-forwarded-proto": "https", "x-forwarded-port": "443" },
	];
	for (const claim of claims) {
		await call(own, claim);
		await forbidden(call(FOREIGN, claim));
	}
}

await Promise.all([
	delivers("websocket"),
	delivers("sse"),
	call(own),
	refusesForeignOrigins(),
	...(values.forwarded ? [ignoresForwardedHeaders()] : []),
]);
console.log(`${base}: passed`);
process.exit(0);
