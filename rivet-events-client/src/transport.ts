// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { EventStreamParser } from "./event-stream.js";
import type { Close, FromServer, Hello, Init, ToServer, WireError } from "./protocol.js";
import { bytesOf, read, readItem, write } from "./protocol.js";
import { errorOf, isOfMessage, isTooLong, refusalOf, TOO_LONG } from "./refusal.js";
import { within } from "./time.js";
import type { SocketLike } from "./types.js";

/** One WebSocket or event stream, from its handshake to its end. */
export interface Transport {
	readonly kind: "websocket" | "sse";
	/** Sends a message; only after `Init`. */
	send(message: ToServer): void;
	/** Closes the transport. The listener is not called any more. */
	close(): void;
}

/** Receives the messages of a transport. `onEnd` is called once, last. */
export interface TransportListener {
	/** Whether the first message resumes a stream. */
	readonly resumes: boolean;
	/** Returns the first message; called when it is sent. */
	hello(): Hello;
	onMessage(message: FromServer): void;
	/** Called when the server refuses a message permanently; the transport stays open. */
	onRefused(message: ToServer, error: WireError): void;
	/** Called when the transport has ended or could not be opened. */
	onEnd(reason: string): void;
}

/** Close code of RFC 6455 for a message that is too long; a proxy sends it without a `Close` before. */
const TOO_BIG = 1009;

const NORMAL = 1000;

const OPEN = 1;

const NO_CONTENT = 204;

/** Most bytes of UTF-8 for one character of a JavaScript text. */
const MAX_BYTES_OF_CHARACTER = 3;

export interface WebSocketTarget {
	url: string;
	WebSocket: new (url: string, protocols: string[]) => SocketLike;
}

export function openWebSocket(target: WebSocketTarget, listener: TransportListener): Transport {
	const protocols = ["rivet", "rivet_encoding.json", "rivet_ext.1", ...(listener.resumes ? ["rivet_resume"] : [])];
	const socket = new target.WebSocket(target.url.replace(/^http/, "ws"), protocols);
	const sent = new Largest();
	let closing: Close | undefined;
	let over = false;
	socket.onopen = () => {
		if (!over) socket.send(sent.write({ tag: "Hello", val: listener.hello() }));
	};
	const onMessage = (message: FromServer) => {
		if (message.tag === "Close") closing = message.val;
		listener.onMessage(message);
	};
	socket.onmessage = ({ data }: { data: unknown }) => {
		if (!over) onMessage(read(data as string));
	};
	socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
		if (over) return;
		if (!closing && code === TOO_BIG) onMessage({ tag: "Close", val: TOO_LONG });
		if (closing && isTooLong(closing)) listener.onRefused(sent.message!, closing);
		over = true;
		listener.onEnd(reason || "connection lost");
	};
	socket.onerror = () => {}; // `close` follows
	return {
		kind: "websocket",
		send: (message) => {
			if (socket.readyState === OPEN) socket.send(sent.write(message));
		},
		close: () => {
			over = true;
			socket.close(NORMAL, "client_disposed");
		},
	};
}

/** Keeps the largest message that was sent: if a message is too long, it is this one. */
class Largest {
	message: ToServer | undefined;
	#bytes = 0;

