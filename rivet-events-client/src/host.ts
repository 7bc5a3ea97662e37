// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Events of the page and the network in a browser. Other hosts have none.

import type { Address } from "./protocol.js";
import type { ClientOptions, Unsubscribe } from "./types.js";

/** What a client for tests replaces. */
export interface HostOptions extends ClientOptions {
	/** Called when a connection starts, until the returned function is called; `onWake` by default. */
	onWake?: (listener: () => void, address: Address) => Unsubscribe;
}

/** Returns whether the page is in a hidden tab. */
export const isHidden = (): boolean => globalThis.document?.visibilityState === "hidden";

/** Calls a function when the browser is online or the page is visible again; not while the page is hidden. */
export function onWake(listener: () => void): Unsubscribe {
	const wake = () => {
		if (!isHidden()) listener();
	};
	globalThis.addEventListener?.("online", wake);
	globalThis.document?.addEventListener("visibilitychange", wake);
	return () => {
		globalThis.removeEventListener?.("online", wake);
		globalThis.document?.removeEventListener("visibilitychange", wake);
	};
}
