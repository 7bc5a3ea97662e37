// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { isHidden } from "./host.js";
import { after, now } from "./time.js";

/** Browsers run the timers of hidden tabs at most once a minute. */
const HIDDEN_TOLERANCE_MILLIS = 70_000;

/** Detects that nothing was received for too long. Watches one transport at a time. */
export class Liveness {
	#timer: ReturnType<typeof setTimeout> | undefined;
	#heardAt = 0;
	#limit = 0;
	#onSilence = () => {};

	/** Starts a new period. The limit is in milliseconds; it is longer in a hidden tab. */
	watch(limit: number, onSilence: () => void): void {
		this.stop();
		this.heard();
		this.#limit = limit;
		this.#onSilence = onSilence;
		this.#timer = after(limit, () => this.check());
	}

	/** Called when something was received. */
	heard(): void {
		this.#heardAt = now();
	}

	/** Checks at once. The timer is late after the device was asleep. */
	check(): void {
		this.stop();
		const silence = now() - this.#heardAt;
		const tolerated = isHidden() ? Math.max(this.#limit, HIDDEN_TOLERANCE_MILLIS) : this.#limit;
		if (silence >= tolerated) this.#onSilence();
		else this.#timer = after(tolerated - silence, () => this.check());
	}

	stop(): void {
		clearTimeout(this.#timer);
	}
}
