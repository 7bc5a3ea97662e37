// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// @vitest-environment jsdom
// The hooks with the current React, against a scripted server, which counts sockets.
import { createElement as h, StrictMode, useState } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createRivetEvents } from "../src/react";
import { options, sleep, until } from "./support";
import { startScriptedServer, type ScriptedServer } from "./scripted-server";

describe("the hooks", () => {
	let server: ScriptedServer;
	let root: Root;
	let container: HTMLElement;

	beforeEach(async () => {
		server = await startScriptedServer();
		container = document.createElement("div");
		root = createRoot(container);
	});
	afterEach(async () => {
		root.unmount();
		await server.close();
	});

	const make = () => createRivetEvents(server.url, options({ transport: "websocket" }));
	const show = (element: any) => root.render(element);

	test("connect once in StrictMode, and bring events", async () => {
		const { useActor, useConnectionStatus } = make();
		const Room = () => {
			const room = useActor({ name: "chatRoom", key: ["general"] });
			const [seen, setSeen] = useState<string[]>([]);
			room.useEvent("said", (text: string) => setSeen((before) => [...before, text]));
			const status = useConnectionStatus(room.connection);
			return h("p", null, `${room.connStatus} ${status?.outcome ?? ""} ${seen.join()}`);
		};
		show(h(StrictMode, null, h(Room)));
		await until(() => container.textContent === "open fresh ");
		expect(server.opened()).toBe(1);
		expect(server.hellos[0]!.subscriptions).toEqual([{ eventName: "said" }]);
		server.send({ tag: "Event", val: { name: "said", args: ["hi"], pos: 1 } });
		await until(() => container.textContent === "open fresh hi");
	});

	test("share a connection between components with the same key and params", async () => {
		const { useActor } = make();
		const Room = ({ id, role }: { id: string; role: string }) => {
			const room = useActor({ name: "chatRoom", key: [id], params: { role } });
			return h("i", null, room.connStatus);
		};
		const room = (id: string, role: string, key: number) => h(Room, { id, role, key });
		show([room("a", "x", 1), room("a", "x", 2), room("b", "x", 3), room("a", "y", 4)]);
		await until(() => container.textContent === "open".repeat(4));
		expect(server.opened()).toBe(3);
		show([room("a", "x", 1)]);
		await until(() => server.open() === 1);
	});

	test("use the newest listener, and stop with the component", async () => {
		const { useActor } = make();
		const seen: string[] = [];
		const Room = ({ prefix }: { prefix: string }) => {
			const room = useActor({ name: "chatRoom", key: ["general"] });
			room.useEvent("said", (text: string) => seen.push(prefix + text));
			return h("i", null, room.connStatus);
		};
		show(h(Room, { prefix: "a:" }));
		await until(() => container.textContent === "open");
		show(h(Room, { prefix: "b:" }));
		await sleep(200);
		server.send({ tag: "Event", val: { name: "said", args: ["hi"], pos: 1 } });
		await until(() => seen.length === 1);
		expect(seen).toEqual(["b:hi"]);
		show(null);
		await until(() => server.open() === 0);
		expect(server.opened()).toBe(1);
	});

	test("do not loop when they are refused", async () => {
		server.refuse({ group: "auth", code: "forbidden", message: "Forbidden", advice: "never" });
		const { useActor } = make();
		const Room = () => {
			const room = useActor({ name: "chatRoom", key: ["general"] });
			return h("i", null, `${room.connStatus} ${(room.error as any)?.code ?? ""}`);
		};
		show(h(StrictMode, null, h(Room)));
		await until(() => container.textContent === "closed forbidden");
		await sleep(1500);
		expect(server.opened()).toBe(1);
	});

	test("show what a listener throws", async () => {
		const { useActor } = make();
		const Room = () => {
			const room = useActor({ name: "chatRoom", key: ["general"] });
			room.useEvent("said", () => {
				throw new Error("a bad listener");
			});
			return h("i", null, `${room.connStatus} ${room.error}`);
		};
		show(h(StrictMode, null, h(Room)));
		await until(() => container.textContent === "open null");
		server.send({ tag: "Event", val: { name: "said", args: [], pos: 1 } });
		await until(() => container.textContent === "open Error: a bad listener");
	});

	test("show the error of a subscription that the server has ended", async () => {
		const { useActor } = make();
		const Room = () => {
			const room = useActor({ name: "chatRoom", key: ["general"] });
			room.useEvent("said", () => {});
			return h("i", null, `${room.connStatus} ${(room.error as any)?.message ?? ""}`);
		};
		show(h(StrictMode, null, h(Room)));
		await until(() => container.textContent === "open ");
		const error = { group: "auth", code: "forbidden", message: "Forbidden" };
		server.send({ tag: "SubscriptionResponse", val: { eventName: "said", subscribe: true, position: 1, error } });
		await until(() => container.textContent === 'open Subscription to "said": Forbidden');
		expect(server.received).toEqual([]);
	});

	test("bring events to a component that is shown late", async () => {
		const { useActor } = make();
		const seen: string[] = [];
		const Listener = ({ event }: { event: string }) => {
			const room = useActor({ name: "chatRoom", key: ["general"] });
			room.useEvent(event, (text: string) => seen.push(`${event} ${text}`));
			return h("i", null, room.connStatus);
		};
		server.beforeWelcome(async () => {
			show([h(Listener, { key: 1, event: "a" }), h(Listener, { key: 2, event: "late" })]);
			await sleep(100);
		});
		show([h(Listener, { key: 1, event: "a" })]);
		await until(() => container.textContent === "openopen");
		await until(() => server.received.length === 1);
		expect(server.received).toEqual([{ tag: "SubscriptionRequest", val: { eventName: "late", subscribe: true } }]);
		server.send({ tag: "Event", val: { name: "late", args: ["hi"], pos: 1 } });
		await until(() => seen.length === 1);
		expect(server.opened()).toBe(1);
	});

	test("take params that JSON has not", async () => {
		const { useActor } = make();
		const Room = () => h("i", null, useActor({ name: "chatRoom", params: { big: 1n } }).connStatus);
		show(h(Room));
		await until(() => container.textContent === "open");
		expect(server.hellos[0]!.params).toEqual({ big: 1n });
	});

	test("connect again when the client was disposed of between two components", async () => {
		const { client, useActor } = make();
		const Room = () => h("i", null, useActor({ name: "chatRoom", key: ["general"] }).connStatus);
		show(h(Room));
		await until(() => container.textContent === "open");
		show(null);
		await until(() => container.textContent === "");
		await client.dispose();
		show(h(Room));
		await until(() => container.textContent === "open");
		await sleep(1500);
		expect([server.opened(), server.open(), container.textContent]).toEqual([2, 1, "open"]);
	});

	test("connect when they are enabled", async () => {
		const { useActor } = make();
		const Room = ({ enabled }: { enabled: boolean }) => {
			const room = useActor({ name: "chatRoom", key: ["general"], enabled });
			return h("i", null, room.connStatus);
		};
		show(h(Room, { enabled: false }));
		await until(() => container.textContent === "idle");
		expect(server.opened()).toBe(0);
		show(h(Room, { enabled: true }));
		await until(() => container.textContent === "open");
	});
});
