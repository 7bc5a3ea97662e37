// What becomes of a connection that has ended: docs/fault-tests.md has the rows.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ActorConnection, ClientOptions } from "../src/index";
import { type ScriptedServer, startScriptedServer } from "./scripted-server";
import { client, reached, sleep, TRANSPORTS } from "./support";

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
