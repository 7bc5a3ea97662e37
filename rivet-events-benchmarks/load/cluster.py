#!/usr/bin/env python3
# Copyright 2026 the rivet-events authors
# SPDX-License-Identifier: Apache-2.0

"""Cluster run: what it costs that an actor is on another node than its clients. Prints a table.

  cluster.py                        everything, three rounds: about 20 minutes
  cluster.py --only room-25,call    some scenarios, by name
  cluster.py --rounds 5             more rounds
  cluster.py --quick                one short round, to check that it works; its figures are meaningless

The clients are always at the same node, the gateway, which has core 0. In each round they use an actor of the gateway
("local") and an actor of the other node ("remote"), seconds apart; only ratios and differences of the two are meaningful.
The other node, PostgreSQL and the generator share core 1. See README.md in the parent folder.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

sys.dont_write_bytecode = True  # in the folder of the scripts
import run
import stores

OUT = run.OUT / "cluster"
GATEWAY, OTHER, PLAIN = "gateway", "other node", "without cluster"
CORES = {GATEWAY: [run.SERVER_CORE], OTHER: [run.LOAD_CORE], PLAIN: [run.SERVER_CORE]}
SIZES = [5, 25, 100, 1000]
AIM, AIM_FROM = 0.7, 25  # of the local deliveries, from so many connections
CALL_MS = 0.3  # more than a local call

# Options of fan, kind of messages, and seconds of warm-up before the first round. "room" has 8 broadcasts in progress; "busy"
# has 64, so that the gateway always has work. Their caller is at the gateway too, so its calls have to cross; that of "fan" is at
# the node of the actor, so only the events cross.
ROOM = "--mode closed --n {} --window {} --warmup 2 --secs 4 --settle 1"
SCENARIOS = {f"room-{n}": (ROOM.format(n, 8), "events", 20 if n == 25 else 3) for n in SIZES}
SCENARIOS.update({f"busy-{n}": (ROOM.format(n, 64), "events", 3) for n in SIZES[:-1]})
SCENARIOS.update({name.replace("room", "fan"): options for name, options in SCENARIOS.items() if name.startswith("room-")})
SCENARIOS.update({f"busy-fan-{n}": SCENARIOS[f"busy-{n}"] for n in SIZES[:-1]})
# Broadcasts by the clock, whether earlier ones have arrived or not, faster and faster until events are late or missing.
STEADY = "--mode open --n {} --rate RATE --warmup 1 --secs 2 --settle 0.5"
SCENARIOS.update({f"steady-fan-{n}": (STEADY.format(n), "events", 0) for n in (25, 100)})
RATES = [500_000 * 1.15 ** i for i in range(18)]  # deliveries per second
LATE_US = 50_000
SCENARIOS["call"] = ("--mode rpc --n 1 --window 1 --warmup 1 --secs 4", "echo", 10)
SCENARIOS["calls-64"] = ("--mode rpc --n 64 --window 1 --warmup 1 --secs 4", "echo", 5)
IDLE = "idle"


class Node(run.Server):
	"""A server with the store, in a cluster or without one."""

	def __init__(self, args, peer, database):
		(OUT.parent / f"{peer.replace(' ', '-')}.log").unlink(missing_ok=True)  # of an earlier run
		options = [*database.options(), "--logging.level.io.rivetevents.cluster=info"]
		if peer != PLAIN:
			options += ["--rivet.events.cluster.enabled=true", "--rivet.events.cluster.bind-address=127.0.0.1", f"--rivet.events.cluster.port={stores.free_port()}"]
		super().__init__(args, peer, options, CORES[peer])

	def command(self, arguments, cores):
		return ["taskset", "-c", ",".join(map(str, cores)), *stores.java(self.args), f"{stores.PACKAGE}.cluster.ClusterApplication",
			f"--server.port={self.port}", "--server.address=127.0.0.1", *arguments]

	def await_ready(self):
		self.first_answer_ms()

	def joined(self):
		"""Returns name of the node and number of nodes, from its log."""
		log = pathlib.Path(self.log.name).read_text()
		name = re.findall(r"as node ([0-9a-f-]+), ", log)[-1]
		return name, int(re.findall(r"(\d+) nodes", log)[-1])

	def call(self, key):
		"""Calls an actor over HTTP, which creates it."""
		url = f"http://127.0.0.1:{self.port}/rivet/gateway/room/action/echo?{run.QUERY.replace('r%R', key)}"
		request = urllib.request.Request(url, b'{"args":["x"]}', {"content-type": "application/json", "x-rivet-encoding": "json"})
		with urllib.request.urlopen(request, timeout=30) as answer:
			answer.read()

	def drive(self, scenario, actor, nodes, times):
		"""Runs the generator with clients of this node and an actor; returns its figures, with the CPU of all nodes."""
		if scenario.startswith("steady"):
			return self.fastest(scenario, actor, nodes)
		done = self.generate(scenario, actor, nodes, times)
		if done.returncode:
			raise SystemExit(f"{scenario}: {done.stderr.strip() or done.stdout.strip()}, see {self.log.name}")
		return json.loads(done.stdout)

	def fastest(self, scenario, actor, nodes):
		"""Returns the figures of the highest rate at which all events arrive in time."""
		best, failed = None, 0
		for rate in RATES:
			done = self.generate(scenario, actor, nodes, [], rate / int(scenario.split("-")[-1]))
			figures = json.loads(done.stdout) if not done.returncode else {"lost": "all"}
			if not figures["lost"] and figures["p99_us"] < LATE_US and figures["per_s"] > 0.97 * rate:
				best, failed = figures, 0
				continue
			failed += 1
			if failed == 2:  # a single one may be a pause of the machine
				break
			run.await_calm(nodes)
		if not best:
			raise SystemExit(f"{scenario}: not even {RATES[0]:.0f} deliveries per second, see {self.log.name}")
		return best

	def generate(self, scenario, actor, nodes, times, rate=0):
		load, kind, _ = SCENARIOS[scenario]
		key, owner = actor
		talk = [part.replace("r%R", key) for part in run.TALK[run.OURS][kind]]
		pids = ",".join(str(node.process.pid) for node in nodes)
		line = ["taskset", "-c", str(run.LOAD_CORE), str(run.FAN), "--port", str(self.port), "--pid", pids, "--cpu", str(run.SERVER_CORE)]
		if "fan-" in scenario:
			line += ["--pub-port", str(owner.port)]
		return subprocess.run(line + talk + load.replace("RATE", str(round(rate))).split() + times, capture_output=True, text=True, timeout=240)


def await_two_nodes(nodes):
	for _ in range(600):
		if all(node.joined()[1] == 2 for node in nodes):
			return
		time.sleep(0.1)
	raise SystemExit(f"The nodes did not join, see {nodes[0].log.name}")


def keys(database, gateway, other):
	"""Returns an actor of the gateway and one of the other node, each as key and node."""
	for n in range(40):
		gateway.call(f"k{n}")
	sql = "select owner, min(actor_key) from rivet_actor where owner is not null group by owner"
	out = subprocess.run(["psql", "-h", "127.0.0.1", "-p", str(database.port), "-U", database.USER, "-Atc", sql, "postgres"], check=True, capture_output=True, text=True).stdout
	of_node = dict(line.split("|") for line in out.splitlines())
	return tuple((of_node[node.joined()[0]], node) for node in (gateway, other))


def compare(args, note):
	names = [name for name in SCENARIOS if name in args.only]
	with stores.Postgresql(OUT / "data") as database:
		subprocess.run(["taskset", "-a", "-cp", str(run.LOAD_CORE), str(database.process.pid)], check=True, stdout=subprocess.DEVNULL)
		with Node(args, GATEWAY, database) as gateway:
			gateway.await_ready()
			with Node(args, OTHER, database) as other:
				nodes = [gateway, other]
				other.await_ready()
				await_two_nodes(nodes)
				local, remote = keys(database, gateway, other)
				for name in names if not args.quick else []:
					seconds = SCENARIOS[name][2]
					for key in (local, remote) if seconds else ():
						gateway.drive(name, key, nodes, ["--warmup", "0", "--secs", str(seconds)])
				for n in range(args.rounds):
					for i, name in enumerate(names):
						sides = [("local", local), ("remote", remote)]
						for side, key in sides if (n + i) % 2 else reversed(sides):
							run.await_calm(nodes)
							ticks = [node.cpu_ticks() for node in nodes]
							figures = gateway.drive(name, key, nodes, run.QUICK if args.quick else [])
							used = [(node.cpu_ticks() - t) / os.sysconf("SC_CLK_TCK") for node, t in zip(nodes, ticks)]
							note({"round": n, "scenario": name, "side": side, "gateway_cpu_s": used[0], "other_cpu_s": used[1], **figures})


# ---------------------------------------------------------------- idle nodes

def idle(args, note):
	"""Measures CPU and memory of a node without traffic, with another node and without cluster, at the same time."""
	seconds = 5 if args.quick else 30
	for n in range(1 if args.quick else args.rounds):
		with stores.Postgresql(OUT / f"idle-{n}") as database:
			with Node(args, PLAIN, database) as plain:
				plain.await_ready()
				with Node(args, GATEWAY, database) as node:
					node.await_ready()
					with Node(args, OTHER, database) as other:
						other.await_ready()
						await_two_nodes([node, other])
						time.sleep(seconds / 3)
						servers = {PLAIN: plain, GATEWAY: node}
						before = {name: server.cpu_ticks() for name, server in servers.items()}
						time.sleep(seconds)
						figures = {}
						for name, server in servers.items():
							figures[name] = {"cpu_percent": 100 * (server.cpu_ticks() - before[name]) / os.sysconf("SC_CLK_TCK") / seconds}
						for name, server in servers.items():
							figures[name]["rss_mb"] = server.rss_kb() / 1024
							figures[name]["heap_mb"] = server.live_heap() / 1024 / 1024
							figures[name]["rss_collected_mb"] = server.rss_kb() / 1024
						note({"round": n, "scenario": IDLE, "plain": figures[PLAIN], "cluster": figures[GATEWAY]})


# ---------------------------------------------------------------- the table

def spread(values, digits=2):
	return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def pairs(rows, scenario, figure):
	"""Returns the figures of both sides, by round."""
	sides = {side: {row["round"]: figure(row) for row in rows if row["scenario"] == scenario and row["side"] == side} for side in ("local", "remote")}
	return [(sides["local"][n], sides["remote"][n]) for n in sorted(sides["local"].keys() & sides["remote"].keys())]


def ratio(rows, scenario, figure):
	return spread([remote / local for local, remote in pairs(rows, scenario, figure) if local])


def cpu_each(row):
	"""Returns microseconds of CPU of both nodes for each delivery or answer."""
	return 1e6 / row["per_cpu_s"] if row["per_cpu_s"] else float("nan")


def gateway_cpu_each(row):
	"""The same of the gateway. Its part is taken from a longer time, which includes handshakes and warm-up."""
	return cpu_each(row) * row["gateway_cpu_s"] / ((row["gateway_cpu_s"] + row["other_cpu_s"]) or float("nan"))


def table(rows):
	lost = sum(row.get("lost", 0) for row in rows)
	print("\n| Remote compared with local | per second | CPU of the gateway | CPU of both nodes | p50, µs more | aim |\n|---|---|---|---|---|---|")
	for name in SCENARIOS:
		if not pairs(rows, name, cpu_each):
			continue
		more = spread([remote - local for local, remote in pairs(rows, name, lambda row: row["p50_us"])], 0)
		aim = ""
		if name == "call":
			aim = f"at most {CALL_MS} ms more"
		elif name.split("-")[0] in ("room", "busy", "fan", "steady") and int(name.split("-")[-1]) >= AIM_FROM:
			aim = f"at least {AIM}"
		print(f"| {name} | {ratio(rows, name, lambda row: row['per_s'])} | {ratio(rows, name, gateway_cpu_each)} | {ratio(rows, name, cpu_each)} | {more} | {aim} |")
	idles = [row for row in rows if row["scenario"] == IDLE]
	for what, unit in (("cpu_percent", "% of a core"), ("rss_mb", "MB of RSS"), ("rss_collected_mb", "MB of RSS after a collection"), ("heap_mb", "MB of live heap")):
		if idles:
			more = spread([row["cluster"][what] - row["plain"][what] for row in idles])
			print(f"| idle node: {unit} | without {spread([row['plain'][what] for row in idles])}, with {spread([row['cluster'][what] for row in idles])} | {more} more | | | |")
	print(f"\nLost events: {lost}")


def main():
	parser = argparse.ArgumentParser(usage=__doc__)
	parser.add_argument("--rounds", type=int, default=3)
	parser.add_argument("--only", type=lambda text: text.split(","), default=[*SCENARIOS, IDLE], metavar="SCENARIOS")
	parser.add_argument("--quick", action="store_true")
	parser.add_argument("--print", dest="printed", metavar="FILE", help="the table of an earlier run")
	parser.add_argument("--java", default=os.path.join(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else "java")
	parser.add_argument("--java-options", type=str.split, default=[])
	parser.add_argument("--port", type=int, default=19700, help="first port")
	args = parser.parse_args()
	if args.printed:
		table([json.loads(line) for line in open(args.printed)])
		return
	if args.quick:
		args.rounds = 1
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # stops the servers, too
	run.prepare(args)
	run.Server.next_port = args.port
	shutil.rmtree(OUT, ignore_errors=True)
	OUT.mkdir(parents=True)
	rows = []
	file = run.OUT / f"cluster-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"
	with open(file, "w") as out:

		def note(row):
			rows.append(row)
			print(json.dumps(row), file=out, flush=True)
			shown = {k: row[k] for k in ("per_s", "per_cpu_s", "p50_us", "p99_us", "gen_util", "core_other", "lost", "gateway_cpu_s", "other_cpu_s", "plain", "cluster") if k in row}
			print(time.strftime("%H:%M:%S"), row["round"], row["scenario"], row.get("side", ""), shown, file=sys.stderr, flush=True)

		if set(args.only) & set(SCENARIOS):
			compare(args, note)
		if IDLE in args.only:
			idle(args, note)
	table(rows)


if __name__ == "__main__":
	main()
