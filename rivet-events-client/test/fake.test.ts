// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The same behavior of the client with the server in memory, and with a server over both transports.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ActorError } from "../src/index";
import type { ActorConnection, Client, ClientOptions, ConnectOptions } from "../src/index";
import { createFakeClient, type FakeActor } from "../src/testing";
import { type ScriptedServer, startScriptedServer } from "./scripted-server";
import { client, sleep, until } from "./support";

/** What a test does as the server: with a fake, or with a scripted server. */
interface Stage {
	client: Client;
	emit(name: string, args: unknown[], tags?: string[]): void;
	answer(action: string, output: unknown): void;
	refuse(action: string, reason: string, message: string): void;
	refuseEvent(event: string, reason: string, message: string): void;
	refuseConnections(reason: string, message: string): void;
	snapshot(action: string, output: unknown): void;
	gap(reason: "dropped" | "volatile", events: string[]): void;
	request(name: string, args: unknown[]): Promise<unknown>;
	close(reason: string, message: string): void;
	expireToken(): void;
	endSubscription(event: string, reason: string, message: string): void;
	/** The credentials of the connection. */
	credentials(): unknown;
	interrupt(): Promise<void>;
	resume(): Promise<void>;
	resync(reason: string): Promise<void>;
	/** The calls that arrived. */
	calls(): { name: string; args: unknown[]; oneWay: boolean }[];
	cancels(): number;
	subscriptions(): Record<string, unknown>;
	end(): Promise<void>;
}

const split = (reason: string) => ({ group: reason.split(".")[0]!, code: reason.split(".")[1]! });

function fakeStage(options: ClientOptions): Stage {
	const fake = createFakeClient(options);
	const room: FakeActor = fake.actor("room", "k");
	return {
		client: fake.client,
		emit: (name, args, tags = []) => void room.emitTo(tags, name, ...args),
		answer: (action, output) => void room.onAction(action, () => output),
		refuse: (action, reason, message) => void room.refuseAction(action, reason, { message }),
		refuseEvent: (event, reason, message) => void room.refuseEvent(event, reason, { message }),
		refuseConnections: (reason, message) => void room.refuseConnections(reason, { message }),
		snapshot: (action, output) => void room.onAction(action, () => output),
		gap: (reason, events) => room.gap({ reason, events }),
		request: (name, args) => room.request(name, ...args),
		close: (reason, message) => room.close(reason, { message }),
		expireToken: () => room.expireToken(),
		endSubscription: (event, reason, message) => void room.revokeEvent(event, reason, { message }),
		credentials: () => room.connections[0]?.credentials,
		interrupt: async () => room.interrupt(),
		resume: room.resume,
		resync: room.resync,
		calls: () => room.calls.map(({ name, args, oneWay }) => ({ name, args, oneWay })),
		cancels: () => room.calls.filter(({ cancelled }) => cancelled).length,
		subscriptions: () => Object.fromEntries(room.connections.flatMap(({ subscriptions }) => subscriptions.map((event) => [event, true]))),
		end: fake.reset,
	};
}

