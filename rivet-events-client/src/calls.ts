// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { ActorError, ConnectionLostError } from "./errors.js";
import type { ToServer } from "./protocol.js";
import { after, now } from "./time.js";
import type { CallOptions } from "./types.js";
import { encode } from "./values.js";

/** Limit of calls that wait for a connection. */
const MAX_QUEUED = 1000;

interface Call {
	readonly name: string;
	/** Encoded. */
	readonly args: unknown[];
	readonly options: CallOptions;
	/** Parent of its trace. */
	readonly traceparent: string | undefined;
	/** Time after which the result is not needed. */
	readonly deadline: number | undefined;
	readonly resolve: (output: unknown) => void;
	readonly reject: (error: unknown) => void;
	/** Called when the call is sent. */
	readonly started: () => void;
}

type Send = (message: ToServer) => void;

/**
 * The calls that wait for a result. Each promise settles once: with the result, or with an error when the connection is
 * lost. Only a call with an idempotency key is repeated.
 */
export class Calls {
	readonly #waiting = new Map<number, Call>();
	#queued = new Map<number, Call>();
	#lastId = 0;
	#send: Send | undefined;
	/** Reason of the last lost connection, for messages. */
	#why = "";

	/** @param patience milliseconds that a call without `queue` waits for the first connection */
	call(name: string, args: unknown[], options: CallOptions, patience = 0, traceparent?: string): Promise<unknown> {
		return new Promise((resolve, reject) => {
			options.signal?.throwIfAborted();
			const encoded = encode(args) as unknown[];
			const id = ++this.#lastId;
			const limits = this.#limit(id, options, patience, reject);
			const call: Call = {
				name,
				args: encoded,
				options,
				traceparent,
				deadline: options.deadline === undefined ? undefined : now() + options.deadline,
				resolve: (output) => (limits.end(), resolve(output)),
				reject: (error) => (limits.end(), reject(error)),
				started: limits.started,
			};
			if (this.#send) this.#start(id, call, this.#send);
			else if (!options.queue && patience === 0) call.reject(new ConnectionLostError(`There is no connection${this.#why}`, false));
			else if (this.#queued.size >= MAX_QUEUED) {
				call.reject(new ConnectionLostError(`${MAX_QUEUED} calls wait for the connection already`, false));
			} else this.#queued.set(id, call);
		});
	}

	fire(name: string, args: unknown[], traceparent?: string): void {
		const encoded = encode(args) as unknown[];
		this.#send?.({ tag: "ActionRequest", val: { id: ++this.#lastId, name, args: encoded, oneWay: true, traceparent } });
	}

	#start(id: number, call: Call, send: Send): void {
		this.#waiting.set(id, call);
		call.started();
		const { name, args, options, deadline, traceparent } = call;
		const left = deadline === undefined || deadline === Infinity ? undefined : Math.max(1, Math.round(deadline - now()));
		const { idempotencyKey } = options;
		send({ tag: "ActionRequest", val: { id, name, args, deadline: left, idempotencyKey, traceparent } });
	}

	/** Ends a call at its deadline, by its signal, or if no connection opens. */
	#limit(
		id: number,
		{ deadline, signal, queue }: CallOptions,
		patience: number,
		reject: (error: unknown) => void,
	): { started: () => void; end: () => void } {
		const stop = (error: unknown) => {
			end();
			if (this.#waiting.delete(id)) this.#send?.({ tag: "Cancel", val: { id } });
			this.#queued.delete(id);
			reject(error);
		};
		const onAbort = () => stop(signal!.reason);
		const exceeded = { group: "actor", code: "deadline_exceeded", message: "The deadline of the action has passed." };
		const timer = deadline === undefined ? undefined : after(deadline, () => stop(new ActorError(exceeded)));
		const impatient = () => stop(new ConnectionLostError(`There was no connection within ${patience} ms`, false));
		const wait = queue || patience === 0 ? undefined : after(patience, impatient);
		signal?.addEventListener("abort", onAbort);
		const started = () => clearTimeout(wait);
		const end = () => {
			clearTimeout(timer);
			clearTimeout(wait);
			signal?.removeEventListener("abort", onAbort);
		};
		return { started, end };
	}

	answered(id: number, output: unknown): void {
		this.#take(id)?.resolve(output);
	}

	/** @returns whether there is such a call */
	failed(id: number | undefined, error: unknown): boolean {
		const call = id === undefined ? undefined : this.#take(id);
		call?.reject(error);
		return call !== undefined;
	}

	#take(id: number): Call | undefined {
		const call = this.#waiting.get(id);
		this.#waiting.delete(id);
		return call;
	}

	/** Called when a connection has opened: sends the calls that are repeated, then those that wait. */
	opened(send: Send): void {
		this.#send = send;
		const queued = this.#queued;
		this.#queued = new Map();
		for (const [id, call] of queued) this.#start(id, call, send);
	}

	/** Called when the connection is lost. */
	lost(reason: string): void {
		this.#send = undefined;
		this.#why = ` (${reason})`;
		const waiting = [...this.#waiting];
		this.#waiting.clear();
		const again = waiting.filter(([, call]) => call.options.idempotencyKey !== undefined);
		this.#queued = new Map([...again, ...this.#queued]);
		for (const [, call] of waiting) {
			if (call.options.idempotencyKey === undefined) {
				call.reject(new ConnectionLostError(`The connection was lost (${reason}); the call may have run`, true));
			}
		}
	}

	/** Called when the connection is closed and the client does not reconnect. */
	closed(reason: string, cause: unknown): void {
		this.lost(reason);
		const queued = [...this.#queued.values()];
		this.#queued.clear();
		for (const call of queued) {
			const mayHaveRun = call.options.idempotencyKey !== undefined;
			call.reject(new ConnectionLostError(`The connection is closed (${reason})`, mayHaveRun, cause));
		}
	}
}

