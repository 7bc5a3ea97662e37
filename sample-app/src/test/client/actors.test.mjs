// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Actor instances: lookup by key and id, creation with input and only once, destruction.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { closing, ENCODINGS, failsWith, freshKey, socketsTo, until, withClient, within } from "./support.mjs";

const KEYS = [
	["plain"], ["two", "parts"], ["three", "parts", "here"], ["with/slash", "and more"], ["/"], ["back\\slash"], ["\\0"], ["trailing\\"],
	["é✓😀"], ["with space+plus%20&x=y?#"],
];

for (const encoding of ENCODINGS) {
	describe(`actors in ${encoding}`, () => {
		for (const parts of KEYS) {
			test(`are the same by key ${JSON.stringify(parts)} and by id`, () => withClient(encoding, async (client) => {
				const key = [...parts, freshKey()];
				const handle = client.counter.getOrCreate(key);
				await handle.setCount(3);
				assert.deepEqual(await handle.getKey(), key);
				const id = await handle.resolve();
				assert.equal(await client.counter.get(key).resolve(), id);
				assert.equal(await client.counter.getForId(id).resolve(), id);
				assert.equal(await client.counter.get(key).getCount(), 3);
				assert.equal(await client.counter.getForId(id).getCount(), 3);
				assert.equal(await handle.connect().increment(1), 4);
				assert.equal(await client.counter.getForId(id).connect().increment(1), 5);
				assert.deepEqual(await client.counter.getForId(id).getKey(), key);
			}));
		}

		test("may have no key, or a key of one text", () => withClient(encoding, async (client) => {
			assert.deepEqual(await client.counter.getOrCreate().getKey(), []);
			assert.equal(await client.counter.getOrCreate().resolve(), await client.counter.getOrCreate([]).resolve());
			const key = freshKey();
			assert.equal(await client.counter.getOrCreate(key).resolve(), await client.counter.getOrCreate([key]).resolve());
			assert.deepEqual(await client.counter.getOrCreate(key).getKey(), [key]);
		}));

		test("differ by key and by type", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const ids = await Promise.all([
				client.counter.getOrCreate([key, "a", "b"]).resolve(),
				client.counter.getOrCreate([key, "a/b"]).resolve(),
				client.counter.getOrCreate([key, "a\\/b"]).resolve(),
				client.counter.getOrCreate([key, "a"]).resolve(),
				client.counter.getOrCreate([key, "A"]).resolve(),
				client.counter.getOrCreate([key, "a", ""]).resolve(),
				client.echo.getOrCreate([key, "a"]).resolve(),
			]);
			assert.equal(new Set(ids).size, ids.length);
		}));

		test("come into being once when many ask for them", () => withClient(encoding, async (client) => {
			const key = [freshKey()];
			const handles = Array.from({ length: 20 }, () => client.counter.getOrCreate(key));
			const connected = handles.slice(0, 5).map((handle) => handle.connect().increment(1));
			const stateless = handles.slice(5, 10).map((handle) => handle.increment(1));
			const ids = await Promise.all(handles.slice(10).map((handle) => handle.resolve()));
			const counts = await Promise.all([...connected, ...stateless]);
			assert.equal(new Set(ids).size, 1);
			assert.deepEqual(counts.sort((a, b) => a - b), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
		}));

		test("are created with a key that is free, and no other", () => withClient(encoding, async (client) => {
			const key = [freshKey()];
			const created = await client.inputRoom.create(key, { input: { mode: "ranked", level: 3 } });
			assert.deepEqual(await created.getInput(), { mode: "ranked", level: 3 });
			assert.deepEqual(await created.connect().getInput(), { mode: "ranked", level: 3 });
			const id = await created.resolve();
			assert.equal(await client.inputRoom.get(key).resolve(), id);
			const error = await failsWith("actor.duplicate_key", client.inputRoom.create(key));
			assert.equal(error.metadata.existing_actor_id, id);
			assert.equal(error.metadata.key, key[0]);
		}));

		test("keep the input they were created with", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const input = { mode: "ünranked", level: 2 ** 40, big: 2n ** 70n, bytes: new Uint8Array([1, 255]), pair: ["$x", 1], none: null };
			const created = {
				create: await client.inputRoom.create([key, "create"], { input }),
				stateless: client.inputRoom.getOrCreate([key, "stateless"], { createWithInput: input }),
				connected: client.inputRoom.getOrCreate([key, "connected"], { createWithInput: input }).connect(),
				resolved: client.inputRoom.getOrCreate([key, "resolved"], { createWithInput: input }),
			};
			await created.resolved.resolve();
			for (const [how, actor] of Object.entries(created)) {
				assert.deepEqual(await actor.getInput(), input, how);
				assert.equal(await actor.hadInput(), true, how);
				const later = client.inputRoom.getOrCreate([key, how], { createWithInput: "too late" });
				assert.deepEqual(await later.getInput(), input, `${how}, asked for again`);
				assert.deepEqual(await later.connect().getInput(), input, `${how}, connected again`);
			}
			const without = client.inputRoom.getOrCreate([key, "without"]);
			assert.equal(await without.hadInput(), false);
			assert.equal(await without.getInput(), null);
		}));

		test("that are missing are not found", () => withClient(encoding, async (client) => {
			const missing = client.counter.get([freshKey()]);
			const start = Date.now();
			await Promise.all([
				failsWith("actor.not_found", missing.getCount()).then(() => {
					assert.ok(Date.now() - start > 2_000, "the client asks again for 2.4 s");
				}),
				within(1_000, failsWith("actor.not_found", missing.resolve())),
				within(1_000, failsWith("actor.not_found", client.counter.getForId("no-such-id").getCount())),
				within(2_000, failsWith("actor.not_found", client.counter.getForId("no-such-id").connect().getCount())),
			]);
		}));

		test("that are missing are waited for by a connection", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const connection = client.counter.get([key]).connect();
			await until(() => socketsTo(key).length === 2);
			await client.counter.create([key]);
			await until(() => connection.connStatus === "connected");
			assert.equal(await connection.increment(8), 8);
		}));

		// The client keeps them only if the close comes without an Error before it.
		test("that are missing keep the calls of a connection waiting", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const connection = client.counter.get([key]).connect();
			const errors = [];
			connection.onError((error) => errors.push(`${error.group}.${error.code}`));
			const count = connection.getCount().catch((error) => `rejected: ${error}`);
			await until(() => socketsTo(key).length === 2);
			await client.counter.create([key]);
			assert.equal(await within(5_000, count), 0);
			assert.deepEqual(errors, []);
		}));

		test("are gone once destroyed", () => withClient(encoding, async (client) => {
			const key = [freshKey()];
			const handle = client.counter.getOrCreate(key);
			await handle.increment(5);
			const id = await handle.resolve();
			const watching = handle.connect();
			await watching.getCount();
			const closed = closing(socketsTo(key[0])[0]);
			await client.counter.getForId(id).destroy();
			await within(3_000, closed);
			await watching.dispose();
			await failsWith("actor.not_found", client.counter.getForId(id).getCount());
			assert.equal(await client.counter.getOrCreate(key).getCount(), 0);
			assert.notEqual(await client.counter.getOrCreate(key).resolve(), id);
		}));

		test("are not found by key once destroyed", () => withClient(encoding, async (client) => {
			const key = [freshKey()];
			await client.counter.create(key);
			await client.counter.get(key).destroy();
			await failsWith("actor.not_found", client.counter.get(key).resolve());
			await client.counter.create(key);
			assert.equal(await client.counter.get(key).getCount(), 0);
		}));

		test("are new for a connection whose actor was destroyed", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const connection = client.counter.getOrCreate([key]).connect();
			const counts = [];
			connection.on("newCount", (count) => counts.push(count));
			await connection.increment(9);
			await connection.destroy().catch(() => {});
			await until(() => socketsTo(key).length > 1);
			assert.equal(await connection.getCount(), 0);
			await connection.increment(2);
			assert.deepEqual(counts, [9, 2]);
		}));
	});
}
