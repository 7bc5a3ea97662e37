// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// The credentials of a client.

import { ActorError } from "./errors.js";
import { fieldOf, post } from "./http.js";
import type { Address, Close } from "./protocol.js";
import { refusalOf } from "./refusal.js";
import { within } from "./time.js";
import type { ClientOptions } from "./types.js";
import { encode } from "./values.js";

/** Time limit in milliseconds of an attempt, and of each callback of the application in it. */
export const OPEN_TIMEOUT_MILLIS = 10_000;

/** The refusal of an attempt that would make a connection anonymous. */
const NO_CREDENTIALS: Close = {
	group: "auth",
	code: "authentication_required",
	message: "onAuthenticating returns no credentials any more",
	advice: "credentials",
};

const UNREACHABLE: Close = {
	group: "http",
	code: "unreachable",
	message: "There is no ticket",
	advice: "retry",
};

/** A refusal before a transport is opened. A connection handles it like a `Close` of the server. */
export class Refused extends ActorError {
	constructor(readonly close: Close) {
		super(close);
	}
}

/** Returns the credentials of the application; `undefined` without any. */
export const credentialsOf = async ({
	onAuthenticating,
	openTimeout = OPEN_TIMEOUT_MILLIS,
}: ClientOptions): Promise<unknown> =>
	onAuthenticating && ((await within(openTimeout, "onAuthenticating", onAuthenticating)) ?? undefined);

/**
 * Returns a function that gets the credentials of a connection for its next message, encoded: those of the application, or
 * a ticket for them. It throws `Refused` if there are none and were some before, and if it does not get a ticket.
 */
export const signIn = (base: string, { name: actor }: Address, options: ClientOptions): (() => Promise<unknown>) => {
	let hadCredentials = false;

	const ticketFor = async (credentials: unknown) => {
		const request = () => post(`${base}/ticket`, options, credentials, { actor });
		const { response, text } = await within(options.openTimeout ?? OPEN_TIMEOUT_MILLIS, "A ticket", request).catch(() => {
			throw new Refused(UNREACHABLE);
		});
		if (response.ok) return fieldOf(text, "ticket", "a request for a ticket");
		// other credentials of the same user are not permitted either
		throw new Refused(refusalOf(response, text, response.status === 403 ? "never" : undefined) ?? UNREACHABLE);
	};

	return async () => {
		const credentials = await credentialsOf(options);
		if (credentials !== undefined) hadCredentials = true;
		else if (hadCredentials) throw new Refused(NO_CREDENTIALS);
		if (options.ticket) return { ticket: await ticketFor(credentials) };
		return credentials && encode(credentials);
	};
};
