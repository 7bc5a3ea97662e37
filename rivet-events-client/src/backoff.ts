// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

/** Delays between attempts: each is random between 0 and a maximum that doubles ("full jitter"). */
export class Backoff {
	readonly #min: number;
	readonly #max: number;
	#attempt = 0;

	constructor({ minDelay = 500, maxDelay = 10_000 }: { minDelay?: number; maxDelay?: number } = {}) {
		this.#min = minDelay;
		this.#max = maxDelay;
	}

	/** Returns the delay before the next attempt in milliseconds. */
	next(): number {
		const limit = Math.min(this.#max, this.#min * 2 ** this.#attempt);
		this.#attempt++;
		return Math.random() * limit;
	}

	/**
	 * Resets the delay after a connection that was open for at least the longest delay. The cause of a shorter connection
	 * may occur again at once.
	 *
	 * @returns whether it was open for that long
	 */
	wasOpenFor(millis: number): boolean {
		const stable = millis >= this.#max;
		if (stable) this.reset();
		return stable;
	}

	reset(): void {
		this.#attempt = 0;
	}
}
