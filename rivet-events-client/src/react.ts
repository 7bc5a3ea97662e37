// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// hooks work in browsers only: the directive marks this module for frameworks with server components
"use client";
// imported as a namespace, so that server components, where React has no such hooks, can load this module
import * as React from "react";
import { createClient } from "./client.js";
import { Emitter } from "./emitter.js";
import { reportToHost } from "./errors.js";
import type {
	ActorConnection,
	ActorHandle,
	ActorKey,
	ActorShape,
	ActorsShape,
	AnyActors,
	Client,
	ClientOptions,
	ConnectionMethods,
	ConnectionStatus,
	ConnectOptions,
	EventArgs,
	ParamsOf,
	Unsubscribe,
} from "./types.js";
import { encode } from "./values.js";

/** The instance, and how to connect to it. */
export interface ActorOptions<A extends ActorsShape, N extends keyof A & string> extends ConnectOptions {
	name: N;
	key?: ActorKey;
	params?: ParamsOf<A[N]>;
	/** Whether to open the connection; `true` by default. */
	enabled?: boolean;
	/** Whether to refuse an instance that does not exist instead of creating it. */
	mustExist?: boolean;
}

/** State of an instance in a component. */
export interface ActorState<S extends ActorShape> {
	/** `null` before the component is mounted, and while it is not enabled. */
	readonly connection: ActorConnection<S> | null;
	readonly handle: ActorHandle<S>;
	readonly connStatus: ConnectionStatus["status"] | "idle";
	readonly status: ConnectionStatus | null;
	/** The last error. */
	readonly error: unknown;
	/** Listens to an event while the component is mounted. */
	useEvent<E extends keyof S["events"] & string>(event: E, listener: (...args: EventArgs<S, E>) => void): void;
}

/** Time for which a connection stays open after its last component, so that a remounted component can use it. */
const LINGER_MILLIS = 1000;

/** A connection of several components, and its last error. */
class Shared {
	readonly connection: ActorConnection;
	readonly #errors = new Emitter<[]>(reportToHost);
	users = 0;
	error: unknown = null;
	timer: ReturnType<typeof setTimeout> | undefined;

	constructor(connection: ActorConnection) {
		this.connection = connection;
		connection.onError((error) => {
			this.error = error;
			this.#errors.emit();
		});
	}

	readonly onError = (listener: () => void): Unsubscribe => this.#errors.add(listener);
}

/** Connections that components with the same instance and params share. */
class Connections {
	readonly #shared = new Map<string, Shared>();

	acquire(id: string, open: () => ActorConnection): Shared {
		const known = this.#shared.get(id);
		// the client was disposed of, not the component
		const isDisposed = known?.users === 0 && known.connection.status.reason === "disposed";
		const shared = known === undefined || isDisposed ? new Shared(open()) : known;
		this.#shared.set(id, shared);
		clearTimeout(shared.timer);
		shared.users++;
		return shared;
	}

	release(id: string, shared: Shared): void {
		if (--shared.users > 0) return;
		shared.timer = setTimeout(() => {
			if (this.#shared.get(id) === shared) this.#shared.delete(id);
			void shared.connection.dispose();
		}, LINGER_MILLIS);
	}
}

/** Hooks for the actors of a server, and the client that they use. */
export type RivetEvents<A extends ActorsShape> = ReturnType<typeof hooksOf<A>>;

/**
 * Creates hooks for the actors of a server.
 *
 * @param server URL of the server's base path
 */
export function createRivetEvents<A extends ActorsShape = AnyActors>(
	server: string,
	options?: ClientOptions,
): RivetEvents<A>;
/** Creates hooks for the actors of a client. */
export function createRivetEvents<A extends ActorsShape>(client: Client<A>): RivetEvents<A>;
export function createRivetEvents(server: string | Client, options: ClientOptions = {}): RivetEvents<AnyActors> {
	return hooksOf(typeof server === "string" ? createClient(server, options) : server);
}

function hooksOf<A extends ActorsShape>(client: Client<A>) {
	const connections = new Connections();

	/** Connects to an instance while the component is mounted. */
	function useActor<N extends keyof A & string>(wanted: ActorOptions<A, N>): ActorState<A[N]> {
		const { name, key = [], params, snapshot, enabled = true, mustExist = false } = wanted;
		const id = JSON.stringify(encode([name, key, params, snapshot, mustExist]));
		const accessor = client[name]!;
		const handle = React.useMemo(() => accessor[mustExist ? "get" : "getOrCreate"](key), [id]) as ActorHandle<A[N]>;
		const [shared, setShared] = React.useState<{ id: string; shared: Shared } | null>(null);

		React.useEffect(() => {
			if (!enabled) return;
			const options = { paused: true, ...(snapshot === undefined ? {} : { snapshot }) };
			const acquired = connections.acquire(id, () => handle.connect(params, options) as unknown as ActorConnection);
			setShared({ id, shared: acquired });
			return () => {
				connections.release(id, acquired);
				setShared(null);
			};
		}, [id, enabled]);

		const current = shared?.id === id ? shared.shared : null;
		const connection = (current?.connection ?? null) as ActorConnection<A[N]> | null;
		// in the same commit as the listeners of the component
		React.useEffect(() => (current?.connection as ConnectionMethods<ActorShape> | undefined)?.open(), [current]);
		const status = useConnectionStatus(connection);
		const readError = () => current?.error ?? null;
		const error = React.useSyncExternalStore(current?.onError ?? subscribeToNothing, readError, () => null);
		return {
			connection,
			handle,
			connStatus: status?.status ?? "idle",
			status,
			error,
			useEvent: (event, listener) => useEvent<A[N], typeof event>(connection, event, listener),
		};
	}

	return { client, useActor, useEvent, useConnectionStatus };
}

/** Listens to an event of a connection while the component is mounted; calls the listener of the latest render. */
export function useEvent<S extends ActorShape, E extends keyof S["events"] & string>(
	connection: ActorConnection<S> | null,
	event: E,
	listener: (...args: EventArgs<S, E>) => void,
): void {
	const latest = React.useRef(listener);
	React.useEffect(() => {
		latest.current = listener;
	});
	React.useEffect(() => {
		const methods = connection as ConnectionMethods<S> | null;
		return methods?.on(event, (...args) => latest.current(...args));
	}, [connection, event]);
}

const nothing = () => {};

const subscribeToNothing = () => nothing;

/** Returns the status of a connection, `null` without one. */
export function useConnectionStatus(connection: ActorConnection<any> | null): ConnectionStatus | null {
	const methods = connection as ConnectionMethods<ActorShape> | null;
	const subscribe = React.useCallback((onChange: () => void) => methods?.onStatus(onChange) ?? nothing, [methods]);
	const read = () => methods?.status ?? null;
	return React.useSyncExternalStore(subscribe, read, () => null);
}