	write(message: ToServer): string {
		const text = write(message);
		if (text.length * MAX_BYTES_OF_CHARACTER > this.#bytes) {
			const bytes = bytesOf(text);
			if (bytes > this.#bytes) [this.message, this.#bytes] = [message, bytes];
		}
		return text;
	}
}

export interface StreamTarget {
	url: string;
	base: string;
	fetch: typeof fetch;
	headers: Record<string, string>;
	/** Time limit in milliseconds of a request that sends messages. */
	timeout: number;
	/** Shared by all transports of a connection. */
	batches: BatchLimit;
}

/** Limit of characters of the messages in one request; a single message may have more. */
export interface BatchLimit {
	characters: number;
}

export function openEventStream(target: StreamTarget, listener: TransportListener): Transport {
	const abort = new AbortController();
	const waiting: { message: ToServer; text: string }[] = [];
	let underWay: ToServer[] = [];
	let init: Init | undefined;
	let sequence = 0;
	let posting = false;
	/** Whether the server has refused a message for its length. It also sends this in the stream, and closes the stream. */
	let tooLong = false;
	/** Name of the `Authorization` header after it was rejected: its credentials can expire, and the secret is enough. */
	let rejected = "";
	let over = false;

	const end = (reason: string) => {
		if (over) return;
		over = true;
		abort.abort();
		listener.onEnd(reason);
	};

	/** Reports a refusal by HTTP like one in the stream. A missing route ends the transport without a `Close`. */
	const endBy = (response: Response, body: string) => {
		const refusal = refusalOf(response, body);
		if (refusal && !over) listener.onMessage({ tag: "Close", val: refusal });
		end(refusal ? `${refusal.group}.${refusal.code}` : `http.${response.status}`);
	};

	const post = (body: string, method: "POST" | "DELETE", more: Record<string, string>) => {
		const { [rejected]: _, ...headers } = target.headers;
		return target.fetch(`${target.base}/connections/${init!.connectionId}`, {
			method,
			credentials: "include",
			keepalive: method === "DELETE",
			headers: { ...headers, "content-type": "application/json", "x-rivet-secret": init!.secret, ...more },
			...(method === "POST" ? { body } : {}),
		});
	};

	/** Sends one request after the other, which keeps the order. Messages that wait meanwhile are sent together. */
	const flush = async () => {
		if (posting) return;
		posting = true;
		try {
			while (waiting.length > 0 && !over) await sendBatch();
		} catch {
			end("connection lost");
		} finally {
			posting = false;
		}
	};

	const sendBatch = async () => {
		const batch = nextBatch();
		underWay = batch.map(({ message }) => message);
		const body = `[${batch.map(({ text }) => text).join(",")}]`;
		const more = { "x-rivet-sequence": String(++sequence) };
		const { response, answer } = await within(target.timeout, "A request", async () => {
			const response = await post(body, "POST", more);
			return { response, answer: response.ok ? "" : await response.text() };
		});
		if (response.ok) {
			underWay = [];
			return;
		}
		if (response.status === 401 && !rejected && (rejected = authorizationIn(target.headers))) {
			waiting.unshift(...batch);
			return;
		}
		const error = errorOf(response.status, answer);
		if (!isOfMessage(response.status, error)) {
			// an error of rivet-events ends this connection; the next one may work
			if (error.group === "http") endBy(response, answer);
			else end(`${error.group}.${error.code}`);
		} else if (batch.length > 1) {
			target.batches.characters = Math.min(target.batches.characters, body.length >> 1);
			waiting.unshift(...batch);
		} else refuse(error);
		tooLong ||= isTooLong(error);
	};

	const nextBatch = () => {
		let count = 1;
		let characters = waiting[0]!.text.length;
		while (count < waiting.length) {
			characters += waiting[count]!.text.length;
			if (characters > target.batches.characters) break;
			count++;
		}
		return waiting.splice(0, count);
	};

	const refuse = (error: WireError) => {
		const [message, ...more] = underWay;
		underWay = [];
		if (!over && message && more.length === 0) listener.onRefused(message, error);
	};

	const run = async () => {
		const response = await target.fetch(target.url, {
			method: "POST",
			credentials: "include",
			cache: "no-store",
			headers: { ...target.headers, "content-type": "application/json", accept: "text/event-stream" },
			body: write({ tag: "Hello", val: listener.hello() }),
			signal: abort.signal,
		});
		if (!response.ok || response.status === NO_CONTENT) {
			endBy(response, await response.text());
		} else if (!response.body || !isEventStream(response)) {
			end("no event stream"); // such as an error page of a proxy or a sign-in page
		} else {
			await readStream(response.body, (message) => {
				if (over) return;
				if (message.tag === "Init") init = message.val;
				if (message.tag === "Close" && isTooLong(message.val) && !tooLong) refuse(message.val);
				listener.onMessage(message);
			});
		}
	};

	run().then(
		() => end("connection lost"),
		() => end("connection lost"),
	);
	return {
		kind: "sse",
		send: (message) => {
			waiting.push({ message, text: write(message) });
			void flush();
		},
		close: () => {
			if (over) return;
			over = true;
			if (init) post("", "DELETE", {}).catch(() => {}); // the server notices the end of the stream anyway
			abort.abort();
		},
	};
}

/** Returns the name of the header as the application spells it; empty without one. */
const authorizationIn = (headers: Record<string, string>) =>
	Object.keys(headers).find((name) => /^authorization$/i.test(name)) ?? "";

const isEventStream = ({ headers }: Response) => /^text\/event-stream\b/i.test(headers.get("content-type") ?? "");

/** Reads messages until the stream ends; its pieces have any size. */
async function readStream(body: ReadableStream<Uint8Array>, onMessage: (message: FromServer) => void): Promise<void> {
	const parser = new EventStreamParser((item) => onMessage(readItem(item)));
	const reader = body.getReader();
	const decoder = new TextDecoder();
	for (;;) {
		const { value, done } = await reader.read();
		if (done) return;
		parser.push(decoder.decode(value, { stream: true }));
	}
}
