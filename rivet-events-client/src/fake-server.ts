// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The server of `createFakeClient`: the protocol of docs/protocol.md in memory.

import { ActorError } from "./errors.js";
import type { Close, FromServer, Hello, Init, Subscription, ToServer, WireError } from "./protocol.js";
import type { Reply } from "./requests.js";
import type { FakeClose, FakeError } from "./testing.js";
import type { ClientOptions, Gap, SocketLike, Unsubscribe } from "./types.js";
import { decode, encode } from "./values.js";

/** States of a WebSocket. */
const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

const INTERNAL_ERROR: WireError = {
	group: "rivetkit",
	code: "internal_error",
	message: "An internal error occurred",
};

/** The instances of a fake client, by name and key. */
export class FakeServer {
	readonly #actors = new Map<string, FakeInstance>();

	actor(name: string, key: readonly string[]): FakeInstance {
		const id = `${name}/${key.join(",")}`;
		const actor = this.#actors.get(id) ?? new FakeInstance(id);
		this.#actors.set(id, actor);
		return actor;
	}

	#at(url: string): { actor: FakeInstance; route: string[] } {
		const { pathname, searchParams } = new URL(url);
		const [, , name, ...route] = pathname.split("/").map(decodeURIComponent);
		const key = searchParams.get("rvt-key");
		return { actor: this.actor(name!, key === null ? [] : [key]), route };
	}

	get WebSocket(): NonNullable<ClientOptions["WebSocket"]> {
		const server = this;
		return class extends FakeSocket {
			constructor(url: string) {
				super(server.#at(url).actor);
			}
		};
	}

	/** Calls without a connection. */
	readonly fetch = async (url: unknown, { body }: RequestInit = {}): Promise<Response> => {
		const { actor, route } = this.#at(String(url));
		const { args } = decode(JSON.parse(String(body)));
		const { error, output } = await actor.run({ name: route[1]!, args, oneWay: false, overHttp: true });
		const text = JSON.stringify(error ?? { output });
		return { ok: error === undefined, status: error ? 400 : 200, text: async () => text } as Response;
	};

	/** The objects stay valid for tests that hold them. */
	reset(): void {
		for (const actor of this.#actors.values()) actor.reset();
	}
}

/** A WebSocket of the client. It opens after the client has set its listeners. */
class FakeSocket implements SocketLike {
	readonly #actor: FakeInstance;
	#link: Link | undefined;
	readyState = CONNECTING;
	onopen: any;
	onmessage: any;
	onclose: any;
	onerror: any;

	constructor(actor: FakeInstance) {
		this.#actor = actor;
		queueMicrotask(() => {
			if (this.readyState !== CONNECTING) return;
			this.readyState = OPEN;
			this.onopen();
		});
	}

	send(text: string): void {
		const { tag, val } = JSON.parse(text).body;
		const message = { tag, val: decode(val) } as ToServer;
		if (message.tag === "Hello") this.#link = this.#actor.accept(this, message.val);
		else this.#actor.receive(this.#link!, message);
	}

	close(): void {
		this.readyState = CLOSED;
		if (this.#link) this.#actor.leave(this.#link);
	}

	/** @param message its values of the application are encoded */
	deliver(message: FromServer): void {
		if (this.readyState === OPEN) this.onmessage({ data: JSON.stringify({ body: message }) });
	}

	/** Ends as by the server, or without a reason as by the network. */
	end(reason: string): void {
		if (this.readyState === CLOSED) return;
		this.close();
		this.onclose({ code: 0, reason });
	}
}

/** A connection from its first message to its end. */
interface Link {
	readonly socket: FakeSocket;
	readonly hello: Hello;
	readonly subscriptions: Map<string, readonly string[]>;
	/** `open` after `Init`, which a snapshot delays. */
	state: "held" | "welcomed" | "open";
}

interface RecordedCall {
	readonly name: string;
	readonly args: unknown[];
	readonly oneWay: boolean;
	readonly overHttp: boolean;
	readonly idempotencyKey?: string;
	cancelled: boolean;
}

/** Encoded. */
type Answer = { error?: WireError; output?: unknown };

type Handler = (...args: unknown[]) => unknown;

type ActionRequest = Extract<ToServer, { tag: "ActionRequest" }>["val"];

type SentEvent = Extract<FromServer, { tag: "Event" }>["val"] & { pos: number };

/** Implements `FakeActor` without the types of a contract. */
export class FakeInstance {
	readonly #id: string;
	readonly #links = new Set<Link>();
	/** For each connection that is started and not closed, a function that ends its wait for the next attempt. */
	readonly #clients = new Set<() => void>();
	/** Resolves the promises of `opened`. */
	readonly #waiting = new Set<() => void>();
	readonly #handlers = new Map<string, Handler>();
	readonly #refusedEvents = new Map<string, WireError>();
	readonly #running = new Map<Link, Map<number, RecordedCall>>();
	/** Requests that wait for the reply of a connection. */
	readonly #requests = new Map<number, { link: Link; settle: (reply: Reply) => void }>();
	/** Answers to calls with an idempotency key. */
	readonly #kept = new Map<string, Promise<Answer>>();
	#calls: RecordedCall[] = [];
	#refusal: Close | undefined;
	#reachable = true;
	#epoch = 1;
	#resyncReason = "";
	#history: SentEvent[] = [];
	#position = 0;
	#lastId = 0;

	constructor(id: string) {
		this.#id = id;
	}

	// For tests

	readonly onAction = (name: string, handler: Handler): Unsubscribe => put(this.#handlers, name, handler);

	readonly refuseAction = (name: string, reason: string, more: FakeError = {}): Unsubscribe => {
		const error = new ActorError({ ...errorOf(reason, more), metadata: more.metadata });
		return this.onAction(name, () => {
			throw error;
		});
	};

	readonly refuseEvent = (event: string, reason: string, more?: FakeError): Unsubscribe =>
		put(this.#refusedEvents, event, errorOf(reason, more));

	readonly revokeEvent = (event: string, reason: string, more?: FakeError): Unsubscribe => {
		const allow = this.refuseEvent(event, reason, more);
		for (const link of this.#open()) {
			if (link.subscriptions.has(event)) link.socket.deliver(this.#change(link, { eventName: event, subscribe: true }));
		}
		return allow;
	};

	readonly refuseConnections = (reason: string, more: FakeClose = {}): Unsubscribe => {
		const refusal = closeOf(reason, more);
		this.#refusal = refusal;
		return () => {
			if (this.#refusal === refusal) this.#refusal = undefined;
		};
	};

	readonly expireToken = (remaining = 0): void => {
		for (const { socket } of this.#open()) socket.deliver({ tag: "Expiring", val: { remaining } });
	};

	readonly emit = (event: string, ...args: unknown[]): number => this.emitTo([], event, ...args);

	readonly emitTo = (tags: readonly string[], name: string, ...args: unknown[]): number => {
		const encoded = encode(args) as unknown[];
		const event = { name, args: encoded, pos: ++this.#position, ...(tags.length > 0 ? { tags: [...tags] } : {}) };
		this.#history.push(event);
		const receivers = this.#open().filter((link) => isSubscribed(link, event));
		for (const { socket } of receivers) socket.deliver({ tag: "Event", val: event });
		return receivers.length;
	};

	readonly request = (name: string, ...args: unknown[]): Promise<unknown> =>
		new Promise((resolve, reject) => {
			const [link] = this.#open();
			if (!link) throw new Error(`${this.#id} has no open connection`);
			const id = ++this.#lastId;
			const settle = (reply: Reply) => ("error" in reply ? reject(new Error(reply.error)) : resolve(reply.value));
			this.#requests.set(id, { link, settle });
			link.socket.deliver({ tag: "Event", val: { name: "rivet:request", args: encode([id, name, args]) as unknown[] } });
		});

	readonly gap = ({ reason, events }: Gap): void => {
		for (const { socket } of this.#open()) {
			socket.deliver({ tag: "Gap", val: { reason, events: [...events], position: this.#position } });
		}
	};

	readonly hold = (): void => {
		this.#reachable = false;
	};

	readonly interrupt = (): void => {
		this.hold();
		for (const { socket } of [...this.#links]) socket.end("");
	};

	readonly resume = async (): Promise<void> => {
		this.#reachable = true;
		for (const link of this.#links) void this.#welcome(link);
		for (const wake of [...this.#clients]) wake();
		if (this.#clients.size > 0) await this.opened();
	};

	readonly resync = (reason = "epoch_changed"): Promise<void> => {
		this.interrupt();
		this.#epoch++;
		this.#resyncReason = reason;
		this.#history = [];
		return this.resume();
	};

	readonly close = (reason: string, more: FakeClose = {}): void => {
		const close = closeOf(reason, more);
		for (const { socket } of [...this.#links]) closeWith(socket, close);
	};

	readonly opened = (): Promise<void> =>
		new Promise((resolve) => {
			this.#waiting.add(resolve);
			this.#lookWhetherOpen();
		});

	get connections() {
		return this.#open().map(({ hello: { params, credentials }, subscriptions }) => ({
			params,
			credentials,
			subscriptions: [...subscriptions.keys()],
		}));
	}

	get calls(): readonly RecordedCall[] {
		return this.#calls;
	}

	readonly callsOf = (name: string): readonly unknown[][] =>
		this.#calls.filter((call) => call.name === name).map(({ args }) => args);

	reset(): void {
		this.#handlers.clear();
		this.#refusedEvents.clear();
		this.#kept.clear();
		this.#waiting.clear();
		this.#calls = [];
		this.#history = [];
		this.#refusal = undefined;
		this.#reachable = true;
	}

	// For the client

	/** Adds a connection when it is started, until it is closed. */
	addClient(wake: () => void): Unsubscribe {
		this.#clients.add(wake);
		return () => {
			this.#clients.delete(wake);
			this.#lookWhetherOpen();
		};
	}

	accept(socket: FakeSocket, hello: Hello): Link {
		const link: Link = { socket, hello, subscriptions: new Map(), state: "held" };
		this.#links.add(link);
		queueMicrotask(() => this.#reachable && this.#welcome(link)); // a server does not answer while the client sends
		return link;
	}

	leave(link: Link): void {
		this.#links.delete(link);
		this.#running.delete(link);
		for (const [id, request] of this.#requests) {
			if (request.link === link) this.#reply(id, { error: "The connection has ended" });
		}
	}

	#reply(id: number, reply: Reply): void {
		this.#requests.get(id)?.settle(reply);
		this.#requests.delete(id);
	}

	receive(link: Link, message: Exclude<ToServer, { tag: "Hello" }>): void {
		if (message.tag === "SubscriptionRequest") {
			const answer = this.#change(link, message.val);
			queueMicrotask(() => link.socket.deliver(answer));
		} else if (message.tag === "Authenticate") {
			link.hello.credentials = message.val.credentials;
			queueMicrotask(() => link.socket.deliver({ tag: "AuthenticateResponse", val: {} }));
		} else if (message.tag === "Cancel") {
			const call = this.#running.get(link)?.get(message.val.id);
			if (call) call.cancelled = true;
		} else if (message.val.name === "rivet:reply") {
			this.#reply(...(message.val.args as [number, Reply]));
		} else void this.#onCall(link, message.val);
	}

	/** Calls the handler at once. */
	async run(call: Omit<RecordedCall, "cancelled">): Promise<Answer> {
		return this.#answer(this.#record(call));
	}

	async #onCall(link: Link, { id, name, args, oneWay = false, idempotencyKey }: ActionRequest): Promise<void> {
		const key = idempotencyKey === undefined ? undefined : `${name} ${idempotencyKey}`;
		const kept = key === undefined ? undefined : this.#kept.get(key);
		const answer = kept ?? this.#start(link, id, { name, args, oneWay, overHttp: false, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) });
		if (key !== undefined) this.#kept.set(key, answer);
		const { error, output } = await answer;
		if (oneWay) return;
		if (error) link.socket.deliver({ tag: "Error", val: { ...error, actionId: id } });
		else link.socket.deliver({ tag: "ActionResponse", val: { id, output } });
	}

	/** Runs a call that can be cancelled meanwhile. */
	async #start(link: Link, id: number, call: Omit<RecordedCall, "cancelled">): Promise<Answer> {
		const recorded = this.#record(call);
		const running = this.#running.get(link) ?? new Map<number, RecordedCall>();
		this.#running.set(link, running.set(id, recorded));
		const answer = await this.#answer(recorded);
		running.delete(id);
		return answer;
	}

	#record(call: Omit<RecordedCall, "cancelled">): RecordedCall {
		const recorded = { ...call, cancelled: false };
		this.#calls.push(recorded);
		return recorded;
	}

	async #answer({ name, args }: Pick<RecordedCall, "name" | "args">): Promise<Answer> {
		const handler = this.#handlers.get(name);
		if (!handler) {
			const message = `The action was not found. Add a handler: fake.actor(...).onAction("${name}", ...)`;
			return { error: errorOf("actor.action_not_found", { message }) };
		}
		try {
			const output = await handler(...args);
			return output === undefined ? {} : { output: encode(output) };
		} catch (error) {
			if (error instanceof ActorError) return { error: encodedError(error) };
			console.error(`rivet-events: the handler of ${name} of ${this.#id} failed:`, error);
			return { error: INTERNAL_ERROR };
		}
	}

	/** Answers the first message once, and sends the events after it. */
	async #welcome(link: Link): Promise<void> {
		const { socket, hello } = link;
		if (link.state !== "held") return;
		if (this.#refusal) return closeWith(socket, this.#refusal);
		link.state = "welcomed";
		const isResumed = hello.resume?.epoch === String(this.#epoch);
		const position = isResumed ? hello.resume!.position : this.#position;
		const refused = hello.subscriptions.flatMap((subscription) => {
			const error = this.#subscribe(link, { ...subscription, subscribe: true });
			return error ? [{ eventName: subscription.eventName, error }] : [];
		});
		const snapshot = hello.snapshot && !isResumed ? await this.#snapshot(hello.snapshot.name) : {};
		const missed = this.#history.filter((event) => event.pos > position && isSubscribed(link, event));
		const number = ++this.#lastId;
		const init: Init = {
			actorId: this.#id,
			connectionId: `c${number}`,
			epoch: String(this.#epoch),
			position,
			stream: hello.resume?.stream ?? `s${number}`,
			secret: "secret",
			keepAlive: 0,
			...(isResumed ? { outcome: "resumed", replayed: missed.length } : this.#outcomeWithoutHistory(hello)),
			...snapshot,
			...(refused.length > 0 ? { refused } : {}),
		};
		link.state = "open";
		socket.deliver({ tag: "Init", val: init });
		for (const event of missed) socket.deliver({ tag: "Event", val: event });
		this.#lookWhetherOpen();
	}

	#outcomeWithoutHistory({ resume }: Hello): Pick<Init, "outcome" | "reason"> {
		return resume ? { outcome: "resynced", reason: this.#resyncReason } : { outcome: "fresh" };
	}

	async #snapshot(name: string): Promise<Pick<Init, "snapshot" | "snapshotError">> {
		const { error, output } = await this.#answer({ name, args: [] });
		return error ? { snapshotError: error } : { snapshot: output };
	}

	/** @returns the answer */
	#change(link: Link, request: Subscription & { subscribe: boolean }): FromServer {
		const { eventName, subscribe } = request;
		const error = this.#subscribe(link, request);
		return { tag: "SubscriptionResponse", val: { eventName, subscribe, position: this.#position, ...(error ? { error } : {}) } };
	}

	/** @returns the refusal, if there is one */
	#subscribe(link: Link, { eventName, subscribe, tags = [] }: Subscription & { subscribe: boolean }): WireError | undefined {
		const error = subscribe ? this.#refusedEvents.get(eventName) : undefined;
		if (subscribe && !error) link.subscriptions.set(eventName, tags);
		else link.subscriptions.delete(eventName);
		return error && { ...error, metadata: error.metadata ?? { eventName } };
	}

	#open(): Link[] {
		return [...this.#links].filter(({ state }) => state === "open");
	}

	#lookWhetherOpen(): void {
		if (this.#clients.size === 0 || this.#open().length < this.#clients.size) return;
		for (const resolve of this.#waiting) resolve();
		this.#waiting.clear();
	}
}

/** Returns a function that undoes it, unless the value was replaced. */
const put = <T>(map: Map<string, T>, name: string, value: T): Unsubscribe => {
	map.set(name, value);
	return () => {
		if (map.get(name) === value) map.delete(name);
	};
};

/** The rule by which a server selects events for a connection. */
const isSubscribed = ({ subscriptions }: Link, { name, tags = [] }: SentEvent): boolean => {
	const wanted = subscriptions.get(name);
	if (!wanted) return false;
	return wanted.length === 0 || tags.length === 0 || wanted.some((tag) => tags.includes(tag));
};

const errorOf = (reason: string, { message = reason, metadata }: FakeError = {}): WireError => {
	const [, group, code] = /^([^.]+)\.(.+)$/.exec(reason) ?? [];
	if (!group || !code) throw new TypeError(`"${reason}" is not a reason: it needs the form group.code`);
	return encodedError({ group, code, message, metadata });
};

const encodedError = ({ group, code, message, metadata }: WireError): WireError => ({
	group,
	code,
	message,
	...(metadata === undefined ? {} : { metadata: encode(metadata) }),
});

const closeOf = (reason: string, { advice = "never", retryAfter, ...error }: FakeClose): Close => ({
	...errorOf(reason, error),
	advice,
	...(retryAfter === undefined ? {} : { retryAfter }),
});

const closeWith = (socket: FakeSocket, close: Close): void => {
	socket.deliver({ tag: "Close", val: close });
	socket.end(`${close.group}.${close.code}`);
};