/** The delay between attempts is long enough for a test to see it, and a test ends it like the network of a browser. */
async function scriptedStage(transport: "websocket" | "sse", options: ClientOptions): Promise<Stage> {
	const server: ScriptedServer = await startScriptedServer();
	const network = new EventTarget();
	vi.stubGlobal("addEventListener", network.addEventListener.bind(network));
	vi.stubGlobal("removeEventListener", network.removeEventListener.bind(network));
	const made = client(server.url, { transport, reconnect: { minDelay: 2 ** 52, maxDelay: 2 ** 52 }, ...options });
	let position = 0;
	let answered = 0;
	let requests = 0;
	let isDown = false;
	const missed: Parameters<ScriptedServer["send"]>[0][] = [];
	const outputs = new Map<string, () => unknown>();
	const timer = setInterval(() => {
		while (answered < server.received.length) {
			const { tag, val } = server.received[answered++]!;
			if (tag === "Authenticate") server.send({ tag: "AuthenticateResponse", val: {} });
			if (tag !== "ActionRequest" || val.oneWay) continue;
			const output = outputs.get(val.name);
			if (!output) continue;
			try {
				server.send({ tag: "ActionResponse", val: { id: val.id, output: output() } });
			} catch (error: any) {
				const { group, code, message } = error;
				server.send({ tag: "Error", val: { group, code, message, actionId: val.id } });
			}
		}
	}, 5);
	const refusedEvents = new Map<string, object>();
	server.answerSubscriptions((eventName) => ({ position, ...(refusedEvents.get(eventName) ?? {}) }));
	const reopen = async () => {
		const hellos = server.hellos.length;
		isDown = false;
		network.dispatchEvent(new Event("online"));
		await until(() => server.hellos.length > hellos && server.open() > 0);
		await sleep(50);
	};
	return {
		client: made,
		emit: (name, args, tags) => {
			const message = { tag: "Event" as const, val: { name, args, pos: ++position, ...(tags ? { tags } : {}) } };
			if (isDown) missed.push(message);
			else server.send(message);
		},
		answer: (action, output) => void outputs.set(action, () => output),
		refuse: (action, reason, message) =>
			void outputs.set(action, () => {
				throw { ...split(reason), message };
			}),
		refuseEvent: (eventName, reason, message) => {
			const error = { ...split(reason), message, metadata: { eventName } };
			refusedEvents.set(eventName, { error });
			server.welcome({ refused: [{ eventName, error }] });
		},
		refuseConnections: (reason, message) => server.refuse({ ...split(reason), message, advice: "never" }),
		snapshot: (_, output) => server.welcome({ snapshot: output }),
		gap: (reason, events) => server.send({ tag: "Gap", val: { reason, events, position } }),
		request: async (name, args) => {
			const id = ++requests;
			server.send({ tag: "Event", val: { name: "rivet:request", args: [id, name, args] } });
			const reply = () => server.received.find(({ val }: any) => val.name === "rivet:reply" && val.args[0] === id) as any;
			await until(reply);
			const { error, value } = reply().val.args[1];
			if (error) throw new Error(error);
			return value;
		},
		close: (reason, message) => {
			server.send({ tag: "Close", val: { ...split(reason), message, advice: "never" } });
			server.cut(1011);
		},
		expireToken: () => server.send({ tag: "Expiring", val: { remaining: 0 } }),
		endSubscription: (eventName, reason, message) =>
			server.send({ tag: "SubscriptionResponse", val: { eventName, subscribe: true, position, error: { ...split(reason), message } } }),
		credentials: () => server.received.reduce((last, { tag, val }) => (tag === "Authenticate" ? val.credentials : last), server.hellos.at(-1)?.credentials),
		interrupt: async () => {
			isDown = true;
			server.cut();
			await until(() => server.open() === 0);
		},
		resume: async () => {
			server.welcome({ replayed: missed.length });
			await reopen();
			missed.splice(0).forEach(server.send);
		},
		resync: async (reason) => {
			isDown = true;
			server.cut();
			await sleep(50);
			missed.splice(0);
			server.welcome({ outcome: "resynced", reason, epoch: "other", position });
			await reopen();
		},
		calls: () =>
			server.received.flatMap(({ tag, val }) =>
				tag === "ActionRequest" && val.name !== "rivet:reply" ? [{ name: val.name, args: val.args, oneWay: val.oneWay ?? false }] : [],
			),
		cancels: () => server.received.filter(({ tag }) => tag === "Cancel").length,
		subscriptions: () => {
			const events = new Map(server.hellos.at(-1)!.subscriptions.map(({ eventName }) => [eventName, true]));
			for (const { tag, val } of server.received) {
				if (tag !== "SubscriptionRequest") continue;
				if (val.subscribe) events.set(val.eventName, true);
				else events.delete(val.eventName);
			}
			return Object.fromEntries(events);
		},
		end: async () => {
			clearInterval(timer);
			await made.dispose();
			await server.close();
		},
	};
}

const STAGES = {
	"in memory": async (options: ClientOptions) => fakeStage(options),
	"over websocket": (options: ClientOptions) => scriptedStage("websocket", options),
	"over sse": (options: ClientOptions) => scriptedStage("sse", options),
};

