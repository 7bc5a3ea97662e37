// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import type { Address } from "./protocol.js";
import type { ClientOptions } from "./types.js";

/** Sends a call as a part of the application's trace, if there is a hook for calls. Sends it once, whatever the hook does. */
export const traced = <T>(
	{ options, address }: { options: ClientOptions; address: Address },
	action: string,
	send: (traceparent?: string) => Promise<T>,
): Promise<T> => {
	const trace = options.onTrace;
	if (trace?.call === undefined) {
		return send();
	}
	let sent: Promise<T> | undefined;
	const once = (traceparent?: string): Promise<T> => (sent ??= send(traceparent));
	try {
		return trace.call({ actor: address.name, action }, once) ?? once();
	} catch (error) {
		return Promise.reject(error);
	}
};
