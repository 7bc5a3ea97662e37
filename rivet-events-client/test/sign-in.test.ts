// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Credentials from the connect until they expire, over both transports.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ActorConnection, ClientOptions } from "../src/index";
import type { Close } from "../src/protocol";
import { type ScriptedServer, startScriptedServer } from "./scripted-server";
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

		test("are sent again if a proxy refuses their message", async () => {
			if (transport === "websocket") return; // there is no request of its own
			const room = connect({ onAuthenticating: tokens() });
			await room.ready();
			server.answerPost((body) => (body.includes("t2") ? { status: 403 } : undefined));
			expire();
			await until(() => renewals().length === 1);
			expect(renewals()).toEqual([{ credentials: { token: "t3" } }]);
			expect(errors).toMatchObject([{ group: "http", code: "403" }]);
			expect(server.hellos).toHaveLength(1);
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
});
