// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Calls and their answers, over a connection and stateless.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ENCODINGS, failsWith, freshKey, socketsTo, withClient, within } from "./support.mjs";

for (const encoding of ENCODINGS) {
	describe(`actions in ${encoding}`, () => {
		test("keep the state of their instance", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const connection = client.counter.getOrCreate([key]).connect();
			assert.equal(await connection.increment(5), 5);
			assert.equal(await client.counter.get([key]).increment(2), 7);
			assert.equal(await connection.setCount(-1), -1);
			assert.equal(await client.counter.getOrCreate([key]).getCount(), -1);
			assert.equal(await client.counter.getOrCreate([freshKey()]).getCount(), 0);
		}));

		test("run at the same time and are answered once each", () => withClient(encoding, async (client) => {
			const connection = client.counter.getOrCreate([freshKey()]).connect();
			const counts = await Promise.all(Array.from({ length: 200 }, () => connection.increment(1)));
			assert.deepEqual(counts, Array.from({ length: 200 }, (_, i) => i + 1));
		}));

		test("of stateless callers at the same time lose nothing", () => withClient(encoding, async (client) => {
			const handle = client.counter.getOrCreate([freshKey()]);
			const counts = await Promise.all(Array.from({ length: 30 }, () => handle.increment(1)));
			assert.deepEqual(counts.sort((a, b) => a - b), Array.from({ length: 30 }, (_, i) => i + 1));
		}));

		test("overtake a slow one", () => withClient(encoding, async (client) => {
			const connection = client.faulty.getOrCreate([freshKey()]).connect();
			const order = [];
			await Promise.all([400, 20, 200].map(async (millis) => order.push(await connection.sleepFor(millis))));
			assert.deepEqual(order, [20, 200, 400]);
		}));

		test("fail with what the user said", () => withClient(encoding, async (client) => {
			const handle = client.faulty.getOrCreate([freshKey()]);
			for (const target of [handle, handle.connect()]) {
				const error = await failsWith("user.my_code", target.failUser("my_code", "my message", { a: [1], b: "ü" }));
				assert.equal(error.message, "my message");
				assert.deepEqual(error.metadata, { a: [1], b: "ü" });
				const plain = await failsWith("user.user_error", target.failUserPlain("just this"));
				assert.equal(plain.message, "just this");
				assert.equal(plain.metadata ?? undefined, undefined);
			}
		}));

		test("do not tell what is inside the server", () => withClient(encoding, async (client) => {
			const handle = client.faulty.getOrCreate([freshKey()]);
			for (const target of [handle, handle.connect()]) {
				const error = await failsWith("rivetkit.internal_error", target.failInternal("the password is hunter2"));
				assert.equal(error.message, "An internal error occurred");
				assert.equal(error.metadata ?? undefined, undefined);
				assert.doesNotMatch(JSON.stringify(error) + error.stack + String(error.cause), /hunter2|IllegalState/);
				assert.equal(await target.ok(), "ok");
			}
		}));

		test("that have run are not made again, whatever they fail with", () => withClient(encoding, async (client) => {
			const handle = client.faulty.getOrCreate([freshKey()]);
			const connection = handle.connect();
			let runs = 0;
			for (const target of [handle, connection]) {
				const nested = await failsWith("rivetkit.internal_error", target.failNested(freshKey()));
				assert.deepEqual(nested.metadata, { cause: "actor.not_found" });
				assert.equal(await connection.runs(), ++runs);
				for (const reason of ["actor.not_found", "actor.destroying", "actor.restarting", "actor.stopped"]) {
					const error = await failsWith("rivetkit.internal_error", target.failWith(reason));
					assert.deepEqual(error.metadata, { cause: reason });
					assert.equal(await connection.runs(), ++runs);
				}
				for (const reason of ["actor.overloaded", "actor.callback_timed_out", "request.timed_out", "connection.too_many"]) {
					await failsWith(reason, target.failWith(reason));
					assert.equal(await connection.runs(), ++runs);
				}
			}
		}));

		test("that do not exist, or whose arguments do not fit, say so", () => withClient(encoding, async (client) => {
			const handle = client.counter.getOrCreate([freshKey()]);
			for (const target of [handle, handle.connect()]) {
				const unknown = await failsWith("actor.action_not_found", target.nope());
				assert.match(unknown.message, /nope/);
				await failsWith("actor.validation_error", target.increment("many"));
				await failsWith("actor.validation_error", target.increment());
				await failsWith("actor.validation_error", target.increment(1, 2));
				const { metadata } = await failsWith("actor.validation_error", target.increment({}));
				assert.equal(metadata.violations[0].path, "by");
				assert.equal(await target.getCount(), 0);
			}
		}));

		test("of an unknown actor type fail at once", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const handle = client.noSuchActor.getOrCreate([key]);
			await within(2_000, failsWith("actor.not_registered", handle.ping()));
			await within(2_000, failsWith("actor.not_registered", handle.resolve()));
			await within(2_000, failsWith("actor.not_registered", handle.connect().ping()));
			assert.equal(socketsTo(key).length, 1);
		}));

		test("time out without holding others up", () => withClient(encoding, async (client) => {
			const handle = client.faulty.getOrCreate([freshKey()]);
			const connection = handle.connect();
			assert.equal(await connection.ok(), "ok");
			const start = Date.now();
			const slow = ["connected", "stateless"].map(async (how) => {
				const error = await failsWith("actor.action_timed_out", (how === "connected" ? connection : handle).sleepFor(3_000));
				assert.match(error.message, /timed out/i, how);
				const took = Date.now() - start;
				assert.ok(took >= 1_900 && took < 2_900, `${how}: ${took} ms`);
			});
			assert.equal(await within(1_000, connection.sleepFor(50)), 50);
			assert.equal(await within(1_000, connection.ok()), "ok");
			assert.equal(await within(1_000, handle.ok()), "ok");
			assert.ok(Date.now() - start < 1_900, "answered before the slow ones");
			await Promise.all(slow);
			assert.equal(await connection.ok(), "ok");
		}));
	});
}
