// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// Mass reconnect: cuts many clients at once, and measures the time until all of them are back and have received what they
// missed. Half of them use WebSocket, half an event stream. They connect through proxies, which are ended with SIGKILL and
// started again; events are sent meanwhile. Other clients connect to the server directly, and call it all the time.
//   node load/reconnects.mjs [--clients 10000] [--others 100] [--down 500] [--calm 5000] [--pause 2000] [--per-process 2500]
//     [--java java] [--class-path ...] [-- --rivet.events.limits.node.connections=10000]
// What follows "--" are arguments of the server. Run it in the module's folder. See README.md.
import { fork, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createClient } from "../../rivet-events-client/src/main/resources/META-INF/resources/rivet-events/rivet-events-client.js";

const FILE = fileURLToPath(import.meta.url);
const MODULE = dirname(dirname(FILE));
const OUT = join(MODULE, "target/reconnects");
const CLIENTS_OF_A_ROOM = 100;
/** Events that each client misses for certain. */
const MISSED = 3;
const START_TIMEOUT = 180_000;
/** Time in which the clients return, and receive the rest at the end. */
const PATIENCE = 180_000;
/** Connections that are opened at the same time, at the start. */
const OPENING = 50;
const CALL_PAUSE = 200;
const BACKLOG = 4096;
/** Of /proc: clock ticks of a second. */
const TICKS = 100;

const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

const count = (counts, name, n = 1) => (counts[name] = (counts[name] ?? 0) + n);

const transportOf = (index) => (index % 2 === 0 ? "websocket" : "sse");

const roomOf = (index) => `room-${Math.floor(index / CLIENTS_OF_A_ROOM)}`;

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;

// ---------------------------------------------------------------- a proxy: one process

const runProxy = ({ port, server }) => {
	const tie = (one, other) => one.on("error", () => {}).on("close", () => other.destroy()).pipe(other);
	const proxy = createServer((client) => {
		const upstream = connect({ port: server, host: "127.0.0.1", noDelay: true });
		client.setNoDelay(true);
		tie(client, upstream);
		tie(upstream, client);
	});
	process.on("message", () => proxy.listen({ port, host: "127.0.0.1", backlog: BACKLOG }, () => process.send({ listening: true })));
	process.send({ started: true });
};

// ---------------------------------------------------------------- clients that are cut: some thousand in a process

/** The WebSocket of Node 20 reports a failed handshake by an error alone; the client waits for its close. */
class ClosingSocket extends (globalThis.WebSocket ?? Object) {
	constructor(...parameters) {
		super(...parameters);
		this.addEventListener("error", () => {
			if (this.readyState === WebSocket.CONNECTING) this.onclose({ code: 1006, reason: "" });
		});
	}
}

const runClients = async ({ url, first, number }) => {
	let cutAt;
	let targets;
	let missing = 0;
	const told = { reasons: {}, outcomes: {}, errors: {}, lost: 0, doubled: 0, gaps: 0, delivered: 0 };

	const member = (index) => {
		const room = roomOf(index);
		const client = createClient(url, { transport: transportOf(index), WebSocket: ClosingSocket });
		const connection = client.room.getOrCreate([room]).connect();
		const self = { index, room, sequence: 0, connection };
		connection.on("msg", (data) => {
			const sequence = Number(data);
			told.delivered++;
			if (sequence <= self.sequence) told.doubled++;
			else told.lost += sequence - self.sequence - 1;
			self.sequence = Math.max(self.sequence, sequence);
			if (targets && self.caughtUp === undefined && sequence >= targets[room]) {
				self.caughtUp = Date.now() - cutAt;
				if (--missing === 0) process.send({ back: true });
			}
		});
		connection.onOpen((outcome) => {
			if (cutAt === undefined) return;
			self.back ??= Date.now() - cutAt;
			count(told.outcomes, outcome);
		});
		connection.onStatus(({ status, reason }) => {
			if (status === "waiting" || status === "closed") count(told.reasons, `${status}: ${reason}`);
		});
		connection.onGap(() => told.gaps++);
		connection.onError((error) => count(told.errors, String(error)));
		return self;
	};

	const members = [];
	while (members.length < number) {
		const next = Array.from({ length: Math.min(OPENING, number - members.length) }, (_, i) => member(first + members.length + i));
		await Promise.all(next.map(({ connection }) => connection.ready()));
		members.push(...next);
	}
	missing = members.length;
	process.on("message", ({ cut, missed, last }) => {
		if (cut) cutAt = cut;
		if (missed) targets = missed;
		if (last) {
			const clients = members.map(({ index, sequence, room, back, caughtUp }) =>
				({ transport: transportOf(index), back, caughtUp, behind: sequence !== last[room] }));
			process.send({ report: { ...told, clients, rss: process.memoryUsage.rss() } });
		}
	});
	process.send({ open: true });
};

