// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Subscriptions that the server refuses or ends, over both transports.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ActorConnection } from "../src/index";
import { type ScriptedServer, startScriptedServer } from "./scripted-server";
import { client, TRANSPORTS, until } from "./support";

const FORBIDDEN = { group: "auth", code: "forbidden", message: "Forbidden" };

let server: ScriptedServer;
const toDispose: { dispose(): Promise<void> }[] = [];

beforeEach(async () => {
	server = await startScriptedServer();
});
afterEach(async () => {
	await Promise.all(toDispose.splice(0).map((each) => each.dispose()));
	await server.close();
});

describe.each(TRANSPORTS)("over %s", (transport) => {
	let errors: any[];

	const connect = (): ActorConnection => {
		const made = client(server.url, { transport });
		toDispose.push(made);
		const room = made.room!.getOrCreate(["k"]).connect();
		errors = [];
		room.onError((error) => errors.push(error));
		return room;
	};

	describe("a subscription that the server ends", () => {
		const changes = () => server.received.flatMap(({ tag, val }) => (tag === "SubscriptionRequest" ? [val] : []));
		const end = (eventName: string) => server.send({ tag: "SubscriptionResponse", val: { eventName, subscribe: true, position: 1, error: FORBIDDEN } });
		/** Waits until the server has everything that was sent before. */
		const told = async (room: ActorConnection) => {
			const before = server.received.length;
			room.fire.mark!();
			await until(() => server.received.slice(before).some(({ tag }) => tag === "ActionRequest"));
		};

		test("is reported with its event, and requested again for a new listener alone", async () => {
			const room = connect();
			const seen: unknown[] = [];
			room.on("secret", { tags: ["a"] }, (value: unknown) => seen.push(value));
			const stop = room.on("secret", { tags: ["b"] }, () => {});
			room.on("public", () => {});
			await room.ready();
			end("secret");
			await until(() => errors.length === 1);
			expect(errors).toMatchObject([{ code: "forbidden", message: 'Subscription to "secret": Forbidden', metadata: { eventName: "secret" } }]);
			stop();
			room.on("other", () => {});
			await told(room);
			expect(changes().map(({ eventName }) => eventName)).toEqual(["other"]);
			room.on("secret", { tags: ["c"] }, () => {});
			await told(room);
			expect(changes().slice(1)).toMatchObject([{ eventName: "secret", subscribe: true, tags: ["a", "c"] }]);
			server.send({ tag: "SubscriptionResponse", val: { eventName: "secret", subscribe: true, position: 2 } });
			server.send({ tag: "Event", val: { name: "secret", args: [1], tags: ["a"], pos: 3 } });
			await until(() => seen.length === 1);
			expect(room.status.status).toBe("open");
			expect(errors).toHaveLength(1);
		});

		test("is not ended again when its listeners are removed", async () => {
			const room = connect();
			const stop = room.on("secret", () => {});
			await room.ready();
			end("secret");
			await until(() => errors.length === 1);
			stop();
			await told(room);
			expect(changes()).toEqual([]);
			room.on("secret", () => {});
			await told(room);
			expect(changes()).toMatchObject([{ eventName: "secret", subscribe: true }]);
		});

		test("is requested again by a reconnect, and not by a second Init", async () => {
			const room = connect();
			const stop = room.on("secret", () => {});
			await room.ready();
			end("secret");
			await until(() => errors.length === 1);
			const init = { actorId: "a", connectionId: "c1", epoch: "f", position: 0, stream: "s", secret: "secret", keepAlive: 25_000 };
			server.send({ tag: "Init", val: { ...init, outcome: "resynced", reason: "epoch_changed" } });
			await until(() => room.status.outcome === "resynced");
			await told(room);
			expect(changes()).toEqual([]);
			server.cut();
			await until(() => server.hellos.length === 2 && room.status.status === "open");
			expect(server.hellos[1]!.subscriptions).toEqual([{ eventName: "secret" }]);
			stop();
			await until(() => changes().length === 1);
			expect(changes()).toMatchObject([{ eventName: "secret", subscribe: false }]);
		});

		test("is requested again for a new listener, if it was refused in the first place", async () => {
			server.welcome({ refused: [{ eventName: "secret", error: FORBIDDEN }] });
			const room = connect();
			room.on("secret", () => {});
			await room.ready();
			await until(() => errors.length === 1);
			room.on("secret", () => {});
			await told(room);
			expect(changes()).toMatchObject([{ eventName: "secret", subscribe: true }]);
		});

		test("is closed if a later request was accepted, and nothing listens to it", async () => {
			const room = connect();
			await room.ready();
			const stops = [room.on("secret", { tags: ["a"] }, () => {}), room.on("secret", { tags: ["b"] }, () => {})];
			await told(room);
			end("secret"); // the answer to the first request
			await until(() => errors.length === 1);
			for (const stop of stops) stop();
			server.send({ tag: "SubscriptionResponse", val: { eventName: "secret", subscribe: true, position: 1 } });
			await until(() => changes().length === 3);
			expect(changes()[2]).toMatchObject({ eventName: "secret", subscribe: false });
		});
	});
});
