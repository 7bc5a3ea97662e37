import { ActorError, ConnectionLostError } from "./errors.js";
import type { ToServer, WireError } from "./protocol.js";
import type { CallOptions } from "./types.js";

/** Most calls that wait for a connection. */
const MAX_QUEUED = 1000;

interface Call {
	readonly name: string;
	readonly args: unknown[];
	readonly options: CallOptions;
	/** When nobody needs the answer any more. */
	readonly deadline: number | undefined;
	readonly resolve: (output: unknown) => void;
	readonly reject: (error: unknown) => void;
}

/**
 * The calls that wait for an answer. Each promise settles once: with the answer, or with what is known when the
 * connection is lost. Only a call with an idempotency key is made again.
 */
export class Calls {
	readonly #waiting = new Map<number, Call>();
	#queued = new Map<number, Call>();
	#lastId = 0;
	#send: ((message: ToServer) => void) | undefined;

	call(name: string, args: unknown[], options: CallOptions): Promise<unknown> {
		return new Promise((resolve, reject) => {
			if (options.signal?.aborted) throw options.signal.reason;
			const id = ++this.#lastId;
			const end = this.#limit(id, options, reject);
			const deadline = options.deadline === undefined ? undefined : Date.now() + options.deadline;
			const call: Call = {
				name,
				args,
				options,
				deadline,
				resolve: (output) => (end(), resolve(output)),
				reject: (error) => (end(), reject(error)),
			};
			if (this.#send) this.#start(id, call);
			else if (!options.queue) call.reject(new ConnectionLostError("There is no connection", false));
			else if (this.#queued.size >= MAX_QUEUED) {
				call.reject(new ConnectionLostError(`${MAX_QUEUED} calls wait for the connection already`, false));
			} else this.#queued.set(id, call);
		});
	}

	fire(name: string, args: unknown[]): void {
		this.#send?.({ tag: "ActionRequest", val: { id: ++this.#lastId, name, args, oneWay: true } });
	}

	#start(id: number, call: Call): void {
		this.#waiting.set(id, call);
		const { deadline, options } = call;
		const left = deadline === undefined ? {} : { deadline: Math.max(1, deadline - Date.now()) };
		const key = options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey };
		this.#send!({ tag: "ActionRequest", val: { id, name: call.name, args: call.args, ...left, ...key } });
	}

	/** Ends a call by its deadline or its signal. */
	#limit(id: number, { deadline, signal }: CallOptions, reject: (error: unknown) => void): () => void {
		const stop = (error: unknown) => {
			end();
			if (this.#waiting.delete(id)) this.#send?.({ tag: "Cancel", val: { id } });
			this.#queued.delete(id);
			reject(error);
		};
		const onAbort = () => stop(signal!.reason);
		const exceeded = { group: "actor", code: "deadline_exceeded", message: "The deadline of the action has passed." };
		const timer = deadline === undefined ? undefined : setTimeout(() => stop(new ActorError(exceeded)), deadline);
		signal?.addEventListener("abort", onAbort);
		const end = () => {
			clearTimeout(timer);
			signal?.removeEventListener("abort", onAbort);
		};
		return end;
	}

	answered(id: number, output: unknown): void {
		this.#take(id)?.resolve(output);
	}

	failed(id: number, error: WireError): void {
		this.#take(id)?.reject(new ActorError(error));
	}

	#take(id: number): Call | undefined {
		const call = this.#waiting.get(id);
		this.#waiting.delete(id);
		return call;
	}

	/** There is a connection: what may be made again is, then what waits. */
	opened(send: (message: ToServer) => void): void {
		this.#send = send;
		const queued = this.#queued;
		this.#queued = new Map();
		for (const [id, call] of queued) this.#start(id, call);
	}

	/** The connection is lost. */
	lost(reason: string): void {
		this.#send = undefined;
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

	/** There will be no connection. */
	closed(reason: string): void {
		this.lost(reason);
		const queued = [...this.#queued.values()];
		this.#queued.clear();
		for (const call of queued) {
			const mayHaveRun = call.options.idempotencyKey !== undefined;
			call.reject(new ConnectionLostError(`The connection is closed (${reason})`, mayHaveRun));
		}
	}
}
