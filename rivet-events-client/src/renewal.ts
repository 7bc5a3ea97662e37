// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { Backoff } from "./backoff.js";
import { ActorError } from "./errors.js";
import type { WireError } from "./protocol.js";
import { Refused } from "./sign-in.js";
import { after, toldMillis } from "./time.js";
import type { ClientOptions } from "./types.js";

/** Replaces the credentials of one open transport. */
export interface Renewal {
	/** Called when the server requests new credentials. Ignored by a client without any. */
	requested(): void;
	/** Called when the server has accepted the credentials, or has not, so that they are sent again later. */
	answered(error: WireError | undefined): void;
	/** Called when the transport has ended. */
	stop(): void;
}

/** @param send sends credentials; called again only after an answer */
export function renewalOf(
	{ reconnect }: ClientOptions,
	credentials: () => Promise<unknown>,
	send: (credentials: unknown) => void,
	onFailure: (error: unknown) => void,
): Renewal {
	const backoff = new Backoff(reconnect);
	/** Whether credentials are fetched, or sent and not answered, or fetched again later. */
	let running = false;
	/** Whether the server has requested newer credentials meanwhile. */
	let again = false;
	let over = false;
	let timer: ReturnType<typeof setTimeout> | undefined;

	const run = async () => {
		running = true;
		again = false;
		try {
			const renewed = await credentials();
			if (over) return;
			if (renewed === undefined) running = false;
			else send(renewed);
		} catch (error) {
			failed(error);
		}
	};

	const failed = (error: unknown) => {
		const told = error instanceof Refused ? toldMillis(error.close.retryAfter) : undefined;
		if (!over) timer = after(Math.max(backoff.next(), told ?? 0), run);
		onFailure(error);
	};

	return {
		requested: () => {
			again = running;
			if (!running) void run();
		},
		answered: (error) => {
			if (error) return failed(new ActorError(error));
			backoff.reset();
			running = false;
			if (again) void run();
		},
		stop: () => {
			over = true;
			clearTimeout(timer);
		},
	};
}
