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
	add(listener: (...args: T) => void): Unsubscribe {
		const entry = { listener };
		this.#listeners.add(entry);
		return () => {
			this.#listeners.delete(entry);
		};
	}

	emit(...args: T): void {
		for (const { listener } of [...this.#listeners]) {
			try {
				listener(...args);
			} catch (error) {
				this.#onFailure(error);
			}
		}
	}
}
