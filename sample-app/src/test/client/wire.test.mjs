// What the published clients do not look at, but others may.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import WebSocket from "ws";
import { ENDPOINT, freshKey, within } from "./support.mjs";

const query = (key) => `rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=${key}&rvt-crash-policy=sleep`;

function open(path, protocols) {
	const socket = new WebSocket(ENDPOINT.replace("http", "ws") + path, protocols);
	const messages = [];
	socket.on("message", (data, binary) => messages.push({ data, binary }));
	const closed = new Promise((resolve) => socket.on("close", (code, reason) => resolve(`${code} ${reason}`)));
	return { socket, messages, closed };
}

describe("the wire", () => {
	test("selects the subprotocol, and the server speaks first", async () => {
		const { socket, messages } = open(`/gateway/echo/connect?${query(freshKey())}`, ["rivet", "rivet_encoding.json"]);
		await within(3_000, new Promise((resolve) => socket.on("message", resolve)));
		assert.equal(socket.protocol, "rivet");
		assert.equal(messages[0].binary, false);
		assert.equal(JSON.parse(messages[0].data).body.tag, "Init");
		socket.terminate();
	});

	test("closes an unknown encoding", async () => {
		const { closed } = open(`/gateway/echo/connect?${query("k")}`, ["rivet", "rivet_encoding.yaml"]);
		assert.equal(await within(3_000, closed), "1003 actor.unsupported_websocket_encoding");
	});

	for (const [what, path, reason] of [
		["an unknown actor", `/gateway/nope/connect?${query("k")}`, "actor.not_registered"],
		["an unknown id", "/gateway/nope/connect", "actor.not_found"],
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
