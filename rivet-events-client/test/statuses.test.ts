// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Answers of a server, or of a proxy, with a status of HTTP: docs/fault-tests.md lists the cases.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ClientOptions } from "../src/index";
import { type ScriptedServer, startScriptedServer } from "./scripted-server";
import { client, reached, sleep, until } from "./support";

let server: ScriptedServer;
const toDispose: { dispose(): Promise<void> }[] = [];

beforeEach(async () => {
	server = await startScriptedServer();
});
afterEach(async () => {
	vi.restoreAllMocks();
	await Promise.all(toDispose.splice(0).map((each) => each.dispose()));
	await server.close();
});

describe("a status of HTTP", () => {
	const later = [408, 421, 425, 429, 500, 502, 503, 504];
	const never = [204, 400, 409, 410, 413];
	const open = (more: ClientOptions = {}) => {
		const made = client(server.url, { transport: "sse", reconnect: { minDelay: 30, maxDelay: 30 }, ...more });
		toDispose.push(made);
		const room = made.room!.getOrCreate(["k"]).connect();
		room.onError(() => {});
		return room;
	};

	test.each(later)("%i waits as Retry-After tells it", async (status) => {
		server.answerOpening({ status, headers: { "retry-after": "1" } });
		const room = open();
		await until(() => room.status.status === "waiting");
		const before = performance.now();
		expect(room.status.reason).toBe(`http.${status}`);
		expect(room.status.nextRetryAt! - Date.now()).toBeGreaterThan(800);
		server.answerOpening(undefined);
		await room.ready();
		expect(performance.now() - before).toBeGreaterThan(800);
	});

	test.each(["0", new Date(0).toUTCString(), "x"])("does not make it hurry by Retry-After: %s", async (told) => {
		vi.spyOn(Math, "random").mockReturnValue(0.999);
		server.answerOpening({ status: 503, headers: { "retry-after": told } });
		open({ reconnect: { minDelay: 100, maxDelay: 800 } });
		await sleep(1500);
		expect(server.opened()).toBeGreaterThan(2);
		expect(server.opened()).toBeLessThanOrEqual(5);
	});

	test("waits until a date, by the clock of the server", async () => {
		const date = (millis: number) => new Date(Date.UTC(2020, 0, 1) + millis).toUTCString();
		server.answerOpening({ status: 503, headers: { "retry-after": date(2000), date: date(0) } });
		const room = open();
		await until(() => room.status.status === "waiting");
		expect(room.status.nextRetryAt! - Date.now()).toBeGreaterThan(1500);
		expect(room.status.nextRetryAt! - Date.now()).toBeLessThan(2100);
		globalThis.dispatchEvent?.(new Event("online"));
		expect(room.status.status).toBe("waiting");
	});

	test.each([...later, 404, 405, 501])("%i without Retry-After is tried again", async (status) => {
		server.answerOpening({ status });
		const room = open();
		await until(() => server.opened() > 1);
		server.answerOpening(undefined);
		await room.ready();
	});

	test.each(never)("%i is final", async (status) => {
		server.answerOpening({ status });
		const room = open();
		await until(() => room.status.status === "closed");
		expect(room.status.reason).toBe(`http.${status}`);
		expect(server.opened()).toBe(1);
	});

	test.each([401, 403])("%i asks for credentials, twice at the most", async (status) => {
		server.answerOpening({ status });
		const anonymous = open();
		await until(() => anonymous.status.status === "closed");
		expect(server.opened()).toBe(1);
		let asked = 0;
		const room = open({ onAuthenticating: () => ({ token: `t${++asked}` }) });
		await until(() => room.status.status === "closed");
		expect(asked).toBe(2);
	});

	test("of a page in place of a stream is tried again", async () => {
		server.answerOpening({ status: 200, headers: { "content-type": "text/html" }, body: "<h1>Sign in</h1>" });
		const room = open();
		const { reason } = await reached(room, "waiting");
		expect(reason).toBe("no event stream");
	});

	test.each([400, 401, 403, 404, 408, 409, 410, 413, 421, 425, 429, 500, 501, 502, 503, 504])(
		"%i for a handshake lets a WebSocket be tried again, growing slower",
		async (status) => {
			server.answerOpening({ status, headers: { "retry-after": "1" } });
			const room = open({ transport: "websocket" });
			await until(() => server.opened() > 1);
			expect(room.status.status).not.toBe("open");
			server.answerOpening(undefined);
			await room.ready();
		},
	);

	test.each([400, 403, 409, 410, 413])("%i for one message of many fails its call alone", async (status) => {
		server.answerPost((body) => (body.includes("poison") ? { status } : undefined));
		const room = open();
		await room.ready();
		const settled = Promise.allSettled(["a", "poison", "b", "c"].map((arg) => room.with({ deadline: 3000 }).echo!(arg)));
		await until(() => server.received.length === 3);
		for (const { val } of server.received as any[]) server.send({ tag: "ActionResponse", val: { id: val.id, output: val.args[0] } });
		const results = await settled;
		expect(results.map((each: any) => each.value ?? each.reason.code)).toEqual(["a", String(status), "b", "c"]);
		expect(server.opened()).toBe(1);
	});

	test.each(later)("%i for messages waits as told", async (status) => {
		const room = open();
		await room.ready();
		server.answerPost(() => ({ status, headers: { "retry-after": "1" } }));
		await expect(room.echo!("x")).rejects.toMatchObject({ mayHaveRun: true });
		expect(room.status.nextRetryAt! - Date.now()).toBeGreaterThan(800);
	});

	test.each([401, 404, 405, ...later, 501])("%i for the messages of each connection makes it slower", async (status) => {
		vi.spyOn(Math, "random").mockReturnValue(0.999);
		server.answerPost(() => ({ status, headers: { "retry-after": "0" } }));
		const room = open({ reconnect: { minDelay: 100, maxDelay: 800 }, onAuthenticating: () => ({ token: "t" }) });
		room.onOpen(() => void room.echo!("x").catch(() => {}));
		await sleep(1500);
		expect(server.opened()).toBeGreaterThan(2);
		expect(server.opened()).toBeLessThanOrEqual(5);
	});

	test.each([400, 401, 404, 413, 429, 503])("%i for messages, with a body that never ends, holds up no other", async (status) => {
		const body = () => new ReadableStream({ pull: () => new Promise<void>(() => {}) });
		const endless: typeof fetch = async (url, init) =>
			init?.method === "POST" && String(url).includes("/connections/") ? new Response(body(), { status }) : fetch(url, init);
		const room = open({ fetch: endless, openTimeout: 300 });
		await room.ready();
		await expect(room.with({ deadline: 3000 }).echo!("x")).rejects.toMatchObject({ name: "ConnectionLostError", mayHaveRun: true });
	});

	test("does not let a request that never ends hold up the others", async () => {
		const slow: typeof fetch = (url, init) => (String(url).includes("/connections/") ? new Promise(() => {}) : fetch(url, init));
		const room = open({ fetch: slow, openTimeout: 300 });
		await room.ready();
		await expect(room.echo!("x")).rejects.toMatchObject({ name: "ConnectionLostError" });
	});
});