describe.each(Object.entries(STAGES))("%s", (_, open) => {
	let stage: Stage;
	/** What the application was told, in its order. */
	let told: unknown[];

	beforeEach(async () => {
		told = [];
		stage = await open({});
	});
	afterEach(async () => {
		await stage.end();
		vi.unstubAllGlobals();
		vi.restoreAllMocks();
	});

	const connect = (options?: ConnectOptions): ActorConnection => {
		const room = stage.client.room!.getOrCreate("k").connect({ role: "x" }, options);
		room.onStatus(({ status, reason, outcome, attempt }) => told.push([status, reason, outcome, attempt]));
		room.onOpen((outcome, reason) => told.push(["onOpen", outcome, reason]));
		room.onResync((reason) => told.push(["onResync", reason]));
		room.onGap((gap) => told.push(["onGap", gap]));
		room.onReconnecting((attempt) => told.push(["onReconnecting", attempt]));
		room.onClose((reason) => told.push(["onClose", reason]));
		room.onError((error: any) => told.push(["onError", error.constructor.name, error.code, error.message, error.metadata]));
		room.onSnapshot((snapshot) => told.push(["onSnapshot", snapshot]));
		return room;
	};
	/** Forgets how the connection opened. */
	const opened = async (room: ActorConnection) => {
		await room.ready();
		await sleep(20);
		told.length = 0;
	};
	const seen = (n: number) => until(() => told.length >= n);

	test("opens, and reports it in this order", async () => {
		const room = connect();
		expect(room.status.status).toBe("connecting");
		await room.ready();
		expect(told).toEqual([["connecting", undefined, undefined, 0], ["open", undefined, "fresh", 0], ["onOpen", "fresh", undefined]]);
	});

	test("brings events to their listeners, as JSON carries them, until they are removed", async () => {
		const room = connect();
		const stop = room.on("said", (...args: unknown[]) => told.push(args));
		room.once("said", () => told.push("once"));
		await opened(room);
		stage.emit("other", ["not heard"]);
		stage.emit("said", ["hi", 5n, undefined, ["$x", 1], new Uint8Array([1]), { at: new Date(0), nothing: undefined }]);
		stage.emit("said", []);
		await seen(3);
		expect(told).toEqual([
			["hi", 5n, undefined, ["$x", 1], new Uint8Array([1]), { at: "1970-01-01T00:00:00.000Z" }],
			"once",
			[],
		]);
		expect(stage.subscriptions()).toEqual({ said: true });
		stop();
		await until(() => Object.keys(stage.subscriptions()).length === 0);
		const stillThere = room.on("done", () => told.push("done"));
		await until(() => "done" in stage.subscriptions());
		stage.emit("said", ["late"]);
		stage.emit("done", []);
		await until(() => told.includes("done"));
		expect(told).toHaveLength(4);
		stillThere();
	});

	test("selects events by tag", async () => {
		const room = connect();
		room.on("news", { tags: ["sport"] }, (text: string) => told.push(text));
		await opened(room);
		stage.emit("news", ["chess"], ["sport", "board"]);
		stage.emit("news", ["for all"]);
		await seen(2);
		expect(told).toEqual(["chess", "for all"]);
	});

	test("iterates over events until the end", async () => {
		const room = connect();
		const all: unknown[] = [];
		const read = (async () => {
			for await (const [text] of room.events("said")) all.push(text);
		})();
		await room.ready();
		stage.emit("said", ["a"]);
		stage.emit("said", ["b"]);
		await until(() => all.length === 2);
		stage.close("actor.destroying", "gone");
		await read;
		expect(all).toEqual(["a", "b"]);
	});

	test("answers calls, and refuses them with a code", async () => {
		stage.answer("say", { id: 7 });
		stage.answer("nothing", undefined);
		stage.refuse("secret", "auth.forbidden", "Not for you");
		const room = connect();
		const early = room.say!("early");
		await opened(room);
		expect(await early).toEqual({ id: 7 });
		expect(await room.say!("hi", 5n, new Map([["a", 1]]))).toEqual({ id: 7 });
		expect(await room.nothing!()).toBeUndefined();
		const error: any = await room.secret!().catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(ActorError);
		expect(error).toMatchObject({ group: "auth", code: "forbidden", message: "Not for you" });
		room.fire.say!("no answer");
		await until(() => stage.calls().length === 5);
		expect(stage.calls()).toEqual([
			{ name: "say", args: ["early"], oneWay: false },
			{ name: "say", args: ["hi", 5n, { a: 1 }], oneWay: false },
			{ name: "nothing", args: [], oneWay: false },
			{ name: "secret", args: [], oneWay: false },
			{ name: "say", args: ["no answer"], oneWay: true },
		]);
		expect(told).toEqual([]);
	});

	test("cancels calls at the server", async () => {
		stage.answer("slow", new Promise(() => {}));
		const room = connect();
		await opened(room);
		const abort = new AbortController();
		const cancelled = room.with({ signal: abort.signal }).slow!();
		abort.abort(new Error("enough"));
		await expect(cancelled).rejects.toThrow("enough");
		await until(() => stage.cancels() === 1);
	});

	test("rejects a call whose connection is lost", async () => {
		const room = connect();
		await opened(room);
		stage.answer("slow", undefined);
		const lost = room.slow!().catch((error: unknown) => error);
		stage.close("actor.destroying", "gone");
		expect(await lost).toMatchObject({ name: "ConnectionLostError", mayHaveRun: true });
		await expect(room.slow!()).rejects.toMatchObject({ name: "ConnectionLostError", mayHaveRun: false });
	});

	test("refuses a subscription when it connects, and later", async () => {
		stage.refuseEvent("secret", "auth.forbidden", "Not for you");
		const room = connect();
		const stop = room.on("secret", () => {});
		await room.ready();
		await seen(4);
		const refusal = ["onError", "ActorError", "forbidden", 'Subscription to "secret": Not for you', { eventName: "secret" }];
		expect(told.slice(3)).toEqual([refusal]);
		stop();
		await sleep(20);
		told.length = 0;
		room.on("secret", () => {});
		await seen(1);
		expect(told).toEqual([refusal]);
	});

	test("replaces credentials that expire, and reports a subscription that ends with them", async () => {
		await stage.end();
		let asked = 0;
		stage = await open({ onAuthenticating: () => ({ token: `t${++asked}` }) });
		const room = connect();
		room.on("secret", () => told.push("secret"));
		await opened(room);
		expect(stage.credentials()).toEqual({ token: "t1" });
		for (const token of ["t2", "t3"]) {
			stage.expireToken();
			await until(() => (stage.credentials() as any).token === token);
			await sleep(20);
		}
		stage.endSubscription("secret", "auth.forbidden", "Not for you");
		await seen(1);
		expect(told).toEqual([["onError", "ActorError", "forbidden", 'Subscription to "secret": Not for you', { eventName: "secret" }]]);
	});

	test("stays closed when the server refuses it", async () => {
		stage.refuseConnections("auth.forbidden", "Not for you");
		const room = connect();
		await expect(room.ready()).rejects.toMatchObject({ name: "ConnectionLostError", cause: { code: "forbidden" } });
		await sleep(20);
		expect(told).toEqual([
			["connecting", undefined, undefined, 0],
			["onError", "ActorError", "forbidden", "Not for you", undefined],
			["closed", "auth.forbidden", undefined, 0],
			["onClose", "auth.forbidden"],
		]);
	});

	test("stays closed when the server closes it, until it is opened again", async () => {
		const room = connect();
		await opened(room);
		stage.close("connection.disconnected", "enough");
		await seen(2);
		expect(told).toEqual([["closed", "connection.disconnected", "fresh", 0], ["onClose", "connection.disconnected"]]);
		await sleep(20);
		told.length = 0;
		room.reconnect();
		await room.ready();
		expect(told.at(-2)).toEqual(["open", undefined, "resumed", 0]);
	});

	test("resumes after an interruption, with the events that it missed", async () => {
		const room = connect();
		room.on("said", (text: string) => told.push(text));
		await opened(room);
		stage.emit("said", ["before"]);
		await seen(1);
		await stage.interrupt();
		await seen(2);
		expect(room.status).toMatchObject({ status: "waiting", attempt: 1, reason: "connection lost" });
		stage.emit("said", ["meanwhile"]);
		await stage.resume();
		await until(() => told.includes("meanwhile"));
		expect(told).toEqual([
			"before",
			["waiting", "connection lost", "fresh", 1],
			["connecting", "connection lost", "fresh", 1],
			["onReconnecting", 1],
			["open", undefined, "resumed", 0],
			["onOpen", "resumed", undefined],
			"meanwhile",
		]);
	});

	test("tells that events are lost", async () => {
		const room = connect();
		room.on("said", (text: string) => told.push(text));
		await opened(room);
		stage.gap("dropped", ["cursor"]);
		await seen(1);
		await stage.resync("history_exceeded");
		await until(() => room.status.status === "open");
		stage.emit("said", ["after"]);
		await until(() => told.includes("after"));
		expect(told).toEqual([
			["onGap", { reason: "dropped", events: ["cursor"] }],
			["waiting", "connection lost", "fresh", 1],
			["connecting", "connection lost", "fresh", 1],
			["onReconnecting", 1],
			["open", undefined, "resynced", 0],
			["onResync", "history_exceeded"],
			["onOpen", "resynced", "history_exceeded"],
			"after",
		]);
	});

	test("brings the snapshot before the events after it", async () => {
		stage.snapshot("getHistory", ["a"]);
		const room = connect({ snapshot: "getHistory" });
		room.on("said", (text: string) => told.push(text));
		await room.ready();
		stage.emit("said", ["b"]);
		await until(() => told.includes("b"));
		expect(told.slice(1)).toEqual([["open", undefined, "fresh", 0], ["onSnapshot", ["a"]], ["onOpen", "fresh", undefined], "b"]);
	});

	test("answers requests of the server", async () => {
		const room = connect();
		room.answer("confirm", async (question: string) => `${question} yes`);
		await opened(room);
		expect(await stage.request("confirm", ["sure?"])).toBe("sure? yes");
		await expect(stage.request("other", [])).rejects.toThrow("There is no handler for other");
	});

	test("reports the error of a listener, and calls the others", async () => {
		const room = connect();
		room.on("said", () => {
			throw new Error("a bad listener");
		});
		room.on("said", () => told.push("heard"));
		await opened(room);
		stage.emit("said", []);
		await seen(2);
		expect(told).toEqual([["onError", "Error", undefined, "a bad listener", undefined], "heard"]);
	});

	test("disposes of connections for good", async () => {
		const room = connect();
		await opened(room);
		await stage.client.dispose();
		expect(told).toEqual([["closed", "disposed", "fresh", 0], ["onClose", "disposed"]]);
		room.reconnect();
		await sleep(20);
		expect(room.status.status).toBe("closed");
	});
});
