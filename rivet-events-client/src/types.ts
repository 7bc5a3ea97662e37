/// <reference lib="esnext.disposable" preserve="true" />

/** What the types of a server look like: `rivet-events-types` writes them. */
export type ActorsShape = Record<string, ActorShape>;

/** One actor: params of a connection, actions with their arguments and results, arguments of events. */
export interface ActorShape {
	params?: unknown;
	actions: object;
	events: object;
}

type AnyFunction = (...args: any[]) => any;

/** Without generated types all actors are there, and all they have. */
export type AnyActors = Record<
	string,
	{ params: any; actions: Record<string, AnyFunction>; events: Record<string, any[]> }
>;

/** Where a name is asked for this stands written out, so that the compiler says the names that there are. */
export type ActionName<A extends ActorShape> = keyof A["actions"] & string;

export type EventName<A extends ActorShape> = keyof A["events"] & string;

export type EventArgs<A extends ActorShape, E extends keyof A["events"]> = A["events"][E] extends infer T extends
	readonly unknown[]
	? T
	: never;

export type ParamsOf<A extends ActorShape> = A["params"];

/** The actions of an actor as a client calls them. */
export type Calls<A extends ActorShape> = {
	[N in keyof A["actions"]]: A["actions"][N] extends (...args: infer P) => infer R
		? (...args: P) => Promise<Awaited<R>>
		: never;
};

/** The actions of an actor, called without an answer. */
export type Fires<A extends ActorShape> = {
	[N in keyof A["actions"]]: A["actions"][N] extends (...args: infer P) => unknown ? (...args: P) => void : never;
};

/** The key of an instance: one text, or several parts. */
export type ActorKey = string | readonly string[];

export type Unsubscribe = () => void;

/** Where a connection is. */
export type ConnectionState = "connecting" | "open" | "waiting" | "closed";

/** What became of the wish to go on where the connection was. */
export type Outcome = "fresh" | "resumed" | "resynced";

/** What a connection can show to a user. A new object for each change. */
export interface ConnectionStatus {
	/** `waiting` is between two attempts. */
	readonly status: ConnectionState;
	/** When it became so, in milliseconds since 1970. */
	readonly since: number;
	/** Attempts since it was open last; 0 while it is open. */
	readonly attempt: number;
	/** When the next attempt will be; of `waiting` alone. */
	readonly nextRetryAt?: number;
	/** Why it is not open: `group.code`, or a word. */
	readonly reason?: string;
	/** Of the last time that it was opened. */
	readonly outcome?: Outcome;
	/** Of the connection that is open. */
	readonly transport?: "websocket" | "sse";
}

/** What the server says that will not come. */
export interface Gap {
	/**
	 * `dropped`: this client was slow, or its subscriptions did not all fit in the first message and are not resumed.
	 * `volatile`: it was away.
	 */
	readonly reason: "dropped" | "volatile";
	/** Names of events, or some of them. */
	readonly events: readonly string[];
}

/** How an action is called. */
export interface CallOptions {
	/** Milliseconds after which the answer is not needed; the server does not run it then, or stops it. */
	deadline?: number;
	/** The same key again is answered with the first answer; such a call is repeated after a lost connection. */
	idempotencyKey?: string;
	/** Cancels the call. */
	signal?: AbortSignal;
	/** Waits for the connection where there is none, at the most until the deadline; else such a call fails at once. */
	queue?: boolean;
}

/** How to connect. */
export interface ConnectOptions {
	/** An action without arguments whose result is handed to `onSnapshot` whenever the view has to be built anew. */
	snapshot?: string;
	/** Waits for `open()`, so that listeners can be added which are not known yet. */
	paused?: boolean;
}

/** A connection to an instance. Its actions are its methods. */
export type ActorConnection<A extends ActorShape = AnyActors[string]> = Calls<A> & ConnectionMethods<A>;

