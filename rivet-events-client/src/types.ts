// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

/// <reference lib="esnext.disposable" preserve="true" />

/** The types of all actors of a server, as `rivet-events-types` writes them. */
export type ActorsShape = Record<string, ActorShape>;

/** The types of one actor: connection params, actions, and the arguments of each event. */
export interface ActorShape {
	params?: unknown;
	actions: object;
	events: object;
}

type AnyFunction = (...args: any[]) => any;

/** Used without generated types: any actor, action and event, with values of any type. */
export type AnyActors = Record<
	string,
	{ params: any; actions: Record<string, AnyFunction>; events: Record<string, any[]> }
>;

/** Name of an action. Parameters repeat this type inline, so that compiler errors list the valid names. */
export type ActionName<A extends ActorShape> = keyof A["actions"] & string;

export type EventName<A extends ActorShape> = keyof A["events"] & string;

export type EventArgs<A extends ActorShape, E extends keyof A["events"]> = A["events"][E] extends infer T extends
	readonly unknown[]
	? T
	: never;

export type ParamsOf<A extends ActorShape> = A["params"];

/** The actions of an actor as methods that return a promise. */
export type Calls<A extends ActorShape> = {
	[N in keyof A["actions"]]: A["actions"][N] extends (...args: infer P) => infer R
		? (...args: P) => Promise<Awaited<R>>
		: never;
};

/** The actions of an actor as methods without a result. */
export type Fires<A extends ActorShape> = {
	[N in keyof A["actions"]]: A["actions"][N] extends (...args: infer P) => unknown ? (...args: P) => void : never;
};

/** Key of an instance: one text, or a list of parts. */
export type ActorKey = string | readonly string[];

export type Unsubscribe = () => void;

/** State of a connection; `waiting` is the time between two attempts. */
export type ConnectionState = "connecting" | "open" | "waiting" | "closed";

/**
 * Result of opening a connection. `fresh`: a new session. `resumed`: all missed events follow. `resynced`: some missed
 * events may be lost.
 */
export type Outcome = "fresh" | "resumed" | "resynced";

/** Status of a connection. A new object for each change. */
export interface ConnectionStatus {
	/** `waiting` is between two attempts. */
	readonly status: ConnectionState;
	/** Time of the change to this status, in milliseconds since 1970. */
	readonly since: number;
	/** Failed attempts since the connection was last open; 0 while it is open. */
	readonly attempt: number;
	/** Time of the next attempt, in milliseconds since 1970; only with `waiting`. */
	readonly nextRetryAt?: number;
	/** Cause of a status other than `open`: `group.code` of an error, or a word such as `timeout`. */
	readonly reason?: string;
	/** Outcome of the last successful attempt. */
	readonly outcome?: Outcome;
	/** Transport of the open connection. */
	readonly transport?: "websocket" | "sse";
}

/** Events that are not delivered. */
export interface Gap {
	/**
	 * `dropped`: this client was slow, or its subscriptions did not all fit in the first message and are not resumed.
	 * `volatile`: the events are volatile, and this client was disconnected.
	 */
	readonly reason: "dropped" | "volatile";
	/** Names of the events; may be incomplete. */
	readonly events: readonly string[];
}

/** Options of a call. */
export interface CallOptions {
	/** Time limit in milliseconds. After it the call is rejected, and the server does not run the action or stops it. */
	deadline?: number;
	/** A repeated call with the same key gets the first result. The client repeats such a call after a lost connection. */
	idempotencyKey?: string;
	/** Cancels the call. */
	signal?: AbortSignal;
	/** Whether to wait for a connection, at most until the deadline. Otherwise a call without a connection fails at once. */
	queue?: boolean;
}

/** Options of a connection. */
export interface ConnectOptions {
	/** Name of an action without arguments. Its result is passed to `onSnapshot` after a fresh or resynced connect. */
	snapshot?: string;
	/** Whether to connect only after `open()`, for example to add listeners first. */
	paused?: boolean;
}

/** A connection to an instance. It has a method for each action. */
export type ActorConnection<A extends ActorShape = AnyActors[string]> = Calls<A> & ConnectionMethods<A>;

