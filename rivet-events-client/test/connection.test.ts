// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The client's reaction to behavior that a real server does not show on demand.
import { readFileSync } from "node:fs";
import { WebSocket as NodeWebSocket } from "ws";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Backoff } from "../src/backoff";
import type { ActorConnection } from "../src/index";
import { type ScriptedServer, startScriptedServer } from "./scripted-server";
import { client, sleep, until } from "./support";

/** What the client has sent; tests of the server read the same file. */
const RECORDED = "../rivet-events-protocol/src/test/resources/protocol/handled.json";

describe("a connection", () => {
	let server: ScriptedServer;
	const toDispose: { dispose(): Promise<void> }[] = [];

	beforeEach(async () => {
		server = await startScriptedServer();
	});
	afterEach(async () => {
		vi.restoreAllMocks();
		await Promise.all(toDispose.splice(0).map((each) => each.dispose()));
		await server.close();
	});

	const connect = (more = {}, connectOptions = {}): ActorConnection => {
		const made = client(server.url, { transport: "websocket", ...more });
		toDispose.push(made);
		return made.room!.getOrCreate(["k"]).connect(undefined, connectOptions);
	};
	const event = (name: string, arg: unknown, pos?: number) =>
		server.send({ tag: "Event", val: { name, args: [arg], ...(pos === undefined ? {} : { pos }) } });

	test("says where it was, and drops what it has seen", async () => {
		const room = connect();
		const seen: unknown[] = [];
		room.on("said", (text: unknown) => seen.push(text));
		await room.ready();
		event("said", "one", 5);
		server.send({ tag: "KeepAlive", val: { position: 8 } });
		event("said", "unnumbered");
		await until(() => seen.length === 2);
		server.cut();
		await until(() => server.hellos.length === 2);
		expect(server.hellos[1]!.resume).toEqual({ epoch: "e", position: 8, stream: "s", secret: "secret" });
		await until(() => room.status.status === "open");
		event("said", "again", 5);
		event("said", "again", 8);
		event("said", "two", 9);
		await until(() => seen.length === 3);
		expect(seen).toEqual(["one", "unnumbered", "two"]);
	});

	test.each(["websocket", "sse"])("handles an event that is sent again once, over %s", async (transport) => {
		const room = connect({ transport });
		const seen: unknown[] = [];
		room.on("paid", (order: unknown) => seen.push(order));
		const paid = (order: number, eventId: string) =>
			server.send({ tag: "Event", val: { name: "paid", args: [order], eventId } });
		await room.ready();
		paid(1, "a");
		paid(1, "a");
		await until(() => seen.length > 0);
		server.cut();
		await until(() => server.hellos.length === 2 && room.status.status === "open");
		paid(1, "a");
		for (let i = 0; i < 1000; i++) paid(i, `b${i}`);
		await until(() => seen.length === 1001);
		paid(999, "b999");
		paid(2, "a"); // the oldest of more than 1,000
		await until(() => seen.length > 1001);
		expect(seen.slice(1001)).toEqual([2]);
	});

	test("handles an Init on an open connection as after a reconnect", async () => {
		const room = connect();
		const seen: unknown[] = [];
		room.on("said", (text: unknown) => seen.push(text));
		room.onResync((reason) => seen.push(`resynced ${reason}`));
		room.onGap(({ reason }) => seen.push(`gap ${reason}`));
		await room.ready();
		event("said", "one", 5);
		const call = room.action({ name: "slow", args: [] });
		await until(() => seen.length === 1 && server.received.some(({ tag }) => tag === "ActionRequest"));
		const init = { actorId: "a", connectionId: "c", stream: "s", secret: "secret", keepAlive: 25000 };
		server.send({ tag: "Init", val: { ...init, epoch: "f", position: 2, outcome: "resynced", reason: "epoch_changed" } });
		event("said", "two", 3);
		const { id } = server.received.find(({ tag }) => tag === "ActionRequest")!.val as { id: number };
		server.send({ tag: "ActionResponse", val: { id, output: "done" } });
		expect(await call).toBe("done");
		server.send({ tag: "Init", val: { ...init, epoch: "f", position: 3, outcome: "resumed", replayed: 1 } });
		event("said", "again", 3);
		event("said", "three", 4);
		await until(() => seen.includes("three"));
		expect(seen).toEqual(["one", "resynced epoch_changed", "two", "three"]);
		expect(server.opened()).toBe(1);
		expect(server.received.filter(({ tag }) => tag === "ActionRequest")).toHaveLength(1);
		expect(server.received.filter(({ tag }) => tag === "SubscriptionRequest")).toHaveLength(0);
		server.cut();
		await until(() => server.hellos.length === 2);
		expect(server.hellos[1]!.resume).toEqual({ epoch: "f", position: 4, stream: "s", secret: "secret" });
	});

	test("brings the snapshot before what follows it", async () => {
		server.welcome({ snapshot: ["a"], position: 3 });
		const room = connect({}, { snapshot: "getHistory" });
		const seen: unknown[] = [];
		room.onSnapshot((snapshot) => seen.push(snapshot));
		room.on("said", (text: unknown) => seen.push(text));
		await room.ready();
		event("said", "old", 3);
		event("said", "new", 4);
		await until(() => seen.length === 2);
		expect(seen).toEqual([["a"], "new"]);
		expect(server.hellos[0]!.snapshot).toEqual({ name: "getHistory", args: [] });
	});

	test("tells that something was missed", async () => {
		const room = connect();
		const told: unknown[] = [];
		room.onResync((reason) => told.push(reason));
		room.onGap((gap) => told.push(gap));
		await room.ready();
		server.send({ tag: "Gap", val: { reason: "dropped", events: ["cursor"], position: 4 } });
		await until(() => told.length === 1);
		server.welcome({ outcome: "resynced", reason: "epoch_changed", epoch: "other", position: 0 });
		server.cut();
		await until(() => told.length === 2);
		expect(told).toEqual([{ reason: "dropped", events: ["cursor"] }, "epoch_changed"]);
		expect(room.status.outcome).toBe("resynced");
	});

	test("stays away when it is told never, until it is asked again", async () => {
		const room = connect();
		const closed: string[] = [];
		room.onClose((reason) => closed.push(reason));
		await room.ready();
		server.send({ tag: "Close", val: { group: "connection", code: "disconnected", message: "enough", advice: "never" } });
		server.cut();
		await until(() => room.status.status === "closed");
		await sleep(300);
		expect(server.opened()).toBe(1);
		expect(closed).toEqual(["connection.disconnected"]);
		room.reconnect();
		await room.ready();
		expect(server.opened()).toBe(2);
	});

	test("comes back after the delay that it is told", async () => {
		const room = connect();
		await room.ready();
		server.send({ tag: "Close", val: { group: "actor", code: "restarting", message: "", advice: "later", retryAfter: 400 } });
		const before = Date.now();
		server.cut();
		await until(() => room.status.status === "waiting");
		expect(room.status.nextRetryAt).toBeGreaterThanOrEqual(before + 400);
		await until(() => server.opened() === 2);
		expect(Date.now() - before).toBeGreaterThanOrEqual(390);
	});

	test("waits as long as was announced when the server goes away", async () => {
		const room = connect();
		await room.ready();
		server.send({ tag: "GoingAway", val: { delay: 300 } });
		await sleep(20);
		const before = Date.now();
		server.cut();
		await until(() => server.opened() === 2);
		expect(Date.now() - before).toBeGreaterThanOrEqual(290);
	});

	test("asks for credentials before each attempt, and stays away without a way to get any", async () => {
		let asked = 0;
		const room = connect({ onAuthenticating: async () => ({ token: `t${++asked}` }) });
		await room.ready();
		server.send({ tag: "Close", val: { group: "auth", code: "logged_out", message: "", advice: "credentials" } });
		server.cut();
		await until(() => server.hellos.length === 2);
		expect(server.hellos.map(({ credentials }) => credentials)).toEqual([{ token: "t1" }, { token: "t2" }]);
		const anonymous = connect();
		anonymous.onError(() => {});
		await anonymous.ready();
		server.send({ tag: "Close", val: { group: "auth", code: "logged_out", message: "", advice: "credentials" } });
		server.cut();
		await until(() => anonymous.status.status === "closed");
	});

	test("comes back after its first message was too slow for the server", async () => {
		let requests = 0;
		const late = { group: "request", code: "timed_out", message: "The request did not arrive in time." };
		const fetch = async () => {
			requests++;
			return new Response(JSON.stringify(late), { status: 408 });
		};
		const room = connect({ transport: "sse", fetch });
		room.onError(() => {});
		await until(() => requests > 1);
		expect(room.status.status).not.toBe("closed");
		expect(room.status.reason).toBe("request.timed_out");
	});

	test("takes a silent server for dead", async () => {
		server.welcome({ keepAlive: 500 });
		const room = connect();
		const attempts: number[] = [];
		room.onReconnecting((attempt) => attempts.push(attempt));
		await room.ready();
		for (let i = 0; i < 4; i++) {
			await sleep(500);
			server.send({ tag: "KeepAlive", val: { position: 0 } });
		}
		expect(server.opened()).toBe(1);
		await until(() => server.opened() === 2);
		expect(attempts).toEqual([1]);
	});

	test("gives up an attempt that takes too long", async () => {
		server.silent();
		const room = connect({ openTimeout: 100 });
		await until(() => room.status.reason === "timeout");
		server.welcome({});
		await room.ready();
	});

	test("tells the server what it listens to, once for each name", async () => {
		const room = connect();
		await room.ready();
		const removes = [room.on("a", () => {}), room.on("a", () => {}), room.on("b", { tags: ["x"] }, () => {})];
		removes.push(room.on("b", { tags: ["y"] }, () => {}));
		removes.forEach((remove) => remove());
		removes.forEach((remove) => remove());
		await until(() => server.received.length === 6);
		expect(server.received.map(({ val }) => val)).toEqual([
			{ eventName: "a", subscribe: true },
			{ eventName: "b", subscribe: true, tags: ["x"] },
			{ eventName: "b", subscribe: true, tags: ["x", "y"] },
			{ eventName: "a", subscribe: false },
			{ eventName: "b", subscribe: true, tags: ["y"] },
			{ eventName: "b", subscribe: false },
		]);
	});

	test("answers what the server asks for", async () => {
		const room = connect();
		room.answer("confirm", async (question: string) => `${question} yes`);
		await room.ready();
		event("rivet:request", 1);
		server.send({ tag: "Event", val: { name: "rivet:request", args: [7, "confirm", ["sure?"]] } });
		server.send({ tag: "Event", val: { name: "rivet:request", args: [8, "other", []] } });
		await until(() => server.received.length >= 2);
		const replies = server.received.filter(({ val }: any) => val.name === "rivet:reply").map(({ val }: any) => val.args);
		expect(replies).toContainEqual([7, { value: "sure? yes" }]);
		expect(replies).toContainEqual([8, { error: "There is no handler for other" }]);
	});

	test("has methods that can be called without it", async () => {
		const { on, ready, predict, with: withOptions, dispose, ...others } = connect();
		const seen: unknown[] = [];
		on("said", { tags: ["a"] }, (text: unknown) => seen.push(text));
		await ready();
		predict("said", "now");
		expect(seen).toEqual(["now"]);
		const call = withOptions({ queue: true }).slow!();
		const lost = expect(call).rejects.toThrow("may have run");
		await until(() => server.received.length === 1);
		await dispose();
		await lost;
		const { events, reconnect, onOpen } = others;
		expect(await events("said").next()).toEqual({ done: true, value: undefined });
		onOpen(() => seen.push("open"));
		reconnect();
		expect(seen).toEqual(["now"]);
	});

	test("reports the position that it has handled, once, with messages that it sends anyway", async () => {
		const frames: string[] = [];
		class Recording extends NodeWebSocket {
			override send(text: any): void {
				frames.push(String(text));
				super.send(text);
			}
		}
		const room = connect({ WebSocket: Recording });
		room.on("said", () => {});
		await room.ready();
		const lost: Promise<unknown>[] = [room.say!("hi")];
		event("said", "hi", 42);
		await until(() => server.received.length === 1);
		await sleep(20);
		const abort = new AbortController();
		lost.push(room.with({ idempotencyKey: "k", signal: abort.signal, deadline: 5000 }).say!("hi"));
		server.send({ tag: "KeepAlive", val: { position: 57 } });
		await sleep(20);
		room.on("news", { tags: ["sport"] }, () => {});
		room.fire.moved!(1, 2);
		event("said", "last", Number.MAX_SAFE_INTEGER);
		await sleep(20);
		abort.abort();
		await until(() => frames.length === 6);
		lost.forEach((call) => call.catch(() => {}));
		// a millisecond may have passed
		const sent = frames.slice(1).map((frame) => ({ frame: frame.replace(/"deadline":\d+/, '"deadline":5000') }));
		const recorded: { frame: string }[] = JSON.parse(readFileSync(RECORDED, "utf8"));
		expect(sent).toEqual(recorded.map(({ frame }) => ({ frame })));
	});

	test("marks the handshake of a WebSocket that resumes", async () => {
		const offered: string[][] = [];
		class Recording extends NodeWebSocket {
			constructor(url: string, protocols: string[]) {
				super(url, protocols);
				offered.push(protocols);
			}
		}
		const room = connect({ WebSocket: Recording });
		await room.ready();
		server.cut();
		await until(() => server.hellos.length === 2);
		expect(offered.map((protocols) => protocols.includes("rivet_resume"))).toEqual([false, true]);
		expect(server.hellos.map(({ resume }) => resume !== undefined)).toEqual([false, true]);
	});

	test("reports no position of an earlier connection", async () => {
		const room = connect();
		await room.ready();
		event("said", "hi", 5);
		server.cut();
		await until(() => server.hellos.length === 2 && room.status.status === "open");
		expect(server.hellos[1]!.resume!.position).toBe(5);
		room.fire.say!("hi");
		server.welcome({ outcome: "resynced", epoch: "other", position: 2 });
		await until(() => server.received.length === 1);
		server.cut();
		await until(() => server.hellos.length === 3 && room.status.status === "open");
		room.fire.say!("hi");
		event("said", "hi", 3);
		await sleep(50);
		room.fire.say!("hi");
		await until(() => server.received.length === 3);
		expect(server.received.map(({ val }: any) => val.handled)).toEqual([undefined, undefined, 3]);
	});

	test("calls local listeners as if an event had come", async () => {
		const room = connect();
		const seen: unknown[] = [];
		room.once("said", (text: unknown) => seen.push(text));
		room.predict("said", "now");
		room.predict("said", "later");
		expect(seen).toEqual(["now"]);
	});

	test("fails an iteration that is not read", async () => {
		const room = connect();
		const iterator = room.events("said");
		void iterator.next();
		let last = 0;
		room.on("said", (i: number) => (last = i));
		await room.ready();
		for (let i = 1; i <= 1002; i++) event("said", i, i);
		await until(() => last === 1002);
		await expect(
			(async () => {
				for await (const _ of iterator);
			})(),
		).rejects.toThrow("More than 1000");
	});

	test("cancels at the server what is aborted or too late", async () => {
		const room = connect();
		await room.ready();
		const abort = new AbortController();
		const one = room.with({ signal: abort.signal }).slow!();
		const two = room.with({ deadline: 50 }).slow!();
		abort.abort(new Error("enough"));
		await expect(one).rejects.toThrow("enough");
		await expect(two).rejects.toMatchObject({ code: "deadline_exceeded" });
		await until(() => server.received.filter(({ tag }) => tag === "Cancel").length === 2);
		const { deadline } = server.received[1]!.val as { deadline: number };
		expect(deadline).toBeGreaterThan(0);
		expect(deadline).toBeLessThanOrEqual(50);
	});
});

test("delays are drawn between nothing and a limit that doubles", () => {
	const random = vi.spyOn(Math, "random");
	const backoff = new Backoff({ minDelay: 100, maxDelay: 1000 });
	random.mockReturnValue(0.999);
	const delays = Array.from({ length: 6 }, () => Math.round(backoff.next()));
	expect(delays).toEqual([100, 200, 400, 799, 999, 999]);
	random.mockReturnValue(0);
	expect(backoff.next()).toBe(0);
	backoff.reset();
	random.mockReturnValue(0.5);
	expect(backoff.next()).toBe(50);
	random.mockRestore();
});