export interface ConnectionMethods<A extends ActorShape> {
	/** Calls an action whose name is that of another method, or is known only at run time. */
	call<N extends keyof A["actions"] & string>(
		name: N,
		args: A["actions"][N] extends (...args: infer P) => unknown ? P : never,
		options?: CallOptions,
	): Promise<A["actions"][N] extends (...args: any[]) => infer R ? Awaited<R> : never>;
	/** The same actions, called with options. */
	with(options: CallOptions): Calls<A>;
	/** The same actions, called without an answer; nothing happens where there is no connection. */
	readonly fire: Fires<A>;
	/** Listens to an event, and subscribes to it. */
	on<E extends keyof A["events"] & string>(event: E, listener: (...args: EventArgs<A, E>) => void): Unsubscribe;
	/** Listens to events with one of some tags, and to those without any. */
	on<E extends keyof A["events"] & string>(
		event: E,
		options: { tags: readonly string[] },
		listener: (...args: EventArgs<A, E>) => void,
	): Unsubscribe;
	/** Listens to the next event of a name. */
	once<E extends keyof A["events"] & string>(event: E, listener: (...args: EventArgs<A, E>) => void): Unsubscribe;
	/** The events of a name, one after the other; ends with the connection. At most 1,000 wait, then it fails. */
	events<E extends keyof A["events"] & string>(event: E): AsyncIterableIterator<EventArgs<A, E>>;
	/** Calls the listeners to an event as if it had come. */
	predict<E extends keyof A["events"] & string>(event: E, ...args: EventArgs<A, E>): void;
	/** Answers what the server asks for. */
	answer(name: string, handler: (...args: any[]) => unknown): Unsubscribe;
	/** The connection has been opened, or opened again. */
	onOpen(listener: (outcome: Outcome, reason?: string) => void): Unsubscribe;
	/** What was missed is gone: build the view anew. */
	onResync(listener: (reason: string) => void): Unsubscribe;
	/** The result of the action that `connect` names, before the events that follow it. */
	onSnapshot(listener: (snapshot: any) => void): Unsubscribe;
	/** Some events will not come. */
	onGap(listener: (gap: Gap) => void): Unsubscribe;
	/** The connection was lost, and is being opened again. */
	onReconnecting(listener: (attempt: number) => void): Unsubscribe;
	/** It is over: disposed of, or the server said never. */
	onClose(listener: (reason: string) => void): Unsubscribe;
	/** Errors that are reported nowhere else: failed listeners, refused subscriptions, why a connection was refused for good. */
	onError(listener: (error: unknown) => void): Unsubscribe;
	/** Whether the server has another contract than the one that this client was built against. */
	readonly contractChanged: boolean;
	readonly status: ConnectionStatus;
	/** Calls a function at each change of the status. */
	onStatus(listener: (status: ConnectionStatus) => void): Unsubscribe;
	/** Resolves when it is open; rejects if it is over before. */
	ready(): Promise<void>;
	/** Opens what was paused; without effect otherwise. */
	open(): void;
	/** Opens again what the server has closed for good. */
	reconnect(): void;
	/** Ends it: calls that wait for an answer are rejected. */
	dispose(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
}

/** An instance. Its actions are its methods, each a request of its own over HTTP. */
export type ActorHandle<A extends ActorShape = AnyActors[string]> = Calls<A> & {
	connect(params?: ParamsOf<A>, options?: ConnectOptions): ActorConnection<A>;
	call<N extends keyof A["actions"] & string>(
		name: N,
		args: A["actions"][N] extends (...args: infer P) => unknown ? P : never,
	): Promise<A["actions"][N] extends (...args: any[]) => infer R ? Awaited<R> : never>;
};

export interface ActorAccessor<A extends ActorShape> {
	/** An instance that must be there. */
	get(key?: ActorKey): ActorHandle<A>;
	/** An instance, created at its first use. */
	getOrCreate(key?: ActorKey): ActorHandle<A>;
}

export type Client<A extends ActorsShape = AnyActors> = { [N in keyof A]: ActorAccessor<A[N]> } & {
	/** Ends all its connections. */
	dispose(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
};

/** What is used of a `WebSocket`: that of browsers fits, and that of `ws`. */
export interface SocketLike {
	readonly readyState: number;
	onopen: any;
	onmessage: any;
	onclose: any;
	onerror: any;
	send(text: string): void;
	close(code?: number, reason?: string): void;
}

/** What a client can be told. All is optional. */
export interface ClientOptions {
	/** Headers of requests over HTTP; a browser sends none with a WebSocket. */
	headers?: Record<string, string>;
	/**
	 * Asked before each attempt, and before each call without a connection; what it returns goes to the server's
	 * authentication. It may take as long as `openTimeout`. Credentials that are refused twice in a row end the connection.
	 */
	onAuthenticating?: () => unknown;
	/** `auto` takes Server-Sent Events where a WebSocket cannot be had. */
	transport?: "auto" | "websocket" | "sse";
	/**
	 * Delays between attempts in milliseconds, 500 and 10,000 by default. Each is drawn between nothing and a maximum that
	 * doubles from the one to the other; a connection that was open for `maxDelay` begins anew.
	 */
	reconnect?: { minDelay?: number; maxDelay?: number };
	/** Milliseconds that opening may take, credentials included, 10,000 by default. */
	openTimeout?: number;
	/** Fingerprints of the contracts that the application was built against. */
	contract?: Record<string, string>;
	/** Instead of the global ones. */
	WebSocket?: new (url: string, protocols: string[]) => SocketLike;
	fetch?: typeof fetch;
}
