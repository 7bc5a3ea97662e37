// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Against the real server, over both transports, and through a proxy that breaks connections.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ActorConnection } from "../src/index";
import { ConnectionLostError } from "../src/index";
// @ts-expect-error: plain JavaScript
import { startFaultProxy } from "./fault-proxy.mjs";
import { client, freshKey, SERVER, sleep, TRANSPORTS, until } from "./support";

describe.skipIf(!SERVER).each(TRANSPORTS)("over %s", (transport) => {
	let proxy: any;
	let base: string;
	const toDispose: { dispose(): Promise<void> }[] = [];

	beforeAll(async () => {
		const { host, pathname } = new URL(SERVER!);
		proxy = await startFaultProxy({ target: host });
		base = proxy.url + pathname;
	});
	afterEach(async () => {
		proxy.up();
		proxy.resume();
		proxy.delay(0);
		proxy.throttle(Infinity);
		await Promise.all(toDispose.splice(0).map((each) => each.dispose()));
	});
	afterAll(() => proxy.close());

	const connect = (actor: string, key = freshKey(), through = base): ActorConnection => {
		const made = client(through, { transport });
		toDispose.push(made);
		return made[actor]!.getOrCreate([key]).connect();
	};

	const collect = (connection: ActorConnection, event: string) => {
		const seen: unknown[] = [];
		connection.on(event, (value: unknown) => seen.push(value));
		return seen;
	};

	test("calls actions and gets events", async () => {
		const key = freshKey();
		const counter = connect("counter", key);
		const seen = collect(counter, "newCount");
		expect(await counter.increment!(3)).toBe(3);
		expect(await counter.getKey!()).toEqual([key]);
		await until(() => seen.length === 1);
		expect(seen).toEqual([3]);
		expect(counter.status).toMatchObject({ status: "open", outcome: "fresh", transport });
	});

	test("handles an event that is sent again once", async () => {
		const repeater = connect("repeater");
		const seen = collect(repeater, "repeated");
		await repeater.ready();
		expect(await repeater.repeat!("repeated", `${freshKey()}-1`, 3)).toBe(3);
		await until(() => seen.length > 0);
		proxy.down();
		await until(() => repeater.status.status !== "open");
		proxy.up();
		await until(() => repeater.status.status === "open");
		expect(await repeater.repeat!("repeated", seen[0] as string, 1)).toBe(1);
		expect(await repeater.repeat!("repeated", "last", 2)).toBe(2);
		await until(() => seen.length > 1);
		expect(seen).toEqual([seen[0], "last"]);
	});

	test("answers in the order of the calls", async () => {
		const counter = connect("counter");
		const results = await Promise.all(Array.from({ length: 200 }, () => counter.increment!(1)));
		expect(results).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
	});

	test("calls one way", async () => {
		const counter = connect("counter");
		await counter.ready();
		counter.fire.increment!(5);
		expect(await counter.getCount!()).toBe(5);
	});

	test("tells what the server says is wrong", async () => {
		await expect(connect("counter").nope!()).rejects.toMatchObject({ group: "actor", code: "action_not_found" });
	});

	test("carries what JSON has not", async () => {
		const echo = connect("echo");
		const value = { big: 2n ** 70n, list: ["$BigInt", "no"], bytes: new Uint8Array([1, 2, 255]) };
		expect(await echo.echo!(value)).toEqual(value);
	});

	test("iterates over events", async () => {
		const key = freshKey();
		const counter = connect("counter", key);
		const iterator = counter.events("newCount");
		const first = iterator.next();
		await counter.ready();
		await counter.increment!(1);
		await counter.increment!(1);
		expect((await first).value).toEqual([1]);
		for await (const [count] of iterator) {
			expect(count).toBe(2);
			break;
		}
	});

	test("misses nothing when it is cut, and gets nothing twice", async () => {
		const key = freshKey();
		const listener = connect("counter", key);
		const seen = collect(listener, "newCount");
		const outcomes: string[] = [];
		listener.onOpen((outcome) => outcomes.push(outcome));
		await listener.ready();
		const speaker = connect("counter", key, SERVER!);
		for (let i = 1; i <= 300; i++) {
			await speaker.increment!(1);
			if (i % 50 === 0) proxy.cut(["rst", "fin"][(i / 50) % 2]);
		}
		await until(() => seen.length >= 300);
		expect(seen).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
		expect(outcomes.slice(1).every((outcome) => outcome === "resumed")).toBe(true);
		expect(outcomes.length).toBeGreaterThan(1);
	});

	test("keeps the order on a slow network", async () => {
		const key = freshKey();
		const counter = connect("counter", key);
		const seen = collect(counter, "newCount");
		await counter.ready();
		proxy.delay(20);
		proxy.throttle(30_000);
		const speaker = connect("counter", key, SERVER!);
		const results = await Promise.all(Array.from({ length: 100 }, () => speaker.increment!(1)));
		expect(results).toHaveLength(100);
		await until(() => seen.length === 100);
		expect(seen).toEqual(results);
		expect(await counter.getCount!()).toBe(100);
	});

	test("rejects what is on its way when the connection is lost, and never makes it again", async () => {
		const faulty = connect("counter");
		await faulty.ready();
		proxy.pause();
		const call = faulty.increment!(1);
		const refused = expect(call).rejects.toMatchObject({ name: "ConnectionLostError", mayHaveRun: true });
		await sleep(50);
		proxy.cut("rst");
		proxy.resume();
		await refused;
		await expect(faulty.increment!(1)).rejects.toBeInstanceOf(ConnectionLostError);
		await faulty.ready();
		expect(await faulty.getCount!()).toBe(0);
	});

	test("makes a call with an idempotency key again, and it runs once", async () => {
		const counter = connect("counter");
		await counter.ready();
		const call = counter.with({ idempotencyKey: "once" }).increment!(7);
		proxy.cut("rst");
		expect(await call).toBe(7);
		expect(await counter.with({ idempotencyKey: "once" }).increment!(7)).toBe(7);
		expect(await counter.getCount!()).toBe(7);
	});

	test("fails fast without a connection, or waits if it is asked to", async () => {
		const counter = connect("counter");
		await counter.ready();
		proxy.down();
		await until(() => counter.status.status !== "open");
		await expect(counter.getCount!()).rejects.toMatchObject({ mayHaveRun: false });
		await expect(counter.with({ queue: true, deadline: 100 }).getCount!()).rejects.toMatchObject({
			code: "deadline_exceeded",
		});
		const queued = counter.with({ queue: true }).increment!(1);
		proxy.up();
		expect(await queued).toBe(1);
	});

	test("cancels a call", async () => {
		const abort = new AbortController();
		const faulty = connect("faulty");
		await faulty.ready();
		const call = faulty.with({ signal: abort.signal }).sleepFor!(60_000);
		await sleep(50);
		abort.abort(new Error("enough"));
		await expect(call).rejects.toThrow("enough");
	});

	test("shows what it is doing", async () => {
		const counter = connect("counter");
		const statuses: string[] = [];
		counter.onStatus(({ status }) => statuses.push(status));
		const attempts: number[] = [];
		counter.onReconnecting((attempt) => attempts.push(attempt));
		await counter.ready();
		proxy.cut("rst");
		await until(() => statuses.filter((status) => status === "open").length === 2);
		expect(statuses).toEqual(["connecting", "open", "waiting", "connecting", "open"]);
		expect(attempts).toEqual([1]);
		await counter.dispose();
		expect(counter.status).toMatchObject({ status: "closed", reason: "disposed" });
	});

	test.each([0, 1, 2, 3, 5])("brings events to a listener that is added %i ms after the connect", async (delay) => {
		const echo = connect("echo");
		await sleep(delay);
		const seen = collect(echo, "echoed");
		await echo.ready();
		await echo.emit!("now");
		await until(() => seen.length === 1);
	});

	test("brings texts as they are", async () => {
		const echo = connect("echo");
		const seen = collect(echo, "echoed");
		const texts = ["\u2028", "\u2029", "\u0085", "\uFEFF", "\0", "\r", "\n", "\r\n", "\v", "\u{1F600}", "data: x"].flatMap((text) => [text, `a${text}b`]);
		for (const text of texts) {
			expect(await echo.echo!(text)).toBe(text);
			await echo.emit!(text);
		}
		await until(() => seen.length === texts.length);
		expect(seen).toEqual(texts);
	});

	test("brings each listener the events of its tags, and when it resumes, too", async () => {
		const key = freshKey();
		const echo = connect("echo", key);
		const seen: Record<string, unknown[]> = { sport: [], tech: [], all: [] };
		for (const tag of ["sport", "tech"]) echo.on("echoed", { tags: [tag] }, (value: unknown) => seen[tag]!.push(value));
		echo.on("other", () => {});
		await echo.ready();
		const speaker = connect("echo", key, SERVER!);
		const speak = async (name: string) => {
			for (const tag of ["sport", "tech", "politics"]) await speaker.emitTagged!(tag, `${name} ${tag}`);
		};
		await speak("live");
		proxy.down();
		await until(() => echo.status.status !== "open");
		await speak("missed");
		proxy.up();
		await until(() => seen.tech!.length === 2);
		expect(seen).toMatchObject({ sport: ["live sport", "missed sport"], tech: ["live tech", "missed tech"] });
		echo.on("echoed", (value: unknown) => seen.all!.push(value));
		await echo.emit!("to all");
		await until(() => seen.all!.length === 1);
		await speaker.emitTagged!("politics", "more");
		await until(() => seen.all!.length === 2);
		expect(seen.sport).toEqual(["live sport", "missed sport", "to all"]);
	});

	test.each(["keyed", "not keyed"])("rejects a call that is too long, %s, and reconnects once", async (kind) => {
		const echo = connect("echo");
		const opened: unknown[] = [];
		echo.onOpen((outcome) => opened.push(outcome));
		await echo.ready();
		const small = echo.with({ idempotencyKey: "small" }).echo!("small");
		const call = kind === "keyed" ? echo.with({ idempotencyKey: "big" }) : echo;
		await expect(call.echo!("x".repeat(70_000))).rejects.toMatchObject({ group: "message", code: "incoming_too_long" });
		expect(await small).toBe("small");
		await sleep(1500);
		expect(await echo.with({ queue: true }).echo!("more")).toBe("more");
		expect(opened.length).toBeLessThanOrEqual(2);
	});

	test("names the events of subscriptions that are refused", async () => {
		const guarded = connect("guarded");
		const errors: any[] = [];
		guarded.onError((error) => errors.push(error));
		guarded.on("secret", () => {});
		await guarded.ready();
		guarded.on("open", () => {});
		guarded.on("secret", () => {})();
		await until(() => errors.length === 1);
		expect(errors[0]).toMatchObject({ group: "auth", code: "forbidden", metadata: { eventName: "secret" } });
		expect(errors[0].message).toContain('"secret"');
	});

	test("does not mind a listener that fails", async () => {
		const counter = connect("counter");
		const errors: unknown[] = [];
		counter.onError((error) => errors.push(error));
		counter.on("newCount", () => {
			throw new Error("a bad listener");
		});
		const seen = collect(counter, "newCount");
		await counter.increment!(1);
		await until(() => seen.length === 1);
		expect(String(errors[0])).toContain("a bad listener");
	});
});

