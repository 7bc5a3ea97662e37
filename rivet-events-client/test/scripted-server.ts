// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// A server that a test controls, over both transports, for behavior that a real server does not show on demand.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { Close, FromServer, Hello, Init, ToServer, WireError } from "../src/protocol";
import { TOO_LONG } from "../src/refusal";
import { decode, encode } from "../src/values";

/** A refusal by HTTP. */
export interface HttpAnswer {
	status: number;
	headers?: Record<string, string>;
	body?: string;
}

export interface ScriptedServer {
	readonly url: string;
	readonly hellos: Hello[];
	readonly received: ToServer[];
	/** Requests that brought messages, as texts. */
	readonly posts: string[];
	/** The Authorization headers of calls without a connection. */
	readonly authorizations: (string | undefined)[];
	/** Requests for tickets. Without an answer of the test the tickets are `ticket-1` and so on. */
	readonly tickets: { headers: IncomingHttpHeaders; body: unknown }[];
	answerTickets(answer: () => HttpAnswer | undefined): void;
	/** How many sockets and streams were opened, or asked for, and how many are. */
	opened(): number;
	open(): number;
	/** Answers each Hello so from now on. */
	welcome(more: Partial<Init>): void;
	refuse(close: Close | undefined): void;
	/** Answers no Hello. */
	silent(): void;
	/** Answers handshakes and requests for a stream so; nothing to take them. */
	answerOpening(answer: HttpAnswer | undefined): void;
	/** Answers requests with messages by this function, as long as it returns an answer. */
	answerPost(answer: (body: string, headers: IncomingHttpHeaders) => HttpAnswer | undefined): void;
	/** Takes no message of more than 64 KB from now on, as the real one does by default. */
	limitMessages(): void;
	/** Answers each request for a subscription so, where something is returned. */
	answerSubscriptions(answer: (eventName: string) => { position: number; error?: WireError } | undefined): void;
	/** What happens before the answer to a handshake or a Hello. */
	beforeWelcome(action: () => void | Promise<void>): void;
	send(message: FromServer): void;
	/** Sends what stands for a message in each of the transports. */
	sendRaw(raw: { frame: string; item: string }): void;
	/** Ends all sockets as a network does; with a close frame where a code is given. */
	cut(code?: number): void;
	close(): Promise<void>;
}

interface Link {
	send(message: FromServer): void;
	raw(raw: { frame: string; item: string }): void;
	cut(code?: number): void;
}

const NAMES: Partial<Record<FromServer["tag"], string>> = {
	ActionResponse: "response",
	SubscriptionResponse: "subscription",
	AuthenticateResponse: "authenticated",
};

/** As JSON; infinite values as a number that is too large for a double, which is valid JSON. */
const json = (value: unknown) =>
	JSON.stringify(encode(value), (_, each) => (each === Infinity ? "<Infinity>" : each)).replaceAll('"<Infinity>"', "1e999");

/** An item of an event stream. */
export const item = ({ tag, val }: FromServer): string => {
	const { name, args, pos, tags, position, eventId, traceparent } = val as any;
	const event = tag === "Event" ? name : `rivet:${NAMES[tag] ?? tag.toLowerCase()}`;
	const id = pos ?? position;
	const lines = [`event: ${event}`, `data: ${json(tag === "Event" ? args : val)}`];
	if (id !== undefined) lines.unshift(`id: e-${id}`);
	if (tags) lines.push(`tags: ${JSON.stringify(tags)}`);
	if (eventId) lines.push(`eventId: ${eventId}`);
	if (traceparent) lines.push(`traceparent: ${traceparent}`);
	return `${lines.join("\n")}\n\n`;
};

const frame = ({ tag, val }: FromServer) => json({ body: { tag, val } });

const bodyOf = async (request: IncomingMessage) => {
	let body = "";
	for await (const chunk of request.setEncoding("utf8")) body += chunk;
	return body;
};

