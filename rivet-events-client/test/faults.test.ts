// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// No loss and no endless retries, over both transports: docs/fault-tests.md lists the cases.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ActorConnection, ActorError, ClientOptions, ConnectOptions, Gap } from "../src/index";
import { item, type ScriptedServer, startScriptedServer } from "./scripted-server";
import { client, reached, sleep, TRANSPORTS, until } from "./support";

const TOO_LONG = { group: "message", code: "incoming_too_long", message: "The message is too long.", advice: "retry" } as const;

const cyclic = (): object => {
	const value: { self?: object } = {};
	value.self = value;
	return value;
};

/** What a server may tell in the place of milliseconds; JSON has no NaN, which arrives as null. */
const NO_TIMES: unknown[] = ["soon", "5", "", NaN, null, -1, -1e300, Infinity, -Infinity, 1e300, true, [[5]], {}, 5n];

let server: ScriptedServer;
const toDispose: { dispose(): Promise<void> }[] = [];

beforeEach(async () => {
	server = await startScriptedServer();
});
afterEach(async () => {
	vi.restoreAllMocks();
	vi.unstubAllGlobals();
	await Promise.all(toDispose.splice(0).map((each) => each.dispose()));
	await server.close();
});

describe.each(TRANSPORTS)("over %s", (transport) => {
	const connect = (more: ClientOptions = {}, connectOptions: ConnectOptions = {}, params?: unknown): ActorConnection => {
		const made = client(server.url, { transport, ...more });
		toDispose.push(made);
		return made.room!.getOrCreate(["k"]).connect(params, connectOptions);
	};
	const errorsOf = (room: ActorConnection) => {
		const errors: any[] = [];
		room.onError((error) => errors.push(error));
		return errors;
	};
	const event = (name: string, args: unknown[], pos?: number, tags?: string[]) =>
		server.send({ tag: "Event", val: { name, args, ...(pos === undefined ? {} : { pos }), ...(tags ? { tags } : {}) } });
	const changes = () => server.received.filter(({ tag }) => tag === "SubscriptionRequest").map(({ val }) => val);
	/** The subscriptions on the server, from its last Hello and the changes since. */
	const told = () => {
		const subscriptions = new Map<string, unknown>();
		for (const { eventName, tags } of server.hellos.at(-1)!.subscriptions) subscriptions.set(eventName, tags ?? []);
		for (const { eventName, subscribe, tags } of changes() as any[]) {
			if (subscribe) subscriptions.set(eventName, tags ?? []);
			else subscriptions.delete(eventName);
		}
		return Object.fromEntries(subscriptions);
	};
	const calls = () => server.received.filter(({ tag }) => tag === "ActionRequest").map(({ val }: any) => val);

	describe("what is wanted and what was told", () => {
		// windows: before the microtask, before the socket opens, between Hello and Init, after Init
		test.each(["at once", "while connecting", "between Hello and Init", "when open"])(
			"a listener, a tag and a removal %s reach the server",
			async (moment) => {
				const room = connect();
				const stay = room.on("stays", () => {});
				const stop = room.on("goes", () => {});
				room.on("tagged", { tags: ["a"] }, () => {});
				const change = () => {
					room.on("late", () => {});
					room.on("tagged", { tags: ["b"] }, () => {});
					stop();
				};
				if (moment === "between Hello and Init") server.beforeWelcome(change);
				if (moment === "while connecting") await Promise.resolve();
				if (moment === "when open") await room.ready();
				if (moment !== "between Hello and Init") change();
				await room.ready();
				await until(() => "late" in told());
				await until(() => !("goes" in told()));
				expect(told()).toEqual({ stays: [], late: [], tagged: ["a", "b"] });
				stay();
			},
		);

		test.each(["while waiting", "while connecting", "between Hello and Init"])(
			"a listener, a tag and a removal %s again reach the server",
			async (moment) => {
				const room = connect();
				room.on("tagged", { tags: ["a"] }, () => {});
				const stop = room.on("goes", () => {});
				await room.ready();
				const change = () => {
					room.on("late", () => {});
					room.on("tagged", { tags: ["b"] }, () => {});
					stop();
				};
				let changed = false;
				const once = () => {
					if (!changed) change();
					changed = true;
				};
				if (moment === "between Hello and Init") server.beforeWelcome(once);
				else room.onStatus(({ status }) => status === (moment === "while waiting" ? "waiting" : "connecting") && once());
				server.cut();
				await until(() => server.hellos.length === 2 && room.status.status === "open");
				await until(() => "late" in told() && !("goes" in told()));
				expect(told()).toEqual({ late: [], tagged: ["a", "b"] });
			},
		);

		test("nothing is told twice, and nothing that has come back to what it was", async () => {
			const room = connect();
			const stop = room.on("x", () => {});
			server.beforeWelcome(() => {
				stop();
				room.on("x", () => {});
				room.on("y", () => {})();
			});
			await room.ready();
			await room.with({ deadline: 100 }).nothing!().catch(() => {});
			expect(changes()).toEqual([]);
		});

		test("each listener gets the events of its own tags", async () => {
			const room = connect();
			const seen: Record<string, unknown[]> = { sport: [], tech: [], both: [], all: [] };
			room.on("news", { tags: ["sport"] }, (value: unknown) => seen.sport!.push(value));
			room.on("news", { tags: ["tech"] }, (value: unknown) => seen.tech!.push(value));
			room.on("news", { tags: ["tech", "sport"] }, (value: unknown) => seen.both!.push(value));
			room.on("news", (value: unknown) => seen.all!.push(value));
			await room.ready();
			event("news", [1], 1, ["sport"]);
			event("news", [2], 2, ["tech", "other"]);
			event("news", [3], 3, ["other"]);
			event("news", [4], 4);
			await until(() => seen.all!.length === 4);
			expect(seen).toEqual({ sport: [1, 4], tech: [2, 4], both: [1, 2, 4], all: [1, 2, 3, 4] });
		});

		test("a listener that another one has removed is not called", async () => {
			const room = connect();
			const seen: string[] = [];
			room.on("x", () => (seen.push("first"), second()));
			const second = room.on("x", () => seen.push("second"));
			room.predict("x");
			expect(seen).toEqual(["first"]);
		});

		test("a refused subscription names its event", async () => {
			const forbidden = { group: "auth", code: "forbidden", message: "Forbidden" };
			server.welcome({ refused: [{ eventName: "admin", error: forbidden }] });
			const room = connect();
			const errors = errorsOf(room);
			await room.ready();
			server.send({
				tag: "SubscriptionResponse",
				val: { eventName: "secret", subscribe: true, position: 1, error: forbidden },
			});
			await until(() => errors.length === 2);
			expect(errors.map(({ message, metadata }) => [message, metadata])).toEqual([
				['Subscription to "admin": Forbidden', { eventName: "admin" }],
				['Subscription to "secret": Forbidden', { eventName: "secret" }],
			]);
		});
	});

	describe("more subscriptions than one message has room for", () => {
		const names = (count: number, part = "x".repeat(75)) => Array.from({ length: count }, (_, i) => `room/${part}${i}`);
		const listen = (room: ActorConnection, events: string[]) => events.map((each) => room.on(each, () => {}));
		const statusesOf = (room: ActorConnection) => {
			const statuses: string[] = [];
			room.onStatus(({ status, reason }) => statuses.push(reason ? `${status}: ${reason}` : status));
			return statuses;
		};
		const gapsOf = (room: ActorConnection) => {
			const gaps: Gap[] = [];
			room.onGap((gap) => gaps.push(gap));
			return gaps;
		};
		const bytesOf = (value: unknown) => Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value));
		const inHello = () => server.hellos.at(-1)!.subscriptions.map(({ eventName }) => eventName);
		/** The events that were requested one by one, from some message on. */
		const asked = (from = 0) => server.received.slice(from).flatMap(({ tag, val }: any) => (tag === "SubscriptionRequest" ? [val.eventName] : []));
		const expectAll = async (events: string[], from = 0) => {
			await until(() => inHello().length + asked(from).length >= events.length);
			expect([...inHello(), ...asked(from)].sort()).toEqual([...events].sort());
			expect(bytesOf({ body: { tag: "Hello", val: server.hellos.at(-1) } })).toBeLessThanOrEqual(32 * 1024);
			for (const post of server.posts) expect(bytesOf(post)).toBeLessThanOrEqual(64 * 1024);
		};

		test.each([
			["ASCII", "x".repeat(75)],
			["three bytes a character", "語".repeat(75)],
			["six bytes a character", "\u0001".repeat(75)],
			["lone surrogates", "\ud800".repeat(75)],
		])("are all there again after a cut: %s", async (_, part) => {
			server.limitMessages();
			server.answerSubscriptions(() => ({ position: 0 }));
			const room = connect();
			const [statuses, errors, gaps] = [statusesOf(room), errorsOf(room), gapsOf(room)];
			await room.ready();
			const events = names(901, part);
			listen(room, events);
			await until(() => asked().length === events.length);
			const before = server.received.length;
			server.cut();
			await until(() => server.hellos.length === 2 && room.status.status === "open");
			await expectAll(events, before);
			expect(inHello()).toEqual(events.slice(0, inHello().length));
			expect(inHello().length).toBeGreaterThan(50);
			await sleep(100);
			expect(statuses).toEqual(["connecting", "open", "waiting: connection lost", "connecting: connection lost", "open"]);
			expect(errors).toEqual([]);
			expect(gaps).toEqual([]);
		});

		test.each([0, 20_000, 40_000])("are all there if they were wanted before the first open, beside params of %i bytes", async (bytes) => {
			server.limitMessages();
			server.answerSubscriptions(() => ({ position: 9 }));
			const room = connect({}, {}, { big: "x".repeat(bytes) });
			const [statuses, errors, gaps] = [statusesOf(room), errorsOf(room), gapsOf(room)];
			const events = names(900);
			listen(room, events);
			const call = room.with({ queue: true }).hello!();
			await until(() => calls().length === 1);
			// the events that the call causes find their listeners
			expect(server.received.at(-1)!.tag).toBe("ActionRequest");
			server.send({ tag: "ActionResponse", val: { id: calls()[0].id, output: 1 } });
			expect(await call).toBe(1);
			if (bytes < 32_000) await expectAll(events);
			else expect([inHello(), asked()]).toEqual([[], events]);
			if (transport === "sse") {
				expect(server.posts.length).toBeGreaterThan(2);
				for (const post of server.posts) expect(bytesOf(post)).toBeLessThanOrEqual(64 * 1024);
			}
			expect(statuses).toEqual(["connecting", "open"]);
			expect(errors).toEqual([]);
			expect(gaps).toEqual([]); // there was no connection before
		});

		test("are told as gaps where others were sent events meanwhile, and only then", async () => {
			const refused = { group: "auth", code: "forbidden", message: "Forbidden" };
			const room = connect();
			const [errors, gaps] = [errorsOf(room), gapsOf(room)];
			const events = names(600);
			listen(room, events);
			await room.ready();
			await until(() => inHello().length + asked().length === events.length);
			let seen = 0;
			room.on(events[0]!, () => seen++);
			event(events[0]!, [], 7);
			await until(() => seen === 1);
			const before = server.received.length;
			const [same, denied] = [events.at(-1)!, events.at(-2)!];
			server.answerSubscriptions((name) => ({ position: name === same ? 7 : 12, ...(name === denied ? { error: refused } : {}) }));
			server.cut();
			await until(() => server.hellos.length === 2 && inHello().length + asked(before).length === events.length);
			expect(server.hellos[1]!.resume!.position).toBe(7);
			const late = asked(before).filter((name) => name !== same && name !== denied);
			expect(late.length).toBeGreaterThan(100);
			await until(() => gaps.length >= late.length && errors.length > 0);
			await sleep(50);
			expect(gaps).toEqual(late.map((name) => ({ reason: "dropped", events: [name] })));
			expect(errors).toMatchObject([{ code: "forbidden", metadata: { eventName: denied } }]);
			room.on("x", () => {}); // subscribed while the connection is open, so nothing is missed
			await until(() => asked().at(-1) === "x");
			await sleep(50);
			expect(gaps).toHaveLength(late.length);
		});

		test.each([
			["fresh", {}, false],
			["resynced", {}, false],
			["fresh", { snapshot: [1] }, true],
			["resynced", { snapshot: [1] }, true],
			["fresh", { snapshotError: { group: "g", code: "c", message: "m" } }, false],
		] as const)("are gaps in a snapshot alone if the connection is %s: %o", async (outcome, more, isGap) => {
			server.welcome({ outcome, position: 7, ...more } as any);
			server.answerSubscriptions(() => ({ position: 9 }));
			const room = connect({}, { snapshot: "all" });
			room.onError(() => {});
			const gaps = gapsOf(room);
			listen(room, names(600));
			await room.ready();
			await until(() => inHello().length + asked().length === 600);
			await sleep(100);
			expect(asked().length).toBeGreaterThan(100);
			expect(gaps.flatMap((gap) => gap.events)).toEqual(isGap ? asked() : []);
		});

		test.each([
			["is resumed", "resumed", 8, true],
			["is resumed, and nothing was sent", "resumed", 7, false],
			["is resynced", "resynced", 8, false],
		] as const)("are told as gaps at the next connection if a cut came before the answers, and it %s", async (_, outcome, position, isGap) => {
			const room = connect();
			const gaps = gapsOf(room);
			const stops = listen(room, names(600));
			await room.ready();
			let seen = 0;
			room.on(names(1)[0]!, () => seen++);
			event(names(1)[0]!, [], 7);
			await until(() => seen === 1 && inHello().length + asked().length === 600);
			let before = server.received.length;
			server.cut(); // nothing was answered, as to the next
			await until(() => server.hellos.length === 2 && inHello().length + asked(before).length === 600);
			expect(server.hellos[1]!.resume!.position).toBe(7);
			expect(gaps).toEqual([]);
			server.send({ tag: "KeepAlive", val: { position } });
			// there is room for the others now
			stops.slice(1, 550).forEach((stop) => stop());
			await until(() => changes().filter(({ subscribe }: any) => !subscribe).length === 549);
			await sleep(50);
			server.welcome({ outcome });
			before = server.received.length;
			server.cut();
			await until(() => server.hellos.length === 3 && room.status.status === "open");
			await sleep(50);
			expect(server.hellos[2]!.resume!.position).toBe(position);
			expect(asked(before)).toEqual([]);
			expect(gaps).toEqual(isGap ? [{ reason: "dropped", events: names(600).slice(550) }] : []);
		});

		test("are no gaps after a second Init with a snapshot, which covers them", async () => {
			server.welcome({ outcome: "fresh", position: 7, snapshot: [1] } as any);
			server.answerSubscriptions(() => ({ position: 7 }));
			const room = connect({}, { snapshot: "all" });
			const gaps = gapsOf(room);
			const stops = listen(room, names(600));
			await room.ready();
			await until(() => inHello().length + asked().length === 600);
			await sleep(50);
			expect(asked().length).toBeGreaterThan(100);
			const init = { actorId: "a", connectionId: "c", stream: "s", secret: "secret", keepAlive: 25000, epoch: "f", position: 20 };
			server.send({ tag: "Init", val: { ...init, outcome: "resynced", reason: "epoch_changed", snapshot: [2] } });
			server.send({ tag: "KeepAlive", val: { position: 25 } });
			// there is room for the others at the next connection
			stops.slice(1, 550).forEach((stop) => stop());
			await until(() => changes().filter(({ subscribe }: any) => !subscribe).length === 549);
			await sleep(50);
			server.welcome({ outcome: "resumed", epoch: "f", position: 25 });
			server.cut();
			await until(() => server.hellos.length === 2 && room.status.status === "open");
			await sleep(50);
			expect(server.hellos[1]!.resume!.position).toBe(25);
			expect(gaps).toEqual([]);
		});
	});

	describe("a message that cannot be read", () => {
		const broken = {
			"no JSON": { frame: '{"body":{"tag":"Event","val":{"name":"said","args":[oops],"pos":7}}}', item: "id: e-7\nevent: said\ndata: [oops]\n\n" },
			"a bigint that is none": {
				frame: '{"body":{"tag":"Event","val":{"name":"said","args":[["$BigInt","x"]],"pos":7}}}',
				item: 'id: e-7\nevent: said\ndata: [["$BigInt","x"]]\n\n',
			},
			"bytes that are none": {
				frame: '{"body":{"tag":"Event","val":{"name":"said","args":[["$Uint8Array","%"]],"pos":7}}}',
				item: 'id: e-7\nevent: said\ndata: [["$Uint8Array","%"]]\n\n',
			},
			"arguments that are none": { frame: '{"body":{"tag":"Event","val":{"name":"said","args":1,"pos":7}}}', item: "id: e-7\nevent: said\ndata: 1\n\n" },
		};

		test.each(Object.entries(broken))("is skipped once, reported and not asked for again: %s", async (_, raw) => {
			const room = connect();
			const errors = errorsOf(room);
			const seen: unknown[] = [];
			room.on("said", (value: unknown) => seen.push(value));
			await room.ready();
			event("said", ["before"], 6);
			server.sendRaw(raw);
			await until(() => errors.length === 1);
			server.cut();
			await until(() => server.hellos.length === 2);
			expect(server.hellos[1]!.resume!.position).toBe(7);
			await until(() => room.status.status === "open");
			event("said", ["after"], 8);
			await until(() => seen.length === 2);
			expect(seen).toEqual(["before", "after"]);
			expect(errors).toHaveLength(1);
			expect(server.opened()).toBe(2);
		});

		test("fails the call that it answers, and no other", async () => {
			const room = connect();
			await room.ready();
			const [bad, good] = [room.one!(), room.two!()];
			const refused = expect(bad).rejects.toThrow("cannot be read");
			await until(() => calls().length === 2);
			const [{ id }, other] = calls();
			server.sendRaw({
				frame: `{"body":{"tag":"ActionResponse","val":{"id":${id},"output":["$BigInt","x"]}}}`,
				item: `event: rivet:response\ndata: {"id":${id},"output":["$BigInt","x"]}\n\n`,
			});
			server.send({ tag: "ActionResponse", val: { id: other.id, output: 2 } });
			expect(await good).toBe(2);
			await refused;
		});

		test("does not keep a connection from opening if it is a snapshot", async () => {
			const init = { actorId: "a", connectionId: "c1", epoch: "e", position: 0, stream: "s", secret: "x", outcome: "fresh", keepAlive: 25_000 };
			const data = JSON.stringify({ ...init, snapshot: ["$BigInt", "x"] });
			server.silent();
			server.beforeWelcome(() => server.sendRaw({ frame: `{"body":{"tag":"Init","val":${data}}}`, item: `event: rivet:init\ndata: ${data}\n\n` }));
			const room = connect({}, { snapshot: "all" });
			const errors = errorsOf(room);
			await room.ready();
			expect(errors).toMatchObject([{ code: "unreadable" }]);
		});

		test.each(["\u2028", "\u2029", "\u0085", "\uFEFF", "\0", "\r", "\n", "\r\n", "\x0b", "\ud800", "\u{1F600}"])("is none for the text %j", async (text) => {
			const room = connect();
			const errors = errorsOf(room);
			const seen: unknown[] = [];
			room.on("said", (value: unknown) => seen.push(value));
			await room.ready();
			event("said", [`a${text}b`], 1);
			event("said", [text], 2);
			event("said", ["end"], 3);
			await until(() => seen.length === 3);
			expect(seen).toEqual([`a${text}b`, text, "end"]);
			expect(errors).toEqual([]);
			expect(server.opened()).toBe(1);
		});
	});

	describe("an event that no server accepts", () => {
		const rejected = (room: ActorConnection) => {
			const long = "n".repeat(1001);
			expect(() => room.on(long, () => {})).toThrow(RangeError);
			expect(() => room.on(long, () => {})).toThrow("has 1001 characters; the limit is 1000");
			expect(() => room.on("n".repeat(70_000), { tags: ["a"] }, () => {})).toThrow(RangeError);
			expect(() => room.once(long, () => {})).toThrow(RangeError);
			expect(() => room.on("x", { tags: ["t".repeat(33_000)] }, () => {})).toThrow(RangeError);
			expect(() => room.on("x", { tags: ["語".repeat(11_000)] }, () => {})).toThrow(/"x" have \d+ bytes; the limit is 32768/);
			expect(() => room.on("x", { tags: ["\u0001".repeat(5500)] }, () => {})).toThrow(RangeError);
		};

		test.each(["before it is open", "when open", "while waiting"])("is refused by on itself, %s", async (moment) => {
			const room = connect(moment === "while waiting" ? { reconnect: { minDelay: 200, maxDelay: 200 } } : {});
			const errors = errorsOf(room);
			if (moment !== "before it is open") await room.ready();
			if (moment === "while waiting") {
				server.cut();
				await reached(room, "waiting");
			}
			rejected(room);
			await expect(room.events("n".repeat(1001)).next()).rejects.toThrow(RangeError);
			room.on("n".repeat(1000), () => {});
			await until(() => room.status.status === "open" && "n".repeat(1000) in told());
			await sleep(50);
			expect(Object.keys(told())).toEqual(["n".repeat(1000)]);
			expect(errors).toEqual([]);
			expect(server.opened()).toBe(moment === "while waiting" ? 2 : 1);
		});

		test.each(["when open", "after a listener to all of them has gone"])("is one with the tags of all its listeners, %s", async (moment) => {
			const room = connect();
			await room.ready();
			const seen: string[] = [];
			const all = moment === "when open" ? undefined : room.on("x", () => seen.push("all"));
			const tag = (letter: string) => letter.repeat(12_000);
			room.on("x", { tags: [tag("a")] }, () => seen.push("a"));
			const b = room.on("x", { tags: [tag("b")] }, () => seen.push("b"));
			room.on("x", { tags: [tag("a"), tag("b")] }, () => seen.push("ab"));
			expect(() => room.on("x", { tags: [tag("c")] }, () => seen.push("c"))).toThrow(RangeError);
			all?.();
			await until(() => (told() as any).x?.length === 2);
			expect((told() as any).x).toEqual([tag("a"), tag("b")]);
			room.predict("x");
			expect(seen).toEqual(["a", "b", "ab"]);
			b();
		});
	});

	describe("values of the application", () => {
		const bad = {
			"a cycle": cyclic(),
			"a getter that throws": { get x() { throw new Error("my getter"); } },
			"a toJSON that throws": { toJSON() { throw new Error("my toJSON"); } },
		};

		test.each(Object.entries(bad))("that cannot be encoded fail their call alone: %s", async (_, value) => {
			const room = connect();
			const statuses: string[] = [];
			room.onStatus(({ status }) => statuses.push(status));
			const queued = expect(room.early!(value)).rejects.toThrow(Error);
			const good = room.good!();
			await queued;
			await room.ready();
			await until(() => calls().length === 1);
			const open = expect(room.late!(value)).rejects.toThrow(Error);
			expect(() => room.fire.late!(value)).toThrow(Error);
			await open;
			server.send({ tag: "ActionResponse", val: { id: calls()[0].id, output: 1 } });
			expect(await good).toBe(1);
			expect(statuses).toEqual(["connecting", "open"]);
		});

		test("that cannot be encoded are told to the server that asks for them", async () => {
			const room = connect();
			room.answer("confirm", () => cyclic());
			await room.ready();
			event("rivet:request", [7, "confirm", []]);
			await until(() => calls().length === 1);
			expect(calls()[0].args).toMatchObject([7, { error: expect.stringContaining("itself") }]);
		});

		test("are sent as they were at the call", async () => {
			const room = connect();
			const value = { n: 1, big: 2n ** 70n, shared: [{ a: 1 }] };
			void room.with({ deadline: 5000 }).save!(value, value).catch(() => {});
			value.n = 2;
			await until(() => calls().length === 1);
			expect(calls()[0].args).toEqual([{ ...value, n: 1 }, { ...value, n: 1 }]);
		});

		test("in params throw where they are given", () => {
			expect(() => connect({}, {}, cyclic())).toThrow("itself");
		});
	});

	describe("reconnecting", () => {
		test("rejects a call that is too long, and reconnects once", async () => {
			const big = "x".repeat(70_000);
			server.answerPost((body) => (body.length > 65_536 ? { status: 400, body: JSON.stringify(TOO_LONG) } : undefined));
			const room = connect();
			await room.ready();
			const refused = expect(room.with({ idempotencyKey: "k" }).echo!(big)).rejects.toMatchObject({ code: "incoming_too_long" });
			const other = room.with({ idempotencyKey: "o" }).echo!("ö".repeat(10_000));
			if (transport === "websocket") await until(() => calls().length === 2);
			else await until(() => server.posts.length >= 1);
			// the answer arrives on the connection on which the call was repeated: not immediately after the request
			let before = 0;
			server.beforeWelcome(async () => {
				before = calls().length;
				await sleep(100);
			});
			server.send({ tag: "Close", val: TOO_LONG });
			server.cut(1011);
			await refused;
			await until(() => server.hellos.length === 2);
			await until(() => calls().slice(before).some(({ idempotencyKey }) => idempotencyKey === "o"));
			server.send({ tag: "ActionResponse", val: { id: calls().at(-1).id, output: "ok" } });
			expect(await other).toBe("ok");
			await sleep(300);
			expect(server.opened()).toBe(2);
		});

		test("reports a fired call that is too long, and reconnects once", async () => {
			server.limitMessages();
			const room = connect();
			const errors = errorsOf(room);
			await room.ready();
			room.fire.echo!("x".repeat(70_000));
			await until(() => errors.length === 1 && server.hellos.length === 2 && room.status.status === "open");
			await expect(room.call("n".repeat(70_000), [])).rejects.toMatchObject({ code: "incoming_too_long" });
			await until(() => server.hellos.length === 3 && room.status.status === "open");
			await sleep(300);
			expect(errors).toMatchObject([{ code: "incoming_too_long" }]);
			expect(server.opened()).toBe(3);
		});

		test("measures messages in bytes", async () => {
			if (transport === "sse") return; // over SSE, each message is a separate request
			const room = connect();
			await room.ready();
			const long = room.with({ idempotencyKey: "long" }).echo!("語".repeat(30_000));
			const many = room.with({ idempotencyKey: "many" }).echo!("x".repeat(60_000));
			const refused = expect(long).rejects.toMatchObject({ code: "incoming_too_long" });
			await until(() => calls().length === 2);
			server.cut(1009); // as a proxy ends it
			await refused;
			await until(() => calls().length === 3);
			server.send({ tag: "ActionResponse", val: { id: calls()[2].id, output: "ok" } });
			expect(await many).toBe("ok");
		});

		test("is final if the first message is too long", async () => {
			if (transport === "sse") server.answerOpening({ status: 413 });
			else server.refuse(TOO_LONG);
			const room = connect({}, {}, { big: "x" });
			const errors = errorsOf(room);
			await until(() => room.status.status === "closed");
			expect(server.opened()).toBe(1);
			expect(errors).toHaveLength(1);
		});

		describe("the delays of the attempts", () => {
			/** The delays of the first attempts, as the client chooses them: how long they take depends on the machine. */
			const delays = (room: ActorConnection, count = 4) =>
				new Promise<number[]>((resolve) => {
					const chosen: number[] = [];
					room.onStatus(({ status, since, nextRetryAt }) => {
						if (status === "waiting" && chosen.push(nextRetryAt! - since) === count) resolve(chosen);
					});
				});
			const connectSlowly = () => connect({ reconnect: { minDelay: 20, maxDelay: 60_000 } });
			const goesAway = (room: ActorConnection, delay: any) =>
				room.onOpen(() => {
					server.send({ tag: "GoingAway", val: { delay } });
					server.cut(1011);
				});
			/** A delay is a millisecond shorter if the clock has advanced since it was chosen. */
			const expectDoubled = (chosen: number[]) =>
				chosen.forEach((delay, attempt) => expect(delay).toBeGreaterThanOrEqual(0.999 * 20 * 2 ** attempt - 2));

			beforeEach(() => {
				vi.spyOn(Math, "random").mockReturnValue(0.999);
			});

			test("does not hurry after connections that end as soon as they are open", async () => {
				const room = connectSlowly();
				room.onOpen(() => {
					server.send({ tag: "Close", val: { group: "actor", code: "stopped", message: "", advice: "retry" } });
					server.cut(1011);
				});
				expectDoubled(await delays(room));
				expect(room.status.attempt).toBeLessThanOrEqual(1);
			});

			test.each([0, -1, 1])("does not hurry if the server requests a delay of %i ms", async (retryAfter) => {
				server.refuse({ group: "actor", code: "restarting", message: "", advice: "later", retryAfter });
				expectDoubled(await delays(connectSlowly()));
			});

			test("does not hurry if each GoingAway has no delay", async () => {
				const room = connectSlowly();
				goesAway(room, 0);
				expectDoubled(await delays(room));
			});

			test.each(NO_TIMES)("does not hurry if the server requests a delay of %o", async (retryAfter: any) => {
				server.refuse({ group: "actor", code: "restarting", message: "", advice: "later", retryAfter });
				const room = connectSlowly();
				expectDoubled(await delays(room, retryAfter === 1e300 ? 1 : 3));
				expect(room.status.status).toBe("waiting");
			});

			test.each(NO_TIMES)("does not hurry if each GoingAway has a delay of %o", async (delay: any) => {
				const room = connectSlowly();
				goesAway(room, delay);
				expectDoubled(await delays(room, delay === 1e300 ? 1 : 3));
				expect(room.status.status).toBe("waiting");
			});
		});

		test.each(NO_TIMES)("neither ends nor spins if it is to be kept alive each %o", async (keepAlive: any) => {
			server.welcome({ keepAlive });
			const room = connect();
			await room.ready();
			const timers = vi.spyOn(globalThis, "setTimeout");
			await sleep(200);
			globalThis.dispatchEvent?.(new Event("online"));
			await sleep(50);
			expect(timers.mock.calls.length).toBeLessThan(10);
			expect(room.status.status).toBe("open");
			expect(server.opened()).toBe(1);
		});

		test("does not spin if opening may take forever", async () => {
			server.silent();
			connect({ openTimeout: Infinity });
			await until(() => server.hellos.length === 1);
			const timers = vi.spyOn(globalThis, "setTimeout");
			await sleep(200);
			expect(timers.mock.calls.length).toBeLessThan(10);
		});

		test("says why there is no connection for a call", async () => {
			const room = connect({ reconnect: { minDelay: 60_000, maxDelay: 60_000 } });
			await room.ready();
			server.send({ tag: "Close", val: { group: "actor", code: "stopped", message: "", advice: "retry" } });
			server.cut(1011);
			await reached(room, "waiting");
			await expect(room.hello!()).rejects.toMatchObject({
				name: "ConnectionLostError",
				message: "There is no connection (actor.stopped)",
				mayHaveRun: false,
			});
		});

		describe("is final in the words of the error", () => {
			const close = { group: "room", code: "full", message: "The request was refused.", advice: "never" } as const;
			const ends = {
				"before Init": () => server.refuse(close),
				"when open": () => {},
			};

			test.each([
				[null, "before Init"],
				[undefined, "before Init"],
				[null, "when open"],
				[undefined, "when open"],
			] as const)("that came before the Close, with the action id %o, %s", async (actionId, moment) => {
				const error = { tag: "Error", val: { group: "room", code: "full", message: "Four may play.", metadata: { max: 4 }, actionId } } as any;
				if (moment === "before Init") server.beforeWelcome(() => server.send(error));
				ends[moment]();
				const room = connect();
				const errors = errorsOf(room);
				const ready = room.ready();
				if (moment === "when open") {
					await ready;
					server.send(error);
					server.send({ tag: "Close", val: close });
					server.cut(1011);
					await until(() => room.status.status === "closed");
				} else {
					await expect(ready).rejects.toMatchObject({ cause: { message: "Four may play.", metadata: { max: 4 } } });
					expect(errors).toMatchObject([{ code: "full", message: "Four may play.", metadata: { max: 4 } }]);
				}
				expect(room.status.reason).toBe("room.full");
				await expect(room.ready()).rejects.toMatchObject({ cause: { code: "full", message: "Four may play.", metadata: { max: 4 } } });
			});

			test.each([
				["code", { group: "room", code: "closed" }],
				["group", { group: "other", code: "full" }],
			])("but not in those of another %s", async (_, other) => {
				server.beforeWelcome(() => server.send({ tag: "Error", val: { ...other, message: "Other.", metadata: { other: 1 }, actionId: null } }));
				server.refuse(close);
				const room = connect();
				const errors = errorsOf(room);
				await until(() => room.status.status === "closed");
				expect(errors).toMatchObject([{ code: "full", message: "The request was refused.", metadata: undefined }]);
			});

			test("but not in those of an earlier connection", async () => {
				let first = true;
				server.beforeWelcome(() => {
					if (first) server.send({ tag: "Error", val: { group: "room", code: "full", message: "Old.", actionId: null } });
					if (first) server.cut();
					first = false;
				});
				server.refuse(close);
				const room = connect();
				const errors = errorsOf(room);
				await until(() => room.status.status === "closed");
				expect(errors).toMatchObject([{ message: "The request was refused." }]);
			});
		});

		test("is at once after a connection that was open for long enough", async () => {
			vi.spyOn(Math, "random").mockReturnValue(0.999);
			const room = connect({ reconnect: { minDelay: 300, maxDelay: 300 } });
			await room.ready();
			await sleep(350);
			server.send({ tag: "Close", val: { group: "actor", code: "stopped", message: "", advice: "retry" } });
			const before = performance.now();
			server.cut(1011);
			await until(() => server.opened() === 2);
			expect(performance.now() - before).toBeLessThan(200);
		});

		test("gives up credentials that are refused twice, and says why", async () => {
			server.refuse({ group: "auth", code: "authentication_required", message: "Sign in.", advice: "credentials" });
			let asked = 0;
			const room = connect({ onAuthenticating: () => ({ token: `t${++asked}` }) });
			const errors = errorsOf(room);
			const call = room.hello!();
			await expect(call).rejects.toMatchObject({ cause: { code: "authentication_required" } });
			await expect(room.ready()).rejects.toMatchObject({ cause: { code: "authentication_required" } });
			expect(asked).toBe(2);
			expect(errors).toHaveLength(2);
			server.welcome({});
			room.reconnect();
			await room.ready();
		});

		test("does not wait for an application that never settles", async () => {
			let asked = 0;
			const room = connect({ onAuthenticating: () => (++asked === 1 ? new Promise(() => {}) : { token: "t" }), openTimeout: 200 });
			const errors = errorsOf(room);
			const { reason } = await reached(room, "waiting");
			expect(["timeout", "no credentials"]).toContain(reason); // whichever timer is first
			await room.ready();
			expect(String(errors[0])).toContain("onAuthenticating did not settle within 200 ms");
			expect(room.status.transport).toBe(transport);
		});

		test("bounds the time that a call waits for the first connection", async () => {
			server.silent();
			const room = connect({ openTimeout: 200 });
			const before = performance.now();
			await expect(room.hello!()).rejects.toMatchObject({ name: "ConnectionLostError", mayHaveRun: false });
			expect(performance.now() - before).toBeLessThan(2000);
		});

		test("notices a silent server whatever happens to the clock of the wall", async () => {
			server.welcome({ keepAlive: 150 });
			const room = connect();
			await room.ready();
			const real = Date.now;
			vi.spyOn(Date, "now").mockImplementation(() => real() - 3_600_000);
			await until(() => server.opened() === 2, 2000);
		});

		test("does not take a clock that goes on for silence", async () => {
			server.welcome({ keepAlive: 5000 });
			const room = connect();
			await room.ready();
			const real = Date.now;
			vi.spyOn(Date, "now").mockImplementation(() => real() + 3_600_000);
			globalThis.dispatchEvent?.(new Event("online"));
			await sleep(200);
			expect(server.opened()).toBe(1);
		});

		test.each(["online", "visibilitychange"])("is at once when a wait by its own delay meets %s", async (event) => {
			vi.spyOn(Math, "random").mockReturnValue(0.999);
			const host = new EventTarget();
			vi.stubGlobal("addEventListener", host.addEventListener.bind(host));
			vi.stubGlobal("removeEventListener", host.removeEventListener.bind(host));
			vi.stubGlobal("document", Object.assign(host, { visibilityState: "visible" }));
			const room = connect({ reconnect: { minDelay: 60_000, maxDelay: 60_000 } });
			await room.ready();
			server.cut(1011);
			await until(() => room.status.status === "waiting");
			await sleep(100);
			expect(server.opened()).toBe(1);
			host.dispatchEvent(new Event(event));
			await until(() => server.opened() === 2);
			await room.ready();
		});

		test("waits for ten seconds at the most by itself", async () => {
			vi.spyOn(Math, "random").mockReturnValue(0.999);
			const { Backoff } = await import("../src/backoff");
			const backoff = new Backoff();
			expect(Math.max(...Array.from({ length: 2000 }, () => backoff.next()))).toBeLessThanOrEqual(10_000);
		});
	});

	describe("the life of a connection", () => {
		const moments = ["onStatus", "onOpen", "onSnapshot", "onResync", "onReconnecting", "onClose", "onError", "on"] as const;

		test.each(moments)("has no order but one, if it is ended in %s", async (moment) => {
			server.welcome({ snapshot: 1, outcome: "resynced", refused: [{ eventName: "e", error: { group: "g", code: "c", message: "m" } }] });
			const room = connect({}, { snapshot: "all" });
			const log: string[] = [];
			let first = true;
			const listen = (name: string, add: (listener: any) => unknown) => {
				for (const which of [1, 2]) {
					add((told: any) => {
						log.push(`${name}${which}${told?.status ? `:${told.status}` : ""}`);
						if (name !== moment || (name === "onStatus" && told.status !== "open") || !first) return;
						first = false;
						void room.dispose();
					});
				}
			};
			for (const name of moments) listen(name, name === "on" ? (listener) => room.on("x", listener) : (room as any)[name]);
			await until(() => log.length > 0);
			await sleep(150);
			event("x", [], 1);
			await sleep(50);
			server.cut();
			await sleep(200);
			await room.dispose();
			const closed = log.indexOf("onClose1");
			expect(log.filter((each) => each.startsWith("onClose"))).toEqual(["onClose1", "onClose2"]);
			// an error is not a state: all listeners receive it
			expect(log.slice(closed).filter((each) => each !== "onError2")).toEqual(["onClose1", "onClose2"]);
			for (const which of [1, 2]) {
				const statuses = log.filter((each) => each.startsWith(`onStatus${which}`)).map((each) => each.split(":")[1]);
				expect(statuses.at(-1)).toBe("closed");
				expect(new Set(statuses).size).toBe(moment === "onReconnecting" || moment === "onClose" ? new Set(statuses).size : statuses.length);
			}
		});

		test("ends for good if it is disposed of while it waits", async () => {
			const room = connect({ reconnect: { minDelay: 50, maxDelay: 50 } });
			room.onStatus(({ status }) => status === "waiting" && void room.dispose());
			await room.ready();
			server.cut();
			await until(() => room.status.status === "closed");
			room.reconnect();
			await sleep(200);
			expect(server.opened()).toBe(1);
		});

		test("is that of its client, after it was opened again, too", async () => {
			server.refuse({ group: "connection", code: "disconnected", message: "", advice: "never" });
			const made = client(server.url, { transport });
			const room = made.room!.getOrCreate(["k"]).connect();
			room.onError(() => {});
			await until(() => room.status.status === "closed");
			server.welcome({});
			room.reconnect();
			await room.ready();
			await made.dispose();
			expect(room.status.status).toBe("closed");
			await until(() => server.open() === 0);
		});

		test("answers a request of the server on the connection that has asked alone", async () => {
			const room = connect();
			let answer: (value: unknown) => void = () => {};
			room.answer("confirm", () => new Promise((resolve) => (answer = resolve)));
			await room.ready();
			event("rivet:request", [7, "confirm", []]);
			await sleep(50);
			server.cut();
			await until(() => server.opened() === 2 && room.status.status === "open");
			answer("yes");
			await sleep(100);
			expect(calls()).toEqual([]);
		});

		test("goes on if a listener to errors fails", async () => {
			vi.stubGlobal("reportError", undefined);
			const printed = vi.spyOn(console, "error").mockImplementation(() => {});
			const room = connect();
			room.onError(() => {
				throw new Error("my own bug");
			});
			room.on("x", () => {
				throw new Error("a bad listener");
			});
			await room.ready();
			event("x", [], 1);
			await until(() => printed.mock.calls.length > 0);
			expect(printed.mock.calls.flat().map(String).join()).toContain("my own bug");
		});
	});
});