export interface ConnectionMethods<A extends ActorShape> {
	/** Calls an action by name: one with the name of another method, or with a name from a variable. */
	call<N extends keyof A["actions"] & string>(
		name: N,
		args: A["actions"][N] extends (...args: infer P) => unknown ? P : never,
		options?: CallOptions,
	): Promise<A["actions"][N] extends (...args: any[]) => infer R ? Awaited<R> : never>;
	/** Returns the actions, called with these options. */
	with(options: CallOptions): Calls<A>;
	/** The actions, called without a result. Without a connection such a call is dropped. */
	readonly fire: Fires<A>;
	/** Adds a listener to an event and subscribes to the event. */
	on<E extends keyof A["events"] & string>(event: E, listener: (...args: EventArgs<A, E>) => void): Unsubscribe;
	/** Adds a listener to events with one of these tags, and to events without tags. */
	on<E extends keyof A["events"] & string>(
		event: E,
		options: { tags: readonly string[] },
		listener: (...args: EventArgs<A, E>) => void,
	): Unsubscribe;
	/** Adds a listener that is called once. */
	once<E extends keyof A["events"] & string>(event: E, listener: (...args: EventArgs<A, E>) => void): Unsubscribe;
	/** Iterates over the events of a name until the connection is closed. Throws if more than 1,000 events wait. */
	events<E extends keyof A["events"] & string>(event: E): AsyncIterableIterator<EventArgs<A, E>>;
	/** Calls the listeners of an event locally, as if the server had sent it. */
	predict<E extends keyof A["events"] & string>(event: E, ...args: EventArgs<A, E>): void;
	/** Sets the handler of a request of the server; the last handler of a name is called. */
	answer(name: string, handler: (...args: any[]) => unknown): Unsubscribe;
	/** Calls the listener when the connection has opened, also after a reconnect. */
	onOpen(listener: (outcome: Outcome, reason?: string) => void): Unsubscribe;
	/** Calls the listener when missed events are lost: draw the whole view again. */
	onResync(listener: (reason: string) => void): Unsubscribe;
	/** Calls the listener with the result of the `snapshot` action of `connect`, before the events that follow it. */
	onSnapshot(listener: (snapshot: any) => void): Unsubscribe;
	/** Calls the listener when events are not delivered. */
	onGap(listener: (gap: Gap) => void): Unsubscribe;
	/** Calls the listener before each attempt to reconnect. */
	onReconnecting(listener: (attempt: number) => void): Unsubscribe;
	/** Calls the listener when the connection is closed and the client does not reconnect. */
	onClose(listener: (reason: string) => void): Unsubscribe;
	/**
	 * Calls the listener with errors that are reported nowhere else: of listeners, of refused subscriptions, and the cause of
	 * a refused connection.
	 */
	onError(listener: (error: unknown) => void): Unsubscribe;
	/** Whether the server has another contract than `ClientOptions.contract`. */
	readonly contractChanged: boolean;
	readonly status: ConnectionStatus;
	/** Calls the listener at each change of the status. */
	onStatus(listener: (status: ConnectionStatus) => void): Unsubscribe;
	/** Resolves when the connection is open; rejects if it is closed before. */
	ready(): Promise<void>;
	/** Opens a paused connection; otherwise without effect. */
	open(): void;
	/** Connects again after the connection was closed; without effect after `dispose()`. */
	reconnect(): void;
	/** Closes the connection. Calls that wait for a result are rejected. */
	dispose(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
}

/** An instance. It has a method for each action; each call is an HTTP request. */
export type ActorHandle<A extends ActorShape = AnyActors[string]> = Calls<A> & {
	connect(params?: ParamsOf<A>, options?: ConnectOptions): ActorConnection<A>;
	call<N extends keyof A["actions"] & string>(
		name: N,
		args: A["actions"][N] extends (...args: infer P) => unknown ? P : never,
	): Promise<A["actions"][N] extends (...args: any[]) => infer R ? Awaited<R> : never>;
};

export interface ActorAccessor<A extends ActorShape> {
	/** Returns a handle on an existing instance; calls fail if there is none. */
	get(key?: ActorKey): ActorHandle<A>;
	/** Returns a handle on an instance that is created at its first use. */
	getOrCreate(key?: ActorKey): ActorHandle<A>;
}

export type Client<A extends ActorsShape = AnyActors> = { [N in keyof A]: ActorAccessor<A[N]> } & {
	/** Closes all connections of this client. */
	dispose(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
};

/** Connects calls and events to the traces of a library. `rivet-events-client/opentelemetry` has one for OpenTelemetry. */
export interface TraceHook {
	/**
	 * Called for each call. Must call `send` once, and return its promise or one that settles like it.
	 *
	 * @param send sends the call. Its parameter is the parent of the server's span: the header `traceparent` of the W3C
	 * recommendation Trace Context
	 */
	call?<T>(
		info: { readonly actor: string; readonly action: string },
		send: (traceparent?: string) => Promise<T>,
	): Promise<T>;
	/** Called for each event with a `traceparent`. Must call `handle` once, which calls the listeners of the event. */
	event?(
		info: { readonly actor: string; readonly event: string; readonly traceparent: string },
		handle: () => void,
	): void;
}

/** The members of a `WebSocket` that the client uses. Those of browsers and of the package `ws` have them. */
export interface SocketLike {
	readonly readyState: number;
	onopen: any;
	onmessage: any;
	onclose: any;
	onerror: any;
	send(text: string): void;
	close(code?: number, reason?: string): void;
}

/** Options of a client. */
export interface ClientOptions {
	/**
	 * Headers of HTTP requests and event streams, which may change between requests. They are not sent with a WebSocket. If the
	 * messages of an event stream are refused with 401, they are sent again without `Authorization`, which can have expired.
	 */
	headers?: Record<string, string>;
	/**
	 * Called before each attempt, before each call without a connection, and when the credentials of an open connection
	 * expire. Returns the credentials for the server's authentication, within `openTimeout`. Credentials that are refused twice
	 * in a row close the connection. A connection that had credentials does not continue without.
	 */
	onAuthenticating?: () => unknown;
	/**
	 * Whether to send a ticket instead of credentials: before each attempt an HTTP request fetches one from the route `ticket`
	 * of the server, with cookies, `headers`, and what `onAuthenticating` returns. Its refusal has a status, unlike that of a
	 * WebSocket; 403 closes the connection.
	 */
	ticket?: boolean;
	/** `auto`, the default, uses Server-Sent Events if WebSockets do not open. */
	transport?: "auto" | "websocket" | "sse";
	/**
	 * Delays between attempts in milliseconds, 500 and 10,000 by default. Each is random between 0 and a maximum that doubles
	 * from `minDelay` to `maxDelay`. After a connection that was open for `maxDelay` it starts at `minDelay` again.
	 */
	reconnect?: { minDelay?: number; maxDelay?: number };
	/** Time limit of an attempt in milliseconds, including `onAuthenticating`; 10,000 by default. */
	openTimeout?: number;
	/** Connects calls and events to traces. */
	onTrace?: TraceHook;
	/** Fingerprints of the contracts at build time, by actor: what `rivet-events-types --contract` writes. */
	contract?: Record<string, string>;
	/** Used instead of the global `WebSocket` and `fetch`. */
	WebSocket?: new (url: string, protocols: string[]) => SocketLike;
	fetch?: typeof fetch;
}
