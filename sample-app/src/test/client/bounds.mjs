// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// What the published client does at bounds of the server: run by PublishedClientsAtBoundsIntegrationTests, whose
// server admits two connections and waits half a second for a message or body.
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { describe, test } from "node:test";
import { closing, ENCODINGS, failsWith, freshKey, sleep, socketsTo, until, withClient, within } from "./support.mjs";

for (const encoding of ENCODINGS) {
	describe(`at a bound, in ${encoding}`, { concurrency: false }, () => {
		test("connection.too_many ends a client that opens, until it is asked again", () => withClient(encoding, async (client) => {
			const [first, second] = [1, 2].map(() => client.faulty.getOrCreate([freshKey()]).connect());
			await Promise.all([first.ok(), second.ok()]);
			const key = freshKey();
			const handle = client.faulty.getOrCreate([key]);
			const third = handle.connect();
			const errors = [];
			third.onError((error) => errors.push(`${error.group}.${error.code}`));
			await within(5_000, failsWith("connection.too_many", third.countAndSleep(0)));
			await sleep(400);
			assert.notEqual(third.connStatus, "connected");
			assert.deepEqual([...new Set(errors)], ["connection.too_many"]);
			assert.equal(socketsTo(key).length, 1, "it does not try again by itself");
			assert.equal(await handle.runs(), 0, "a call over HTTP takes no connection");
			await first.dispose();
			const again = await connectWhenThereIsRoom(handle);
			assert.equal(await again.runs(), 0);
			await Promise.all([second.dispose(), again.dispose()]);
		}));

		test("connection.too_many ends a client that comes back", () => withClient(encoding, async (client) => {
			const key = freshKey();
			let comeBack = Promise.resolve();
			const getParams = async () => {
				await comeBack;
				return {};
			};
			const connection = client.faulty.getOrCreate([key], { getParams }).connect();
			const other = client.faulty.getOrCreate([freshKey()]).connect();
			await Promise.all([connection.ok(), other.ok()]);
			const handle = client.faulty.getOrCreate([key]);
			const running = connection.countAndSleep(1_000).catch((error) => error);
			await until(async () => (await handle.runs()) === 1);
			let goOn;
			comeBack = new Promise((resolve) => (goOn = resolve));
			socketsTo(key)[0].terminate();
			assert.match((await within(1_000, running)).message, /connection (closed|lost)/i);
			const third = await connectWhenThereIsRoom(client.faulty.getOrCreate([freshKey()]));
			goOn();
			await until(() => socketsTo(key).length === 2 && socketsTo(key)[1].readyState === 3);
			await sleep(400);
			assert.notEqual(connection.connStatus, "connected");
			assert.equal(socketsTo(key).length, 2, "it has tried once to come back");
			assert.equal(await handle.runs(), 1);
			await Promise.all([other, third].map((each) => each.dispose()));
		}));

		test("request.timed_out closes the socket; the client comes back and repeats no call", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const connection = client.faulty.getOrCreate([key]).connect();
			await connection.ok();
			const running = failsWith("request.timed_out", connection.countAndSleep(1_500));
			await connection.ok();
			const [socket] = socketsTo(key);
			const closed = closing(socket);
			socket.send("{", { fin: false }); // the first frame of a message whose rest is slow
			assert.equal(await within(3_000, closed), "1011 request.timed_out");
			await within(1_000, running);
			assert.equal(await within(2_000, connection.runs()), 1);
			assert.equal(socketsTo(key).length, 2, "it comes back by itself");
			await connection.dispose();
		}));

		test("request.timed_out fails a call over HTTP, which has not run", () => withClient(encoding, async (client) => {
			const handle = client.faulty.getOrCreate([freshKey()]);
			assert.equal(await handle.ok(), "ok");
			const { fetch } = globalThis;
			let requests = 0;
			globalThis.fetch = (input, init) => {
				requests++;
				return slowly(new Request(input, init));
			};
			try {
				await failsWith("request.timed_out", handle.countAndSleep(0));
			} finally {
				globalThis.fetch = fetch;
			}
			assert.equal(requests, 1, "it does not try again by itself");
			assert.equal(await handle.runs(), 0);
		}));
	});
}

/** The server notices a moment later that a connection has ended. */
async function connectWhenThereIsRoom(handle) {
	let connection;
	await until(async () => {
		connection = handle.connect();
		return (await connection.ok().catch(() => "refused")) === "ok";
	});
	return connection;
}

/** Sends a request as a slow link would, the last byte of its body never. */
async function slowly(request) {
	const body = Buffer.from(await request.arrayBuffer());
	return new Promise((resolve, reject) => {
		const sent = httpRequest(request.url, {
			method: request.method,
			headers: { ...Object.fromEntries(request.headers), "content-length": body.length },
		});
		sent.on("error", reject);
		sent.on("response", (response) => {
			const chunks = [];
			response.on("data", (chunk) => chunks.push(chunk));
			response.on("end", () => {
				sent.destroy();
				resolve(new Response(Buffer.concat(chunks), { status: response.statusCode, headers: response.headers }));
			});
		});
		sent.write(body.subarray(0, body.length - 1));
	});
}