describe("a client", () => {
	test("signs in for calls without a connection as for connections", async () => {
		const call = (onAuthenticating: () => unknown) => client(server.url, { onAuthenticating, openTimeout: 100 }).room!.getOrCreate().hello!();
		expect(await call(async () => ({ token: "t" }))).toBe("done");
		expect(await call(() => ({ username: "ada", password: "pä" }))).toBe("done");
		expect(await call(() => undefined)).toBe("done");
		expect(server.authorizations).toEqual(["Bearer t", `Basic ${Buffer.from("ada:pä").toString("base64")}`, undefined]);
		await expect(call(() => new Promise(() => {}))).rejects.toThrow("did not settle within 100 ms");
		await expect(client(server.url).room!.getOrCreate().hello!(cyclic())).rejects.toThrow("itself");
	});

	test("is made before its URL can be resolved", () => {
		const made = client("/rivet");
		const room = made.room!.getOrCreate(["k"]);
		expect(() => room.connect()).toThrow('"/rivet" is not a URL of a server; outside a page it must begin with http:// or https://');
		vi.stubGlobal("location", { href: `${server.url}/page` });
		toDispose.push(made);
		expect(room.connect().status.status).toBe("connecting");
	});

	test("is not asked for an action by the language or by tools", async () => {
		const made = client(server.url, { transport: "websocket" });
		toDispose.push(made);
		const handle = made.room!.getOrCreate(["k"]);
		const room = handle.connect();
		await room.ready();
		const all: Record<string, any> = { made, handle, room, fire: room.fire, with: room.with({}) };
		for (const [name, each] of Object.entries(all)) {
			expect(JSON.stringify({ each }), name).toContain("each");
			(await import("node:util")).inspect(each);
			expect(each.then, name).toBeUndefined();
			for (const probe of ["toJSON", "asymmetricMatch", "nodeType", "tagName", "$$typeof", "inspect", "@@__IMMUTABLE_ITERABLE__@@", "__v_isRef", "__esModule", "_isMockFunction"]) {
				expect(each[probe], `${name}.${probe}`).toBeUndefined();
			}
			for (const probe of [Symbol.iterator, Symbol.toPrimitive, Symbol.toStringTag]) expect(each[probe], name).toBeUndefined();
			expect(each).toEqual(each);
			expect(() => expect(each).toEqual({ other: 1 })).toThrow();
			await each;
		}
		expect(room.sendMessage).toBe(room.sendMessage);
		await sleep(100);
		expect(server.received).toEqual([]);
	});

	test("without a WebSocket says so, or takes an event stream", async () => {
		vi.stubGlobal("WebSocket", undefined);
		const made = (transport: "auto" | "websocket") => {
			const { WebSocket: _, ...more } = { WebSocket: undefined, transport };
			return import("../src/index").then(({ createClient }) => createClient(server.url, more));
		};
		const strict = await made("websocket");
		const room = strict.room!.getOrCreate().connect();
		const errors: unknown[] = [];
		room.onError((error) => errors.push(error));
		await until(() => room.status.status === "closed");
		expect(String(errors[0])).toContain("There is no WebSocket here");
		const easy = await made("auto");
		toDispose.push(easy);
		const other = easy.room!.getOrCreate().connect();
		await other.ready();
		expect(other.status.transport).toBe("sse");
		const broken = client(server.url, {
			WebSocket: class {
				constructor() {
					throw new Error("mixed content");
				}
			} as any,
		});
		toDispose.push(broken);
		const third = broken.room!.getOrCreate().connect();
		third.onError(() => {});
		await third.ready();
		expect(third.status.transport).toBe("sse");
	});

	test("waits for deadlines that are longer than timers know", async () => {
		const made = client(server.url, { transport: "websocket" });
		toDispose.push(made);
		const room = made.room!.getOrCreate().connect();
		await room.ready();
		let settled = 0;
		for (const deadline of [2 ** 31, 2 ** 40, Infinity]) void room.with({ deadline }).slow!().catch(() => settled++);
		await sleep(100);
		expect(settled).toBe(0);
		expect(server.received.map(({ val }: any) => typeof val.deadline)).toEqual(["number", "number", "undefined"]);
	});
});

test("an item of the scripted stream is one of the real format", () => {
	expect(item({ tag: "Event", val: { name: "x", args: [1], pos: 3 } })).toBe("id: e-3\nevent: x\ndata: [1]\n\n");
});

export type { ActorError };
