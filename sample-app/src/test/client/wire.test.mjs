// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Details of the protocol that the published clients do not read, but other clients may.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import WebSocket from "ws";
import { closing, ENDPOINT, freshKey, until, within } from "./support.mjs";

const query = (key) => `rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=${key}&rvt-crash-policy=sleep`;

function open(path, protocols) {
	const socket = new WebSocket(ENDPOINT.replace("http", "ws") + path, protocols);
	const messages = [];
	socket.on("message", (data, binary) => messages.push({ data, binary }));
	return { socket, messages, closed: closing(socket) };
}

async function openJson(actor) {
	const opened = open(`/gateway/${actor}/connect?${query(freshKey())}`, ["rivet", "rivet_encoding.json"]);
	await until(() => opened.messages.length === 1, 3_000);
	return opened;
}

/** An action request for `size` that is so many bytes long. */
function requestOf(bytes) {
	const request = (text) => JSON.stringify({ body: { tag: "ActionRequest", val: { id: ["$BigInt", "0"], name: "size", args: [text] } } });
	return request("x".repeat(bytes - request("").length));
}

describe("the wire", () => {
	for (const [encoding, binary, init] of [
		["json", false, /^\{"body":\{"(tag":"Init"|val":\{"(actor|connection)Id")/],
		["cbor", true, /Init/],
		["bare", true, /^\u0004\u0000\u0000/],
	]) {
		test(`selects the subprotocol, and the server speaks first, in ${encoding}`, async () => {
			const { socket, messages } = open(`/gateway/echo/connect?${query(freshKey())}`, ["rivet", `rivet_encoding.${encoding}`]);
			await until(() => messages.length > 0, 3_000);
			assert.equal(socket.protocol, "rivet");
			assert.equal(messages.length, 1);
			assert.equal(messages[0].binary, binary);
			assert.match(messages[0].data.toString("latin1"), init);
			socket.terminate();
		});
	}

	test("takes a message of 65536 bytes and no longer one", async () => {
		const { socket, messages, closed } = await openJson("echo");
		const longest = requestOf(65_536);
		assert.equal(Buffer.byteLength(longest), 65_536);
		socket.send(longest);
		await until(() => messages.length === 2, 3_000);
		assert.equal(JSON.parse(messages[1].data).body.tag, "ActionResponse");
		socket.send(requestOf(65_537));
		assert.equal(await within(3_000, closed), "1011 message.incoming_too_long");
	});

	for (const [what, message] of [["no JSON", "hello"], ["an unknown tag", '{"body":{"tag":"Nope","val":{}}}'], ["nothing", ""]]) {
		test(`closes on ${what}`, async () => {
			const { socket, closed } = await openJson("echo");
			socket.send(message);
			assert.equal(await within(3_000, closed), "1011 actor.invalid_request");
		});
	}

	test("lets a refused connection wait before it closes it", async () => {
		const params = `rivet_conn_params.${encodeURIComponent(JSON.stringify({ reject: "internal" }))}`;
		const { socket, messages, closed } = open(`/gateway/guarded/connect?${query(freshKey())}`, ["rivet", "rivet_encoding.json", params]);
		await within(3_000, new Promise((resolve) => socket.on("open", resolve)));
		const start = Date.now();
		assert.equal(await within(3_000, closed), "1011 rivetkit.internal_error");
		const took = Date.now() - start;
		assert.ok(took >= 350, `${took} ms`);
		assert.equal(messages.length, 1);
		assert.doesNotMatch(messages[0].data.toString(), /secret/);
	});

	test("closes an unknown encoding", async () => {
		const { closed } = open(`/gateway/echo/connect?${query("k")}`, ["rivet", "rivet_encoding.yaml"]);
		assert.equal(await within(3_000, closed), "1003 actor.unsupported_websocket_encoding");
	});

	for (const [what, path, reason] of [
		["an unknown actor", `/gateway/nope/connect?${query("k")}`, "actor.not_registered"],
		["a raw socket", `/gateway/echo/websocket/x?${query("k")}`, "request.not_supported"],
		["a wrong gateway parameter", `/gateway/echo/connect?${query("k")}&rvt-nope=1`, "guard.query_invalid_params"],
		["a path that leads nowhere", "/nowhere", "guard.no_route"],
	]) {
		test(`accepts the handshake and then refuses ${what}`, async () => {
			const { closed, messages } = open(path, ["rivet", "rivet_encoding.json"]);
			assert.equal(await within(3_000, closed), `1011 ${reason}`);
			const { group, code, actionId } = JSON.parse(messages[0].data).body.val;
			assert.deepEqual([`${group}.${code}`, actionId], [reason, null]);
		});
	}

	test("tells by the close frame alone what clients retry by themselves", async () => {
		const { closed, messages } = open("/gateway/no-such-id/connect", ["rivet", "rivet_encoding.json"]);
		assert.equal(await within(3_000, closed), "1011 actor.not_found");
		assert.deepEqual(messages, []);
	});

	for (const [method, path, status, code] of [
		["POST", `/gateway/echo/queue/jobs?${query("k")}`, 501, "request.not_supported"],
		["GET", `/gateway/echo/request/x?${query("k")}`, 501, "request.not_supported"],
		["GET", `/gateway/echo/inspector/state?${query("k")}`, 501, "request.not_supported"],
		["GET", `/gateway/echo/action/echo?${query("k")}`, 405, "actor.method_not_allowed"],
		["GET", `/gateway/echo/connect?${query("k")}`, 400, "request.invalid"],
		["GET", `/gateway/echo/other?${query("k")}`, 404, "actor.not_found"],
		["GET", "/nowhere", 404, "api.not_found"],
		["GET", "/actors", 400, "request.invalid"],
	]) {
		test(`answers ${method} ${path.split("?")[0]} with ${code}`, async () => {
			const headers = { "content-type": "application/json" };
			const answer = await fetch(ENDPOINT + path, { method, headers });
			const { group, code: told } = await answer.json();
			assert.equal(answer.status, status);
			assert.equal(`${group}.${told}`, code);
			assert.equal(answer.headers.get("x-rivet-error"), code);
		});
	}
});
