import { Backoff } from "./backoff.js";
import type { Close } from "./protocol.js";
import { toldMillis } from "./time.js";
import type { ClientOptions } from "./types.js";

/** Credentials that are refused one after the other until the connection is given up. */
const MAX_REFUSED_CREDENTIALS = 2;

/** Delays of the server from here on are waited for exactly. */
const MIN_TOLD_MILLIS = 1000;

/** Decides whether and when the next attempt is made. */
export class Retries {
	readonly #backoff: Backoff;
	readonly #hasCredentials: boolean;
	/** Attempts that have failed since the connection was open; to be read alone. */
	attempts = 0;
	#refusedCredentials = 0;
	/** Milliseconds that the server wants the next attempt to wait. */
	#told: number | undefined;

	constructor({ reconnect, onAuthenticating }: ClientOptions) {
		this.#backoff = new Backoff(reconnect);
		this.#hasCredentials = onAuthenticating !== undefined;
	}

	/** Whether the delay is the client's own, which may be cut short. */
	get isOwnDelay(): boolean {
		return this.#told === undefined;
	}

	/** The connection is open. The delays stay until it was open for long enough. */
	opened(): void {
		this.attempts = 0;
		this.#refusedCredentials = 0;
	}

	/** The application starts anew. */
	reset(): void {
		this.#backoff.reset();
		this.opened();
	}

	/** Counts refused credentials. */
	isFinal({ advice }: Close, wasOpen: boolean): boolean {
		if (advice !== "credentials") return advice === "never";
		if (!wasOpen) this.#refusedCredentials++;
		return !this.#hasCredentials || this.#refusedCredentials >= MAX_REFUSED_CREDENTIALS;
	}

	/**
	 * The milliseconds until the next attempt. Zero only after a time of being open: what ended a shorter connection may
	 * end the next one, too. For the same reason a delay that the server tells does not shorten the first second of the
	 * client's own.
	 *
	 * @param goingAway the delay that the server has announced, if `close` has none
	 * @param openFor milliseconds that the connection was open, if it was
	 */
	delay(close: Close | undefined, goingAway: number | undefined, openFor: number | undefined): number {
		// before the next delay is drawn: only a time of being open ends the growth
		const wasStable = openFor !== undefined && this.#backoff.wasOpenFor(openFor);
		this.attempts++;
		const own = this.#backoff.next();
		this.#told = toldMillis(close?.retryAfter) ?? goingAway;
		if (this.#told === undefined) return wasStable && close?.advice === "retry" ? 0 : own;
		return Math.max(this.#told, wasStable ? 0 : Math.min(own, MIN_TOLD_MILLIS));
	}
}
