// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// For tests of an application: the client itself, connected to a server in memory that a test controls.

import { createClient } from "./client.js";
import { FakeServer } from "./fake-server.js";
import type { HostOptions } from "./host.js";
import type { Advice } from "./protocol.js";
import type {
	ActorKey,
	ActorShape,
	ActorsShape,
	AnyActors,
	Client,
	ClientOptions,
	EventArgs,
	EventName,
	Gap,
	ParamsOf,
	Unsubscribe,
} from "./types.js";

/** Options of a client that also apply without a network. */
export type FakeClientOptions = Pick<ClientOptions, "contract" | "onAuthenticating" | "openTimeout" | "reconnect">;

/** A client for tests, and the actors that it connects to. */
export interface FakeClient<A extends ActorsShape = AnyActors> {
	/** The client for the code under test. It has the types and the behavior of `createClient`. */
	readonly client: Client<A>;
	/** Returns the instance with this key. It exists from the start. */
	actor<N extends keyof A & string>(name: N, key?: ActorKey): FakeActor<A[N]>;
	/** Closes all connections and removes all calls, handlers and refusals: for the end of a test. */
	reset(): Promise<void>;
}

/** The handler of an action: takes its arguments, and returns its result or a promise. */
export type FakeAction<S extends ActorShape, N extends keyof S["actions"]> = S["actions"][N] extends (
	...args: infer P
) => infer R
	? (...args: P) => Awaited<R> | PromiseLike<Awaited<R>>
	: never;

/** The arguments of an action. */
export type ActionArgs<S extends ActorShape, N extends keyof S["actions"]> = S["actions"][N] extends (
	...args: infer P
) => unknown
	? P
	: never;

/** A call that the client has sent. */
export type FakeCall<S extends ActorShape = AnyActors[string]> = {
	[N in keyof S["actions"] & string]: {
		readonly name: N;
		readonly args: ActionArgs<S, N>;
		/** Whether the client has used `fire`, which has no result. */
		readonly oneWay: boolean;
		/** Whether the call was an HTTP request, without a connection. */
		readonly overHttp: boolean;
		readonly idempotencyKey?: string;
		/** Whether the client has cancelled the call. */
		readonly cancelled: boolean;
	};
}[keyof S["actions"] & string];

/** A connection that is open. */
export interface FakeConnection<S extends ActorShape = AnyActors[string]> {
	readonly params: ParamsOf<S> | undefined;
	/** What `onAuthenticating` has returned last. */
	readonly credentials: unknown;
	/** Names of the events that it subscribes to. */
	readonly subscriptions: readonly EventName<S>[];
}

/** Details of a refusal. */
export interface FakeError {
	/** The reason by default. */
	message?: string;
	metadata?: unknown;
}

/** Details of the end of a connection. */
export interface FakeClose extends FakeError {
	/** What the server advises the client to do; `never` by default, after which the connection stays closed. */
	advice?: Advice;
	/** Milliseconds until the next attempt, with the advice `later`. */
	retryAfter?: number;
}

/**
 * An instance of an actor in a test. Events, gaps and the end of a connection reach listeners before the method returns.
 * Reasons of errors have the form `group.code`, such as `auth.forbidden`.
 */
export interface FakeActor<S extends ActorShape = AnyActors[string]> {
	/**
	 * Sets the handler of an action; the last one is called. An `ActorError` that it throws is the answer; any other error
	 * is answered `rivetkit.internal_error`. An action without a handler is answered `actor.action_not_found`.
	 */
	onAction<N extends keyof S["actions"] & string>(name: N, handler: FakeAction<S, N>): Unsubscribe;
	/** Refuses calls of an action until the returned function is called. */
	refuseAction(name: keyof S["actions"] & string, reason: string, error?: FakeError): Unsubscribe;
	/** Refuses subscriptions to an event until the returned function is called. */
	refuseEvent(event: keyof S["events"] & string, reason: string, error?: FakeError): Unsubscribe;
	/** Ends the subscriptions to an event, and refuses new ones until the returned function is called. */
	revokeEvent(event: keyof S["events"] & string, reason: string, error?: FakeError): Unsubscribe;
	/** Refuses new connections until the returned function is called. */
	refuseConnections(reason: string, close?: FakeClose): Unsubscribe;

	/**
	 * Sends an event to the connections that subscribe to it. An interrupted connection receives it when it is resumed.
	 *
	 * @returns the number of open connections that have received it
	 */
	emit<E extends keyof S["events"] & string>(event: E, ...args: EventArgs<S, E>): number;
	/** Sends an event with tags: to connections that subscribe to one of them, or without tags. */
	emitTo<E extends keyof S["events"] & string>(tags: readonly string[], event: E, ...args: EventArgs<S, E>): number;
	/** Sends a request to one open connection. Resolves with the answer of its handler, rejects with the handler's error. */
	request(name: string, ...args: unknown[]): Promise<any>;
	/** Reports events that are not delivered. */
	gap(gap: Gap): void;

	/** Leaves new connections in the status `connecting` until `resume()`. */
	hold(): void;
	/** Cuts the connections as a network does: they have the status `waiting` until `resume()`. */
	interrupt(): void;
	/** Ends `hold()` and `interrupt()`. Interrupted connections open as `resumed`. Resolves when all are open. */
	resume(): Promise<void>;
	/** Interrupts the connections, and opens them as `resynced`: what they missed is lost. Resolves when all are open. */
	resync(reason?: string): Promise<void>;
	/**
	 * Requests new credentials of the open connections, as a server does before the old ones expire. Accepts what
	 * `onAuthenticating` returns.
	 *
	 * @param remaining milliseconds until they expire; 0 by default
	 */
	expireToken(remaining?: number): void;
	/** Closes the open connections. */
	close(reason: string, close?: FakeClose): void;
	/** Resolves when the actor has connections and all of them are open. */
	opened(): Promise<void>;

	/** The open connections. */
	readonly connections: readonly FakeConnection<S>[];
	/** All calls, in their order. */
	readonly calls: readonly FakeCall<S>[];
	/** Returns the arguments of each call of an action. */
	callsOf<N extends keyof S["actions"] & string>(name: N): readonly ActionArgs<S, N>[];
}

/** The URL that reaches the server in memory. */
const URL_IN_MEMORY = "http://fake.invalid";

/** No timer is that long: only the test ends the wait for the next attempt. */
const NEVER_MILLIS = 2 ** 52;

/**
 * Creates a client for tests without a server: `client` is the real client, whose WebSockets and HTTP requests stay in
 * memory. Interrupted connections wait for the test, unless `reconnect` has delays.
 */
export function createFakeClient<A extends ActorsShape = AnyActors>(options: FakeClientOptions = {}): FakeClient<A> {
	const server = new FakeServer();
	const host: HostOptions = {
		reconnect: { minDelay: NEVER_MILLIS, maxDelay: NEVER_MILLIS },
		...options,
		transport: "websocket",
		WebSocket: server.WebSocket,
		fetch: server.fetch,
		onWake: (wake, { name, key }) => server.actor(name, key).addClient(wake),
	};
	const client = createClient<A>(URL_IN_MEMORY, host);
	return {
		client,
		actor: (name, key = []) => server.actor(name, typeof key === "string" ? [key] : key) as unknown as FakeActor<any>,
		reset: async () => {
			await client.dispose();
			server.reset();
		},
	};
}

export type { Advice } from "./protocol.js";