describe.skipIf(!SERVER)("by itself", () => {
	test("takes an event stream where the proxy knows no WebSocket, and goes on without loss", async () => {
		const { host, pathname } = new URL(SERVER!);
		const proxy = await startFaultProxy({ target: host });
		const made = client(proxy.url + pathname);
		const key = freshKey();
		const counter = made.counter!.getOrCreate([key]).connect();
		const seen: unknown[] = [];
		counter.on("newCount", (count: number) => seen.push(count));
		await counter.ready();
		expect(counter.status.transport).toBe("websocket");
		const speaker = client(SERVER!);
		await speaker.counter!.getOrCreate([key]).increment!(1);
		proxy.refuseUpgrade(true);
		proxy.cut("rst");
		await speaker.counter!.getOrCreate([key]).increment!(1);
		await until(() => counter.status.transport === "sse");
		expect(counter.status.outcome).toBe("resumed");
		expect(await counter.increment!(1)).toBe(3);
		await until(() => seen.length === 3);
		expect(seen).toEqual([1, 2, 3]);
		await made.dispose();
		await proxy.close();
	});

	test("calls without a connection", async () => {
		const made = client(SERVER!);
		const counter = made.counter!.getOrCreate([freshKey()]);
		expect(await counter.increment!(2)).toBe(2);
		await expect(counter.nope!()).rejects.toMatchObject({ code: "action_not_found" });
		await expect(made.counter!.get(["nobody"]).getCount!()).rejects.toMatchObject({ code: "not_found" });
	});

	test("stays away from an instance that is not there", async () => {
		const made = client(SERVER!);
		const counter = made.counter!.get(["nobody"]).connect();
		const errors: unknown[] = [];
		counter.onError((error) => errors.push(error));
		await expect(counter.ready()).rejects.toThrow("actor.not_found");
		expect(errors).toMatchObject([{ code: "not_found" }]);
		await made.dispose();
	});
});