// ---------------------------------------------------------------- clients that are not cut: one process

const runOthers = async ({ url, number }) => {
	const waits = [];
	const failed = {};
	let calling = true;
	const connections = Array.from({ length: number }, (_, index) =>
		createClient(url, { transport: transportOf(index) }).room.getOrCreate([`other-${index}`]).connect());
	await Promise.all(connections.map((connection) => connection.ready()));
	for (const connection of connections) connection.onStatus(({ status, reason }) => count(failed, `${status}: ${reason}`));
	process.on("message", () => {
		calling = false;
		process.send({ report: { waits, failed } });
	});
	process.send({ open: true });
	await Promise.all(connections.map(async (connection, index) => {
		await sleep((CALL_PAUSE * index) / number);
		while (calling) {
			const began = performance.now();
			const at = Date.now();
			await connection.echo("x").catch((error) => count(failed, error.code ?? error.name));
			waits.push([at, performance.now() - began]);
			await sleep(CALL_PAUSE);
		}
	}));
};

// ---------------------------------------------------------------- the run

/** A process of this file. Its messages have one field, by whose name they are awaited. */
class Part {
	#messages = {};
	#waiting = {};

	constructor(role, settings) {
		this.process = fork(FILE, [role, JSON.stringify(settings)], { execArgv: ["--experimental-websocket", "--no-warnings"] });
		this.ended = new Promise((resolve) => this.process.on("exit", resolve));
		this.process.on("message", (message) => {
			const [[name, value]] = Object.entries(message);
			this.#messages[name] = value;
			this.#waiting[name]?.();
		});
	}

	async next(name) {
		const gone = this.ended.then(() => Promise.reject(new Error("A process of the run has ended")));
		const arrived = new Promise((resolve) => (name in this.#messages ? resolve() : (this.#waiting[name] = resolve)));
		await Promise.race([arrived, gone]);
		return this.#messages[name];
	}

	send(message) {
		this.process.send(message);
	}

	kill() {
		this.process.kill("SIGKILL");
		return this.ended;
	}
}

const startServer = async (options, port, args) => {
	const log = createWriteStream(join(OUT, "server.log"));
	const main = "io.rivetevents.benchmarks.load.LoadApplication";
	const line = ["-Xmx2g", "-cp", options["class-path"], main, "--server.address=127.0.0.1", `--server.port=${port}`, ...args];
	const server = spawn(options.java, line);
	server.stdout.pipe(log);
	server.stderr.pipe(log);
	const answers = () => fetch(`http://127.0.0.1:${port}/ready.txt`).then(({ ok }) => ok, () => false);
	for (const began = Date.now(); !(await answers()); await sleep(50)) {
		if (server.exitCode !== null || Date.now() > began + START_TIMEOUT) {
			server.kill("SIGKILL");
			throw new Error(`The server did not start; see its log in ${OUT}`);
		}
	}
	return server;
};

/** Returns the seconds of CPU and the megabytes of a process; only on Linux. */
const usageOf = (pid) => {
	const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
	const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1];
	return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, megabytes: Math.round(Number(rss) / 1024) };
};

const freePorts = async (number) => {
	const servers = await Promise.all(Array.from({ length: number }, () =>
		new Promise((resolve) => {
			const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
		})));
	const ports = servers.map((server) => server.address().port);
	await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
	return ports;
};

