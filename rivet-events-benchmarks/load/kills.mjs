// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Kill run: ends the server with SIGKILL every 20 s and starts it again on the same file, while clients call and listen.
// No acknowledged call may be lost, and no client that resumes may lose an event or receive one twice. A schedule of each
// room counts seconds: it must have counted each of its times once.
//   node --experimental-websocket load/kills.mjs [--clients 200] [--seconds 600] [--every 20] [--pause 250]
//     [--java java] [--class-path ...] [-- --rivet.events.state.store=...]
// What follows "--" replaces the options of the store. Run it in the module's folder. See README.md.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readdirSync, rmSync, statSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createClient } from "../../rivet-events-client/src/main/resources/META-INF/resources/rivet-events/rivet-events-client.js";

const MODULE = dirname(dirname(fileURLToPath(import.meta.url)));
const OUT = join(MODULE, "target/kills");
const FILE = join(OUT, "rivet.db");
const CLIENTS_OF_A_ROOM = 10;
const START_TIMEOUT = 180_000;
/** Least time between the return of all clients and the next kill. */
const MIN_CALLING = 3000;
/** Time in which the clients resume, and receive the rest at the end. */
const PATIENCE = 60_000;
const TMPFS = 0x01021994;

const { values: options, positionals: store } = parseArgs({
	options: {
		"clients": { type: "string", default: "200" },
		"seconds": { type: "string", default: "600" },
		"every": { type: "string", default: "20" },
		"pause": { type: "string", default: "250" },
		"java": { type: "string", default: process.env.JAVA_HOME ? join(process.env.JAVA_HOME, "bin/java") : "java" },
		"class-path": { type: "string", default: `${join(MODULE, "target/classes")}:${join(MODULE, "target/lib")}/*` },
	},
	allowPositionals: true,
});
const [clients, seconds, every, pause] = ["clients", "seconds", "every", "pause"].map((name) => Number(options[name]));
if (store.length === 0) store.push("--rivet.events.state.store=file", `--rivet.events.state.file.path=${FILE}`);

const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

const freePort = () =>
	new Promise((resolve) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const { port } = server.address();
			server.close(() => resolve(port));
		});
	});

// ---------------------------------------------------------------- the server

/** One process after the other, on the same port and the same store. */
class Server {
	#process;
	#starts = 0;
	#log = createWriteStream(join(OUT, "server.log"));

	constructor(port) {
		this.port = port;
		this.url = `http://127.0.0.1:${port}/rivet`;
	}

