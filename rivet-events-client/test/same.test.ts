// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The same cases with `createFakeClient` and with the real server, so that they cannot drift apart. The fake plays the
// actors of the sample's profile `conformance`.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ActorConnection, Client, Outcome } from "../src/index";
import { ActorError } from "../src/index";
import { createFakeClient, type FakeClient } from "../src/testing";
// @ts-expect-error: plain JavaScript
import { startFaultProxy } from "./fault-proxy.mjs";
import { client, freshKey, SERVER, until } from "./support";

/** A server, and what a test does to it. */
interface Stage {
	/** The client whose network fails. */
	client: Client;
	/** A client whose network does not fail. */
	other: Client;
	/** Prepares an instance that the test uses. */
	prepare(actor: string, key: string): void;
	down(): void;
	up(): Promise<unknown>;
	/** What the instance sent before is not known any more. */
	forget(key: string): Promise<unknown>;
	rejectConnections(key: string): void;
	end(): Promise<unknown>;
}

/** The actions of the sample's actors, as far as the cases use them. */
function play(fake: FakeClient, actor: string, key: string): void {
	const instance = fake.actor(actor, key);
	if (actor === "counter") {
		let count = 0;
		instance.onAction("increment", (by: number) => {
			count += by;
			instance.emit("newCount", count);
			return count;
		});
		instance.onAction("getCount", () => count);
		instance.onAction("getKey", () => [key]);
		instance.onAction("destroy", () => void setTimeout(() => instance.close("actor.destroying", { advice: "reconnect" })));
	} else if (actor === "echo") {
		instance.onAction("echo", (value: unknown) => value);
		instance.onAction("nothing", () => {});
		instance.onAction("emitTagged", (tag: string, value: unknown) => void instance.emitTo([tag], "echoed", value));
		instance.onAction("emit", (...args: unknown[]) => void instance.emit("echoed", ...args));
		instance.onAction("ask", (question: string) => instance.request("question", question));
	} else if (actor === "faulty") {
		instance.onAction("failUser", (code: string, message: string, metadata: unknown) => {
			throw new ActorError({ group: "user", code, message, metadata });
		});
		instance.onAction("failInternal", (message: string) => {
			throw new Error(message);
		});
		instance.onAction("sleepFor", (millis: number) => new Promise((resolve) => setTimeout(() => resolve(millis), millis)));
	} else {
		instance.onAction("ping", () => "pong");
		instance.onAction("emit", (name: string, value: unknown) => void instance.emit(name, value));
		instance.refuseEvent("secret", "auth.forbidden", { message: 'Not allowed to subscribe to "secret"' });
	}
}

function fakeStage(): Stage {
	const fake = createFakeClient();
	const prepared: [string, string][] = [];
	const each = (work: (actor: ReturnType<FakeClient["actor"]>) => unknown) =>
		Promise.all(prepared.map(([name, key]) => work(fake.actor(name, key))));
	return {
		client: fake.client,
		other: fake.client,
		prepare: (actor, key) => {
			prepared.push([actor, key]);
			play(fake, actor, key);
		},
		down: () => void each((actor) => actor.interrupt()),
		up: () => each((actor) => actor.resume()),
		forget: (key) => {
			play(fake, "counter", key);
			return fake.actor("counter", key).resync();
		},
		rejectConnections: (key) =>
			void fake.actor("guarded", key).refuseConnections("user.bad_token", { message: "nope", metadata: { hint: "x" } }),
		end: fake.reset,
	};
}

async function realStage(transport: "websocket" | "sse"): Promise<Stage> {
	const { host, pathname } = new URL(SERVER!);
	const proxy = await startFaultProxy({ target: host });
	const made = client(proxy.url + pathname, { transport });
	const other = client(SERVER!);
	return {
		client: made,
		other,
		prepare: () => {},
		down: () => proxy.down(),
		up: async () => proxy.up(),
		forget: async (key) => {
			await other.counter!.getOrCreate([key]).destroy!();
			await other.counter!.getOrCreate([key]).getCount!();
			proxy.up();
		},
		rejectConnections: () => {},
		end: async () => {
			proxy.up();
			await Promise.all([made.dispose(), other.dispose()]);
			await proxy.close();
		},
	};
}

