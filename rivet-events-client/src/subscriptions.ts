import { Emitter } from "./emitter.js";
import type { Subscription } from "./protocol.js";
import type { Unsubscribe } from "./types.js";

type Listener = (...args: unknown[]) => void;

interface Listening {
	emitter: Emitter<[args: unknown[], tags: readonly string[]]>;
	/** The tags that each listener wants, none for all. */
	tags: Set<readonly string[]>;
}

/** Tells the server of a change of one event. */
export type TellSubscription = (change: Subscription & { subscribe: boolean }) => void;

/**
 * The events that have listeners, and what the server has been told of them. The two are compared at each change and
 * whenever a connection opens, so that it does not matter when a listener is added or removed.
 */
export class Subscriptions {
	readonly #events = new Map<string, Listening>();
	readonly #onFailure: (error: unknown) => void;
	/** By the name of the event. */
	#told = new Map<string, Subscription>();
	#tell: TellSubscription | undefined;

	constructor(onFailure: (error: unknown) => void) {
		this.#onFailure = onFailure;
	}

	add(event: string, tags: readonly string[], listener: Listener): Unsubscribe {
		let listening = this.#events.get(event);
		if (!listening) {
			listening = { emitter: new Emitter(this.#onFailure), tags: new Set() };
			this.#events.set(event, listening);
		}
		const { emitter, tags: wanted } = listening;
		const own = [...tags];
		wanted.add(own);
		const remove = emitter.add((args, carried) => {
			if (isWanted(own, carried)) listener(...args);
		});
		this.#compare(event);
		return () => {
			remove();
			wanted.delete(own);
			if (emitter.isEmpty && this.#events.get(event) === listening) this.#events.delete(event);
			this.#compare(event);
		};
	}

	/** What a new connection is told first. */
	first(): Subscription[] {
		const wanted = [...this.#events.keys()].map((event) => this.#wanted(event)!);
		this.#told = new Map(wanted.map((each) => [each.eventName, each]));
		return wanted;
	}

	/** The connection that was told `first()` is open; what has changed meanwhile is told now. */
	opened(tell: TellSubscription): void {
		this.#tell = tell;
		for (const event of new Set([...this.#told.keys(), ...this.#events.keys()])) this.#compare(event);
	}

	/** The connection is lost. */
	lost(): void {
		this.#tell = undefined;
	}

	#compare(event: string): void {
		if (!this.#tell) return;
		const wanted = this.#wanted(event);
		if (JSON.stringify(wanted) === JSON.stringify(this.#told.get(event))) return;
		if (wanted) this.#told.set(event, wanted);
		else this.#told.delete(event);
		this.#tell({ eventName: event, ...wanted, subscribe: wanted !== undefined });
	}

	/** What the server is to be told of an event, nothing without a listener. */
	#wanted(event: string): Subscription | undefined {
		const listening = this.#events.get(event);
		if (!listening) return undefined;
		const all = [...listening.tags];
		const tags = all.some((each) => each.length === 0) ? [] : [...new Set(all.flat())].sort();
		return tags.length > 0 ? { eventName: event, tags } : { eventName: event };
	}

	/** @param tags what the event carries; one without tags is for all */
	emit(event: string, args: unknown[], tags: readonly string[], isTrue: () => boolean): void {
		this.#events.get(event)?.emitter.emitWhile(isTrue, args, tags);
	}
}

/** As the server decides it for the connection. */
const isWanted = (wanted: readonly string[], carried: readonly string[]): boolean =>
	wanted.length === 0 || carried.length === 0 || wanted.some((tag) => carried.includes(tag));
