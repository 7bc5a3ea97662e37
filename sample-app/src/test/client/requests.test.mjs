// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Requests of the server, which a published client answers with its events and actions alone.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ENCODINGS, freshKey, withClient } from "./support.mjs";

/** Answers requests as described in docs/protocol.md. */
function answer(connection, handlers) {
	return connection.on("rivet:request", async (id, name, args) => {
		try {
			const handler = handlers[name];
			if (!handler) {
				throw new Error(`nobody answers ${name}`);
			}
			await connection.action({ name: "rivet:reply", args: [id, { value: await handler(...args) }] });
		} catch (error) {
			await connection.action({ name: "rivet:reply", args: [id, { error: error.message }] });
		}
	});
}

for (const encoding of ENCODINGS) {
	describe(`requests to a client in ${encoding}`, () => {
		test("are answered within the action that waits for them", () => withClient(encoding, async (client) => {
			const connection = client.echo.getOrCreate([freshKey()]).connect();
			answer(connection, { question: (text) => `${text} Yes!` });
			assert.equal(await connection.ask("Really?", 5_000), "Really? Yes!");
			assert.equal(await connection.ask("Again?", 5_000), "Again? Yes!");
		}));

		test("can fail", () => withClient(encoding, async (client) => {
			const connection = client.echo.getOrCreate([freshKey()]).connect();
			answer(connection, {});
			assert.equal(await connection.ask("Really?", 5_000), "UNPROCESSED");
		}));

		test("can be answered with what was not asked for", () => withClient(encoding, async (client) => {
			const connection = client.echo.getOrCreate([freshKey()]).connect();
			answer(connection, { question: () => ({ not: "a text" }) });
			assert.equal(await connection.ask("Really?", 5_000), "BAD_RESULT");
		}));

		test("disturb no client that does not know them", () => withClient(encoding, async (client) => {
			const connection = client.echo.getOrCreate([freshKey()]).connect();
			assert.equal(await connection.ask("Really?", 100), "TIMEOUT");
			assert.equal(await connection.echo("still here"), "still here");
		}));
	});
}
