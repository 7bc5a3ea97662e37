// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { withActions, withNames } from "./actions.js";
import { Connection } from "./connection.js";
import { ActorError } from "./errors.js";
import { fieldOf, post } from "./http.js";
import type { Address } from "./protocol.js";
import { gatewayUrl } from "./protocol.js";
import { errorOf } from "./refusal.js";
import { credentialsOf } from "./sign-in.js";
import { traced } from "./tracing.js";
import type { ActorKey, ActorsShape, AnyActors, Client, ClientOptions, ConnectOptions } from "./types.js";
import { encode } from "./values.js";

/** Resolves a relative URL against the page. Called at each use, since there is no page while a server renders it. */
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
 * Creates a client for the actors of a server.
 *
 * @param endpoint URL of the server's base path, such as `/rivet` or `https://example.org/rivet`
 */
export function createClient<A extends ActorsShape = AnyActors>(
	endpoint: string,
	options: ClientOptions = {},
): Client<A> {
	/** Connections that are not closed, or were opened again. */
	const connections = new Set<Connection>();
	/** Number of calls of `dispose`. Connections from before the last one are not opened again. */
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
			const call = (action: string, args: unknown[]) =>
				traced({ options, address }, action, (traceparent) =>
					callOverHttp(endpoint, address, action, args, options, traceparent),
				);
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

/** Calls an action by an HTTP request. */
async function callOverHttp(
	endpoint: string,
	address: Address,
	action: string,
	args: unknown[],
	options: ClientOptions,
	traceparent: string | undefined,
): Promise<unknown> {
	const url = gatewayUrl(resolveUrl(endpoint), address, `action/${encodeURIComponent(action)}`);
	const body = { args: encode(args) };
	const headers = { ...(traceparent && { traceparent }), "x-rivet-encoding": "json" };
	const { response, text } = await post(url, options, await credentialsOf(options), body, headers);
	if (!response.ok) throw new ActorError(errorOf(response.status, text));
	return fieldOf(text, "output", action);
}
