// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import type { Address } from "./protocol.js";
import type { ClientOptions } from "./types.js";

/** Sends a call as a part of the application's trace, if there is a hook for calls. */
export const traced = <T>(
	{ options, address }: { options: ClientOptions; address: Address },
	action: string,
	send: (traceparent?: string) => Promise<T>,
): Promise<T> => options.onTrace?.call?.({ actor: address.name, action }, send) ?? send();
