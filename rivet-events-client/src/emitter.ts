import type { Unsubscribe } from "./types.js";

/** Listeners that do not disturb each other: what one throws goes to `onFailure`. */
export class Emitter<T extends unknown[]> {
	readonly #listeners = new Set<{ listener: (...args: T) => void }>();
	readonly #onFailure: (error: unknown) => void;

	constructor(onFailure: (error: unknown) => void) {
		this.#onFailure = onFailure;
	}

	get isEmpty(): boolean {
		return this.#listeners.size === 0;
	}

	/** The same function added twice is two listeners. */
	readonly add = (listener: (...args: T) => void): Unsubscribe => {
		const entry = { listener };
		this.#listeners.add(entry);
		return () => {
			this.#listeners.delete(entry);
		};
	};

	emit(...args: T): void {
		this.emitWhile(() => true, ...args);
	}

	/** Stops once a listener has made untrue what the others would be told. A removed listener is not called. */
	emitWhile(isTrue: () => boolean, ...args: T): void {
		for (const entry of [...this.#listeners]) {
			if (!isTrue()) return;
			if (!this.#listeners.has(entry)) continue;
			try {
				entry.listener(...args);
			} catch (error) {
				this.#onFailure(error);
			}
		}
	}
}
