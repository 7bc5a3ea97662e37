// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Helpers for all tests: clients, unused keys, the sockets that clients open, and waiting with a timeout.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";

export const ENDPOINT = process.env.RIVET_ENDPOINT_UNDER_TEST ?? "http://127.0.0.1:8080/rivet";
export const ENCODINGS = ["json", "cbor", "bare"];

process.env.LOG_LEVEL = "silent";

/** Every socket that a client has opened, newest last. Node 20 has no WebSocket of its own. */
export const sockets = [];
globalThis.WebSocket = class extends WebSocket {
	constructor(...args) {
		super(...args);
		sockets.push(this);
	}
};

// Without a server the client would ask for ever, in each test anew.
const metadata = await fetch(`${ENDPOINT}/metadata`, { signal: AbortSignal.timeout(5_000) }).catch((error) => error);
assert.ok(metadata.ok, `no server at ${ENDPOINT}: ${metadata.cause ?? metadata.status ?? metadata}`);

const { createClient } = await import("rivetkit/client");

/** A part of a key that no other test has. */
export function freshKey(name = "key") {
	return `${name}-${randomUUID()}`;
}

/** The sockets opened to the actor whose key has this part, newest last. Not for connections by id. */
export function socketsTo(keyPart) {
	return sockets.filter((socket) => socket.url.includes(keyPart));
}

/** Runs with a client, and disposes it. */
export async function withClient(encoding, run) {
	const client = createClient({ endpoint: ENDPOINT, encoding });
	try {
		await within(20_000, run(client));
	} finally {
		await within(5_000, client.dispose());
	}
}

export async function within(millis, promise) {
	const end = new AbortController();
	const late = sleep(millis, undefined, { signal: end.signal }).then(() => {
		throw new Error(`not done after ${millis} ms`);
	});
	try {
		return await Promise.race([promise, late]);
	} finally {
		end.abort();
		late.catch(() => {});
	}
}

export async function until(condition, millis = 5_000) {
	const end = Date.now() + millis;
	while (!(await condition())) {
		if (Date.now() > end) {
			throw new Error(`not true after ${millis} ms: ${condition}`);
		}
		await sleep(10);
	}
}

/** The error of a promise that must fail. */
export async function failure(promise) {
	try {
		await promise;
	} catch (error) {
		return error;
	}
	throw new Error("it has not failed");
}

/** Asserts that a promise fails with this group and code, and returns the error. */
export async function failsWith(expected, promise) {
	const error = await failure(promise);
	assert.equal(`${error.group}.${error.code}`, expected, `failed with: ${error}`);
	return error;
}

/** Resolves with code and reason, as "1000 bye", when the socket closes. */
export function closing(socket) {
	return new Promise((resolve) => socket.on("close", (code, reason) => resolve(`${code} ${reason}`)));
}

export { sleep };
