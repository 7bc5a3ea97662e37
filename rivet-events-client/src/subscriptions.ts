import { Emitter } from "./emitter.js";
import { bytesOf, MAX_BYTES, type Subscription, write } from "./protocol.js";
import type { Unsubscribe } from "./types.js";

/** Characters of an event's name that a server takes. */
const MAX_NAME_LENGTH = 1000;

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
	/** Those that the first message of the connection had no room for. */
	#late = new Set<string>();
	/** By the name of the event, the position from which on events may be missing, until its request is answered. */
	#uncovered = new Map<string, number>();
	#tell: TellSubscription | undefined;

	constructor(onFailure: (error: unknown) => void) {
		this.#onFailure = onFailure;
	}

	/** @throws `RangeError` if no server takes the name, or the name with the tags of all its listeners */
	add(event: string, tags: readonly string[], listener: Listener): Unsubscribe {
		this.#check(event, tags);
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
			if (emitter.isEmpty && this.#events.get(event) === listening) {
				this.#events.delete(event);
				this.#uncovered.delete(event);
			}
			this.#compare(event);
		};
	}

	#check(event: string, tags: readonly string[]): void {
		if (event.length > MAX_NAME_LENGTH) {
			throw new RangeError(`The name of an event has ${event.length} characters; the limit is ${MAX_NAME_LENGTH}`);
		}
		if (tags.length === 0) return;
		// all of them are told once no listener is left that wants events with any tag
		const all = [...new Set([...(this.#events.get(event)?.tags ?? []), tags].flat())];
		const bytes = bytesOf(write({ tag: "SubscriptionRequest", val: { eventName: event, subscribe: true, tags: all } }));
		if (bytes <= MAX_BYTES) return;
		throw new RangeError(`The tags of all listeners to "${event}" have ${bytes} bytes; the limit is ${MAX_BYTES}`);
	}

	/**
	 * What a new connection is told first. What there is no room for is told once it is open.
	 *
	 * @param room bytes that they may take
	 */
	first(room: number): Subscription[] {
		const wanted = [...this.#events.keys()].map((event) => this.#wanted(event)!);
		let left = room;
		const fitting = wanted.filter((each) => {
			const bytes = bytesOf(JSON.stringify(each)) + 1; // a comma follows
			if (bytes > left) return false;
			left -= bytes;
			return true;
		});
		this.#told = new Map(fitting.map((each) => [each.eventName, each]));
		this.#late = new Set(wanted.map(({ eventName }) => eventName).filter((event) => !this.#told.has(event)));
		return fitting;
	}

	/**
	 * The connection that was told `first()` is open; what had no room or has changed meanwhile is told now.
	 *
	 * @param resumedFrom the position from which on the server repeats events, but none of those that had no room
	 * @param viewOf the position of a snapshot
	 * @returns events that had no room in an earlier connection either, and may be missing for good
	 */
	opened(tell: TellSubscription, resumedFrom: number | undefined, viewOf: number | undefined): string[] {
		const missing = this.#leaveUncovered(resumedFrom, viewOf);
		this.#tell = tell;
		for (const event of new Set([...this.#told.keys(), ...this.#events.keys()])) this.#compare(event);
		return missing;
	}

	#leaveUncovered(resumedFrom: number | undefined, viewOf: number | undefined): string[] {
		const missing: string[] = [];
		if (resumedFrom === undefined) this.#uncovered.clear(); // the application was told to begin anew
		for (const [event, since] of this.#uncovered) {
			if (this.#late.has(event)) continue;
			this.#uncovered.delete(event);
			if (since !== resumedFrom) missing.push(event);
		}
		const from = resumedFrom ?? viewOf;
		if (from === undefined) return missing;
		for (const event of this.#late) {
			if (this.#events.has(event) && !this.#uncovered.has(event)) this.#uncovered.set(event, from);
		}
		return missing;
	}

	/**
	 * The server has answered a request.
	 *
	 * @param position the one after which events arrive
	 * @returns whether events before it may be missing
	 */
	answered(event: string, position: number): boolean {
		const since = this.#uncovered.get(event);
		this.#uncovered.delete(event);
		return since !== undefined && since !== position;
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