/** Sends numbered events to each room, one after the other. */
class Publisher {
	sent = {};
	#client;
	#rooms;
	#running;

	constructor(url, rooms) {
		this.#client = createClient(url);
		this.#rooms = rooms;
		for (const room of rooms) this.sent[room] = 0;
	}

	async once() {
		await Promise.all(this.#rooms.map((room) => this.#client.room.getOrCreate([room]).say(String(++this.sent[room]))));
	}

	start(pause) {
		let running = true;
		const done = (async () => {
			for (; running; await sleep(pause)) await this.once();
		})();
		done.catch(() => {}); // reported by stop()
		this.#running = () => {
			running = false;
			return done;
		};
	}

	stop() {
		return this.#running();
	}
}

const within = (millis, promise) => Promise.race([promise.then(() => true), sleep(millis).then(() => false)]);

const measure = async (options, args, parts) => {
	const [clients, others, down, pause, calm, perProcess] =
		["clients", "others", "down", "pause", "calm", "per-process"].map((name) => Number(options[name]));
	const groups = Math.ceil(clients / perProcess);
	const [port, ...ports] = await freePorts(groups + 1);
	const url = (at) => `http://127.0.0.1:${at}/rivet`;
	const part = (...settings) => {
		const started = new Part(...settings);
		parts.push(started);
		return started;
	};
	const startProxies = async () => {
		const proxies = ports.map((at) => part("proxy", { port: at, server: port }));
		await Promise.all(proxies.map((proxy) => proxy.next("started")));
		return proxies;
	};
	const open = async (proxies) => {
		for (const proxy of proxies) proxy.send({});
		await Promise.all(proxies.map((proxy) => proxy.next("listening")));
	};

	const server = await startServer(options, port, args);
	parts.push({ kill: () => server.kill("SIGKILL") });
	const proxies = await startProxies();
	const laterProxies = await startProxies();
	await open(proxies);
	const empty = usageOf(server.pid);
	const workers = ports.map((at, i) =>
		part("clients", { url: url(at), first: i * perProcess, number: Math.min(perProcess, clients - i * perProcess) }));
	await Promise.all(workers.map((worker) => worker.next("open")));
	const quiet = part("others", { url: url(port), number: others });
	await quiet.next("open");
	const full = usageOf(server.pid);

	const rooms = [...new Set(Array.from({ length: clients }, (_, index) => roomOf(index)))];
	const publisher = new Publisher(url(port), rooms);
	publisher.start(pause);
	await sleep(calm);
	await publisher.stop();

	const before = usageOf(server.pid);
	const cut = Date.now();
	for (const worker of workers) worker.send({ cut });
	await Promise.all(proxies.map((proxy) => proxy.kill()));
	for (let i = 0; i < MISSED; i++) await publisher.once();
	for (const worker of workers) worker.send({ missed: publisher.sent });
	await sleep(Math.max(0, cut + down - Date.now()));
	await open(laterProxies);
	const up = Date.now() - cut;
	publisher.start(pause);
	const areBack = await within(PATIENCE, Promise.all(workers.map((worker) => worker.next("back"))));
	const after = usageOf(server.pid);
	const end = Date.now();
	await sleep(calm);
	await publisher.stop();
	await sleep(1000); // the last event
	quiet.send({});
	for (const worker of workers) worker.send({ last: publisher.sent });
	const reports = await Promise.all(workers.map((worker) => worker.next("report")));
	return {
		calm, cut, up, end, areBack, reports,
		others: await quiet.next("report"),
		cpu: after.cpu - before.cpu,
		megabytes: { empty: empty.megabytes, full: full.megabytes, after: after.megabytes },
		clientMegabytes: Math.round(reports.reduce((sum, { rss }) => sum + rss, 0) / 2 ** 20),
	};
};