export async function startScriptedServer(): Promise<ScriptedServer> {
	const hellos: Hello[] = [];
	const received: ToServer[] = [];
	const posts: string[] = [];
	const authorizations: (string | undefined)[] = [];
	const tickets: ScriptedServer["tickets"] = [];
	const links = new Set<Link>();
	let opened = 0;
	let init: Partial<Init> | undefined = {};
	let refusal: Close | undefined;
	let openingAnswer: HttpAnswer | undefined;
	let postAnswer: (body: string, headers: IncomingHttpHeaders) => HttpAnswer | undefined = () => undefined;
	let ticketAnswer: () => HttpAnswer | undefined = () => undefined;
	let limit = Infinity;
	let subscriptionAnswer: (eventName: string) => { position: number; error?: WireError } | undefined = () => undefined;
	let beforeWelcome: () => void | Promise<void> = () => {};

	const onMessage = async (link: Link | undefined, number: number, text: unknown) => {
		const { tag, val } = (text as any).body;
		const message = { tag, val: decode(val) } as ToServer;
		if (message.tag !== "Hello") {
			received.push(message);
			if (message.tag !== "SubscriptionRequest") return;
			const { eventName, subscribe } = message.val;
			const told = subscriptionAnswer(eventName);
			if (told) link?.send({ tag: "SubscriptionResponse", val: { eventName, subscribe, ...told } });
			return;
		}
		hellos.push(message.val);
		await beforeWelcome();
		if (!link) return;
		if (refusal) {
			link.send({ tag: "Close", val: refusal });
			link.cut(1011);
		} else if (init) {
			const welcome: Init = {
				actorId: "a",
				connectionId: `c${number}`,
				epoch: "e",
				position: message.val.resume?.position ?? 0,
				stream: "s",
				secret: "secret",
				outcome: message.val.resume ? "resumed" : "fresh",
				keepAlive: 25_000,
				...init,
			};
			link.send({ tag: "Init", val: welcome });
		}
	};

	const isTooLong = (text: string) => Buffer.byteLength(text) > limit;
	const refuseAsTooLong = (link: Link | undefined) => {
		link?.send({ tag: "Close", val: TOO_LONG });
		link?.cut(1011);
	};

	const answer = (response: ServerResponse, { status, headers = {}, body = "" }: HttpAnswer) =>
		response.writeHead(status, headers).end(body);

	const onStream = async (request: IncomingMessage, response: ServerResponse) => {
		const body = await bodyOf(request);
		const hello = JSON.parse(body);
		const number = ++opened;
		if (isTooLong(body)) return answer(response, { status: 400, body: JSON.stringify(TOO_LONG) });
		if (openingAnswer) return answer(response, openingAnswer);
		response.writeHead(200, { "content-type": "text/event-stream;charset=UTF-8" }).write(": welcome\nretry: 2000\n\n");
		const link: Link = {
			send: (message) => response.write(item(message)),
			raw: (raw) => response.write(raw.item),
			cut: (code) => (code === undefined ? response.destroy() : response.end()),
		};
		links.add(link);
		response.on("close", () => links.delete(link));
		return onMessage(link, number, hello);
	};

	const onRequest = async (request: IncomingMessage, response: ServerResponse) => {
		const { pathname } = new URL(request.url!, "http://localhost");
		if (pathname.endsWith("/sse")) return onStream(request, response);
		const body = await bodyOf(request);
		if (pathname.includes("/action/")) {
			authorizations.push(request.headers.authorization);
			return answer(response, { status: 200, body: '{"output":"done"}' });
		}
		if (pathname.endsWith("/ticket")) {
			const number = tickets.push({ headers: request.headers, body: JSON.parse(body) });
			return answer(response, ticketAnswer() ?? { status: 200, body: `{"ticket":"ticket-${number}"}` });
		}
		if (request.method === "DELETE") return answer(response, { status: 204 });
		posts.push(body);
		if (isTooLong(body)) {
			refuseAsTooLong([...links][0]);
			return answer(response, { status: 400, body: JSON.stringify(TOO_LONG) });
		}
		const refused = postAnswer(body, request.headers);
		if (refused) return answer(response, refused);
		for (const message of JSON.parse(body)) await onMessage([...links][0], 0, message);
		return answer(response, { status: 202 });
	};

	const server = createServer((request, response) => void onRequest(request, response));
	const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "rivet" });
	server.on("upgrade", (request, socket, head) => {
		const number = ++opened;
		if (openingAnswer) {
			const { status, headers = {} } = openingAnswer;
			const lines = Object.entries({ ...headers, "content-length": "0" }).map(([name, value]) => `${name}: ${value}\r\n`);
			socket.end(`HTTP/1.1 ${status} No\r\n${lines.join("")}\r\n`);
			return;
		}
		sockets.handleUpgrade(request, socket, head, (webSocket) => {
			const link: Link = {
				send: (message) => webSocket.send(frame(message)),
				raw: (raw) => webSocket.send(raw.frame),
				cut: (code) => (code === undefined ? webSocket.terminate() : webSocket.close(code)),
			};
			links.add(link);
			webSocket.on("close", () => links.delete(link));
			webSocket.on("message", (data) => {
				if (isTooLong(String(data))) refuseAsTooLong(link);
				else void onMessage(link, number, JSON.parse(String(data)));
			});
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/rivet`,
		hellos,
		received,
		posts,
		authorizations,
		tickets,
		answerTickets: (told) => {
			ticketAnswer = told;
		},
		opened: () => opened,
		open: () => links.size,
		welcome: (more) => {
			init = more;
			refusal = undefined;
		},
		refuse: (close) => {
			refusal = close;
		},
		silent: () => {
			init = undefined;
		},
		answerOpening: (told) => {
			openingAnswer = told;
		},
		answerPost: (told) => {
			postAnswer = told;
		},
		limitMessages: () => {
			limit = 64 * 1024;
		},
		answerSubscriptions: (told) => {
			subscriptionAnswer = told;
		},
		beforeWelcome: (action) => {
			beforeWelcome = action;
		},
		send: (message) => links.forEach((link) => link.send(message)),
		sendRaw: (raw) => links.forEach((link) => link.raw(raw)),
		cut: (code) => [...links].forEach((link) => link.cut(code)),
		close: () => {
			[...links].forEach((link) => link.cut());
			server.closeAllConnections();
			return new Promise((resolve) => server.close(() => resolve()));
		},
	};
}
