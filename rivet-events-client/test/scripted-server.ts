// A server that does what a test tells it: for what a real one would not do on demand.
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { Close, FromServer, Hello, Init, ToServer } from "../src/protocol";
import { decode, encode } from "../src/values";

export interface ScriptedServer {
	readonly url: string;
	readonly hellos: Hello[];
	readonly received: ToServer[];
	/** How many sockets were opened, and how many are. */
	opened(): number;
	open(): number;
	/** Answers each Hello so from now on. */
	welcome(more: Partial<Init>): void;
	refuse(close: Close | undefined): void;
	/** Answers no Hello. */
	silent(): void;
	send(message: FromServer): void;
	/** Ends all sockets as a network does. */
	cut(): void;
	close(): Promise<void>;
}

export async function startScriptedServer(): Promise<ScriptedServer> {
	const server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "rivet" });
	await new Promise((resolve) => server.on("listening", resolve));
	const hellos: Hello[] = [];
	const received: ToServer[] = [];
	let opened = 0;
	let init: Partial<Init> | undefined = {};
	let refusal: Close | undefined;

	const write = (socket: WebSocket, { tag, val }: FromServer) => socket.send(JSON.stringify({ body: { tag, val: encode(val) } }));

	server.on("connection", (socket) => {
		const number = ++opened;
		socket.on("message", (data) => {
			const { tag, val } = JSON.parse(String(data)).body;
			const message = { tag, val: decode(val) } as ToServer;
			if (message.tag !== "Hello") {
				received.push(message);
				return;
			}
			hellos.push(message.val);
			if (refusal) {
				write(socket, { tag: "Close", val: refusal });
				socket.close(1011, `${refusal.group}.${refusal.code}`);
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
				write(socket, { tag: "Init", val: welcome });
			}
		});
	});
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/rivet`,
		hellos,
		received,
		opened: () => opened,
		open: () => server.clients.size,
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
		send: (message) => server.clients.forEach((socket) => write(socket, message)),
		cut: () => server.clients.forEach((socket) => socket.terminate()),
		close: () => {
			server.clients.forEach((socket) => socket.terminate());
			return new Promise((resolve) => server.close(() => resolve()));
		},
	};
}
