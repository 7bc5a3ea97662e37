import { type Address, gatewayUrl } from "./protocol.js";
import { now } from "./time.js";
import { type BatchLimit, openEventStream, openWebSocket, type Transport, type TransportListener } from "./transport.js";
import type { ClientOptions } from "./types.js";

/** Attempts by WebSocket that end before `Init` until it is left for an event stream. */
const MAX_SOCKET_FAILURES = 2;

/** How long an event stream is preferred then. */
const STREAM_PREFERENCE_MILLIS = 10 * 60_000;

/** Characters of messages in one request; far below the least limit that makes sense. */
const BATCH_CHARACTERS = 16 * 1024;

const noWebSocket = (): never => {
	throw new Error('There is no WebSocket here: pass { WebSocket }, or use { transport: "sse" }');
};

/** Chooses the transport of each attempt: a WebSocket, and an event stream for a while after WebSockets that failed. */
export class TransportChoice {
	readonly #base: string;
	readonly #address: Address;
	readonly #options: ClientOptions;
	readonly #timeout: number;
	readonly #batches: BatchLimit = { characters: BATCH_CHARACTERS };
	#bySocket = false;
	#socketFailures = 0;
	#streamUntil = 0;

	/** @param timeout milliseconds that a request may take which brings messages */
	constructor(base: string, address: Address, options: ClientOptions, timeout: number) {
		this.#base = base;
		this.#address = address;
		this.#options = options;
		this.#timeout = timeout;
	}

	/** @throws an error if there is no such transport here, or none to such a URL */
	open(listener: TransportListener): Transport {
		this.#bySocket = this.#prefersSocket();
		const url = gatewayUrl(this.#base, this.#address, this.#bySocket ? "connect" : "sse");
		return this.#bySocket
			? openWebSocket({ url, WebSocket: this.#socketClass() ?? noWebSocket() }, listener)
			: openEventStream({ url, ...this.#streamTarget() }, listener);
	}

	/**
	 * After `open` has thrown, as it would again.
	 *
	 * @returns whether the next attempt has another transport
	 */
	fallBack(): boolean {
		const another = this.#bySocket && this.#isAuto();
		if (another) this.#preferStream();
		return another;
	}

	/** A transport has ended before it was open. A server that a socket cannot reach may be reached by event stream. */
	failed({ kind }: Transport): void {
		if (!this.#isAuto()) return;
		if (kind === "sse") this.#streamUntil = 0; // it is not the WebSocket that is in the way
		else if (++this.#socketFailures >= MAX_SOCKET_FAILURES) this.#preferStream();
	}

	opened(): void {
		this.#socketFailures = 0;
	}

	#isAuto(): boolean {
		return (this.#options.transport ?? "auto") === "auto";
	}

	#prefersSocket(): boolean {
		if (!this.#isAuto()) return this.#options.transport === "websocket";
		return this.#socketClass() !== undefined && now() >= this.#streamUntil;
	}

	#preferStream(): void {
		this.#socketFailures = 0;
		this.#streamUntil = now() + STREAM_PREFERENCE_MILLIS;
	}

	#socketClass() {
		return this.#options.WebSocket ?? (globalThis.WebSocket as ClientOptions["WebSocket"]);
	}

	#streamTarget() {
		const request = this.#options.fetch ?? globalThis.fetch;
		return {
			base: this.#base,
			headers: this.#options.headers ?? {},
			fetch: request.bind(globalThis),
			timeout: this.#timeout,
			batches: this.#batches,
		};
	}
}
