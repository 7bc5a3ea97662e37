import { withActions, withNames } from "./actions.js";
import { Connection, OPEN_TIMEOUT_MILLIS } from "./connection.js";
import { ActorError } from "./errors.js";
import type { Address } from "./protocol.js";
import { gatewayUrl } from "./protocol.js";
import { errorOf } from "./refusal.js";
import { within } from "./time.js";
import type { ActorKey, ActorsShape, AnyActors, Client, ClientOptions, ConnectOptions } from "./types.js";
import { decode, encode } from "./values.js";

/** The URL is that of the page's server where it is relative, so it is asked for at its use: on a server is no page. */
function resolveUrl(endpoint: string): string {
	const page = typeof location === "undefined" ? undefined : location.href;
	try {
		return new URL(endpoint, page).href.replace(/\/$/, "");
	} catch (cause) {
		const hint = page === undefined ? "; outside a page it must begin with http:// or https://" : "";
		throw new TypeError(`"${endpoint}" is not a URL of a server${hint}`, { cause });
	}
}

/**
 * Makes a client of the actors that a server has.
 *
 * @param endpoint URL of the server's base path, such as `/rivet` or `https://example.org/rivet`
 */
export function createClient<A extends ActorsShape = AnyActors>(
	endpoint: string,
	options: ClientOptions = {},
): Client<A> {
	/** Those that are not closed, or were opened again. */
	const connections = new Set<Connection>();
	/** How often the client was disposed of; connections from before are not opened again. */
	let disposals = 0;

	const connect = (address: Address, params: unknown, connectOptions?: ConnectOptions) => {
		const disposalsBefore = disposals;
		const connection = new Connection({
			...connectOptions,
			base: resolveUrl(endpoint),
			address,
			params,
			options,
			mayReconnect: () => disposals === disposalsBefore,
		});
		connections.add(connection);
		connection.onStatus(({ status }) => {
			if (status === "closed") connections.delete(connection);
			else connections.add(connection);
		});
		return withActions(connection, connection.call);
	};

	const accessor = (name: string) => {
		const handle = (method: Address["method"], key: ActorKey = []) => {
			const address: Address = { name, method, key: typeof key === "string" ? [key] : key };
			const call = (action: string, args: unknown[]) => callOverHttp(endpoint, address, action, args, options);
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
		disposals++;
		await Promise.all([...connections].map((connection) => connection.dispose()));
	};
	const own: Record<string | symbol, unknown> = { dispose };
	if (Symbol.asyncDispose) own[Symbol.asyncDispose] = dispose;
	return withNames(own, accessor) as Client<A>;
}

/** Calls an action by a request of its own. */
async function callOverHttp(
	endpoint: string,
	address: Address,
	action: string,
	args: unknown[],
	options: ClientOptions,
): Promise<unknown> {
	const url = gatewayUrl(resolveUrl(endpoint), address, `action/${encodeURIComponent(action)}`);
	const body = JSON.stringify({ args: encode(args) });
	const { onAuthenticating, openTimeout = OPEN_TIMEOUT_MILLIS } = options;
	const credentials = onAuthenticating && (await within(openTimeout, "onAuthenticating", onAuthenticating));
	const request = (options.fetch ?? globalThis.fetch).bind(globalThis);
	const response = await request(url, {
		method: "POST",
		credentials: "include",
		headers: {
			...authorization(credentials),
			...options.headers,
			"content-type": "application/json",
			"x-rivet-encoding": "json",
		},
		body,
	});
	const text = await response.text();
	if (!response.ok) throw new ActorError(errorOf(response.status, text));
	try {
		return decode(JSON.parse(text)).output;
	} catch (cause) {
		throw new Error(`The answer to ${action} cannot be read: ${cause}`, { cause });
	}
}

/** The credentials that the server knows in a first message, as HTTP has them; others need `headers`. */
function authorization(credentials: any): Record<string, string> {
	const { token, username, password } = credentials ?? {};
	if (typeof token === "string") return { authorization: `Bearer ${token}` };
	if (typeof username !== "string" || typeof password !== "string") return {};
	const bytes = new TextEncoder().encode(`${username}:${password}`);
	return { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
}
