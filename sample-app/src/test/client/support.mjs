// What all tests share: clients, fresh keys, and waiting with an end.
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";

export const ENDPOINT = process.env.RIVET_ENDPOINT_UNDER_TEST ?? "http://127.0.0.1:8080/rivet";
export const ENCODINGS = ["json", "cbor", "bare"];

process.env.LOG_LEVEL = "silent";

/** Every socket that a client has opened, newest last. */
export const sockets = [];
globalThis.WebSocket = class extends WebSocket {
	constructor(...args) {
		super(...args);
		sockets.push(this);
	}
};

const { createClient } = await import("rivetkit/client");

let keys = 0;

export function freshKey(name = "key") {
	return `${name}-${process.pid}-${Date.now()}-${keys++}`;
}

/** Runs with a client, and disposes it. */
export async function withClient(encoding, run) {
	const client = createClient({ endpoint: ENDPOINT, encoding });
	try {
		await within(20_000, run(client));
	} finally {
		await client.dispose();
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

export { sleep };
