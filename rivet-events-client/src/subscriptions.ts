import { Emitter } from "./emitter.js";
import type { Subscription } from "./protocol.js";
import type { Unsubscribe } from "./types.js";

type Listener = (...args: unknown[]) => void;

interface Listening {
	emitter: Emitter<unknown[]>;
	/** The tags that each listener wants, none for all. */
	tags: Set<readonly string[]>;
}

/** Who listens to which events, and what the server has to be told of it. */
export class Subscriptions {
	readonly #events = new Map<string, Listening>();
	readonly #onChange: (event: string) => void;
	readonly #onFailure: (error: unknown) => void;

	constructor(onChange: (event: string) => void, onFailure: (error: unknown) => void) {
		this.#onChange = onChange;
		this.#onFailure = onFailure;
	}

	add(event: string, tags: readonly string[], listener: Listener): Unsubscribe {
		let listening = this.#events.get(event);
		if (!listening) {
			listening = { emitter: new Emitter(this.#onFailure), tags: new Set() };
			this.#events.set(event, listening);
		}
		const { emitter, tags: wanted } = listening;
		const before = JSON.stringify(this.of(event));
		const own = [...tags];
		wanted.add(own);
		const remove = emitter.add(listener);
		if (JSON.stringify(this.of(event)) !== before) this.#onChange(event);
		let removed = false;
		return () => {
			if (removed) return;
			removed = true;
			const present = JSON.stringify(this.of(event));
			remove();
			wanted.delete(own);
			if (emitter.isEmpty && this.#events.get(event)?.emitter === emitter) this.#events.delete(event);
			if (JSON.stringify(this.of(event)) !== present) this.#onChange(event);
		};
	}

	/** What the server is to be told of an event, nothing if nobody listens. */
	of(event: string): Subscription | undefined {
		const listening = this.#events.get(event);
		if (!listening || listening.tags.size === 0) return undefined;
		const all = [...listening.tags];
		const tags = all.some((each) => each.length === 0) ? [] : [...new Set(all.flat())].sort();
		return tags.length > 0 ? { eventName: event, tags } : { eventName: event };
	}

	all(): Subscription[] {
		return [...this.#events.keys()].map((event) => this.of(event)!);
	}

	emit(event: string, args: unknown[]): void {
		this.#events.get(event)?.emitter.emit(...args);
	}
}
