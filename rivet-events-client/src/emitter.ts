// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import type { Unsubscribe } from "./types.js";

/** A list of listeners. An error that one of them throws is passed to `onFailure`, and the others are still called. */
export class Emitter<T extends unknown[]> {
	readonly #listeners = new Set<{ listener: (...args: T) => void }>();
	readonly #onFailure: (error: unknown) => void;

	constructor(onFailure: (error: unknown) => void) {
		this.#onFailure = onFailure;
	}

	get isEmpty(): boolean {
		return this.#listeners.size === 0;
	}

	/** A function that is added twice is called twice. */
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

	/** Stops when `isTrue` returns `false`: a listener can change the state that is reported. Skips removed listeners. */
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
