// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Credentials from the connect until they expire, against the real server. A test of the server starts it.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ActorConnection, ClientOptions } from "../src/index";
import { client, freshKey, reached, TRANSPORTS, until } from "./support";

/** URL of a server whose tokens expire within seconds. */
const DESK = process.env.RIVET_DESK_URL;

const ALL = ["USER", "READER"];

/** Fetches a token. */
const token = async (user: string, seconds: number, roles = ALL): Promise<string> => {
	const response = await fetch(`${DESK}/issue?user=${user}&seconds=${seconds}&roles=${roles}`);
	expect(response.status).toBe(200);
	return response.text();
};

/** Signs in with the form, and returns the headers of a page that is signed in. */
const signIn = async (user: string) => {
	const csrf = { cookie: "XSRF-TOKEN=a-token", "x-xsrf-token": "a-token" };
	const body = new URLSearchParams({ username: user, password: user });
	const response = await fetch(`${DESK}/login`, { method: "POST", headers: csrf, body, redirect: "manual" });
	const session = response.headers.getSetCookie().find((cookie) => cookie.startsWith("SESSION"))!.split(";")[0];
	return { ...csrf, cookie: `${csrf.cookie}; ${session}` };
};

/** Ends the session of a page. */
const signOut = async (headers: Record<string, string>) =>
	expect((await fetch(`${DESK}/logout`, { method: "POST", headers, redirect: "manual" })).status).toBe(302);

const OPENED_ONCE = ["connecting", "open"];

const FORGED = { token: "not.a.token" };

