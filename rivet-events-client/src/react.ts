import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { createClient } from "./client.js";
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
	EventName,
	ParamsOf,
} from "./types.js";

/** Which instance, and how to connect to it. */
export interface ActorOptions<A extends ActorsShape, N extends keyof A & string> extends ConnectOptions {
	name: N;
	key?: ActorKey;
	params?: ParamsOf<A[N]>;
	/** Only a connection that is enabled is opened; true by default. */
	enabled?: boolean;
	/** Whether an instance that is not there is refused rather than created. */
	mustExist?: boolean;
}

/** An instance as a component sees it. */
export interface ActorState<S extends ActorShape> {
	/** `null` before the component is shown, and while it is not enabled. */
	readonly connection: ActorConnection<S> | null;
	readonly handle: ActorHandle<S>;
	readonly connStatus: ConnectionStatus["status"] | "idle";
	readonly status: ConnectionStatus | null;
	/** The last thing that went wrong. */
	readonly error: unknown;
	/** Listens to an event as long as the component is shown. */
	useEvent<E extends EventName<S>>(event: E, listener: (...args: EventArgs<S, E>) => void): void;
}

/** How long a connection outlives its last component, so that one that comes back at once finds it. */
const LINGER_MILLIS = 1000;

interface Shared {
	connection: ActorConnection;
	users: number;
	error: unknown;
	timer?: ReturnType<typeof setTimeout>;
}

/** What all components that show the same instance with the same params share. */
class Connections {
	readonly #shared = new Map<string, Shared>();

	acquire(id: string, open: () => ActorConnection): Shared {
		let shared = this.#shared.get(id);
		if (!shared) {
			const created: Shared = { connection: open(), users: 0, error: null };
			created.connection.onError((error) => {
				created.error = error;
			});
			this.#shared.set(id, created);
			shared = created;
		}
		clearTimeout(shared.timer);
		shared.users++;
		return shared;
	}

	release(id: string, shared: Shared): void {
		if (--shared.users > 0) return;
		shared.timer = setTimeout(() => {
			this.#shared.delete(id);
			void shared.connection.dispose();
		}, LINGER_MILLIS);
	}
}

/**
 * Makes the hooks for the actors of a server.
 *
 * @param server URL of the server's base path, or a client
 */
export function createRivetEvents<A extends ActorsShape = AnyActors>(
	server: string | Client<A>,
	options: ClientOptions = {},
) {
	const client = typeof server === "string" ? createClient<A>(server, options) : server;
	const connections = new Connections();

	/** Connects to an instance as long as the component is shown. */
	function useActor<N extends keyof A & string>(wanted: ActorOptions<A, N>): ActorState<A[N]> {
		const { name, key = [], params, snapshot, enabled = true, mustExist = false } = wanted;
		const id = JSON.stringify([name, key, params, snapshot, mustExist]);
		const handle = client[name]![mustExist ? "get" : "getOrCreate"](key) as ActorHandle<A[N]>;
		const latest = useRef({ handle, params, snapshot });
		latest.current = { handle, params, snapshot };
		const [shared, setShared] = useState<{ id: string; shared: Shared } | null>(null);

		useEffect(() => {
			if (!enabled) return;
			const { handle, params, snapshot } = latest.current;
			const acquired = connections.acquire(
				id,
				() => handle.connect(params, { paused: true, ...(snapshot === undefined ? {} : { snapshot }) }) as unknown as ActorConnection,
			);
			setShared({ id, shared: acquired });
			return () => {
				connections.release(id, acquired);
				setShared(null);
			};
		}, [id, enabled]);

		const current = shared?.id === id ? shared.shared : null;
		const connection = (current?.connection ?? null) as ActorConnection<A[N]> | null;
		// in the commit in which the listeners of the component are added
		useEffect(() => (current?.connection as ConnectionMethods<ActorShape> | undefined)?.open(), [current]);
		const status = useConnectionStatus(connection);
		return {
			connection,
			handle,
			connStatus: status?.status ?? "idle",
			status,
			error: current?.error ?? null,
			useEvent: (event, listener) => useEvent<A[N], typeof event>(connection, event, listener),
		};
	}

	return { client, useActor, useEvent, useConnectionStatus };
}

/** Listens to an event of a connection as long as the component is shown; always with its newest listener. */
export function useEvent<S extends ActorShape, E extends EventName<S>>(
	connection: ActorConnection<S> | null,
	event: E,
	listener: (...args: EventArgs<S, E>) => void,
): void {
	const latest = useRef(listener);
	useEffect(() => {
		latest.current = listener;
	});
	useEffect(() => {
		const methods = connection as ConnectionMethods<S> | null;
		return methods?.on(event, (...args) => latest.current(...args));
	}, [connection, event]);
}

const nothing = () => {};

/** The status of a connection, `null` without one. */
export function useConnectionStatus(connection: ActorConnection<any> | null): ConnectionStatus | null {
	const methods = connection as ConnectionMethods<ActorShape> | null;
	const subscribe = useCallback((onChange: () => void) => methods?.onStatus(onChange) ?? nothing, [methods]);
	const read = () => methods?.status ?? null;
	return useSyncExternalStore(subscribe, read, () => null);
}
