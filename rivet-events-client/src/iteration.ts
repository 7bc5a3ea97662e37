// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import type { AnyActors, ConnectionMethods } from "./types.js";

/** Limit of events that wait to be read. */
const MAX_WAITING = 1000;

type Source = Pick<ConnectionMethods<AnyActors[string]>, "on" | "onClose" | "status">;

/** Iterates over the events of a name until the connection is closed. Throws if too many wait to be read. */
export async function* iterate(source: Source, event: string): AsyncGenerator<unknown[]> {
	const waiting: unknown[][] = [];
	let wake = () => {};
	let overflow = false;
	const remove = source.on(event, (...args) => {
		if (waiting.length < MAX_WAITING) waiting.push(args);
		else overflow = true;
		wake();
	});
	const removeClose = source.onClose(() => wake());
	try {
		for (;;) {
			if (waiting.length > 0) yield waiting.shift()!;
			else if (overflow) throw new Error(`More than ${MAX_WAITING} events "${event}" waited to be read`);
			else if (source.status.status === "closed") return;
			else await new Promise<void>((resolve) => (wake = resolve));
		}
	} finally {
		remove();
		removeClose();
	}
}