describe.skipIf(!DESK).concurrent.each(TRANSPORTS)("over %s", (transport) => {
	const toDispose: { dispose(): Promise<void> }[] = [];
	let key: string;
	let errors: any[];
	let statuses: string[];

	beforeEach(() => {
		key = freshKey();
	});
	afterEach(async () => {
		await Promise.all(toDispose.splice(0).map((each) => each.dispose()));
	});

	const connect = (more: ClientOptions): ActorConnection => {
		const made = client(`${DESK}/rivet`, { transport, ...more });
		toDispose.push(made);
		const desk = made.desk!.getOrCreate([key]).connect();
		errors = [];
		statuses = [];
		desk.onError((error) => errors.push(error));
		desk.onStatus(({ status, reason }) => statuses.push(reason ? `${status} ${reason}` : status));
		return desk;
	};

	/** Credentials whose n-th token is that of `answers`, or one of ada for two seconds. */
	const tokens = (answers: Record<number, () => unknown> = {}) => {
		let asked = 0;
		return vi.fn(async (): Promise<unknown> => {
			const answer = answers[++asked] ?? tokenOf("ada", 2);
			return answer();
		});
	};
	/** Answers to all requests but the first. */
	const later = (answer: () => unknown) => Object.fromEntries(Array.from({ length: 100 }, (_, i) => [i + 2, answer]));
	const tokenOf = (user: string, seconds: number, roles?: string[]) => async () => ({ token: await token(user, seconds, roles) });

	const collect = (desk: ActorConnection, event: string) => {
		const seen: number[] = [];
		desk.on(event, (count: number) => seen.push(count));
		return seen;
	};

	/** Lets the desk count from now on, 50 times a second; the result returns the last count. */
	const count = async () => {
		const made = client(`${DESK}/rivet`, { transport: "websocket", onAuthenticating: tokenOf("linus", 60) });
		const speaker = made.desk!.getOrCreate([key]).connect();
		await speaker.ready();
		const seen = collect(speaker, "ticked");
		const timer = setInterval(() => speaker.fire.tick!(), 20);
		toDispose.push({ dispose: async () => (clearInterval(timer), made.dispose()) });
		return () => seen.at(-1) ?? 0;
	};

	/** Expects that events arrived until now, each once and in order. */
	const expectNoGap = async (seen: number[], last: () => number) => {
		const now = last();
		await until(() => seen.at(-1)! >= now);
		expect(now).toBeGreaterThan(20);
		expect(seen).toEqual(seen.map((_, i) => seen[0]! + i));
	};

	/** Expects that no connection to the desk was anonymous, and returns their users, except for linus. */
	const expectNotAnonymous = async () => {
		const visitors: string[] = await client(`${DESK}/rivet`, { onAuthenticating: tokenOf("linus", 60) }).desk!.getOrCreate([key]).visitors!();
		expect(visitors).not.toContain("nobody");
		return visitors.filter((name) => name !== "linus");
	};

	describe.sequential("a token", () => {
		test("is renewed on the open connection, and no event is lost", async () => {
			const last = await count();
			const ask = tokens();
			const desk = connect({ onAuthenticating: ask });
			const seen = collect(desk, "ticked");
			const id = await desk.connection!();
			await until(() => ask.mock.calls.length === 4);
			expect(await desk.who!()).toBe("ada");
			await expectNoGap(seen, last);
			expect(await desk.connection!()).toBe(id);
			expect(statuses).toEqual(OPENED_ONCE);
			expect(errors).toEqual([]);
			await expectNotAnonymous();
		});

		test("that is not renewed closes the connection, which comes back with new ones, and no event is lost", async () => {
			const last = await count();
			let isThere = true;
			const next = () => {
				if (!isThere) throw new Error("no token now");
				return tokenOf("ada", 2)();
			};
			const desk = connect({ onAuthenticating: next });
			const seen = collect(desk, "ticked");
			await desk.ready();
			isThere = false;
			const { reason } = await reached(desk, "waiting");
			expect(reason).toBe("auth.expired");
			isThere = true;
			await desk.ready();
			expect(desk.status.outcome).toBe("resumed");
			await expectNoGap(seen, last);
			expect(errors.length).toBeGreaterThan(0);
			expect(new Set(errors.map(String))).toEqual(new Set(["Error: no token now"]));
			expect(await desk.who!()).toBe("ada");
			await expectNotAnonymous();
		});

		test("of another user closes the connection for good", async () => {
			const ask = tokens({ 2: tokenOf("linus", 60) });
			const desk = connect({ onAuthenticating: ask });
			await desk.ready();
			await until(() => desk.status.status === "closed");
			expect(desk.status.reason).toBe("auth.identity_conflict");
			expect(ask).toHaveBeenCalledTimes(2);
			await expect(desk.ready()).rejects.toMatchObject({ cause: { code: "identity_conflict" } });
		});

		test("that is wrong is replaced once, over a new connection", async () => {
			const desk = connect({ onAuthenticating: tokens({ 2: () => FORGED, 3: tokenOf("ada", 60) }) });
			await desk.ready();
			expect((await reached(desk, "waiting")).reason).toBe("auth.invalid_credentials");
			await desk.ready();
			expect(desk.status.outcome).toBe("resumed");
			expect(await desk.who!()).toBe("ada");
			expect(await expectNotAnonymous()).toEqual(["ada", "ada"]);
		});

		test("that is wrong twice in a row closes the connection for good", async () => {
			const ask = tokens({ 2: () => FORGED, 3: () => FORGED, 4: () => FORGED });
			const desk = connect({ onAuthenticating: ask });
			await desk.ready();
			await until(() => desk.status.status === "closed");
			expect(desk.status.reason).toBe("auth.invalid_credentials");
			expect(ask).toHaveBeenCalledTimes(4);
			expect(errors).toMatchObject(Array(2).fill({ name: "ActorError", group: "auth", code: "invalid_credentials" }));
		});

		test("that is missing closes the connection, which does not go on as anonymous", async () => {
			const desk = connect({ onAuthenticating: tokens(later(() => null)) });
			await desk.ready();
			await until(() => desk.status.status === "closed");
			expect(desk.status.reason).toBe("auth.authentication_required");
			expect(statuses).toContain("waiting auth.expired");
			await expectNotAnonymous();
		});

		test("that permits less ends a subscription, which is reported, and the others go on", async () => {
			const last = await count();
			const desk = connect({ onAuthenticating: tokens({ 2: tokenOf("ada", 60, ["USER"]) }) });
			const seen = collect(desk, "ticked");
			const secret = collect(desk, "secret");
			await desk.ready();
			await until(() => errors.length === 1);
			expect(errors[0]).toMatchObject({ name: "ActorError", group: "auth", code: "forbidden", metadata: { eventName: "secret" } });
			const heard = secret.length;
			await expectNoGap(seen, last);
			const later = last() + 10;
			await until(() => seen.at(-1)! > later);
			expect(heard).toBeGreaterThan(0);
			expect(secret).toHaveLength(heard);
			expect(statuses).toEqual(OPENED_ONCE);
		});

		// there are no requests of its own
		test.skipIf(transport === "websocket")("in a header does not prevent the renewal after it has expired", async () => {
			const last = await count();
			const authorization = `Bearer ${await token("ada", 2)}`;
			const expired = Date.now() + 2000;
			const next = () => {
				if (Date.now() < expired) throw new Error("no token yet");
				return tokenOf("ada", 60)();
			};
			const ask = tokens({ 1: () => undefined, ...later(next) });
			const desk = connect({ headers: { Authorization: authorization }, onAuthenticating: ask });
			const seen = collect(desk, "ticked");
			const id = await desk.connection!();
			await until(() => Date.now() > expired + 2000);
			expect(await desk.connection!()).toBe(id);
			await expectNoGap(seen, last);
			expect(statuses).toEqual(OPENED_ONCE);
			expect(new Set(errors.map(String))).toEqual(new Set(["Error: no token yet"]));
		});

		// it has no headers
		test.skipIf(transport === "websocket")("in a header is replaced with the credentials, if each request requires one", async () => {
			const headers: Record<string, string> = { "x-strict": "1" };
			const ask = vi.fn(async () => {
				const fresh = await token("ada", 2);
				headers.authorization = `Bearer ${fresh}`;
				return { token: fresh };
			});
			const desk = connect({ headers, onAuthenticating: ask });
			const id = await desk.connection!();
			await until(() => ask.mock.calls.length === 4);
			expect(await desk.connection!()).toBe(id);
			expect(statuses).toEqual(OPENED_ONCE);
			expect(errors).toEqual([]);
		});
	});

	describe.sequential("a ticket", () => {
		test("connects the user of a session, until the session ends", async () => {
			const headers = await signIn("ada");
			const desk = connect({ ticket: true, headers });
			expect(await desk.who!()).toBe("ada");
			await signOut(headers);
			await until(() => desk.status.status === "closed");
			expect(statuses).toContain("waiting auth.logged_out");
			expect(desk.status.reason).toBe("auth.authentication_required");
			expect(errors).toMatchObject(Array(2).fill({ name: "ActorError", code: "authentication_required" }));
			expect(await expectNotAnonymous()).toEqual(["ada"]);
		});

		test("is not issued without the token against CSRF", async () => {
			const { "x-xsrf-token": _, ...headers } = await signIn("ada");
			const desk = connect({ ticket: true, headers });
			await until(() => desk.status.status === "closed");
			expect(desk.status.reason).toBe("http.403");
			expect(errors).toMatchObject([{ name: "ActorError", group: "http", code: "403" }]);
		});

		test("renews the connection of a token, and no event is lost", async () => {
			const last = await count();
			const ask = tokens();
			const desk = connect({ ticket: true, onAuthenticating: ask });
			const seen = collect(desk, "ticked");
			const id = await desk.connection!();
			await until(() => ask.mock.calls.length === 4);
			expect(await desk.connection!()).toBe(id);
			await expectNoGap(seen, last);
			expect(statuses).toEqual(OPENED_ONCE);
			expect(errors).toEqual([]);
			await expectNotAnonymous();
		});

		test("is not issued to an anonymous client", async () => {
			const csrf = { cookie: "XSRF-TOKEN=a-token", "x-xsrf-token": "a-token" };
			const desk = connect({ ticket: true, headers: csrf });
			await until(() => desk.status.status === "closed");
			expect(desk.status.reason).toBe("auth.authentication_required");
			const refusal = { name: "ActorError", group: "auth", code: "authentication_required", message: "Authentication is required." };
			expect(errors).toMatchObject([refusal, refusal]);
		});

		test("is not issued for a wrong token, which is replaced once", async () => {
			const desk = connect({ ticket: true, onAuthenticating: tokens({ 1: () => FORGED }) });
			expect((await reached(desk, "waiting")).reason).toBe("http.401");
			expect(errors).toMatchObject([{ name: "ActorError", group: "http", code: "401" }]);
			await desk.ready();
			expect(await desk.who!()).toBe("ada");
		});

		test("is not issued to another origin", async () => {
			const ask = tokens();
			const desk = connect({ ticket: true, onAuthenticating: ask, headers: { origin: "https://evil.example" } });
			await until(() => desk.status.status === "closed");
			expect(errors).toMatchObject([{ name: "ActorError", group: "auth", code: "forbidden" }]);
			expect(errors[0].message).toContain("evil.example");
			expect(ask).toHaveBeenCalledTimes(1);
		});

		test("is fetched again after the time of a limit of the application", async () => {
			const start = performance.now();
			const desk = connect({ ticket: true, onAuthenticating: tokens(), headers: { "x-flood": key } });
			const { reason, nextRetryAt } = await reached(desk, "waiting");
			expect(reason).toBe("shop.flooded");
			expect(nextRetryAt! - Date.now()).toBeGreaterThan(800);
			await desk.ready();
			expect(performance.now() - start).toBeGreaterThan(1000);
			expect(errors).toEqual([]);
		});

		test("is fetched again after the time of a limit of the server", async () => {
			const user = `grace-${transport}`;
			const full = connect({ onAuthenticating: tokenOf(user, 60) });
			const others = Array.from({ length: 5 }, () => connect({ onAuthenticating: tokenOf(user, 60) }));
			await Promise.all([full, ...others].map((each) => each.ready()));
			const desk = connect({ ticket: true, onAuthenticating: tokenOf(user, 60) });
			const { reason, nextRetryAt } = await reached(desk, "waiting");
			expect(reason).toBe("connection.too_many");
			expect(nextRetryAt! - Date.now()).toBeGreaterThan(500);
			await full.dispose();
			await desk.ready();
			expect(await desk.who!()).toBe(user);
			expect(errors).toEqual([]);
		});
	});
});
