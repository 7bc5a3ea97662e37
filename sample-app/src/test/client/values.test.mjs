// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Each kind of value is sent to the server and returned unchanged.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ENCODINGS, failsWith, freshKey, socketsTo, withClient } from "./support.mjs";

const VALUES = {
	zero: 0, one: 1, negative: -5, "2^31": 2 ** 31, "2^32-1": 2 ** 32 - 1, "2^32": 2 ** 32, "-2^32": -(2 ** 32), "-2^32-1": -(2 ** 32) - 1,
	"largest safe": 2 ** 53 - 1, "smallest safe": -(2 ** 53) + 1, timestamp: 1_700_000_000_000,
	fraction: 1.5, "negative fraction": -0.1, "large float": 1e300, "small float": 5e-324,
	"empty text": "", text: "plain", unicode: "héllo ✓ 😀", quotes: "\"\\\n\u0000\u2028", "long text": "x".repeat(10_000),
	"text just over 4 KB": "é".repeat(2_049), null: null, true: true, false: false,
	"empty array": [], array: [1, "a", null, false], "empty object": {}, nested: { a: [1, { b: [[]] }], c: {}, "with space": { "ü": "✓" } },
	bigint: 5n, "negative bigint": -5n, "bigint of 64 bits": 2n ** 64n - 1n, "large bigint": 2n ** 70n, "large negative bigint": -(2n ** 70n),
	bytes: new Uint8Array([0, 1, 2, 128, 255]), "no bytes": new Uint8Array(), "nested bytes and bigint": { list: [new Uint8Array([7]), 7n] },
	"pair with a dollar": ["$x", 1], "pair with two dollars": ["$$x", 1], "nested pair": { a: [["$x", 1]] },
	"triple with a dollar": ["$x", 1, 2], "single with a dollar": ["$x"], "pair without": ["x", 1],
};

// cbor-x does not escape in cbor frames, so the server cannot tell this value from an escaped one.
const AMBIGUOUS_IN_CBOR = "pair with two dollars";

for (const encoding of ENCODINGS) {
	describe(`values in ${encoding}`, () => {
		for (const how of ["connected", "stateless"]) {
			test(`come back as they went, ${how}`, () => withClient(encoding, async (client) => {
				const handle = client.echo.getOrCreate([freshKey()]);
				const target = how === "connected" ? handle.connect() : handle;
				for (const [name, value] of Object.entries(VALUES)) {
					if (encoding !== "cbor" || name !== AMBIGUOUS_IN_CBOR) {
						assert.deepEqual(await target.echo(value), value, name);
					}
				}
			}));

			test(`may be absent, ${how}`, () => withClient(encoding, async (client) => {
				const handle = client.echo.getOrCreate([freshKey()]);
				const target = how === "connected" ? handle.connect() : handle;
				assert.equal(await target.nothing(), undefined);
				assert.equal((await target.echo(undefined)) ?? null, null);
			}));

			test(`may be long, ${how}`, () => withClient(encoding, async (client) => {
				const handle = client.echo.getOrCreate([freshKey()]);
				const target = how === "connected" ? handle.connect() : handle;
				assert.equal(await target.size("y".repeat(60_000)), 60_000);
				assert.equal((await target.make(1_000_000)).length, 1_000_000);
			}));
		}

		test("arrive in events as in answers", () => withClient(encoding, async (client) => {
			const connection = client.echo.getOrCreate([freshKey()]).connect();
			const seen = [];
			connection.on("echoed", (...args) => seen.push(args));
			const names = Object.keys(VALUES).filter((name) => encoding !== "cbor" || name !== AMBIGUOUS_IN_CBOR);
			const args = names.map((name) => VALUES[name]);
			await connection.emit(...args);
			assert.deepEqual(seen, [args]);
		}));

		test("too long for an answer fail that action alone", () => withClient(encoding, async (client) => {
			const handle = client.echo.getOrCreate([freshKey()]);
			await failsWith("message.outgoing_too_long", handle.make(2_000_000));
			const connection = handle.connect();
			await failsWith("message.outgoing_too_long", connection.make(2_000_000));
			assert.equal(await connection.size("still there"), 11);
		}));

		test("too long for the server fail, and the connection comes back", () => withClient(encoding, async (client) => {
			const key = freshKey();
			const handle = client.echo.getOrCreate([key]);
			await failsWith("message.incoming_too_long", handle.size("x".repeat(70_000)));
			const connection = handle.connect();
			await failsWith("message.incoming_too_long", connection.size("x".repeat(70_000)));
			assert.equal(await connection.size("back"), 4);
			assert.equal(socketsTo(key).length, 2);
		}));
	});
}