const STAGES: [string, () => Stage | Promise<Stage>, boolean][] = [
	["in memory", fakeStage, true],
	["over websocket", () => realStage("websocket"), !!SERVER],
	["over sse", () => realStage("sse"), !!SERVER],
];

describe.each(STAGES.filter(([, , isThere]) => isThere))("%s", (_, start) => {
	let stage: Stage;
	let key: string;

	beforeEach(async () => {
		vi.spyOn(console, "error").mockImplementation(() => {});
		stage = await start();
		key = freshKey();
	});
	afterEach(async () => {
		await stage.end();
		vi.restoreAllMocks();
	});

	const connect = (actor: string, params?: unknown): ActorConnection => {
		stage.prepare(actor, key);
		return stage.client[actor]!.getOrCreate([key]).connect(params);
	};

	const collect = (connection: ActorConnection, event: string) => {
		const seen: unknown[] = [];
		connection.on(event, (value: unknown) => seen.push(value));
		return seen;
	};

	test("results and events, each event before the answer of its call", async () => {
		const counter = connect("counter");
		const seen = collect(counter, "newCount");
		await counter.ready();
		expect(await counter.increment!(3)).toBe(3);
		expect(seen).toEqual([3]);
		expect(await counter.getKey!()).toEqual([key]);
		expect(counter.status).toMatchObject({ status: "open", attempt: 0, outcome: "fresh" });
	});

	test("no event before a subscription, and none after its end", async () => {
		const counter = connect("counter");
		await counter.increment!(1);
		const seen: unknown[] = [];
		const stop = counter.on("newCount", (value: unknown) => seen.push(value));
		await counter.increment!(1);
		expect(seen).toEqual([2]);
		stop();
		await counter.increment!(1);
		expect(seen).toEqual([2]);
	});

	test("answers in the order of the calls, and calls without an answer", async () => {
		const counter = connect("counter");
		const results = await Promise.all(Array.from({ length: 20 }, () => counter.increment!(1)));
		expect(results).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
		counter.fire.increment!(5);
		expect(await counter.getCount!()).toBe(25);
		const echo = connect("echo");
		expect(await echo.nothing!()).toBeUndefined();
		expect(await echo.echo!(null)).toBeNull();
	});

	test("values that JSON does not have", async () => {
		const value = { big: 2n ** 70n, list: ["$BigInt", "no"], bytes: new Uint8Array([1, 2, 255]), none: null };
		expect(await connect("echo").echo!(value)).toEqual(value);
	});

	test("errors of actions", async () => {
		const faulty = connect("faulty");
		await expect(faulty.failUser!("full", "The room is full", { max: 3 })).rejects.toMatchObject({
			name: "ActorError",
			group: "user",
			code: "full",
			message: "The room is full",
			metadata: { max: 3 },
		});
		await expect(faulty.failInternal!("a secret")).rejects.toMatchObject({
			group: "rivetkit",
			code: "internal_error",
			message: "An internal error occurred",
		});
		await expect(faulty.nope!()).rejects.toMatchObject({ name: "ActorError", group: "actor", code: "action_not_found" });
	});

	test("a refused subscription", async () => {
		const guarded = connect("guarded");
		const errors: unknown[] = [];
		guarded.onError((error) => errors.push(error));
		const secrets = collect(guarded, "secret");
		const seen = collect(guarded, "news");
		await guarded.ready();
		await until(() => errors.length === 1);
		expect(errors).toMatchObject([{ group: "auth", code: "forbidden", metadata: { eventName: "secret" } }]);
		await guarded.emit!("secret", 1);
		await guarded.emit!("news", 2);
		expect([secrets, seen]).toEqual([[], [2]]);
	});

	test("a rejected connection", async () => {
		stage.rejectConnections(key);
		const guarded = connect("guarded", { reject: "user" });
		const errors: unknown[] = [];
		guarded.onError((error) => errors.push(error));
		await expect(guarded.ready()).rejects.toThrow("user.bad_token");
		expect(errors).toMatchObject([{ group: "user", code: "bad_token", message: "nope", metadata: { hint: "x" } }]);
		expect(guarded.status).toMatchObject({ status: "closed", reason: "user.bad_token" });
	});

	test("events with tags", async () => {
		const echo = connect("echo");
		const sport: unknown[] = [];
		echo.on("echoed", { tags: ["sport"] }, (value: unknown) => sport.push(value));
		await echo.ready();
		await echo.emitTagged!("sport", 1);
		await echo.emitTagged!("tech", 2);
		await echo.emit!(3);
		expect(sport).toEqual([1, 3]);
	});

	test("requests of the server", async () => {
		const echo = connect("echo");
		echo.answer("question", (text: string) => `${text}!`);
		await echo.ready();
		expect(await echo.ask!("well", 5000)).toBe("well!");
	});

	test("a connection that is cut and resumed", async () => {
		const counter = connect("counter");
		const seen = collect(counter, "newCount");
		const statuses: string[] = [];
		const outcomes: Outcome[] = [];
		counter.onStatus(({ status }) => statuses.push(status));
		counter.onOpen((outcome) => outcomes.push(outcome));
		await counter.ready();
		await counter.increment!(1);
		stage.down();
		await until(() => counter.status.status === "waiting");
		await expect(counter.getCount!()).rejects.toMatchObject({ name: "ConnectionLostError", mayHaveRun: false });
		expect(await stage.other.counter!.getOrCreate([key]).increment!(1)).toBe(2);
		const queued = counter.with({ queue: true }).getCount!();
		await stage.up();
		expect(await queued).toBe(2);
		expect(seen).toEqual([1, 2]);
		expect(outcomes).toEqual(["fresh", "resumed"]);
		expect(statuses.filter((status, i) => status !== statuses[i - 1] && !/^(waiting|connecting)$/.test(status))).toEqual(["open", "open"]);
	});

	test("a connection that is resynced, with a snapshot", async () => {
		stage.prepare("counter", key);
		const counter = stage.client.counter!.getOrCreate([key]).connect(undefined, { snapshot: "getCount" });
		const snapshots: unknown[] = [];
		counter.onSnapshot((count: unknown) => snapshots.push(count));
		const outcomes: Outcome[] = [];
		counter.onOpen((outcome) => outcomes.push(outcome));
		await counter.ready();
		await counter.increment!(4);
		stage.down();
		await until(() => counter.status.status === "waiting");
		await stage.forget(key);
		await until(() => outcomes.length === 2);
		await until(() => snapshots.length === 2);
		expect(outcomes).toEqual(["fresh", "resynced"]);
		expect(snapshots).toEqual([0, 0]);
	});

	test("a call that is lost", async () => {
		const faulty = connect("faulty");
		await faulty.ready();
		const lost = expect(faulty.sleepFor!(1000)).rejects.toMatchObject({ name: "ConnectionLostError", mayHaveRun: true });
		await faulty.nope!().catch(() => {});
		stage.down();
		await lost;
		await stage.up();
	});

	test("a call with an idempotency key runs once", async () => {
		const counter = connect("counter");
		await counter.ready();
		const call = () => counter.with({ idempotencyKey: "once" }).increment!(7);
		expect(await call()).toBe(7);
		stage.down();
		await until(() => counter.status.status === "waiting");
		await stage.up();
		await counter.ready();
		expect(await call()).toBe(7);
		expect(await counter.getCount!()).toBe(7);
	});

	test("calls without a connection", async () => {
		stage.prepare("counter", key);
		const counter = stage.client.counter!.getOrCreate([key]);
		expect(await counter.increment!(2)).toBe(2);
		await expect(counter.nope!()).rejects.toMatchObject({ group: "actor", code: "action_not_found" });
	});

	test("an instance that is destroyed", async () => {
		const counter = connect("counter");
		const errors: unknown[] = [];
		counter.onError((error) => errors.push(error));
		const reasons: unknown[] = [];
		counter.onStatus(({ status, reason }) => status !== "open" && status !== "connecting" && reasons.push([status, reason]));
		await counter.ready();
		await stage.other.counter!.getOrCreate([key]).destroy!();
		await until(() => reasons.length > 0);
		expect(reasons[0]).toEqual(["waiting", "actor.destroying"]);
		expect(errors).toEqual([]);
	});
});
