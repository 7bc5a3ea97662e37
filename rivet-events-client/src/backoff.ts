/** Delays between attempts: each is drawn between nothing and a maximum that doubles ("full jitter"). */
export class Backoff {
	readonly #min: number;
	readonly #max: number;
	#attempt = 0;

	constructor({ minDelay = 500, maxDelay = 30_000 }: { minDelay?: number; maxDelay?: number } = {}) {
		this.#min = minDelay;
		this.#max = maxDelay;
	}

	/** Attempts since the last success. */
	get attempt(): number {
		return this.#attempt;
	}

	/** The delay before the next attempt. */
	next(): number {
		const limit = Math.min(this.#max, this.#min * 2 ** this.#attempt);
		this.#attempt++;
		return Math.random() * limit;
	}

	reset(): void {
		this.#attempt = 0;
	}
}
