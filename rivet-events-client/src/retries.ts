// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { Backoff } from "./backoff.js";
import type { Close } from "./protocol.js";
import { toldMillis } from "./time.js";
import type { ClientOptions } from "./types.js";

/** Refused credentials in a row after which the connection is closed. */
const MAX_REFUSED_CREDENTIALS = 2;

/** Delays of the server from this length on replace the client's own delay. */
const MIN_TOLD_MILLIS = 1000;

/** Decides whether and when the next attempt is made. */
export class Retries {
	readonly #backoff: Backoff;
	readonly #hasCredentials: boolean;
	/** Failed attempts since the connection was open. Only this class changes it. */
	attempts = 0;
	#refusedCredentials = 0;
	/** Delay of the server before the next attempt, in milliseconds. */
	#told: number | undefined;

	constructor({ reconnect, onAuthenticating, ticket }: ClientOptions) {
		this.#backoff = new Backoff(reconnect);
		this.#hasCredentials = ticket || onAuthenticating !== undefined;
	}

	/** Whether the client has chosen the delay, so that it may end early. */
	get isOwnDelay(): boolean {
		return this.#told === undefined;
	}

	/** Called when the connection has opened. The delays are reset later, when it was open for long enough. */
	opened(): void {
		this.attempts = 0;
		this.#refusedCredentials = 0;
	}

	/** Called when the application reconnects. */
	reset(): void {
		this.#backoff.reset();
		this.opened();
	}

	/** Returns whether the client must not reconnect. Counts refused credentials. */
	isFinal({ advice }: Close, wasOpen: boolean): boolean {
		if (advice !== "credentials") return advice === "never";
		if (!wasOpen) this.#refusedCredentials++;
		return !this.#hasCredentials || this.#refusedCredentials >= MAX_REFUSED_CREDENTIALS;
	}

	/**
	 * Returns the milliseconds until the next attempt. Zero only after a connection that was open for long enough: the cause
	 * of a shorter one may occur again at once. For the same reason a delay of the server does not shorten the first second
	 * of the client's own delay.
	 *
	 * @param goingAway the delay that the server has announced, if `close` has none
	 * @param openFor milliseconds that the connection was open, if it was
	 */
	delay(close: Close | undefined, goingAway: number | undefined, openFor: number | undefined): number {
		// before the next delay is computed, since this may reset it
		const wasStable = openFor !== undefined && this.#backoff.wasOpenFor(openFor);
		this.attempts++;
		const own = this.#backoff.next();
		this.#told = toldMillis(close?.retryAfter) ?? goingAway;
		if (this.#told === undefined) return wasStable && close?.advice === "retry" ? 0 : own;
		return Math.max(this.#told, wasStable ? 0 : Math.min(own, MIN_TOLD_MILLIS));
	}
}
