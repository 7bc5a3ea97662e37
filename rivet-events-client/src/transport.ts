import type { Close, FromServer, Hello, Init, ToServer } from "./protocol.js";
import { read, readItem, write } from "./protocol.js";

/** A way to the server and back, from its handshake to its end. */
export interface Transport {
	readonly kind: "websocket" | "sse";
	/** Sends a message; to be called after `Init` alone. */
	send(message: ToServer): void;
	/** Ends it. Nothing is told any more. */
	close(): void;
}

/** What a transport tells. `onEnd` comes last, once. */
export interface TransportListener {
	onMessage(message: FromServer): void;
	/** It has ended, or was not to be had. */
	onEnd(reason: string): void;
}

export interface WebSocketTarget {
	url: string;
	WebSocket: new (url: string, protocols: string[]) => WebSocket;
}

export function openWebSocket(target: WebSocketTarget, hello: Hello, listener: TransportListener): Transport {
	const protocols = ["rivet", "rivet_encoding.json", "rivet_ext.1"];
	const socket = new target.WebSocket(target.url.replace(/^http/, "ws"), protocols);
	let over = false;
	socket.onopen = () => socket.send(write({ tag: "Hello", val: hello }));
	socket.onmessage = ({ data }) => {
		if (!over) listener.onMessage(read(data as string));
	};
	socket.onclose = ({ reason }) => {
		if (over) return;
		over = true;
		listener.onEnd(reason || "connection lost");
	};
	socket.onerror = () => {}; // `close` follows
	return {
		kind: "websocket",
		send: (message) => {
			if (socket.readyState === 1) socket.send(write(message));
		},
		close: () => {
			over = true;
			socket.close(1000, "client_disposed");
		},
	};
}

export interface StreamTarget {
	url: string;
	base: string;
	fetch: typeof fetch;
	headers: Record<string, string>;
}

/** Status with which a server says that it has no such route, rather than no such instance. */
const NO_ROUTE = new Set([404, 405, 501]);

export function openEventStream(target: StreamTarget, hello: Hello, listener: TransportListener): Transport {
	const abort = new AbortController();
	const waiting: ToServer[] = [];
	let init: Init | undefined;
	let sequence = 0;
	let posting = false;
	let over = false;

	const end = (reason: string) => {
		if (over) return;
		over = true;
		abort.abort();
		listener.onEnd(reason);
	};

	const post = (body: string, method: "POST" | "DELETE", more: Record<string, string>) =>
		target.fetch(`${target.base}/connections/${init!.connectionId}`, {
			method,
			credentials: "include",
			keepalive: method === "DELETE",
			headers: { ...target.headers, "content-type": "application/json", "x-rivet-secret": init!.secret, ...more },
			...(method === "POST" ? { body } : {}),
		});

	/** One after the other, which keeps their order; what comes meanwhile goes together. */
	const flush = async () => {
		if (posting) return;
		posting = true;
		try {
			while (waiting.length > 0 && !over) {
				const body = `[${waiting.splice(0).map(write).join(",")}]`;
				const response = await post(body, "POST", { "x-rivet-sequence": String(++sequence) });
				if (!response.ok) end(`status ${response.status}`);
			}
		} catch {
			end("connection lost");
		} finally {
			posting = false;
		}
	};

	const run = async () => {
		const response = await target.fetch(target.url, {
			method: "POST",
			credentials: "include",
			cache: "no-store",
			headers: { ...target.headers, "content-type": "application/json", accept: "text/event-stream" },
			body: write({ tag: "Hello", val: hello }),
			signal: abort.signal,
		});
		if (!response.ok || !response.body) {
			tellRefusal(response, await response.text());
			return;
		}
		await readStream(response.body, (event, data, id) => {
			if (over) return;
			const message = readItem(event, data, id);
			if (message.tag === "Init") init = message.val;
			listener.onMessage(message);
		});
	};

	/** A refusal by HTTP is told as one in the stream is. */
	const tellRefusal = ({ status }: Response, body: string) => {
		let error = { group: "http", code: String(status), message: `The server answers ${status}` };
		try {
			error = { ...error, ...JSON.parse(body) };
		} catch {
			// not from an actor server: the status is all there is
		}
		const advice = status >= 500 || status === 408 ? "later" : status === 401 || status === 403 ? "credentials" : "never";
		if (!NO_ROUTE.has(status)) listener.onMessage({ tag: "Close", val: { ...error, advice } satisfies Close });
		end(`${error.group}.${error.code}`);
	};

	run().then(
		() => end("connection lost"),
		() => end("connection lost"),
	);
	return {
		kind: "sse",
		send: (message) => {
			waiting.push(message);
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

/** Reads items until the stream ends; they come in pieces of any size. */
async function readStream(
	body: ReadableStream<Uint8Array>,
	onItem: (event: string, data: string, id: string) => void,
): Promise<void> {
	const reader = body.getReader();
	const decoder = new TextDecoder();
	let rest = "";
	for (;;) {
		const { value, done } = await reader.read();
		if (done) return;
		const items = (rest + decoder.decode(value, { stream: true })).split("\n\n");
		rest = items.pop()!;
		for (const item of items) {
			const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(item)?.[1];
			const event = field("event");
			if (event !== undefined) onItem(event, field("data") ?? "null", field("id") ?? "");
		}
	}
}
