// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Subscriptions: which connections receive which events, and in which order.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ENCODINGS, failsWith, freshKey, socketsTo, until, withClient } from "./support.mjs";

for (const encoding of ENCODINGS) {
	describe(`events in ${encoding}`, () => {
		test("reach who listens, in order, and nobody else", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const handle = client.counter.getOrCreate([key]);
			const listening = handle.connect();
			const deaf = handle.connect();
			const elsewhere = client.counter.getOrCreate([freshKey()]).connect();
			const seen = { listening: [], deaf: [], elsewhere: [] };
			listening.on("newCount", (count) => seen.listening.push(count));
			deaf.on("somethingElse", (count) => seen.deaf.push(count));
			elsewhere.on("newCount", (count) => seen.elsewhere.push(count));
			await Promise.all([listening, deaf, elsewhere].map((connection) => connection.getCount()));
			await Promise.all(Array.from({ length: 500 }, () => deaf.increment(1)));
			await until(() => seen.listening.length >= 500);
			await Promise.all([listening, deaf, elsewhere].map((connection) => connection.getCount()));
			assert.deepEqual(seen, { listening: Array.from({ length: 500 }, (_, i) => i + 1), deaf: [], elsewhere: [] });
		}));

		test("of an action arrive before its answer", () => withClient(encoding, async (client) => {
			const connection = client.counter.getOrCreate([freshKey()]).connect();
			const order = [];
			connection.on("newCount", (count) => order.push(`event ${count}`));
			for (let i = 1; i <= 20; i++) {
				order.push(`answer ${await connection.increment(1)}`);
			}
			assert.deepEqual(order, Array.from({ length: 20 }, (_, i) => [`event ${i + 1}`, `answer ${i + 1}`]).flat());
		}));

		test("have several listeners, some for once, that can stop", () => withClient(encoding, async (client) => {
			const connection = client.echo.getOrCreate([freshKey()]).connect();
			const seen = { first: [], second: [], once: [], cancelled: [] };
			const stop = connection.on("echoed", (...args) => seen.first.push(args));
			connection.on("echoed", (...args) => seen.second.push(args));
			connection.once("echoed", (...args) => seen.once.push(args));
			connection.once("echoed", (...args) => seen.cancelled.push(args))();
			await connection.emit(1, "two", [3n]);
			await connection.emit();
			stop();
			await connection.emit("last");
			assert.deepEqual(seen.second, [[1, "two", [3n]], [], ["last"]]);
			assert.deepEqual(seen.first, [[1, "two", [3n]], []]);
			assert.deepEqual(seen.once, [[1, "two", [3n]]]);
			assert.deepEqual(seen.cancelled, []);
		}));

		test("are not sent before anyone listens, nor after", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const connection = client.echo.getOrCreate([key]).connect();
			await connection.nothing();
			let frames = 0;
			socketsTo(key)[0].on("message", () => frames++);
			const framesOf = async (value) => {
				const before = frames;
				await connection.emit(value);
				return frames - before;
			};
			const seen = [];
			assert.equal(await framesOf("before"), 1, "the answer alone");
			const stop = connection.on("echoed", (value) => seen.push(value));
			assert.equal(await framesOf("during"), 2, "event and answer");
			stop();
			assert.equal(await framesOf("after"), 1, "the answer alone");
			connection.on("echoed", (value) => seen.push(value));
			assert.equal(await framesOf("again"), 2, "event and answer");
			assert.deepEqual(seen, ["during", "again"]);
		}));

		test("are sent once when a listener comes back", () => withClient(encoding, async (client) => {
			const connection = client.echo.getOrCreate([freshKey()]).connect();
			const seen = [];
			for (let i = 0; i < 3; i++) {
				connection.once("echoed", (value) => seen.push(value));
				await connection.emit(i);
			}
			connection.on("echoed", (value) => seen.push(value));
			await connection.emit("last");
			assert.deepEqual(seen, [0, 1, 2, "last"]);
		}));

		test("of a stateless action reach connections in every encoding", () => withClient(encoding, async (client) => {
			const key = [freshKey()];
			const seen = {};
			const listen = (clients, [other, ...more]) => {
				if (!other) {
					return Promise.all(clients.map(([name, each]) => {
						const connection = each.echo.getOrCreate(key).connect();
						connection.on("echoed", (...args) => (seen[name] = args));
						return connection.nothing();
					})).then(() => client.echo.get(key).emit("a", 2 ** 40, 3n, new Uint8Array([4])))
						.then(() => until(() => Object.keys(seen).length === ENCODINGS.length));
				}
				return withClient(other, (each) => listen([...clients, [other, each]], more));
			};
			await listen([], ENCODINGS);
			for (const other of ENCODINGS) {
				assert.deepEqual(seen[other], ["a", 2 ** 40, 3n, new Uint8Array([4])], other);
			}
		}));

		test("carry a chat", () => withClient(encoding, async (client) => {
			const key = [freshKey()];
			const [ada, linus] = ["ada", "linus"].map((name) => client.chatRoom.getOrCreate(key, { params: { name } }).connect());
			const seen = { ada: [], linus: [] };
			ada.on("messageReceived", (message) => seen.ada.push(message));
			linus.on("messageReceived", (message) => seen.linus.push(message));
			assert.deepEqual(await ada.getHistory(), []);
			assert.deepEqual(await linus.getHistory(), []);
			const start = Date.now();
			const first = await ada.sendMessage("ada", "héllo ✓");
			const second = await client.chatRoom.get(key).sendMessage("guest", "and I");
			assert.deepEqual([first.userId, first.text], ["ada", "héllo ✓"]);
			assert.deepEqual([second.userId, second.text], ["guest", "and I"]);
			assert.match(first.id, /^[0-9a-f-]{36}$/);
			assert.equal(typeof first.timestamp, "number");
			assert.ok(Math.abs(first.timestamp - start) < 10_000);
			await until(() => seen.ada.length === 2 && seen.linus.length === 2);
			assert.deepEqual(seen, { ada: [first, second], linus: [first, second] });
			assert.deepEqual(await linus.getHistory(), [first, second]);
		}));

		test("for one player reach no other", () => withClient(encoding, async (client) => {
			const key = [freshKey()];
			const [ada, linus, grace] = ["ada", "linus", "grace"].map((playerId) => client.gameRoom.getOrCreate(key, { params: { playerId } }).connect());
			const got = { ada: [], linus: [], grace: [] };
			for (const [name, connection] of Object.entries({ ada, linus, grace })) {
				connection.on("privateMessage", ({ from, message }) => got[name].push(`${from}: ${message}`));
				connection.on("playerMoved", ({ playerId, position }) => got[name].push(`${playerId} at ${position.x}, ${position.y}`));
			}
			await Promise.all([ada, linus, grace].map((connection) => connection.whoAmI()));
			await ada.sendPrivateMessage("linus", "psst");
			await ada.updatePlayerPosition({ x: 1.5, y: -2 });
			await until(() => got.linus.length === 2 && got.grace.length === 1);
			await Promise.all([ada, linus, grace].map((connection) => connection.whoAmI()));
			assert.deepEqual(got, { ada: [], linus: ["ada: psst", "ada at 1.5, -2"], grace: ["ada at 1.5, -2"] });
			await failsWith("user.player_not_found", ada.sendPrivateMessage("nobody", "?"));
			assert.deepEqual((await ada.getPlayers()).ada, { health: 100, position: { x: 1.5, y: -2 } });
		}));

		test("that are forbidden do not come, and the connection stays", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const handle = client.guarded.getOrCreate([key]);
			const connection = handle.connect();
			await connection.ping();
			const errors = [];
			const seen = { secret: [], open: [], admin: [] };
			connection.onError((error) => errors.push(`${error.group}.${error.code}`));
			connection.on("secret", (value) => seen.secret.push(value));
			await until(() => errors.length > 0);
			assert.deepEqual(errors, ["auth.forbidden"]);
			connection.on("open", (value) => seen.open.push(value));
			const admin = client.guarded.getOrCreate([key], { params: { role: "admin" } }).connect();
			admin.on("secret", (value) => seen.admin.push(value));
			await admin.ping();
			await connection.emit("secret", 42);
			await connection.emit("open", 43);
			await until(() => seen.admin.length > 0);
			assert.deepEqual(seen, { secret: [], open: [43], admin: [42] });
			assert.equal(socketsTo(key).length, 2);
		}));

		test("that are forbidden fail the actions under way", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const connection = client.guarded.getOrCreate([key]).connect();
			await connection.ping();
			connection.on("secret", () => {});
			await failsWith("auth.forbidden", connection.ping());
			assert.equal(await connection.ping(), "pong");
			assert.equal(socketsTo(key).length, 1);
		}));
	});
}
