// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { Emitter } from "./emitter.js";
import { bytesOf, MAX_BYTES, type Subscription, write } from "./protocol.js";
import type { Unsubscribe } from "./types.js";

/** The server's limit of characters in the name of an event. */
const MAX_NAME_LENGTH = 1000;

type Listener = (...args: unknown[]) => void;

interface Listening {
	emitter: Emitter<[args: unknown[], tags: readonly string[]]>;
	/** The tags of each listener; an empty list stands for all events. */
	tags: Set<readonly string[]>;
}

/** Sends the change of a subscription to the server. */
export type TellSubscription = (change: Subscription & { subscribe: boolean }) => void;

/**
 * The events that have listeners, and the subscriptions that were sent to the server. Both are compared at each change and
 * when a connection opens, so listeners can be added and removed at any time.
 */
export class Subscriptions {
	readonly #events = new Map<string, Listening>();
	readonly #onFailure: (error: unknown) => void;
	/** Subscriptions that were sent, by the name of the event. */
	#told = new Map<string, Subscription>();
	/** Events whose subscriptions did not fit into the first message of the connection, and are not answered yet. */
	#late = new Set<string>();
	/** Position after which events of a name may be missing, until the request of its subscription is answered. */
	#uncovered = new Map<string, number>();
	/** Events whose subscriptions the server has refused or ended. They are requested again for a new listener. */
	#refused = new Set<string>();
	#tell: TellSubscription | undefined;

	constructor(onFailure: (error: unknown) => void) {
		this.#onFailure = onFailure;
	}

	/** @throws `RangeError` if the name, or the name with the tags of all its listeners, is too long */
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
		if (this.#refused.delete(event)) this.#told.delete(event);
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
		// all tags are sent if no listener without tags is left
		const all = [...new Set([...(this.#events.get(event)?.tags ?? []), tags].flat())];
		const bytes = bytesOf(write({ tag: "SubscriptionRequest", val: { eventName: event, subscribe: true, tags: all } }));
		if (bytes <= MAX_BYTES) return;
		throw new RangeError(`The tags of all listeners to "${event}" have ${bytes} bytes; the limit is ${MAX_BYTES}`);
	}

	/**
	 * Returns the subscriptions of the first message. The others are requested when the connection is open.
	 *
	 * @param room limit of their bytes
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
		this.#refused.clear();
		this.#late = new Set(wanted.map(({ eventName }) => eventName).filter((event) => !this.#told.has(event)));
		return fitting;
	}

	/**
	 * Called when the connection is open to which `first()` was sent. Requests the subscriptions that did not fit or have
	 * changed meanwhile.
	 *
	 * @param resumedFrom position after which the server replays events, except those whose subscriptions did not fit
	 * @param viewOf position of a snapshot
	 * @returns events whose subscriptions did not fit in an earlier connection either, and which may be lost
	 */
	opened(tell: TellSubscription, resumedFrom: number | undefined, viewOf: number | undefined): string[] {
		const missing = this.#leaveUncovered(resumedFrom, viewOf);
		this.#tell = tell;
		for (const event of new Set([...this.#told.keys(), ...this.#events.keys()])) this.#compare(event);
		return missing;
	}

	#leaveUncovered(resumedFrom: number | undefined, viewOf: number | undefined): string[] {
		const missing: string[] = [];
		if (resumedFrom === undefined) this.#uncovered.clear(); // the application builds its view again
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
	 * Called when the server has answered a request, or has ended a subscription.
	 *
	 * @param position position after which events arrive
	 * @returns whether events before it may be missing
	 */
	answered(event: string, position: number, isRefused: boolean): boolean {
		if (isRefused) this.#refused.add(event);
		else if (this.#refused.delete(event)) this.#compare(event); // of an earlier request; listeners can have changed since
		const since = this.#uncovered.get(event);
		this.#uncovered.delete(event);
		this.#late.delete(event); // the server has it, also if it connects this client again
		return since !== undefined && since !== position;
	}

	/** Called when the connection is lost. */
	lost(): void {
		this.#tell = undefined;
	}

	#compare(event: string): void {
		if (!this.#tell || this.#refused.has(event)) return;
		const wanted = this.#wanted(event);
		if (JSON.stringify(wanted) === JSON.stringify(this.#told.get(event))) return;
		if (wanted) this.#told.set(event, wanted);
		else this.#told.delete(event);
		this.#tell({ eventName: event, ...wanted, subscribe: wanted !== undefined });
	}

	/** Returns the subscription for an event, `undefined` without a listener. */
	#wanted(event: string): Subscription | undefined {
		const listening = this.#events.get(event);
		if (!listening) return undefined;
		const all = [...listening.tags];
		const tags = all.some((each) => each.length === 0) ? [] : [...new Set(all.flat())].sort();
		return tags.length > 0 ? { eventName: event, tags } : { eventName: event };
	}

	/** @param tags tags of the event; an event without tags is for all listeners */
	emit(event: string, args: unknown[], tags: readonly string[], isTrue: () => boolean): void {
		this.#events.get(event)?.emitter.emitWhile(isTrue, args, tags);
	}
}

/** The rule by which the server selects events for a connection. */
const isWanted = (wanted: readonly string[], carried: readonly string[]): boolean =>
	wanted.length === 0 || carried.length === 0 || wanted.some((tag) => carried.includes(tag));
