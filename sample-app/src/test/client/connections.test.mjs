// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The lifecycle of a connection: params, state, close by either side, reconnection, refusal, disposal.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { closing, ENCODINGS, failsWith, failure, freshKey, sleep, socketsTo, until, withClient, within } from "./support.mjs";

for (const encoding of ENCODINGS) {
	describe(`connections in ${encoding}`, () => {
		test("tell their status", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const connection = client.counter.getOrCreate([key]).connect();
			const seen = [];
			connection.onOpen(() => seen.push("open"));
			connection.onClose(() => seen.push("close"));
			await connection.getCount();
			assert.equal(connection.connStatus, "connected");
			assert.deepEqual(seen, ["open"]);
			const statuses = [];
			connection.onStatusChange((status) => statuses.push(status));
			socketsTo(key)[0].terminate();
			await until(() => statuses.at(-1) === "connected");
			assert.deepEqual(statuses, ["disconnected", "connecting", "connected"]);
			assert.deepEqual(seen, ["open", "close", "open"]);
		}));

		test("carry params, and their state is theirs", () => withClient(encoding, async (client) => {
			const key = [freshKey()];
			const join = (params) => client.gameRoom.getOrCreate(key, { params });
			const self = async (target) => {
				const { id, playerId, role } = await target.whoAmI();
				assert.ok(id.length > 0);
				return [playerId, role];
			};
			const ada = join({ playerId: "ünï ✓", role: "admin" }).connect();
			const linus = join({ playerId: "linus" }).connect();
			const nobody = join(undefined).connect();
			assert.deepEqual(await self(ada), ["ünï ✓", "admin"]);
			assert.deepEqual(await self(linus), ["linus", "player"]);
			assert.deepEqual(await self(nobody), [null, "player"]);
			assert.deepEqual(await self(join({ playerId: "é" })), ["é", "player"]);
			assert.deepEqual(await self(join(undefined)), [null, "player"]);
			assert.equal((await ada.whoAmI()).id, (await ada.whoAmI()).id);
			assert.notEqual((await ada.whoAmI()).id, (await linus.whoAmI()).id);
			assert.deepEqual(Object.keys(await ada.getPlayers()).sort(), ["linus", "ünï ✓"].sort());
		}));

		test("ask for their params again when they come back", () => withClient(encoding, async (client) => {
			const key = freshKey();
			let asked = 0;
			const getParams = async () => ({ playerId: `p${++asked}` });
			const connection = client.gameRoom.getOrCreate([key], { getParams }).connect();
			assert.equal((await connection.whoAmI()).playerId, "p1");
			socketsTo(key)[0].terminate();
			await until(() => asked === 2);
			assert.equal((await connection.whoAmI()).playerId, "p2");
		}));

		test("are counted, a stateless caller among them", () => withClient(encoding, async (client) => {
			const handle = client.gameRoom.getOrCreate([freshKey()]);
			assert.equal(await handle.connectionCount(), 1);
			const [first, second] = [handle.connect(), handle.connect()];
			await Promise.all([first.whoAmI(), second.whoAmI()]);
			assert.equal(await first.connectionCount(), 2);
			assert.equal(await handle.connectionCount(), 3);
			assert.equal(await first.connectionCount(), 2, "the stateless caller has left");
			await second.dispose();
			await until(async () => (await first.connectionCount()) === 1);
		}));

		test("come back after a dropped socket, with their subscriptions", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const connection = client.counter.getOrCreate([key]).connect();
			const counts = [];
			connection.on("newCount", (count) => counts.push(count));
			await connection.increment(1);
			for (let drops = 1; drops <= 3; drops++) {
				socketsTo(key).at(-1).terminate();
				await until(() => socketsTo(key).length === drops + 1);
				assert.equal(await connection.increment(1), drops + 1);
			}
			assert.deepEqual(counts, [1, 2, 3, 4]);
		}));

		test("do not bring back a subscription that has ended", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const connection = client.counter.getOrCreate([key]).connect();
			const counts = [];
			const stop = connection.on("newCount", (count) => counts.push(count));
			await connection.increment(1);
			stop();
			socketsTo(key)[0].terminate();
			await until(() => socketsTo(key).length === 2);
			await connection.increment(1);
			assert.deepEqual(counts, [1]);
		}));

		test("send what was called while they were away, in order", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const connection = client.counter.getOrCreate([key]).connect();
			const early = [connection.increment(1), connection.increment(1)];
			assert.deepEqual(await Promise.all(early), [1, 2]);
			// The client is back within milliseconds: call from its own report.
			const queued = new Promise((resolve) => {
				connection.onStatusChange((status) => {
					if (status === "connecting") {
						resolve(Promise.all(Array.from({ length: 10 }, () => connection.increment(1))));
					}
				});
			});
			socketsTo(key)[0].terminate();
			assert.deepEqual(await queued, Array.from({ length: 10 }, (_, i) => i + 3));
		}));

		test("fail the actions under way when the socket drops", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const connection = client.faulty.getOrCreate([key]).connect();
			await connection.ok();
			const slow = failure(connection.sleepFor(1_500));
			await connection.ok();
			socketsTo(key)[0].terminate();
			assert.match((await within(1_000, slow)).message, /connection (closed|lost)/i);
			assert.equal(await connection.ok(), "ok");
		}));

		test("come back after they were kicked", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const connection = client.gameRoom.getOrCreate([key], { params: { playerId: "ada" } }).connect();
			const messages = [];
			connection.on("privateMessage", ({ message }) => messages.push(message));
			const first = await connection.whoAmI();
			const closed = closing(socketsTo(key)[0]);
			const room = client.gameRoom.get([key]);
			assert.equal(await room.kick("ada", "enough"), true);
			assert.equal(await within(2_000, closed), "1000 enough");
			const second = await connection.whoAmI();
			assert.notEqual(second.id, first.id);
			assert.equal(second.playerId, "ada");
			await room.sendPrivateMessage("ada", "welcome back");
			await until(() => messages.length > 0);
			assert.deepEqual(messages, ["welcome back"]);
			assert.equal(await room.kick("nobody", "enough"), false);
		}));

		test("come back after they have asked to be closed", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const connection = client.gameRoom.getOrCreate([key]).connect();
			const first = await connection.whoAmI();
			const closed = closing(socketsTo(key)[0]);
			// The close may be faster than the answer.
			await connection.disconnectSelf("bye").catch(() => {});
			assert.equal(await within(2_000, closed), "1000 bye");
			assert.notEqual((await connection.whoAmI()).id, first.id);
			assert.equal(await connection.connectionCount(), 1);
		}));

		test("end when they are disposed, and stay away", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const handle = client.gameRoom.getOrCreate([key]);
			const connection = handle.connect();
			await connection.whoAmI();
			const closed = closing(socketsTo(key)[0]);
			await within(2_000, connection.dispose());
			assert.equal(await within(2_000, closed), "1000 Disposed");
			assert.equal(connection.connStatus, "idle");
			await until(async () => (await handle.connectionCount()) === 1);
			await sleep(100);
			assert.equal(socketsTo(key).length, 1);
		}));

		test("end with their client", async () => {
			const key = freshKey();
			await withClient(encoding, async (client) => {
				await Promise.all([1, 2].map(() => client.gameRoom.getOrCreate([key]).connect().whoAmI()));
			});
			await until(() => socketsTo(key).every((socket) => socket.readyState === socket.CLOSED));
			await withClient(encoding, (client) => until(async () => (await client.gameRoom.get([key]).connectionCount()) === 1));
			assert.equal(socketsTo(key).length, 2);
		});

		for (const [reject, reason, message, metadata] of [
			["user", "user.bad_token", "nope", { hint: "x" }],
			["identity", "auth.identity_conflict", "The credentials belong to another user than the handshake.", undefined],
			["internal", "rivetkit.internal_error", "An internal error occurred", undefined],
		]) {
			test(`are refused with the reason, ${reject}`, () => withClient(encoding, async (client) => {
				const key = freshKey();
				const handle = client.guarded.getOrCreate([key], { params: { reject } });
				const connection = handle.connect();
				const errors = [];
				connection.onError((error) => errors.push(error));
				for (const call of [() => connection.ping(), () => handle.ping()]) {
					const error = await failsWith(reason, call());
					assert.equal(error.message, message);
					assert.deepEqual(error.metadata ?? undefined, metadata);
				}
				assert.equal(`${errors[0].group}.${errors[0].code}`, reason);
				await until(() => socketsTo(key)[0].readyState === 3);
				await sleep(300);
				assert.equal(socketsTo(key).length, 1, "the client has given up");
				assert.equal(await client.guarded.getOrCreate([key]).connect().ping(), "pong");
			}));
		}
	});
}
