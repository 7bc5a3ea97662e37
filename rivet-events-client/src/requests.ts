// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import type { Unsubscribe } from "./types.js";

type Handler = (...args: unknown[]) => unknown;

export type Reply = { value: unknown } | { error: string };

/** Answers requests of the server with the handler that was added last for the name. */
export class Requests {
	readonly #handlers = new Map<string, Handler>();

	readonly add = (name: string, handler: Handler): Unsubscribe => {
		this.#handlers.set(name, handler);
		return () => {
			if (this.#handlers.get(name) === handler) this.#handlers.delete(name);
		};
	};

	/** @param send called once, with an error if the handler fails or there is none */
	async answer(name: string, args: unknown[], send: (reply: Reply) => void): Promise<void> {
		const handler = this.#handlers.get(name);
		try {
			if (!handler) throw new Error(`There is no handler for ${name}`);
			send({ value: (await handler(...args)) ?? null });
		} catch (error) {
			send({ error: error instanceof Error ? error.message : String(error) });
		}
	}
}
