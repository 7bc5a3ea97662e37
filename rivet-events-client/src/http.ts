// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// HTTP requests without a connection.

import type { ClientOptions } from "./types.js";
import { decode } from "./values.js";

export const fetchOf = ({ fetch = globalThis.fetch }: ClientOptions): typeof globalThis.fetch => fetch.bind(globalThis);

/** Sends a request with the credentials, and reads its answer. */
export async function post(
	url: string,
	options: ClientOptions,
	credentials: unknown,
	body: unknown,
	headers: Record<string, string> = {},
): Promise<{ response: Response; text: string }> {
	const response = await fetchOf(options)(url, {
		method: "POST",
		credentials: "include",
		headers: { ...authorization(credentials), ...options.headers, ...headers, "content-type": "application/json" },
		body: JSON.stringify(body),
	});
	return { response, text: await response.text() };
}

/** Returns a field of an answer. */
export function fieldOf(text: string, field: string, what: string): unknown {
	try {
		return decode(JSON.parse(text))[field];
	} catch (cause) {
		throw new Error(`The answer to ${what} cannot be read: ${cause}`, { cause });
	}
}

/** Returns the header for the two standard kinds of credentials; others need `headers`. */
function authorization(credentials: any): Record<string, string> {
	const { token, username, password } = credentials ?? {};
	if (typeof token === "string") return { authorization: `Bearer ${token}` };
	if (typeof username !== "string" || typeof password !== "string") return {};
	const bytes = new TextEncoder().encode(`${username}:${password}`);
	return { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
}
