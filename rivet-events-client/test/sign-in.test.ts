// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Credentials from the connect until they expire, over both transports.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ActorConnection, ClientOptions } from "../src/index";
import type { Close } from "../src/protocol";
import { type HttpAnswer, type ScriptedServer, startScriptedServer } from "./scripted-server";
import { client, reached, sleep, TRANSPORTS, until } from "./support";

const EXPIRED: Close = { group: "auth", code: "expired", message: "The credentials have expired.", advice: "credentials" };

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

describe.each(TRANSPORTS)("over %s", (transport) => {
	let errors: any[];

	const connect = (more: ClientOptions = {}): ActorConnection => {
		const made = client(server.url, { transport, ...more });
		toDispose.push(made);
		const room = made.room!.getOrCreate(["k"]).connect();
		errors = [];
		room.onError((error) => errors.push(error));
		return room;
	};
	/** Credentials that are new each time; `answers` replaces some of them. */
	const tokens = (answers: Record<number, () => unknown> = {}) => {
		let asked = 0;
		return vi.fn((): unknown => (answers[++asked] ?? (() => ({ token: `t${asked}` })))());
	};
	const expire = (remaining = 30_000) => server.send({ tag: "Expiring", val: { remaining } });
	const accept = () => server.send({ tag: "AuthenticateResponse", val: {} });
	const closeWith = (close: Close) => {
		server.send({ tag: "Close", val: close });
		server.cut(1011);
	};
	const renewals = () => server.received.flatMap(({ tag, val }) => (tag === "Authenticate" ? [val] : []));
	/** Waits until the client has handled everything that was sent before. */
	const handled = async (room: ActorConnection) => {
		let seen = false;
		const stop = room.on("barrier", () => (seen = true));
		server.send({ tag: "Event", val: { name: "barrier", args: [] } });
		await until(() => seen);
		stop();
	};

	describe("credentials that expire", () => {
		test("are replaced on the open connection", async () => {
			const room = connect({ onAuthenticating: tokens() });
			await room.ready();
			const statuses: string[] = [];
			room.onStatus(({ status }) => statuses.push(status));
			server.send({ tag: "KeepAlive", val: { position: 5 } });
			expire();
			await until(() => renewals().length === 1);
			expect(renewals()).toEqual([{ credentials: { token: "t2" } }]);
			accept();
			expire();
			await until(() => renewals().length === 2);
			expect(renewals()[1]).toEqual({ credentials: { token: "t3" } });
			accept();
			await handled(room);
			expect(statuses).toEqual([]);
			expect(errors).toEqual([]);
			expect(server.hellos).toHaveLength(1);
		});

		test("are requested from the application once at a time, and once more if the server wants newer ones", async () => {
			let give = (_: unknown) => {};
			const ask = tokens({ 2: () => new Promise((resolve) => (give = resolve)) });
			const room = connect({ onAuthenticating: ask });
			await room.ready();
			for (let i = 0; i < 3; i++) expire();
			await handled(room);
			expect(ask).toHaveBeenCalledTimes(2);
			give({ token: "second" });
			await until(() => renewals().length === 1);
			expire(0);
			await handled(room);
			expect(ask).toHaveBeenCalledTimes(2);
			accept();
			await until(() => renewals().length === 2);
			accept();
			await handled(room);
			expect(renewals()).toEqual([{ credentials: { token: "second" } }, { credentials: { token: "t3" } }]);
		});

		test.each([
			["without onAuthenticating", {}],
			["if there were never any", { onAuthenticating: () => undefined }],
		])("are not sent %s", async (_, more) => {
			const room = connect(more);
			await room.ready();
			expire();
			await handled(room);
			await room.with({ deadline: 100 }).nothing!().catch(() => {});
			expect(renewals()).toEqual([]);
			expect(errors).toEqual([]);
			expect(room.status.status).toBe("open");
		});

		test("are requested again, slower and slower, if the application fails", async () => {
			vi.spyOn(Math, "random").mockReturnValue(0.999);
			const fail = () => {
				throw new Error("no token now");
			};
			const times: number[] = [];
			const ask = tokens({ 2: fail, 3: fail, 4: fail });
			const room = connect({ onAuthenticating: () => (times.push(performance.now()), ask()), reconnect: { minDelay: 50, maxDelay: 60_000 } });
			await room.ready();
			expire();
			await until(() => renewals().length === 1);
			expect(renewals()).toEqual([{ credentials: { token: "t5" } }]);
			expect(errors.map(String)).toEqual(Array(3).fill("Error: no token now"));
			// a timer may end a millisecond early
			for (const n of [2, 3, 4]) expect(times[n]! - times[n - 1]!).toBeGreaterThan(50 * 2 ** (n - 2) - 3);
			expect(server.hellos).toHaveLength(1);
		});

		test("are requested again if the application does not settle", async () => {
			const room = connect({ onAuthenticating: tokens({ 2: () => new Promise(() => {}) }), openTimeout: 200 });
			await room.ready();
			expire();
			await until(() => renewals().length === 1);
			expect(errors.map(String)).toEqual(["Error: onAuthenticating did not settle within 200 ms"]);
			expect(server.hellos).toHaveLength(1);
		});

		test("are sent again if the server cannot check them now", async () => {
			const room = connect({ onAuthenticating: tokens() });
			await room.ready();
			expire();
			await until(() => renewals().length === 1);
			server.send({ tag: "AuthenticateResponse", val: { error: { group: "rivetkit", code: "internal_error", message: "m" } } });
			await until(() => renewals().length === 2);
			expect(errors).toMatchObject([{ name: "ActorError", code: "internal_error" }]);
			expect(room.status.status).toBe("open");
		});

		// there is no request of its own
		test.skipIf(transport === "websocket")("are sent again if a proxy refuses their message", async () => {
			const room = connect({ onAuthenticating: tokens() });
			await room.ready();
			server.answerPost((body) => (body.includes("t2") ? { status: 403 } : undefined));
			expire();
			await until(() => renewals().length === 1);
			expect(renewals()).toEqual([{ credentials: { token: "t3" } }]);
			expect(errors).toMatchObject([{ group: "http", code: "403" }]);
			expect(server.hellos).toHaveLength(1);
		});

		// it has no headers
		test.skipIf(transport === "websocket").each(["Authorization", "authorization"])("are sent without an %s header that has expired", async (name) => {
			const headers: (string | undefined)[] = [];
			server.answerPost((_, { authorization, ...others }) => {
				headers.push(authorization);
				expect(others).toMatchObject({ "x-tenant": "shop", "x-rivet-secret": "secret" });
				return authorization ? { status: 401 } : undefined;
			});
			const room = connect({ onAuthenticating: tokens(), headers: { [name]: "Bearer t0", "x-tenant": "shop" } });
			await room.ready();
			expire();
			await until(() => renewals().length === 1);
			accept();
			room.fire.move!(1);
			await until(() => server.received.length === 2);
			expect(headers).toEqual(["Bearer t0", undefined, undefined]);
			expect(server.hellos).toHaveLength(1);
			expect(errors).toEqual([]);
		});

		// it has no headers
		test.skipIf(transport === "websocket")("are requested for a new connection if a message is rejected without the header, too", async () => {
			server.answerPost(() => (server.hellos.length === 1 ? { status: 401 } : undefined));
			const room = connect({ onAuthenticating: tokens(), headers: { authorization: "Bearer t0" } });
			await room.ready();
			room.fire.move!(1);
			expect((await reached(room, "waiting")).reason).toBe("http.401");
			await room.ready();
			expect(server.posts).toHaveLength(2);
			expect(server.hellos.map(({ credentials }) => credentials)).toEqual([{ token: "t1" }, { token: "t2" }]);
		});

		test("belong to the connection for which they were requested", async () => {
			let give = (_: unknown) => {};
			const room = connect({ onAuthenticating: tokens({ 2: () => new Promise((resolve) => (give = resolve)) }) });
			await room.ready();
			expire();
			await handled(room);
			server.cut();
			await until(() => server.hellos.length === 2 && room.status.status === "open");
			give({ token: "late" });
			await handled(room);
			expect(server.hellos[1]!.credentials).toEqual({ token: "t3" });
			expect(renewals()).toEqual([]);
		});

		test("are not requested any more after the end", async () => {
			const fail = () => {
				throw new Error("no token now");
			};
			const ask = tokens({ 2: fail });
			const room = connect({ onAuthenticating: ask, reconnect: { minDelay: 50, maxDelay: 50 } });
			await room.ready();
			room.onError(() => void room.dispose());
			expire();
			await until(() => room.status.status === "closed");
			await sleep(150);
			expect(ask).toHaveBeenCalledTimes(2);
		});

		test("are not requested any more if the application fails after the end", async () => {
			let fail = (_: unknown) => {};
			const ask = tokens({ 2: () => new Promise((_, reject) => (fail = reject)) });
			const room = connect({ onAuthenticating: ask, reconnect: { minDelay: 50, maxDelay: 50 } });
			await room.ready();
			expire();
			await until(() => ask.mock.calls.length === 2);
			await room.dispose();
			fail(new Error("no token now"));
			await until(() => errors.length === 1);
			await sleep(150);
			expect(ask).toHaveBeenCalledTimes(2);
		});

		test("make the client sign in again if it is too late", async () => {
			const room = connect({ onAuthenticating: tokens() });
			await room.ready();
			const waiting = reached(room, "waiting");
			closeWith(EXPIRED);
			expect((await waiting).reason).toBe("auth.expired");
			await until(() => room.status.status === "open");
			expect(room.status.outcome).toBe("resumed");
			expect(server.hellos[1]!.credentials).toEqual({ token: "t2" });
			expect(errors).toEqual([]);
		});

		test("close a connection that cannot sign in", async () => {
			const room = connect();
			await room.ready();
			const call = room.slow!();
			closeWith(EXPIRED);
			await expect(call).rejects.toMatchObject({ name: "ConnectionLostError" });
			await until(() => room.status.status === "closed");
			expect(room.status.reason).toBe("auth.expired");
			await expect(room.ready()).rejects.toMatchObject({ cause: { code: "expired" } });
		});
	});

	describe("a connection that had credentials", () => {
		test.each([undefined, null])("does not go on as anonymous if there are no others: %o", async (nothing) => {
			const ask = tokens({ 2: () => nothing, 3: () => nothing });
			const room = connect({ onAuthenticating: ask });
			await room.ready();
			server.cut();
			await until(() => room.status.status === "closed");
			expect(room.status.reason).toBe("auth.authentication_required");
			expect(errors).toMatchObject(Array(2).fill({ name: "ActorError", code: "authentication_required" }));
			expect(server.opened()).toBe(1);
			room.reconnect();
			await room.ready();
			expect(server.hellos.map(({ credentials }) => credentials)).toEqual([{ token: "t1" }, { token: "t4" }]);
		});

		test("reports that there are no others while it is open", async () => {
			const room = connect({ onAuthenticating: tokens({ 2: () => undefined }) });
			await room.ready();
			expire();
			await until(() => renewals().length === 1);
			expect(renewals()).toEqual([{ credentials: { token: "t3" } }]);
			expect(errors).toMatchObject([{ code: "authentication_required" }]);
		});
	});

	test("a connection without credentials stays anonymous when it reconnects", async () => {
		const room = connect({ onAuthenticating: () => null });
		await room.ready();
		server.cut();
		await until(() => server.hellos.length === 2 && room.status.status === "open");
		expect(server.hellos.map((hello) => "credentials" in hello)).toEqual([false, false]);
		expect(errors).toEqual([]);
	});

	describe("a ticket", () => {
		const problem = (status: number, code?: string, headers = {}): HttpAnswer => ({
			status,
			headers: { "content-type": "application/problem+json", ...headers },
			body: JSON.stringify({ title: "Refused", status, detail: "No ticket.", ...(code ? { code } : {}) }),
		});

		test("is fetched for each attempt, and sent in the first message", async () => {
			const room = connect({ ticket: true, onAuthenticating: tokens(), headers: { "x-tenant": "shop" } });
			await room.ready();
			server.cut();
			await until(() => server.hellos.length === 2 && room.status.status === "open");
			expect(server.hellos.map(({ credentials }) => credentials)).toEqual([{ ticket: "ticket-1" }, { ticket: "ticket-2" }]);
			expect(server.tickets).toMatchObject([
				{ body: { actor: "room" }, headers: { authorization: "Bearer t1", "x-tenant": "shop" } },
				{ body: { actor: "room" }, headers: { authorization: "Bearer t2", "x-tenant": "shop" } },
			]);
		});

		test.each([
			["a user", () => ({ username: "ada", password: "pä" }), `Basic ${Buffer.from("ada:pä").toString("base64")}`],
			["nothing", () => undefined, undefined],
			["other credentials", () => ({ apiKey: "k" }), undefined],
		])("is fetched with the header of %s", async (_, onAuthenticating, expected) => {
			const room = connect({ ticket: true, onAuthenticating });
			await room.ready();
			expect(server.tickets[0]!.headers.authorization).toBe(expected);
		});

		test("is fetched with the cookies of the page", async () => {
			const requests: [unknown, unknown][] = [];
			const room = connect({ ticket: true, fetch: (url, init) => (requests.push([url, init!.credentials]), fetch(url, init)) });
			await room.ready();
			expect(requests[0]).toEqual([`${server.url}/ticket`, "include"]);
		});

		test.each([
			["without onAuthenticating", {}],
			["with it", { onAuthenticating: () => ({ token: "t" }) }],
		])("is refused by 401 twice, before a transport is opened, %s", async (_, more) => {
			server.answerTickets(() => problem(401, "auth.authentication_required"));
			const room = connect({ ticket: true, ...more });
			await until(() => room.status.status === "closed");
			expect(room.status.reason).toBe("auth.authentication_required");
			const refusal = { name: "ActorError", group: "auth", code: "authentication_required", message: "No ticket." };
			expect(errors).toMatchObject([refusal, refusal]);
			await expect(room.ready()).rejects.toMatchObject({ cause: refusal });
			expect([server.tickets.length, server.opened()]).toEqual([2, 0]);
			server.answerTickets(() => undefined);
			room.reconnect();
			await room.ready();
		});

		test.each([undefined, "auth.forbidden"])("is refused by 403 for good: %s", async (code) => {
			server.answerTickets(() => problem(403, code));
			const room = connect({ ticket: true, onAuthenticating: tokens() });
			await until(() => room.status.status === "closed");
			expect(room.status.reason).toBe(code ?? "http.403");
			expect(errors).toHaveLength(1);
			expect([server.tickets.length, server.opened()]).toEqual([1, 0]);
		});

		test.each([429, 503])("is refused by %i for the time of Retry-After", async (status) => {
			server.answerTickets(() => problem(status, "actor.overloaded", { "retry-after": "1" }));
			const room = connect({ ticket: true });
			const { reason, nextRetryAt } = await reached(room, "waiting");
			expect(reason).toBe("actor.overloaded");
			expect(nextRetryAt! - Date.now()).toBeGreaterThan(800);
			server.answerTickets(() => undefined);
			await room.ready();
			expect(errors).toEqual([]);
			expect([server.tickets.length, server.opened()]).toEqual([2, 1]);
		});

		test("has another error of the server in its own words", async () => {
			const body = JSON.stringify({ group: "room", code: "full", message: "Four may play.", metadata: { max: 4 } });
			server.answerTickets(() => ({ status: 400, body }));
			const room = connect({ ticket: true });
			await until(() => room.status.status === "closed");
			expect(errors).toMatchObject([{ group: "room", code: "full", message: "Four may play.", metadata: { max: 4 } }]);
		});

		test("is requested again if the answer is a page, which is reported", async () => {
			server.answerTickets(() => (server.tickets.length === 1 ? { status: 200, body: "<h1>Sign in</h1>" } : undefined));
			const room = connect({ ticket: true });
			await room.ready();
			expect(errors).toHaveLength(1);
			expect(String(errors[0])).toContain("The answer to a request for a ticket cannot be read");
		});

		test.each([
			["fails", () => Promise.reject(new TypeError("fetch failed"))],
			["does not answer", () => new Promise<never>(() => {})],
			["has no such route", async () => new Response("", { status: 404 })],
		])("is requested again without an error if the network %s", async (_, first) => {
			let requests = 0;
			const network: typeof fetch = (url, init) => (String(url).endsWith("/ticket") && ++requests === 1 ? first() : fetch(url, init));
			const room = connect({ ticket: true, fetch: network, openTimeout: 300 });
			const { reason } = await reached(room, "waiting");
			expect(["http.unreachable", "timeout"]).toContain(reason); // whichever timer is first
			await room.ready();
			expect(requests).toBe(2);
			expect(errors).toEqual([]);
		});

		test("is fetched and sent when the server requests new credentials", async () => {
			const room = connect({ ticket: true });
			await room.ready();
			expire();
			await until(() => renewals().length === 1);
			expect(renewals()).toEqual([{ credentials: { ticket: "ticket-2" } }]);
			expect(server.hellos).toHaveLength(1);
		});

		test("is fetched again on an open connection not before the time of Retry-After", async () => {
			const room = connect({ ticket: true });
			await room.ready();
			server.answerTickets(() => (server.tickets.length === 2 ? problem(503, undefined, { "retry-after": "1" }) : undefined));
			expire();
			await until(() => errors.length === 1);
			const before = performance.now();
			expect(errors).toMatchObject([{ group: "http", code: "503" }]);
			await until(() => renewals().length === 1);
			expect(performance.now() - before).toBeGreaterThan(800);
			expect(renewals()).toEqual([{ credentials: { ticket: "ticket-3" } }]);
		});

		test("is not requested for a connection that had credentials and has none", async () => {
			const room = connect({ ticket: true, onAuthenticating: tokens({ 2: () => undefined, 3: () => undefined }) });
			await room.ready();
			server.cut();
			await until(() => room.status.status === "closed");
			expect(room.status.reason).toBe("auth.authentication_required");
			expect(server.tickets).toHaveLength(1);
		});
	});
});
