// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// What only a client for tests has; fake.test.ts compares the rest with a real connection.
import { afterEach, describe, expect, test, vi } from "vitest";
import { ActorError } from "../src/index";
import { createFakeClient } from "../src/testing";
import { until } from "./support";

interface Message {
	user: string;
	text: string;
}

interface Actors {
	room: {
		params: { name: string };
		actions: { say(text: string): Message; count(): number };
		events: { said: [message: Message]; left: [] };
	};
	other: { actions: { ping(): void }; events: {} };
}

const fake = createFakeClient<Actors>();
const room = fake.actor("room", "x");
const connect = () => fake.client.room.getOrCreate("x").connect({ name: "ada" });

describe("a client for tests", () => {
	afterEach(async () => {
		await fake.reset();
		vi.restoreAllMocks();
		vi.useRealTimers();
	});

	test("has the types of the contract", async () => {
		room.onAction("say", (text) => ({ user: "ada", text: text.trim() }));
		room.onAction("count", async () => 1);
		const connection = connect();
		const seen: string[] = [];
		connection.on("said", ({ text }) => seen.push(text));
		await room.opened();
		const message: Message = await connection.say(" hi ");
		expect(message).toEqual({ user: "ada", text: "hi" });
		expect(room.emit("said", { user: "bob", text: "hello" })).toBe(1);
		expect(seen).toEqual(["hello"]);
		const texts: string[] = room.callsOf("say").map(([text]) => text);
		expect(texts).toEqual([" hi "]);
		const [call] = room.calls;
		if (call!.name === "say") expect(call.args[0].length).toBe(4);
	});

	test("has an instance for each name and key", async () => {
		expect(fake.actor("room", ["x"])).toBe(room);
		expect(fake.actor("room", "y")).not.toBe(room);
		const other = fake.client.other.get().connect();
		await fake.actor("other").opened();
		expect(room.connections).toEqual([]);
		expect(fake.actor("other").connections).toHaveLength(1);
		await other.dispose();
	});

	test("shows the open connections, and the calls when they are sent", async () => {
		const connection = connect();
		connection.on("left", () => {});
		expect(room.connections).toEqual([]);
		await room.opened();
		expect(room.connections).toEqual([{ params: { name: "ada" }, credentials: undefined, subscriptions: ["left"] }]);
		room.onAction("count", () => 7);
		const result = connection.with({ idempotencyKey: "k" }).count();
		const call = { name: "count", args: [], oneWay: false, overHttp: false, cancelled: false };
		expect(room.calls).toEqual([{ ...call, idempotencyKey: "k" }]);
		expect(await result).toBe(7);
		expect(await fake.client.room.get("x").count()).toBe(7);
		expect(room.calls[1]).toEqual({ ...call, overHttp: true });
		await connection.dispose();
		expect(room.connections).toEqual([]);
	});

	test("sends credentials and the contract as the client does", async () => {
		const own = createFakeClient<Actors>({ onAuthenticating: async () => ({ token: "t" }) });
		own.client.room.get("x").connect();
		await own.actor("room", "x").opened();
		expect(own.actor("room", "x").connections[0]!.credentials).toEqual({ token: "t" });
		await own.reset();
	});

	test("expires credentials, and ends subscriptions until they are allowed again", async () => {
		let asked = 0;
		const own = createFakeClient<Actors>({ onAuthenticating: () => ({ token: ++asked }) });
		const actor = own.actor("room", "x");
		const connection = own.client.room.get("x").connect();
		const errors: unknown[] = [];
		connection.onError((error) => errors.push(error));
		const seen: string[] = [];
		connection.on("left", () => seen.push("first"));
		await actor.opened();
		actor.expireToken();
		await until(() => (actor.connections[0]!.credentials as any).token === 2);
		const allow = actor.revokeEvent("left", "auth.forbidden");
		expect(errors).toMatchObject([{ code: "forbidden", metadata: { eventName: "left" } }]);
		expect(actor.connections[0]!.subscriptions).toEqual([]);
		expect(actor.emit("left")).toBe(0);
		connection.on("left", () => seen.push("second"));
		await until(() => errors.length === 2);
		allow();
		connection.on("left", () => seen.push("third"));
		expect(actor.emit("left")).toBe(1);
		expect(seen).toEqual(["first", "second", "third"]);
		actor.close("auth.expired", { advice: "credentials" });
		expect(connection.status).toMatchObject({ status: "waiting", reason: "auth.expired" });
		await actor.resume();
		expect(actor.connections[0]!.credentials).toEqual({ token: 3 });
		await own.reset();
	});

	test("refuses calls over HTTP with a code as well", async () => {
		const stop = room.refuseAction("count", "auth.forbidden", { message: "No", metadata: { big: 1n } });
		const call = () => fake.client.room.get("x").count();
		await expect(call()).rejects.toMatchObject({ name: "ActorError", group: "auth", code: "forbidden", message: "No", metadata: { big: 1n } });
		stop();
		await expect(call()).rejects.toMatchObject({ code: "action_not_found", message: expect.stringContaining('onAction("count"') });
		room.onAction("count", () => {
			throw new ActorError({ group: "a.b", code: "c", message: "" });
		});
		await expect(call()).rejects.toMatchObject({ group: "a.b", code: "c" });
	});

	test("answers a handler that fails, or a result that cannot be sent, as a server does", async () => {
		const logged = vi.spyOn(console, "error").mockImplementation(() => {});
		room.onAction("count", () => {
			throw new TypeError("a bad handler");
		});
		const connection = connect();
		await expect(connection.count()).rejects.toMatchObject({ group: "rivetkit", code: "internal_error" });
		const cyclic: any = {};
		cyclic.self = cyclic;
		room.onAction("count", () => cyclic);
		await expect(connection.count()).rejects.toMatchObject({ code: "internal_error" });
		expect(logged).toHaveBeenCalledTimes(2);
		expect(String(logged.mock.calls[0])).toContain("a bad handler");
	});

	test("says what is wrong with a reason", () => {
		expect(() => room.refuseConnections("forbidden")).toThrow('"forbidden" is not a reason');
		expect(() => room.close("")).toThrow("group.code");
	});

	test("leaves connections connecting, and opens them", async () => {
		room.hold();
		const connection = connect();
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(connection.status.status).toBe("connecting");
		await room.resume();
		expect(connection.status).toMatchObject({ status: "open", outcome: "fresh" });
		await room.resume();
		expect(connection.status.outcome).toBe("fresh");
	});

	test("interrupts one actor and not the others", async () => {
		const connection = connect();
		const other = fake.client.other.get().connect();
		await Promise.all([room.opened(), other.ready()]);
		room.interrupt();
		fake.actor("other").interrupt();
		expect([connection.status.status, other.status.status]).toEqual(["waiting", "waiting"]);
		expect(room.emit("left")).toBe(0);
		await room.resume();
		expect([connection.status.status, other.status.status]).toEqual(["open", "waiting"]);
	});

	test("reconnects by timers with delays of the test", async () => {
		vi.useFakeTimers();
		const own = createFakeClient<Actors>({ reconnect: { minDelay: 100, maxDelay: 100 } });
		const connection = own.client.room.get("x").connect();
		await own.actor("room", "x").opened();
		own.actor("room", "x").close("actor.restarting", { advice: "later", retryAfter: 3000 });
		expect(connection.status).toMatchObject({ status: "waiting", reason: "actor.restarting", nextRetryAt: Date.now() + 3000 });
		await vi.advanceTimersByTimeAsync(2999);
		expect(connection.status.status).toBe("waiting");
		await vi.advanceTimersByTimeAsync(1);
		expect(connection.status).toMatchObject({ status: "open", outcome: "resumed" });
		await own.reset();
	});

	test("runs a call with a key once, as a server does", async () => {
		let finish = (_: number) => {};
		room.onAction("count", () => new Promise<number>((resolve) => (finish = resolve)));
		const connection = connect();
		await room.opened();
		const call = connection.with({ idempotencyKey: "k" }).count();
		room.interrupt();
		await room.resume();
		finish(7);
		expect(await call).toBe(7);
		expect(await connection.with({ idempotencyKey: "k" }).count()).toBe(7);
		expect(room.callsOf("count")).toHaveLength(1);
		connection.with({ idempotencyKey: "other" }).count().catch(() => {});
		expect(room.callsOf("count")).toHaveLength(2);
	});

	test("ends requests with their connection", async () => {
		await expect(room.request("confirm")).rejects.toThrow("room/x has no open connection");
		const connection = connect();
		connection.answer("confirm", () => new Promise(() => {}));
		await room.opened();
		const request = room.request("confirm");
		const ended = expect(request).rejects.toThrow("The connection has ended");
		room.interrupt();
		await ended;
	});

	test("marks a call as cancelled", async () => {
		room.onAction("count", () => new Promise<number>(() => {}));
		const connection = connect();
		await room.opened();
		const abort = new AbortController();
		const call = connection.with({ signal: abort.signal }).count().catch(() => "aborted");
		abort.abort();
		expect(await call).toBe("aborted");
		expect(room.calls[0]!.cancelled).toBe(true);
	});

	test("forgets everything at the end of a test, and can be used again", async () => {
		room.onAction("count", () => 1);
		room.refuseEvent("left", "auth.forbidden");
		room.refuseConnections("auth.forbidden");
		room.hold();
		const before = connect();
		await fake.reset();
		expect(before.status).toMatchObject({ status: "closed", reason: "disposed" });
		const connection = connect();
		connection.onError((error) => expect.fail(String(error)));
		connection.on("left", () => {});
		await room.opened();
		expect(room.connections[0]!.subscriptions).toEqual(["left"]);
		await expect(connection.count()).rejects.toMatchObject({ code: "action_not_found" });
		expect(room.calls).toHaveLength(1);
	});
});
