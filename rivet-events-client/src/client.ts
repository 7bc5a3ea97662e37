import { Connection } from "./connection.js";
import { ActorError } from "./errors.js";
import type { Address } from "./protocol.js";
import { gatewayUrl } from "./protocol.js";
import type {
	ActorKey,
	ActorsShape,
	AnyActors,
	CallOptions,
	Client,
	ClientOptions,
	ConnectOptions,
} from "./types.js";
import { decode, encode } from "./values.js";

type Caller = (name: string, args: unknown[]) => unknown;

/** `then` must not be there, or `await` would call it. */
const isAction = (name: string | symbol): name is string => typeof name === "string" && name !== "then";

/** An object each of whose properties is a function that calls an action. */
const actions = (call: Caller): object =>
	new Proxy(
		{},
		{
			get: (_, name) => (isAction(name) ? (...args: unknown[]) => call(name, args) : undefined),
		},
	);

/** What an object has, and beside it an action for each other name. */
const withActions = <T extends object>(own: T, call: Caller): T =>
	new Proxy(own, {
		get: (target, name) => {
			if (name in target) {
				const value = Reflect.get(target, name, target);
				return value;
			}
			return isAction(name) ? (...args: unknown[]) => call(name, args) : undefined;
		},
	});

/**
 * Makes a client of the actors that a server has.
 *
 * @param endpoint URL of the server's base path, such as `/rivet` or `https://example.org/rivet`
 */
export function createClient<A extends ActorsShape = AnyActors>(
	endpoint: string,
	options: ClientOptions = {},
): Client<A> {
	const here = typeof location === "undefined" ? undefined : location.href;
	const base = new URL(endpoint, here).href.replace(/\/$/, "");
	const connections = new Set<Connection>();

	const connect = (address: Address, params: unknown, connectOptions?: ConnectOptions) => {
		const connection = new Connection(base, address, params, options, connectOptions);
		connections.add(connection);
		connection.onClose(() => connections.delete(connection));
		return connectionFacade(connection);
	};

	const accessor = (name: string) => {
		const handle = (method: Address["method"], key: ActorKey = []) => {
			const address: Address = { name, method, key: typeof key === "string" ? [key] : key };
			const call = (action: string, args: unknown[]) => callOverHttp(base, address, action, args, options);
			const own = {
				call,
				connect: (params?: unknown, connectOptions?: ConnectOptions) => connect(address, params, connectOptions),
			};
			return withActions(own, call);
		};
		return {
			get: (key?: ActorKey) => handle("get", key),
			getOrCreate: (key?: ActorKey) => handle("getOrCreate", key),
		};
	};

	const dispose = async () => {
		await Promise.all([...connections].map((connection) => connection.dispose()));
	};
	const own: Record<string | symbol, unknown> = { dispose };
	if (Symbol.asyncDispose) own[Symbol.asyncDispose] = dispose;
	return new Proxy(own, {
		get: (target, name) => (name in target ? target[name] : isAction(name) ? accessor(name) : undefined),
	}) as Client<A>;
}

/** What an application sees of a connection. */
function connectionFacade(connection: Connection) {
	const call = (name: string, args: unknown[], options?: CallOptions) => connection.call(name, args, options);
	const dispose = () => connection.dispose();
	const own = {
		call,
		with: (options: CallOptions) => actions((name, args) => call(name, args, options)),
		fire: actions((name, args) => connection.fire(name, args)),
		on: (event: string, ...rest: any[]) => {
			const listener = rest.pop();
			return connection.on(event, rest[0]?.tags ?? [], listener);
		},
		once: (event: string, listener: (...args: unknown[]) => void) => connection.once(event, listener),
		events: (event: string) => connection.events(event),
		predict: (event: string, ...args: unknown[]) => connection.predict(event, args),
		answer: (name: string, handler: (...args: unknown[]) => unknown) => connection.answer(name, handler),
		onOpen: connection.onOpen,
		onResync: connection.onResync,
		onSnapshot: connection.onSnapshot,
		onGap: connection.onGap,
		onReconnecting: connection.onReconnecting,
		onClose: connection.onClose,
		onError: connection.onError,
		onStatus: connection.onStatus,
		get status() {
			return connection.status;
		},
		get contractChanged() {
			return connection.contractChanged;
		},
		ready: () => connection.ready(),
		open: () => connection.open(),
		reconnect: () => connection.reconnect(),
		dispose,
		...(Symbol.asyncDispose ? { [Symbol.asyncDispose]: dispose } : {}),
	};
	return withActions(own, call);
}

/** Calls an action by a request of its own. */
async function callOverHttp(
	base: string,
	address: Address,
	action: string,
	args: unknown[],
	options: ClientOptions,
): Promise<unknown> {
	const request = (options.fetch ?? globalThis.fetch).bind(globalThis);
	const response = await request(gatewayUrl(base, address, `action/${encodeURIComponent(action)}`), {
		method: "POST",
		credentials: "include",
		headers: { ...options.headers, "content-type": "application/json", "x-rivet-encoding": "json" },
		body: JSON.stringify({ args: encode(args) }),
	});
	const body = await response.text();
	if (response.ok) return decode(JSON.parse(body)).output;
	let error = { group: "http", code: String(response.status), message: `The server answers ${response.status}` };
	try {
		error = { ...error, ...decode(JSON.parse(body)) };
	} catch {
		// not from an actor server: the status is all there is
	}
	throw new ActorError(error);
}
