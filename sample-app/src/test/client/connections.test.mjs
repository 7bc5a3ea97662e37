import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ENCODINGS, failure, freshKey, sleep, sockets, until, withClient } from "./support.mjs";

for (const encoding of ENCODINGS) {
	describe(`connections in ${encoding}`, () => {
		test("get the events that they listen to, in order", () => withClient(encoding, async (client) => {
			const handle = client.counter.getOrCreate([freshKey()]);
			const listening = handle.connect();
			const deaf = handle.connect();
			const counts = [];
			const others = [];
			listening.on("newCount", (count) => counts.push(count));
			deaf.on("somethingElse", (count) => others.push(count));
			await Promise.all([listening.getCount(), deaf.getCount()]);
			const calls = Array.from({ length: 500 }, () => deaf.increment(1));
			await Promise.all(calls);
			await until(() => counts.length === 500);
			assert.deepEqual(counts, Array.from({ length: 500 }, (_, i) => i + 1));
			assert.deepEqual(others, []);
		}));

		test("get the events of an action before its answer", () => withClient(encoding, async (client) => {
			const connection = client.counter.getOrCreate([freshKey()]).connect();
			const counts = [];
			connection.on("newCount", (count) => counts.push(count));
			for (let i = 1; i <= 20; i++) {
				await connection.increment(1);
				assert.equal(counts.length, i);
			}
		}));

		test("have several listeners, some for once, and can stop", () => withClient(encoding, async (client) => {
			const connection = client.echo.getOrCreate([freshKey()]).connect();
			const seen = { first: [], second: [], once: [] };
			const stop = connection.on("echoed", (...args) => seen.first.push(args));
			connection.on("echoed", (...args) => seen.second.push(args));
			connection.once("echoed", (...args) => seen.once.push(args));
			await connection.emit(1, "two", [3n]);
			await connection.emit();
			stop();
			await connection.emit("last");
			assert.deepEqual(seen.second, [[1, "two", [3n]], [], ["last"]]);
			assert.deepEqual(seen.first, [[1, "two", [3n]], []]);
			assert.deepEqual(seen.once, [[1, "two", [3n]]]);
		}));

		test("stop getting an event once nobody listens", () => withClient(encoding, async (client) => {
			const connection = client.echo.getOrCreate([freshKey()]).connect();
			let seen = 0;
			const stop = connection.on("echoed", () => seen++);
			await connection.emit(1);
			stop();
			await connection.emit(2);
			assert.equal(seen, 1);
			connection.on("echoed", () => seen++);
			await connection.emit(3);
			assert.equal(seen, 2);
		}));

		test("carry params, from an object or a function", () => withClient(encoding, async (client) => {
			const key = [freshKey()];
			const player = { playerId: "ünï", role: "admin" };
			const connection = client.gameRoom.getOrCreate(key, { params: player }).connect();
			assert.deepEqual(await connection.whoAmI().then(({ playerId, role }) => ({ playerId, role })), player);
			let asked = 0;
			const getParams = async () => ({ playerId: `p${++asked}` });
			const other = client.gameRoom.getOrCreate(key, { getParams }).connect();
			assert.equal((await other.whoAmI()).playerId, "p1");
			assert.equal((await other.whoAmI()).role, "player");
			const stateless = client.gameRoom.getOrCreate(key, { params: { playerId: "é" } });
			assert.equal((await stateless.whoAmI()).playerId, "é");
			sockets.at(-1).terminate();
			await until(() => asked === 2);
			assert.equal((await other.whoAmI()).playerId, "p2");
		}));

		test("get what is for them alone", () => withClient(encoding, async (client) => {
			const key = [freshKey()];
			const join = (playerId) => client.gameRoom.getOrCreate(key, { params: { playerId } }).connect();
			const [ada, linus, grace] = ["ada", "linus", "grace"].map(join);
			const got = { ada: [], linus: [], grace: [] };
			ada.on("privateMessage", (message) => got.ada.push(message));
			linus.on("privateMessage", (message) => got.linus.push(message));
			linus.on("playerMoved", (moved) => got.linus.push(moved));
			ada.on("playerMoved", (moved) => got.ada.push(moved));
			await Promise.all([ada.whoAmI(), linus.whoAmI(), grace.whoAmI()]);
			await ada.sendPrivateMessage("linus", "psst");
			await until(() => got.linus.length === 1);
			assert.equal(got.linus[0].from, "ada");
			assert.equal(got.linus[0].message, "psst");
			await ada.updatePlayerPosition({ x: 1.5, y: -2 });
			await until(() => got.linus.length === 2);
			assert.deepEqual(got.linus[1], { playerId: "ada", position: { x: 1.5, y: -2 } });
			assert.deepEqual(got.ada, []);
			assert.equal((await failure(ada.sendPrivateMessage("nobody", "?"))).code, "internal_error");
			assert.deepEqual((await ada.getPlayers()).ada, { health: 100, position: { x: 1.5, y: -2 } });
		}));

		test("come back after a dropped socket, with their subscriptions", () => withClient(encoding, async (client) => {
			const connection = client.counter.getOrCreate([freshKey()]).connect();
			const counts = [];
			connection.on("newCount", (count) => counts.push(count));
			await connection.increment(1);
			const before = sockets.length;
			sockets.at(-1).terminate();
			await until(() => sockets.length > before);
			const queued = connection.increment(1);
			assert.equal(await queued, 2);
			assert.deepEqual(counts, [1, 2]);
		}));

		test("come back after the server has closed them", () => withClient(encoding, async (client) => {
			const key = [freshKey()];
			const connection = client.gameRoom.getOrCreate(key, { params: { playerId: "ada" } }).connect();
			const first = await connection.whoAmI();
			const before = sockets.length;
			let reason;
			sockets.at(-1).on("close", (code, text) => (reason = `${code} ${text}`));
			assert.equal(await client.gameRoom.get(key).kick("ada", "enough"), true);
			await until(() => sockets.length > before);
			assert.equal(reason, "1000 enough");
			assert.notEqual((await connection.whoAmI()).id, first.id);
			assert.equal(await connection.disconnectSelf("bye").catch(() => true), true);
		}));

		test("end when they are disposed", () => withClient(encoding, async (client) => {
			const key = [freshKey()];
			const connection = client.gameRoom.getOrCreate(key).connect();
			await connection.whoAmI();
			await connection.dispose();
			await until(async () => (await client.gameRoom.get(key).connectionCount()) === 1);
		}));

		test("are refused with the reason", () => withClient(encoding, async (client) => {
			for (const [reject, group, code, message] of [
				["user", "user", "bad_token", "nope"],
				["internal", "rivetkit", "internal_error", "An internal error occurred"],
			]) {
				const handle = client.guarded.getOrCreate([freshKey()], { params: { reject } });
				const connection = handle.connect();
				const errors = [];
				connection.onError((error) => errors.push(error));
				const error = await failure(connection.ping());
				assert.deepEqual([error.group, error.code, error.message], [group, code, message]);
				assert.ok(errors.length > 0);
				assert.equal((await failure(handle.ping())).code, code);
			}
		}));

		test("stay open when a subscription is forbidden", () => withClient(encoding, async (client) => {
			const key = [freshKey()];
			const connection = client.guarded.getOrCreate(key).connect();
			await connection.ping();
			const before = sockets.length;
			const errors = [];
			const secrets = [];
			connection.onError((error) => errors.push(`${error.group}.${error.code}`));
			connection.on("secret", (value) => secrets.push(value));
			await until(() => errors.length > 0);
			assert.deepEqual(errors, ["auth.forbidden"]);
			await connection.emit("secret", 42);
			assert.deepEqual(secrets, []);
			assert.equal(sockets.length, before);
			const admin = client.guarded.getOrCreate(key, { params: { role: "admin" } }).connect();
			admin.on("secret", (value) => secrets.push(value));
			await admin.emit("secret", 43);
			assert.deepEqual(secrets, [43]);
		}));

		test("reach a new instance when theirs is destroyed", () => withClient(encoding, async (client) => {
			const key = [freshKey()];
			const connection = client.counter.getOrCreate(key).connect();
			await connection.increment(9);
			const before = sockets.length;
			await connection.destroy().catch(() => {});
			await until(() => sockets.length > before);
			assert.equal(await connection.getCount(), 0);
			await sleep(10);
		}));
	});
}