	async start() {
		const began = Date.now();
		const main = "io.rivetevents.benchmarks.store.StoreApplication";
		const line = ["-Xmx512m", "-cp", options["class-path"], main, "--server.address=127.0.0.1", `--server.port=${this.port}`];
		const child = spawn(options.java, [...line, "--rivet.events.history.durable=true", ...store]);
		this.#process = child;
		this.#log.write(`--- start ${++this.#starts}\n`);
		child.stdout.pipe(this.#log, { end: false });
		child.stderr.pipe(this.#log, { end: false });
		child.ended = new Promise((resolve) => child.on("close", resolve));
		while (!(await this.#answers())) {
			if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}; see its log in ${OUT}`);
			if (Date.now() > began + START_TIMEOUT) throw new Error(`The server did not start; see its log in ${OUT}`);
			await sleep(50);
		}
		return Date.now() - began;
	}

	async #answers() {
		try {
			return (await fetch(`http://127.0.0.1:${this.port}/ready.txt`)).ok;
		} catch {
			return false;
		}
	}

	async kill() {
		if (this.#process.exitCode !== null) throw new Error(`The server has ended automatically; see its log in ${OUT}`);
		this.#process.kill("SIGKILL");
		await this.#process.ended;
	}
}

// ---------------------------------------------------------------- the clients

const totals = {
	acknowledged: 0, failed: {}, pendingAtKills: 0, delivered: 0, receipts: 0,
	fresh: {}, resumed: {}, resynced: {}, lost: 0, doubled: 0, gaps: 0, errors: {},
};
const count = (counts, name) => (counts[name] = (counts[name] ?? 0) + 1);
let calling = true;
let pending = 0;

/**
 * A client that enters numbers and checks the events. Half of the clients repeat a call after a lost connection, with an
 * idempotency key; the others go on with the next number. Odd numbers are entered by the durable action.
 */
class Member {
	acknowledged = [];
	receipts = [];
	opens = 0;
	resumes = 0;
	#sequence;
	#number = 0;

	constructor(url, index, run) {
		this.name = `client-${index}`;
		this.room = `${run}-${Math.floor(index / CLIENTS_OF_A_ROOM)}`;
		this.transport = index % 2 === 0 ? "websocket" : "sse";
		this.repeats = Math.floor(index / 2) % 2 === 0;
		const client = createClient(url, { transport: this.transport, reconnect: { minDelay: 100, maxDelay: 1000 } });
		this.connection = client.ledger.getOrCreate([this.room]).connect();
		this.connection.on("entered", (sequence) => this.#receive(Number(sequence)));
		this.connection.on("receipt", (number) => {
			totals.receipts++;
			this.receipts.push(Number(number));
		});
		this.connection.onOpen((outcome, reason) => {
			this.opens++;
			if (outcome === "resumed") this.resumes++;
			if (outcome === "resynced") count(totals.resynced, `${this.transport}: ${reason}`);
			else count(totals[outcome], this.transport);
		});
		this.connection.onResync(() => (this.#sequence = undefined));
		this.connection.onGap(() => totals.gaps++);
		this.connection.onError((error) => count(totals.errors, String(error)));
		this.connection.onClose((reason) => count(totals.errors, `closed: ${reason}`));
	}

	get sequence() {
		return this.#sequence;
	}

	#receive(sequence) {
		totals.delivered++;
		if (this.#sequence !== undefined && sequence <= this.#sequence) totals.doubled++;
		else if (this.#sequence !== undefined) totals.lost += sequence - this.#sequence - 1;
		this.#sequence = sequence;
	}

	async call() {
		while (calling) {
			const number = ++this.#number;
			const action = number % 2 === 1 ? "enter" : "announce";
			const key = this.repeats ? { idempotencyKey: `${this.name}-${number}` } : {};
			pending++;
			try {
				await this.connection.with({ queue: true, deadline: 60_000, ...key })[action](this.name, number);
				totals.acknowledged++;
				this.acknowledged.push(number);
			} catch (error) {
				count(totals.failed, error.code ?? error.name);
			}
			pending--;
			await sleep(pause * (0.5 + Math.random()));
		}
	}

	/** Returns what is missing or too much, compared with the stored entries of this client. */
	check(page = { runs: [], repeated: 0 }) {
		const stored = new Set();
		for (const { first, last } of page.runs) for (let n = Number(first); n <= Number(last); n++) stored.add(n);
		const received = new Set(this.receipts);
		return {
			lost: this.acknowledged.filter((n) => !stored.has(n)).length,
			repeated: Number(page.repeated),
			unconfirmed: [...stored].filter((n) => !received.has(n)).length,
			confirmedTwice: this.receipts.length - received.size,
			confirmedOnly: [...received].filter((n) => !stored.has(n)).length,
		};
	}
}

// ---------------------------------------------------------------- the run

const until = async (condition) => {
	for (const end = Date.now() + PATIENCE; !condition() && Date.now() < end; ) await sleep(20);
};

const killInTurns = async (server, members) => {
	const began = Date.now();
	const starts = [];
	while (starts.length < Math.floor(seconds / every)) {
		await sleep(Math.max(began + (starts.length + 1) * every * 1000 - Date.now(), MIN_CALLING) + Math.random() * 1000);
		totals.pendingAtKills += pending;
		await server.kill();
		starts.push(await server.start());
		process.stderr.write(`kill ${starts.length}: up again after ${starts.at(-1)} ms, ${totals.acknowledged} acknowledged\n`);
		await until(() => members.every(({ opens }) => opens > starts.length));
	}
	await sleep(MIN_CALLING);
	return starts;
};

const judge = async (members, url) => {
	const sums = { beats: 0, missingBeats: 0, lost: 0, repeated: 0, unconfirmed: 0, confirmedTwice: 0, confirmedOnly: 0, entries: 0, behind: 0 };
	const client = createClient(url);
	const rooms = [...new Set(members.map(({ room }) => room))];
	const read = Object.fromEntries(await Promise.all(rooms.map(async (room) => [room, await client.ledger.get([room]).read()])));
	const isBehind = ({ room, sequence }) => sequence !== Number(read[room].entries);
	await until(() => !members.some(isBehind));
	await sleep(1000); // a private event follows that of the room
	for (const member of members) {
		const found = member.check(read[member.room].pages[member.name]);
		for (const [name, n] of Object.entries(found)) sums[name] += n;
		if (isBehind(member)) sums.behind++;
	}
	for (const room of rooms) {
		sums.missingBeats += Math.abs(Number(await client.ledger.get([room]).missingBeats()));
		sums.beats += Number(read[room].beats);
	}
	sums.entries = rooms.reduce((sum, room) => sum + Number(read[room].entries), 0);
	await client.dispose();
	return sums;
};

const sum = (counts) => Object.values(counts).reduce((total, n) => total + n, 0);
const named = (prefix, counts) => Object.fromEntries(Object.entries(counts).map(([name, n]) => [`${prefix}: ${name}`, n]));

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
if (statfsSync(OUT).type === TMPFS) throw new Error(`${OUT} is in memory (tmpfs); use a disk`);
const server = new Server(await freePort());
let members = [];
try {
	await server.start();
	const run = Date.now().toString(36);
	members = Array.from({ length: clients }, (_, index) => new Member(server.url, index, run));
	await Promise.all(members.map(({ connection }) => connection.ready()));
	const starter = createClient(server.url);
	for (const room of new Set(members.map((member) => member.room))) await starter.ledger.get([room]).beat();
	await starter.dispose();
	const calls = members.map((member) => member.call());
	const starts = await killInTurns(server, members);
	calling = false;
	await Promise.all(calls);
	const found = await judge(members, server.url);

	const faults = {
		"acknowledged calls lost": found.lost,
		"calls with a key that ran twice": found.repeated,
		"events lost": totals.lost + totals.gaps,
		"events doubled or out of order": totals.doubled,
		"clients without the last event": found.behind,
		"runs of schedules lost or doubled": found.missingBeats,
		"private events lost": found.unconfirmed,
		"private events doubled": found.confirmedTwice,
		"private events of a call that is not stored": found.confirmedOnly,
		// a connection may also be cut at other times on a busy machine
		"clients not resumed": members.reduce((missing, { resumes }) => missing + Math.max(0, starts.length - resumes), 0),
		"errors of clients": sum(totals.errors),
	};
	console.table({
		"clients": clients,
		"kills": starts.length,
		"calls pending at a kill": totals.pendingAtKills,
		"longest start in ms": Math.max(0, ...starts),
		"calls acknowledged": totals.acknowledged,
		...named("calls failed", totals.failed),
		"calls stored": found.entries,
		"events delivered": totals.delivered,
		"private events delivered": totals.receipts,
		"runs of schedules": found.beats,
		...named("fresh", totals.fresh),
		...named("resumed", totals.resumed),
		...named("resynced", totals.resynced),
		...named("error", totals.errors),
		"MB in the files": Math.round(readdirSync(OUT).filter((name) => name.startsWith("rivet.db")).reduce((bytes, name) => bytes + statSync(join(OUT, name)).size, 0) / 2 ** 20),
		...faults,
	});
	const bad = Object.entries(faults).filter(([, n]) => n > 0);
	if (starts.length === 0) bad.push(["kills", 0]);
	if (found.beats === 0) bad.push(["runs of schedules", 0]);
	console.log(bad.length === 0 ? "Verdict: nothing was lost or doubled" : `Verdict: FAILED, ${bad.map(([name, n]) => `${name}: ${n}`).join(", ")}`);
	process.exitCode = bad.length === 0 ? 0 : 1;
} catch (error) {
	console.error(error);
	process.exitCode = 2;
}
await server.kill().catch(() => {});
process.exit(); // the clients keep trying to reconnect
