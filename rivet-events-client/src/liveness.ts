import { isHidden } from "./host.js";
import { after, now } from "./time.js";

/** Browsers slow down the timers of hidden tabs to one a minute. */
const HIDDEN_TOLERANCE_MILLIS = 70_000;

/** Notices that nothing has been received for too long. Watches one transport at a time. */
export class Liveness {
	#timer: ReturnType<typeof setTimeout> | undefined;
	#heardAt = 0;
	#limit = 0;
	#onSilence = () => {};

	/** Starts anew. The limit is in milliseconds; a hidden tab may be silent for longer. */
	watch(limit: number, onSilence: () => void): void {
		this.stop();
		this.heard();
		this.#limit = limit;
		this.#onSilence = onSilence;
		this.#timer = after(limit, () => this.check());
	}

	/** Something has been received. */
	heard(): void {
		this.#heardAt = now();
	}

	/** Checks now: the timer is late after the device was asleep. */
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
