// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// 1,000 connections, cut at random: each must receive all numbers in order and none twice, or be notified of a gap.
//   node test/cuts.mjs --url http://127.0.0.1:8080/rivet [--connections 1000] [--seconds 60] [--seed 1] [--rooms 20]
import { WebSocket } from "ws";
import { createClient } from "../src/main/resources/META-INF/resources/rivet-events/rivet-events-client.js";
import { startFaultProxy } from "./fault-proxy.mjs";

const argument = (name, otherwise) => {
	const index = process.argv.indexOf(`--${name}`);
	return index < 0 ? otherwise : process.argv[index + 1];
};
const url = new URL(argument("url", "http://127.0.0.1:8080/rivet"));
const connections = Number(argument("connections", 1000));
const seconds = Number(argument("seconds", 60));
const rooms = Number(argument("rooms", 20));
let seed = Number(argument("seed", 1));

/** How often a connection is cut on average, and how. */
const MEAN_SECONDS_BETWEEN_CUTS = 10;
const KINDS = ["fin", "rst", "half-open"];
const EVENTS_PER_SECOND = 10;

/** Mulberry32: the same seed, the same cuts. */
const random = () => {
	seed = (seed + 0x6d2b79f5) | 0;
	let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
	t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
	return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};
const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

const totals = { delivered: 0, gaps: 0, duplicates: 0, reopened: 0, resumed: 0, resynced: {}, cuts: {} };
const proxy = await startFaultProxy({ target: url.host });
const run = Date.now().toString(36);
const room = (index) => [`${run}-${index % rooms}`];

/** What one client has received: each number has to follow the last, unless the client was notified to start again. */
const member = (index) => {
	const transport = index % 2 === 0 ? "websocket" : "sse";
	const client = createClient(proxy.url + url.pathname, { WebSocket, transport, reconnect: { minDelay: 50, maxDelay: 2000 } });
	const connection = client.counter.getOrCreate(room(index)).connect();
	const self = { connection, last: undefined };
	connection.on("newCount", (count) => {
		totals.delivered++;
		if (self.last !== undefined && count <= self.last) totals.duplicates++;
		else if (self.last !== undefined && count !== self.last + 1) totals.gaps++;
		self.last = count;
	});
	connection.onOpen((outcome) => {
		if (outcome === "fresh") return;
		totals.reopened++;
		if (outcome === "resumed") totals.resumed++;
	});
	connection.onResync((reason) => {
		totals.resynced[reason] = (totals.resynced[reason] ?? 0) + 1;
		self.last = undefined;
	});
	connection.onError((error) => console.error(index, error));
	return self;
};

const members = [];
for (let i = 0; i < connections; i++) {
	members.push(member(i));
	if (i % 50 === 49) await sleep(50);
}
await Promise.all(members.map(({ connection }) => connection.ready()));
console.log(`${connections} connected to ${rooms} rooms, half of them by WebSocket`);

const publisher = createClient(url.href, { WebSocket });
const speakers = Array.from({ length: rooms }, (_, i) => publisher.counter.getOrCreate(room(i)).connect());
const counts = Array.from({ length: rooms }, () => 0);
const end = Date.now() + seconds * 1000;
const publishing = Promise.all(
	speakers.map(async (speaker, i) => {
		for (let at = Date.now(); at < end; at += 1000 / EVENTS_PER_SECOND) {
			counts[i] = await speaker.increment(1);
			await sleep(at + 1000 / EVENTS_PER_SECOND - Date.now());
		}
	}),
);
const TICK = 100;
while (Date.now() < end) {
	for (const pair of proxy.pairs()) {
		if (random() < TICK / 1000 / MEAN_SECONDS_BETWEEN_CUTS) {
			const kind = KINDS[Math.floor(random() * KINDS.length)];
			totals.cuts[kind] = (totals.cuts[kind] ?? 0) + 1;
			proxy.breakPair(pair, kind);
		}
	}
	await sleep(TICK);
}
await publishing;

// a client that hangs on a half-open connection notices after two keep-alives
const patience = Date.now() + Number(argument("patience", 90)) * 1000;
const behind = () => members.filter(({ last }, i) => last !== counts[i % rooms]);
while (behind().length > 0 && Date.now() < patience) await sleep(200);
const missing = behind().filter(({ last }) => last !== undefined).length;
const never = behind().length - missing;

console.table({
	"connections": connections,
	"events sent": counts.reduce((sum, count) => sum + count, 0),
	"events delivered": totals.delivered,
	...Object.fromEntries(Object.entries(totals.cuts).map(([kind, count]) => [`cut: ${kind}`, count])),
	"opened again": totals.reopened,
	"resumed": totals.resumed,
	...Object.fromEntries(Object.entries(totals.resynced).map(([reason, count]) => [`resynced: ${reason}`, count])),
	"gaps": totals.gaps,
	"duplicates or disorder": totals.duplicates,
	"end missing": missing,
	"nothing since a resync": never,
});
process.exit(totals.gaps + totals.duplicates + missing === 0 ? 0 : 1);
