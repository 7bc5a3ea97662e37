// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// A load test: many connections to one room and broadcasts to all. It fails if an event is missing or out of order.
// node load.mjs <connections> <broadcasts> <endpoint>
import WebSocket from "ws";

const [count = 2000, broadcasts = 50, endpoint = "http://127.0.0.1:8080/rivet"] = process.argv.slice(2);
const key = `load-${Date.now()}`;
const url = `${endpoint.replace("http", "ws")}/gateway/room/connect?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=${key}&rvt-crash-policy=sleep`;
const frame = (tag, val) => JSON.stringify({ body: { tag, val } });
const action = (id, name, ...args) => frame("ActionRequest", { id: ["$BigInt", `${id}`], name, args });

let failure;
const got = new Array(Number(count)).fill(0);
let complete = 0;
let allComplete;
const all = new Promise((resolve) => (allComplete = resolve));

function open(i) {
	return new Promise((resolve, reject) => {
		const socket = new WebSocket(url, ["rivet", "rivet_encoding.json"], { perMessageDeflate: false });
		socket.on("error", reject);
		socket.on("close", (code, reason) => (failure ??= `connection ${i} closed: ${code} ${reason}`));
		socket.on("message", (data) => {
			const { tag, val } = JSON.parse(data).body;
			if (tag === "Init") {
				socket.send(frame("SubscriptionRequest", { eventName: "msg", subscribe: true }));
				socket.send(action(0, "echo", "ready"));
			} else if (tag === "ActionResponse") {
				resolve(socket);
			} else if (tag === "Event") {
				if (val.args[0] !== `${got[i]}`) {
					failure ??= `connection ${i} got ${val.args[0]} in place of ${got[i]}`;
				}
				got[i]++;
				if (got[i] === Number(broadcasts) && ++complete === got.length) {
					allComplete();
				}
			}
		});
	});
}

const start = performance.now();
const sockets = [];
for (let i = 0; i < count; i += 100) {
	sockets.push(...(await Promise.all(Array.from({ length: Math.min(100, count - i) }, (_, j) => open(i + j)))));
}
const opened = performance.now();
for (let i = 0; i < broadcasts; i++) {
	sockets[0].send(action(i + 1, "say", `${i}`));
}
const timeout = setTimeout(() => {
	failure ??= `${complete} of ${count} connections are complete after 60 s`;
	allComplete();
}, 60_000);
await all;
clearTimeout(timeout);
const seconds = (performance.now() - opened) / 1000;
console.log(`${count} connections opened in ${((opened - start) / 1000).toFixed(2)} s`);
console.log(`${broadcasts} broadcasts, ${got.reduce((a, b) => a + b)} deliveries in ${seconds.toFixed(2)} s`);
console.log(failure ? `FAILED: ${failure}` : "all complete and in order");
process.exit(failure ? 1 : 0);
