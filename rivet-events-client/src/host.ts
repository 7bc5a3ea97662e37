// What the browser says of the page and the network. Other hosts say nothing.

import type { Unsubscribe } from "./types.js";

/** Whether the page is in a hidden tab. */
export const isHidden = (): boolean => globalThis.document?.visibilityState === "hidden";

/** Calls a function when the network is back, or the page is visible again; not while the page is hidden. */
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