/** Prints the table, and returns what is wrong. */
const judge = ({ calm, cut, up, end, areBack, reports, others, cpu, megabytes, clientMegabytes }) => {
	const clients = reports.flatMap((report) => report.clients);
	const sum = (name) => reports.reduce((total, report) => total + report[name], 0);
	const all = (name) => {
		const counts = {};
		for (const report of reports) for (const [key, n] of Object.entries(report[name])) count(counts, key, n);
		return counts;
	};
	const named = (prefix, counts) => Object.fromEntries(Object.entries(counts).map(([name, n]) => [`${prefix}: ${name}`, n]));
	const times = (name, transport) => clients.filter((client) => !transport || client.transport === transport)
		.map((client) => client[name] ?? Infinity).sort((a, b) => a - b);
	const back = (name, ...transport) => ["p50", "p99", "last"].map((_, i) => quantile(times(name, ...transport), [0.5, 0.99, 1][i])).join(" / ");
	const waits = (from, to) => {
		const sorted = others.waits.filter(([at]) => at >= from && at < to).map(([, wait]) => wait).sort((a, b) => a - b);
		return `${quantile(sorted, 0.5).toFixed(1)} / ${quantile(sorted, 0.99).toFixed(1)} / ${quantile(sorted, 1).toFixed(1)} (${sorted.length})`;
	};
	const outcomes = all("outcomes");
	const faults = {
		"clients not back": areBack ? 0 : clients.filter(({ caughtUp }) => caughtUp === undefined).length,
		"events lost": sum("lost") + sum("gaps"),
		"events doubled or out of order": sum("doubled"),
		"clients without the last event": clients.filter(({ behind }) => behind).length,
		"clients not resumed": clients.length - (outcomes.resumed ?? 0),
		"errors of clients": Object.values(all("errors")).reduce((total, n) => total + n, 0),
	};
	console.table({
		"clients that were cut": clients.length,
		"proxies up again after, ms": up,
		"connected after, ms: p50 / p99 / last": back("back"),
		"caught up after, ms: p50 / p99 / last": back("caughtUp"),
		"... WebSocket": back("caughtUp", "websocket"),
		"... event stream": back("caughtUp", "sse"),
		"calls of others before, ms: p50 / p99 / max (calls)": waits(cut - calm, cut),
		"... from the cut until all are back": waits(cut, end),
		"CPU of the server meanwhile, s": cpu.toFixed(2),
		"MB of the server: empty / connected / back": Object.values(megabytes).join(" / "),
		"MB of the processes of clients": clientMegabytes,
		"events delivered": sum("delivered"),
		...named("attempt ended", all("reasons")),
		...named("outcome", outcomes),
		...named("error", all("errors")),
		...named("others that were disturbed", others.failed),
		...faults,
	});
	return Object.entries(faults).filter(([, n]) => n > 0);
};

const main = async () => {
	const { values: options, positionals: args } = parseArgs({
		options: {
			"clients": { type: "string", default: "10000" },
			"others": { type: "string", default: "100" },
			"down": { type: "string", default: "500" },
			"calm": { type: "string", default: "5000" },
			"pause": { type: "string", default: "2000" },
			"per-process": { type: "string", default: "2500" },
			"java": { type: "string", default: process.env.JAVA_HOME ? join(process.env.JAVA_HOME, "bin/java") : "java" },
			"class-path": { type: "string", default: `${join(MODULE, "target/classes")}:${join(MODULE, "target/lib")}/*` },
		},
		allowPositionals: true,
	});
	mkdirSync(OUT, { recursive: true });
	const parts = [];
	try {
		const bad = judge(await measure(options, args, parts));
		console.log(bad.length === 0 ? "Verdict: nothing was lost or doubled" : `Verdict: FAILED, ${bad.map(([name, n]) => `${name}: ${n}`).join(", ")}`);
		process.exitCode = bad.length === 0 ? 0 : 1;
	} catch (error) {
		console.error(error);
		process.exitCode = 2;
	}
	for (const part of parts) part.kill();
	process.exit();
};

const ROLES = { proxy: runProxy, clients: runClients, others: runOthers };
const [role, settings] = process.argv.slice(2);
if (process.send && ROLES[role]) {
	process.on("disconnect", () => process.exit());
	await ROLES[role](JSON.parse(settings));
} else await main();
