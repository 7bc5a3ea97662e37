// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { fetchOf } from "./http.js";
import { type Address, gatewayUrl } from "./protocol.js";
import { now } from "./time.js";
import { type BatchLimit, openEventStream, openWebSocket, type Transport, type TransportListener } from "./transport.js";
import type { ClientOptions } from "./types.js";

/** WebSockets in a row that end before `Init`, after which an event stream is used. */
const MAX_SOCKET_FAILURES = 2;

/** Time for which an event stream is used then. */
const STREAM_PREFERENCE_MILLIS = 10 * 60_000;

/** Characters of messages in one request; far below any reasonable limit of a server or proxy. */
const BATCH_CHARACTERS = 16 * 1024;

const noWebSocket = (): never => {
	throw new Error('There is no WebSocket here: pass { WebSocket }, or use { transport: "sse" }');
};

/** Chooses the transport of each attempt: a WebSocket, or an event stream for some time after WebSockets that failed. */
export class TransportChoice {
	readonly #base: string;
	readonly #address: Address;
	readonly #options: ClientOptions;
	readonly #timeout: number;
	readonly #batches: BatchLimit = { characters: BATCH_CHARACTERS };
	#bySocket = false;
	#socketFailures = 0;
	#streamUntil = 0;

	/** @param timeout time limit in milliseconds of a request that sends messages */
	constructor(base: string, address: Address, options: ClientOptions, timeout: number) {
		this.#base = base;
		this.#address = address;
		this.#options = options;
		this.#timeout = timeout;
	}

	/** @throws an error if the host has no such transport, or the URL is not valid for it */
	open(listener: TransportListener): Transport {
		this.#bySocket = this.#prefersSocket();
		const url = gatewayUrl(this.#base, this.#address, this.#bySocket ? "connect" : "sse");
		return this.#bySocket
			? openWebSocket({ url, WebSocket: this.#socketClass() ?? noWebSocket() }, listener)
			: openEventStream({ url, ...this.#streamTarget() }, listener);
	}

	/**
	 * Called after `open` has thrown, since it would throw again.
	 *
	 * @returns whether the next attempt uses another transport
	 */
	fallBack(): boolean {
		const another = this.#bySocket && this.#isAuto();
		if (another) this.#preferStream();
		return another;
	}

	/** Called when a transport has ended before it was open. An event stream may reach a server that a WebSocket cannot. */
	failed({ kind }: Transport): void {
		if (!this.#isAuto()) return;
		if (kind === "sse") this.#streamUntil = 0; // the WebSocket is not the cause
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
		return {
			base: this.#base,
			headers: this.#options.headers ?? {},
			fetch: fetchOf(this.#options),
			timeout: this.#timeout,
			batches: this.#batches,
		};
	}
}
