// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Clients of one actor at several nodes, for PublishedClientsClusterTests: connects them, prints "ready",
// waits for the last entries on its input, and prints what each client has received.
import { createInterface } from "node:readline";
import WebSocket from "ws";
import { createClient as createOwnClient } from "../../../../rivet-events-client/src/main/resources/META-INF/resources/rivet-events/rivet-events-client.js";

process.env.LOG_LEVEL = "silent";
globalThis.WebSocket = WebSocket;
const { createClient } = await import("rivetkit/client");

const endpoints = process.env.RIVET_ENDPOINTS.split(",");
const key = process.env.RIVET_KEY;
const received = {};

function collect(name, connection) {
	const entries = (received[name] = []);
	connection.on("added", (entry) => entries.push(entry));
	return entries;
}

const ready = [];
for (const [number, endpoint] of endpoints.entries()) {
	for (const encoding of ["json", "cbor", "bare"]) {
		const connection = createClient({ endpoint, encoding }).book.getOrCreate([key]).connect();
		collect(`rivetkit ${encoding} at ${number}`, connection);
		ready.push(connection.entries());
	}
	for (const transport of ["websocket", "sse"]) {
		const connection = createOwnClient(endpoint, { WebSocket, transport }).book.getOrCreate([key]).connect();
		const entries = collect(`own ${transport} at ${number}`, connection);
		connection.onResync((reason) => entries.push(`notice ${reason}`));
		connection.onGap((gap) => entries.push(`notice ${JSON.stringify(gap)}`));
		ready.push(connection.ready());
	}
}
await Promise.all(ready);
console.log("ready");

for await (const line of createInterface({ input: process.stdin })) {
	const last = line.split(" ");
	const end = Date.now() + 60_000;
	const isThere = (entries) => last.some((entry) => entries.includes(entry));
	while (!Object.values(received).every(isThere) && Date.now() < end) {
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	console.log(JSON.stringify(received));
	process.exit(0);
}
process.exit(1);
