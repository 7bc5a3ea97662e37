// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Changes while a connection ends, and the state of a connection that has ended: docs/fault-tests.md lists the cases.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ActorConnection, ClientOptions } from "../src/index";
import { type ScriptedServer, startScriptedServer } from "./scripted-server";
import { client, reached, sleep, TRANSPORTS, until } from "./support";

const CLOSE = { group: "actor", code: "restarting", message: "", advice: "retry" } as const;

let server: ScriptedServer;
let made: ReturnType<typeof client>[] = [];

beforeEach(async () => {
	server = await startScriptedServer();
});
afterEach(async () => {
	await Promise.all(made.map((each) => each.dispose()));
	made = [];
	await server.close();
});

describe.each(TRANSPORTS)("over %s", (transport) => {
	const connect = (more: ClientOptions = {}): [ReturnType<typeof client>, ActorConnection] => {
		const rooms = client(server.url, { transport, ...more });
		made.push(rooms);
		return [rooms, rooms.room!.getOrCreate(["k"]).connect()];
	};

	/** The subscriptions on the server, from its last Hello and the changes on that connection. */
	const told = (changesBefore: number) => {
		const subscriptions = new Map<string, unknown>();
		for (const { eventName, tags } of server.hellos.at(-1)!.subscriptions) subscriptions.set(eventName, tags ?? []);
		const changes = server.received.slice(changesBefore).filter(({ tag }) => tag === "SubscriptionRequest");
		for (const { val } of changes as any[]) {
			if (val.subscribe) subscriptions.set(val.eventName, val.tags ?? []);
			else subscriptions.delete(val.eventName);
		}
		return Object.fromEntries(subscriptions);
	};

	const moments = {
		"after the server's Close": async (_: ActorConnection, change: () => void) => {
			server.send({ tag: "Close", val: CLOSE });
			await sleep(50);
			change();
			server.cut(1011);
		},
		"in the same turn as the server's cut": async (_: ActorConnection, change: () => void) => {
			server.cut(1011);
			change();
		},
		"when the loss is told": async (room: ActorConnection, change: () => void) => {
			const lost = reached(room, "waiting").then(change);
			server.cut();
			await lost;
		},
	};

	test.each(Object.entries(moments))("a listener, a tag and a removal %s reach the server", async (_, lose) => {
		const [, room] = connect();
		room.on("stays", () => {});
		const stop = room.on("goes", () => {});
		const stopTag = room.on("tagged", { tags: ["a"] }, () => {});
		await room.ready();
		const heard: unknown[] = [];
		const again = until(() => server.hellos.length === 2);
		await lose(room, () => {
			room.on("late", (value) => heard.push(value));
			room.on("tagged", { tags: ["b"] }, () => {});
			stopTag();
			stop();
		});
		await again;
		const before = server.received.length;
		await room.ready();
		await sleep(50);
		expect(told(before)).toEqual({ stays: [], late: [], tagged: ["b"] });
		server.send({ tag: "Event", val: { name: "late", args: ["x"], pos: 1 } });
		await until(() => heard.length > 0);
		expect(heard).toEqual(["x"]);
	});

	test("is not opened again after its client has ended, if it was closed before", async () => {
		const [rooms, room] = connect();
		await room.ready();
		const closed = reached(room, "closed");
		server.send({ tag: "Close", val: { ...CLOSE, advice: "never" } });
		server.cut(1011);
		await closed;
		await rooms.dispose();
		room.reconnect();
		await sleep(200);
		expect(room.status.status).toBe("closed");
		expect(server.opened()).toBe(1);
	});
});
