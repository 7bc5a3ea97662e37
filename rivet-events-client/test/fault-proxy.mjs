// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

// A TCP proxy that breaks connections in the ways in which networks do. By hand:
//   node fault-proxy.mjs --target 127.0.0.1:8080 --port 9000 --control 9001
//   curl -X POST localhost:9001/cut
import { createServer } from "node:http";
import net from "node:net";
import { pathToFileURL } from "node:url";

const REFUSAL = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/** Starts a proxy; `port` 0 takes a free one. */
export async function startFaultProxy({ target, port = 0 }) {
	const [host, targetPort] = target.split(":");
	const pairs = new Set();
	const state = { down: false, refuseUpgrade: false, paused: false, delay: 0, bytesPerSecond: Infinity };
	const stats = { accepted: 0, refused: 0, cut: 0 };

	/** Forwards bytes with the configured faults; in a half-open pair, bytes stop and neither side is notified. */
	const pump = (pair, from, to) => {
		let onTime = Promise.resolve();
		from.on("data", (bytes) => {
			if (state.refuseUpgrade && from === pair.client && isUpgrade(bytes)) {
				stats.refused++;
				pair.client.end(REFUSAL);
				pair.server.destroy();
				return;
			}
			if (state.paused || pair.paused) return;
			from.pause();
			const wait = state.delay + (bytes.length / state.bytesPerSecond) * 1000;
			onTime = onTime
				.then(() => (wait > 0 ? new Promise((resolve) => setTimeout(resolve, wait)) : undefined))
				.then(() => {
					if (!to.destroyed && !pair.paused) to.write(bytes);
					from.resume();
				});
		});
		from.on("end", () => onTime.then(() => !pair.paused && to.end()));
		from.on("error", () => to.destroy());
		from.on("close", () => {
			pairs.delete(pair);
			if (!pair.paused) to.destroy();
		});
	};

	const server = net.createServer((client) => {
		if (state.down) {
			client.destroy();
			return;
		}
		stats.accepted++;
		const pair = { client, server: net.connect(Number(targetPort), host), paused: false };
		pairs.add(pair);
		client.setNoDelay(true);
		pair.server.setNoDelay(true);
		pump(pair, client, pair.server);
		pump(pair, pair.server, client);
	});
	await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));

	/** Breaks one pair: `fin` ends it, `rst` resets it, `half-open` lets bytes vanish. */
	const breakPair = (pair, how) => {
		stats.cut++;
		pairs.delete(pair);
		if (how === "half-open") pair.paused = true;
		else if (how === "rst") {
			pair.client.resetAndDestroy();
			pair.server.resetAndDestroy();
		} else {
			pair.client.end();
			pair.server.end();
			pair.client.destroySoon();
			pair.server.destroySoon();
		}
	};

	return {
		port: server.address().port,
		url: `http://127.0.0.1:${server.address().port}`,
		stats: () => ({ ...stats, open: pairs.size }),
		/** Breaks all connections, or each with a probability. */
		cut: (how = "rst", probability = 1) => {
			for (const pair of [...pairs]) if (Math.random() < probability) breakPair(pair, how);
		},
		/** The open pairs, for callers that select the connections to break. */
		pairs: () => [...pairs],
		breakPair,
		down: () => {
			state.down = true;
			for (const pair of [...pairs]) breakPair(pair, "rst");
		},
		up: () => {
			state.down = false;
		},
		pause: () => {
			state.paused = true;
		},
		resume: () => {
			state.paused = false;
		},
		delay: (millis) => {
			state.delay = millis;
		},
		throttle: (bytesPerSecond) => {
			state.bytesPerSecond = bytesPerSecond;
		},
		refuseUpgrade: (on) => {
			state.refuseUpgrade = on;
		},
		close: () => {
			for (const pair of [...pairs]) breakPair(pair, "rst");
			return new Promise((resolve) => server.close(resolve));
		},
	};
}

/** Any request on a connection may be the one: a browser reuses connections. */
function isUpgrade(bytes) {
	return /^GET [^\r]*\r\n(?:[^\r]+\r\n)*upgrade: *websocket/i.test(bytes.toString("latin1"));
}

/** Steers a proxy over HTTP, for tests that are no JavaScript. */
function startControl(proxy, port) {
	const commands = {
		"/cut": (query) => proxy.cut(query.get("how") ?? "rst"),
		"/down": () => proxy.down(),
		"/up": () => proxy.up(),
		"/pause": () => proxy.pause(),
		"/resume": () => proxy.resume(),
		"/delay": (query) => proxy.delay(Number(query.get("ms"))),
		"/throttle": (query) => proxy.throttle(Number(query.get("bytesPerSecond"))),
		"/refuse-upgrade": (query) => proxy.refuseUpgrade(query.get("on") === "true"),
		"/stats": () => {},
	};
	const server = createServer((request, response) => {
		const { pathname, searchParams } = new URL(request.url, "http://control");
		const command = commands[pathname];
		if (!command) response.writeHead(404).end();
		else {
			command(searchParams);
			response.end(JSON.stringify(proxy.stats()));
		}
	});
	return new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	const argument = (name) => process.argv[process.argv.indexOf(name) + 1];
	const proxy = await startFaultProxy({ target: argument("--target"), port: Number(argument("--port")) });
	await startControl(proxy, Number(argument("--control")));
	console.log(`proxy ${proxy.url}`);
}
