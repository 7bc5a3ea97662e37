#!/usr/bin/env python3
# Copyright 2026 the rivet-events authors
# SPDX-License-Identifier: Apache-2.0

"""Load run: starts servers on core 0, drives them in turns with fan from core 1, and prints a table of ratios.

  run.py                            all scenarios, three runs: half an hour
  run.py --only room,open --runs 5  some scenarios: names, or prefixes of names before their dash
  run.py --quick                    one short run of everything, to check that it works; its figures are meaningless
  run.py --print [FILE]             the table of an earlier run, by default the last one

SCENARIOS defines what is measured, TALK the messages for each server, table() the targets.
All connections stay on 127.0.0.1. See README.md in the parent folder.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import typing

MODULE = pathlib.Path(__file__).resolve().parent.parent
CLASSES, LIB, OUT = MODULE / "target/classes", MODULE / "target/lib", MODULE / "target/load"
FAN = OUT / "fan"
SERVER_CORE, LOAD_CORE = 0, 1
HEAP = "-Xmx2g"
SIZE = 100  # bytes of payload in a message
BIG = 64 * 1024
OURS, RAW, EMPTY, STARTER = "rivet-events", "raw Netty", "empty application", "the same with the starter"


# ---------------------------------------------------------------- messages, as templates of fan

PAYLOAD = object()


def raw(data):
	return "".join(f"\\x{byte:02x}" for byte in data)


def length(template, size):
	"""Returns the number of bytes that fan writes for a template of raw() and at most one payload."""
	return template.count("\\x") + (size if "%D" in template else 0)


def cbor(value, size):
	def head(major, n):
		width = next(w for w, limit in ((0, 24), (1, 1 << 8), (2, 1 << 16), (4, 1 << 32)) if n < limit)
		return raw([major << 5 | (n if width == 0 else 23 + width.bit_length())]) + raw(n.to_bytes(width, "big") if width else b"")

	if value is PAYLOAD:
		return head(3, size) + "%D"
	if isinstance(value, bool):
		return raw([0xF5 if value else 0xF4])
	if isinstance(value, int):
		return raw(b"\x1b" + value.to_bytes(8, "big"))
	if isinstance(value, str):
		return head(3, len(value)) + raw(value.encode("ascii"))
	if isinstance(value, list):
		return head(4, len(value)) + "".join(cbor(item, size) for item in value)
	return head(5, len(value)) + "".join(cbor(name, size) + cbor(item, size) for name, item in value.items())


def bare_uint(n):
	return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + bare_uint(n >> 7)


def bare_text(text):
	return bare_uint(len(text)) + text.encode("ascii")


def subscribe(encoding, event):
	body = {"body": {"tag": "SubscriptionRequest", "val": {"eventName": event, "subscribe": True}}}
	if encoding == "bare":
		return raw(b"\x04\x00\x01" + bare_text(event) + b"\x01")
	return cbor(body, 0) if encoding == "cbor" else json.dumps(body)


def action(encoding, name, size):
	"""Returns a call with the payload as its argument. Binary calls always have the same id, which is not checked."""
	if encoding == "json":
		return '{"body":{"tag":"ActionRequest","val":{"id":["$BigInt","%S"],"name":"' + name + '","args":["%D"]}}}'
	if encoding == "cbor":
		return cbor({"body": {"tag": "ActionRequest", "val": {"id": 1, "name": name, "args": [PAYLOAD]}}}, size)
	args = cbor([PAYLOAD], size)
	return raw(b"\x04\x00\x00\x01" + bare_text(name) + bare_uint(length(args, size))) + args


# ---------------------------------------------------------------- messages for each server

QUERY = "rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=r%R"


def our_socket(encoding, action_name, marker, size=SIZE):
	init = {"json": '"Init"', "cbor": "Init", "bare": raw(b"\x04\x00\x00")}[encoding]
	return [
		"--path", f"/rivet/gateway/room/connect?{QUERY}", "--proto", f"rivet, rivet_encoding.{encoding}",
		"--expect", init, "--pub", action(encoding, action_name, size), "--marker", marker, "--size", str(size),
		*([] if encoding == "json" else ["--binary"]),
	]


def our_events(encoding, size=SIZE):
	"""One publisher for each room, because a connection belongs to one room."""
	marker = {"json": '"Event"', "cbor": "Event", "bare": raw(b"\x04\x00\x03" + bare_text("msg"))}[encoding]
	return our_socket(encoding, "say", marker, size) + ["--sub-send", subscribe(encoding, "msg"), "--pub-rooms"]


def raw_events(size=SIZE):
	return ["--path", "/ws?room=%R", "--pub-path", "/ws", "--pub", "%R|%D", "--marker", '"Event"', "--size", str(size)]


# by server and kind of messages
TALK = {
	OURS: {
		"events": our_events("json"),
		"cbor": our_events("cbor"),
		"bare": our_events("bare"),
		"big": our_events("json", BIG),
		"echo": our_socket("json", "echo", '"ActionResponse"'),
		"sse": [
			"--sse", "--path", f"/rivet/gateway/room/sse?{QUERY}&event=msg", "--expect", "rivet:init",
			"--post", f"/rivet/gateway/room/action/say?{QUERY}", "--pub-conns", "8", "--ctype", "application/json",
			"--header", "x-rivet-encoding: json", "--pub", '{"args":["%D"]}', "--marker", "event: msg",
		],
	},
	RAW: {
		"events": raw_events(),
		"big": raw_events(BIG),
		"echo": ["--path", "/ws", "--pub", "|%D", "--marker", '"ActionResponse"'],
	},
}


class Scenario(typing.NamedTuple):
	"""Options of fan, kind of messages for our server, and the comparison: a server and its kind of messages."""

	load: str
	kind: str = "events"
	base: tuple = (RAW, "events")


def one_room(n, measured, **talk):
	return Scenario(f"--mode closed --n {n} --window 8 {measured}", **talk)


def against_json(kind, measured):
	return one_room(1000, measured, kind=kind, base=(OURS, "events"))


# Closed: a fixed number of broadcasts in progress; rpc: a fixed number of pending calls of each connection. Open: a fixed
# number of broadcasts per second, each timed from its scheduled time. Scenarios that run other code than the warm-up have
# a warm-up of their own. Memory is measured first, before it grows; but after some visitors whose calls fill the young
# generation, because how much of it a start has touched is random.
SCENARIOS = {
	"visitors": Scenario("--mode rpc --n 200 --window 1 --warmup 0 --secs 8", "echo", (RAW, "echo")),
	"idle": Scenario("--mode idle --n 5000 --settle 2 --hold 10 --timeout 120"),
	"warm-up": one_room(100, "--warmup 0 --secs 30"),
	"room-100": one_room(100, "--warmup 2 --secs 4"),
	"room-1000": one_room(1000, "--warmup 3 --secs 4 --settle 1"),
	"room-5000": one_room(5000, "--warmup 2 --secs 5 --settle 1.5"),
	"rooms": Scenario("--mode closed --n 10000 --rooms 1000 --window 64 --warmup 3 --secs 5 --settle 2 --timeout 120"),
	"open": Scenario("--mode open --n 1000 --rate 20 --warmup 1 --secs 5 --settle 1"),
	"echo-1": Scenario("--mode rpc --n 1 --window 64 --warmup 5 --secs 3", "echo", (RAW, "echo")),
	"echo-64": Scenario("--mode rpc --n 64 --window 1 --warmup 2 --secs 3", "echo", (RAW, "echo")),
	"sse": against_json("sse", "--warmup 30 --secs 4 --settle 1"),
	"cbor": against_json("cbor", "--warmup 10 --secs 4 --settle 1"),
	"bare": against_json("bare", "--warmup 10 --secs 4 --settle 1"),
	"growth-10": one_room(10, "--warmup 2 --secs 4"),
	"growth-100": one_room(100, "--warmup 2 --secs 4"),
	"growth-1000": one_room(1000, "--warmup 2 --secs 4 --settle 1"),
	"growth-10000": one_room(10_000, "--warmup 3 --secs 5 --settle 2 --timeout 120"),
	"big": Scenario("--mode closed --n 1000 --window 2 --warmup 3 --secs 6 --settle 1", "big", (RAW, "big")),
}
QUICK = "--warmup 0.5 --secs 1 --settle 0.3".split()
PREPARING = ["visitors", "warm-up"]  # their figures are meaningless
GROWTH = [name for name in SCENARIOS if name.startswith("growth-")]

# scenarios that share a start of the servers, and options of our server
SITTINGS = [
	([name for name in SCENARIOS if name != "big"], []),
	(["warm-up", "big"], ["--rivet.events.websocket.max-message-size=256KB"]),
]

# in addition to those of fan; the generator is idle during a start, so the server may use both cores
STARTS = {"start-one-core": [SERVER_CORE], "start-both-cores": [SERVER_CORE, LOAD_CORE]}
OTHERS = [*STARTS, "sleeping"]
PAIRS = 4  # of starts in each run
SLEEPERS = 100_000


# ---------------------------------------------------------------- servers

# of the store run and of the cluster run only
STORES = ("rivet-events-cluster", "jgroups", "rivet-events-jdbc", "rivet-events-file", "rivet-events-redis", "sqlite", "HikariCP", "postgresql", "mariadb", "h2-", "lettuce", "spring-data",
	"spring-boot-data")


def class_path(wanted=lambda jar: not jar.startswith(STORES)):
	return ":".join([str(CLASSES)] + sorted(str(jar) for jar in LIB.glob("*.jar") if wanted(jar.name)))


def command(args, peer, port, arguments, cores):
	pin = ["taskset", "-c", ",".join(map(str, cores)), args.java, HEAP]
	spring = [f"--server.port={port}", "--server.address=127.0.0.1", *arguments]
	if peer == RAW:
		# without a logging library Netty logs nothing, and loads nothing else
		return pin + ["-cp", class_path(lambda jar: jar.startswith("netty-")), "io.rivetevents.benchmarks.load.RawNetty", str(port)]
	if peer in (EMPTY, STARTER):
		path = class_path(lambda jar: not jar.startswith(STORES) and (peer == STARTER or not jar.startswith("rivet-events-")))
		return pin + args.java_options + ["-cp", path, "io.rivetevents.benchmarks.startup.EmptyApplication", *spring]
	return pin + args.java_options + ["-cp", class_path(), "io.rivetevents.benchmarks.load.LoadApplication", *spring]


class Server:
	"""A server process, from its start to its end."""

	next_port = None

	def __init__(self, args, peer, arguments=(), cores=(SERVER_CORE,)):
		self.args, self.peer, self.port = args, peer, Server.next_port
		Server.next_port += 1
		self.log = open(OUT / f"{peer.replace(' ', '-')}.log", "a")
		self.started = time.monotonic()
		self.process = subprocess.Popen(self.command(arguments, cores), stdout=self.log, stderr=self.log)

	def command(self, arguments, cores):
		return command(self.args, self.peer, self.port, arguments, cores)

	def __enter__(self):
		return self

	def __exit__(self, *_):
		self.process.kill()
		self.process.wait()
		self.log.close()

	def await_ready(self):
		"""Waits until a connection has completed the handshake of the application."""
		result = self.fan(["--mode", "ready", "--timeout", "60", *TALK[self.peer]["events"]])
		if "error" in result:
			raise SystemExit(f"{self.peer} did not start: {result['error']}, see {self.log.name}")

	def first_answer_ms(self):
		"""Returns the milliseconds from the start of the process to its first HTTP answer."""
		request = f"GET /ready.txt HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode()
		while time.monotonic() < self.started + 60:
			try:
				with socket.create_connection(("127.0.0.1", self.port), 10) as s:
					s.sendall(request)
					answer = s.recv(1024)
					if not answer.startswith(b"HTTP/1.1 200"):
						raise SystemExit(f"{self.peer} answered {answer[:40]}")
					return 1000 * (time.monotonic() - self.started)
			except ConnectionRefusedError:
				time.sleep(0.002)
		raise SystemExit(f"{self.peer} did not start within 60 s, see {self.log.name}")

	def fan(self, options, while_holding=lambda: None):
		"""Runs the generator; returns its figures, or the error that ended it."""
		line = ["taskset", "-c", str(LOAD_CORE), str(FAN), "--port", str(self.port), "--pid", str(self.process.pid), "--cpu", str(SERVER_CORE)]
		generator = subprocess.Popen(line + options, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
		try:
			said = generator.stderr.readline() if "--hold" in options else ""
			if said.strip() == "holding":
				while_holding()
			out, err = generator.communicate(timeout=240)
		except subprocess.TimeoutExpired:
			return {"error": "timed out after 240 s"}
		finally:
			generator.kill()
		if generator.returncode:
			return {"error": ((said + err).strip() or f"fan exited with {generator.returncode}").split("\n")[0]}
		return json.loads(out)

	def measure(self, scenario, kind):
		options = TALK[self.peer][kind] + SCENARIOS[scenario].load.split() + (QUICK if self.args.quick else [])
		if scenario == "idle":
			return self.measure_idle(options)
		if scenario == "big":
			with MemoryWatch(self.process.pid) as memory:
				return {**self.fan(options), **memory.highest_mb()}
		return self.fan(options)

	def measure_idle(self, options):
		"""Returns the difference between no connection and all connections, each after a full collection."""
		seen = [(self.live_heap(), self.rss_kb())]
		result = self.fan(options, lambda: seen.append((self.live_heap(), self.rss_kb())))
		if len(seen) == 2 and "n" in result:
			(heap_before, rss_before), (heap, rss) = seen
			result["idle_heap_kb"] = (heap - heap_before) / result["n"] / 1024
			result["idle_rss_kb"] = (rss - rss_before) / result["n"]
		return result

	def rss_kb(self):
		return resident_kb(self.process.pid)

	def live_heap(self):
		"""Returns the bytes of live objects, after a full collection."""
		jcmd = pathlib.Path(os.path.realpath(f"/proc/{self.process.pid}/exe")).parent / "jcmd"
		out = subprocess.run([jcmd, str(self.process.pid), "GC.class_histogram"], capture_output=True, text=True, check=True).stdout
		return int(next(line for line in out.splitlines() if line.startswith("Total")).split()[2])

	def cpu_ticks(self):
		fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
		return int(fields[11]) + int(fields[12])


def await_calm(servers):
	"""Waits until all servers have finished the previous scenario and its compilation; 10 s at most."""
	for _ in range(40):
		before = [server.cpu_ticks() for server in servers]
		time.sleep(0.25)
		if all(server.cpu_ticks() - ticks <= 1 for server, ticks in zip(servers, before)):  # of 25
			return True
	return False


def resident_kb(pid):
	lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
	return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


class MemoryWatch(threading.Thread):
	"""Samples the resident memory of a process in the background."""

	def __init__(self, pid):
		super().__init__(daemon=True)
		self.pid, self.seen, self.ended = pid, [0, 0], threading.Event()

	def __enter__(self):
		self.start()
		return self

	def __exit__(self, *_):
		self.ended.set()

	def run(self):
		while not self.ended.wait(0.05):
			try:
				self.seen.append(resident_kb(self.pid))
			except (OSError, StopIteration):
				return  # the process has ended

	def highest_mb(self):
		"""Returns the maximum in the first and in the second half of the time: bounded memory stops growing."""
		half = len(self.seen) // 2
		return {"rss_first_half_mb": max(self.seen[:half]) / 1024, "rss_second_half_mb": max(self.seen[half:]) / 1024}


# ---------------------------------------------------------------- running

def prepare(args):
	if os.cpu_count() < 2 or not {SERVER_CORE, LOAD_CORE} <= os.sched_getaffinity(0):
		raise SystemExit(f"Cores {SERVER_CORE} and {LOAD_CORE} are required")
	for tool in ("gcc", "taskset", args.java):
		if not shutil.which(tool):
			raise SystemExit(f"{tool} was not found; install it")
	os.sched_setaffinity(0, {LOAD_CORE})  # not on the core of the server
	most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
	resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
	if most < 12_000:
		print(f"Only {most} open files are allowed; scenarios with 10,000 connections require 12,000", file=sys.stderr)
	if not LIB.exists():
		subprocess.run(["./mvnw", "-B", "-ntp", "-q", "package", "-pl", MODULE.name, "-am", "-DskipTests"], cwd=MODULE.parent, check=True)
	warn_of_old_jar()
	OUT.mkdir(exist_ok=True)
	source = MODULE / "load/fan.c"
	if not FAN.exists() or FAN.stat().st_mtime < source.stat().st_mtime:
		subprocess.run(["gcc", "-O3", "-Wall", "-Wextra", "-o", FAN, source], check=True)


def warn_of_old_jar():
	jars = {name: next(LIB.glob(f"rivet-events-{name}-*.jar")) for name in ("protocol", "core", "webflux", "autoconfigure")}
	changed = [source for name, jar in jars.items() for source in (MODULE.parent / f"rivet-events-{name}/src/main").rglob("*.java")
		if source.stat().st_mtime > jar.stat().st_mtime]
	if changed:
		print(f"{changed[0].name} has changed since the module was packaged; package it again to measure the new code", file=sys.stderr)


def chosen(only):
	names = list(SCENARIOS) + OTHERS
	if not only:
		return names
	wanted = only.split(",")
	unknown = [w for w in wanted if w not in names and w not in [n.split("-")[0] for n in names]]
	if unknown:
		raise SystemExit(f"Unknown scenario {', '.join(unknown)}; use one of {', '.join(names)}")
	found = {name for name in names if name in wanted or name.split("-")[0] in wanted}
	if "idle" in found:
		found.add("visitors")
	if found - {"idle", *PREPARING, *OTHERS}:
		found.add("warm-up")
	return [name for name in names if name in found]


def run(args):
	prepare(args)
	Server.next_port = args.port
	names = chosen(args.only)
	file = OUT / f"{datetime.datetime.now():%Y%m%d-%H%M%S}.jsonl"
	with open(file, "w") as out:

		def note(row):
			print(json.dumps(row), file=out, flush=True)
			if "scenario" in row:
				shown = {k: row[k] for k in SHOWN if k in row}
				print(time.strftime("%H:%M:%S"), row["run"], row["scenario"], row["peer"], row.get("kind", ""), shown, file=sys.stderr, flush=True)

		note({"about": about(args)})
		for n in range(1, args.runs + 1):
			for scenarios, arguments in SITTINGS:
				sitting(args, n, [name for name in scenarios if name in names], arguments, note)
			for name in [name for name in STARTS if name in names]:
				starts(args, n, name, note)
		if "sleeping" in names:
			note({"scenario": "sleeping", "side": "ours", "peer": OURS, "run": 1, **sleeping(args)})
	return file


SHOWN = ["per_s", "per_cpu_s", "srv_util", "gen_util", "core_other", "gen_wait", "p50_us", "p99_us", "lost", "gone", "idle_rss_kb",
	"idle_heap_kb", "rss_first_half_mb", "rss_second_half_mb", "start_ms", "awake_bytes_each", "asleep_bytes_each", "error"]


def sitting(args, n, scenarios, arguments, note):
	"""Measures both sides of a comparison seconds apart, because the speed of the machine changes from minute to minute."""
	if not set(scenarios) - set(PREPARING):
		return
	with Server(args, RAW) as raw, Server(args, OURS, arguments) as ours:
		servers = {RAW: raw, OURS: ours}
		for server in servers.values():
			server.await_ready()
		for i, name in enumerate(scenarios):
			scenario = SCENARIOS[name]
			sides = [("base", *scenario.base), ("ours", OURS, scenario.kind)]
			for side, peer, kind in sides if (n + i) % 2 else reversed(sides):
				calm = await_calm(servers.values())
				note({"scenario": name, "side": side, "peer": peer, "kind": kind, "run": n, "calm": calm, **servers[peer].measure(name, kind)})


def starts(args, n, name, note):
	for i in range(1 if args.quick else PAIRS):
		sides = [("base", EMPTY), ("ours", STARTER)]
		for side, peer in sides if (n + i) % 2 else reversed(sides):
			with Server(args, peer, cores=STARTS[name]) as server:
				note({"scenario": name, "side": side, "peer": peer, "run": n * 100 + i, "start_ms": server.first_answer_ms()})


def sleeping(args):
	line = ["taskset", "-c", str(SERVER_CORE), args.java, HEAP, *args.java_options, "-cp", class_path(),
		"io.rivetevents.benchmarks.sleeping.SleepingActors", f"--instances={SLEEPERS // 10 if args.quick else SLEEPERS}",
		f"--rivet.events.actor.sleep-timeout={'5s' if args.quick else '40s'}"]
	done = subprocess.run(line, capture_output=True, text=True)
	if done.returncode:
		return {"error": ([line for line in done.stderr.splitlines() if "Exception" in line] or ["failed"])[0]}
	return json.loads(done.stdout.splitlines()[-1])


def about(args):
	def said(*line):
		done = subprocess.run(line, capture_output=True, text=True)
		return (done.stdout + done.stderr).strip().split("\n")

	cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
	return {
		"when": f"{datetime.datetime.now():%Y-%m-%d %H:%M}", "runs": args.runs, "quick": args.quick,
		"cpu": f"{cpu}, {os.cpu_count()} cores", "kernel": platform.release(), "java": said(args.java, "-version")[-1],
		"java_options": [HEAP, *args.java_options], "commit": said("git", "-C", str(MODULE), "rev-parse", "--short", "HEAD")[0],
	}


# ---------------------------------------------------------------- the table

class Results:
	def __init__(self, file):
		lines = [json.loads(line) for line in open(file)]
		self.about = lines[0]["about"]
		self.rows = lines[1:]
		if any("side" not in row or row["scenario"] == "start" for row in self.rows):
			raise SystemExit(f"{file} was written by an earlier version of this script and cannot be printed")

	def of(self, side, scenario):
		return [row for row in self.rows if row["side"] == side and row["scenario"] == scenario]

	def figures(self, side, scenario, figure):
		"""Returns figures by the number of their run."""
		return {row["run"]: figure(row) for row in self.of(side, scenario) if "error" not in row}

	def flaw(self, side, scenario):
		rows = self.of(side, scenario)
		lost, errors = sum(row.get("lost", 0) for row in rows), [row["error"] for row in rows if "error" in row]
		return (f" ({len(errors)} failed: {errors[0]})" if errors else "") + (f" (lost {lost})" if lost else "")


def field(name, factor=1.0):
	return lambda row: row[name] * factor


def cpu_per_delivery(row):
	"""Returns microseconds."""
	return 1e6 / row["per_cpu_s"] if row["per_cpu_s"] else float("nan")


def number(value):
	return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def cell(values, unit, flaw=""):
	return (f"{number(statistics.median(values.values()))}{unit}" if values else "-") + flaw


def ratios(mine, base):
	return [mine[n] / base[n] for n in sorted(mine.keys() & base.keys()) if base[n]]


def spread(values):
	return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})" if values else "-"


def verdict(values, at_least=None, at_most=None):
	"""Returns the target and whether the median reaches it."""
	if at_least is None and at_most is None:
		return ["", ""]
	target = f"at least {at_least}" if at_least is not None else f"at most {at_most}"
	if not values:
		return [target, "not measured"]

	def reached(value):
		return value >= at_least if at_least is not None else value <= at_most

	if not reached(statistics.median(values)):
		return [target, "**no**"]
	return [target, "yes" if all(map(reached, values)) else "yes, not in every run"]


def table(file):
	results = Results(file)
	lines = []

	def line(title, *cells):
		lines.append(f"| {title} | " + " | ".join(cells) + " |")

	def compare(title, scenario, figure, unit="", **target):
		base, mine = results.figures("base", scenario, figure), results.figures("ours", scenario, figure)
		if results.of("ours", scenario):
			r = ratios(mine, base)
			line(title, cell(base, unit, results.flaw("base", scenario)), cell(mine, unit, results.flaw("ours", scenario)), spread(r), *verdict(r, **target))

	def both(title, scenario, **target):
		"""Adds lines per second of the clock, and per second of the server's CPU."""
		compare(f"{title} per second", scenario, field("per_s"), **target)
		compare("... per second of server CPU", scenario, field("per_cpu_s"))

	both("one room, 100 subscribers: deliveries", "room-100", at_least=0.75)
	both("one room, 1,000 subscribers: deliveries", "room-1000", at_least=0.85)
	both("one room, 5,000 subscribers: deliveries", "room-5000", at_least=0.85)
	both("1,000 rooms of ten: deliveries", "rooms", at_least=0.70)
	compare("20 broadcasts per second to 1,000: p99", "open", field("p99_us", 1e-3), " ms", at_most=1.3)
	compare("... p50", "open", field("p50_us", 1e-3), " ms")
	both("action echo, 1 connection, 64 pending calls: answers", "echo-1", at_least=0.5)
	both("action echo, 64 connections, 1 pending call each: answers", "echo-64", at_least=0.7)
	idle_lines(results, line)
	both("SSE, 1,000 subscribers, against our WebSocket: deliveries", "sse", at_least=0.6)
	both("CBOR, 1,000 subscribers, against our JSON: deliveries", "cbor", at_least=1.0)
	both("BARE, 1,000 subscribers, against our JSON: deliveries", "bare", at_least=1.0)
	compare("64 KiB to 1,000: CPU of a delivery", "big", cpu_per_delivery, " us", at_most=1.2)
	compare("... maximum resident memory in the first half", "big", field("rss_first_half_mb"), " MB")
	compare("... in the second half", "big", field("rss_second_half_mb"), " MB")
	start_lines(results, line)
	growth_lines(results, compare, line)
	sleeping_lines(results, line)

	said = results.about
	print(f"{said['when']}, commit {said['commit']}, runs: {said['runs']}{', **quick: only to check that it works**' if said['quick'] else ''}.")
	print(f"{said['cpu']}; {said['java']}; kernel {said['kernel']}; ours with {' '.join(said['java_options'])}.\n")
	print("| Run | Reference | rivet-events | Ratio: median (lowest-highest) | Target | Reached |\n|---|---|---|---|---|---|")
	print("\n".join(lines))
	print("\n" + "\n".join(remarks(results)))


def idle_lines(results, line):
	rss = {side: results.figures(side, "idle", field("idle_rss_kb")) for side in ("base", "ours")}
	heap = {side: results.figures(side, "idle", field("idle_heap_kb")) for side in ("base", "ours")}
	if results.of("ours", "idle"):
		target, reached = verdict(rss["ours"].values(), at_most=12)
		line("idle connection, 5,000 of them: RSS per connection", cell(rss["base"], " KB", results.flaw("base", "idle")),
			cell(rss["ours"], " KB", results.flaw("ours", "idle")), spread(ratios(rss["ours"], rss["base"])), f"{target} KB", reached)
		line("... live heap per connection", cell(heap["base"], " KB"), cell(heap["ours"], " KB"), spread(ratios(heap["ours"], heap["base"])), "stated", "")


def quartiles(values):
	if len(values) < 4:
		return ""
	low, _, high = statistics.quantiles(values, method="inclusive")
	return f", half of them {low:.0f}-{high:.0f}"


def start_lines(results, line):
	"""Compares pairs that were started in sequence; raw Netty is not part of it."""
	for name in STARTS:
		empty, ours = (results.figures(side, name, field("start_ms")) for side in ("base", "ours"))
		added = [ours[n] - empty[n] for n in sorted(ours.keys() & empty.keys())]
		if added:
			target, reached = verdict(added, at_most=250)
			line(f"start-up to the first HTTP answer, {name.removeprefix('start-').replace('-', ' ')}", cell(empty, " ms"), cell(ours, " ms"),
				f"+{statistics.median(added):.0f} ms ({min(added):.0f}-{max(added):.0f}){quartiles(added)}", f"{target} ms more", reached)


def growth_lines(results, compare, line):
	for name in GROWTH:
		compare(f"{int(name.split('-')[1]):,} connections: CPU of a delivery", name, cpu_per_delivery, " us")

	def by_run(side):
		figures = [results.figures(side, name, cpu_per_delivery) for name in GROWTH]
		return [[f[n] for f in figures] for n in sorted(set.intersection(*(set(f) for f in figures)))]

	dearest = {side: [max(costs) / min(costs) for costs in by_run(side)] for side in ("base", "ours")}
	grown = {side: [max(later / earlier for i, later in enumerate(costs) for earlier in costs[:i + 1]) for costs in by_run(side)] for side in ("base", "ours")}
	if dearest["ours"]:
		line("... highest to lowest", spread(dearest["base"]), spread(dearest["ours"]), "-", *verdict(dearest["ours"], at_most=1.5))
		line("... largest increase from fewer to more connections", spread(grown["base"]), spread(grown["ours"]), "-", "", "")


def sleeping_lines(results, line):
	for row in results.of("ours", "sleeping"):
		title = f"{row.get('instances', SLEEPERS):,} sleeping instances: heap per instance"
		if "error" in row:
			line(title, "-", f"failed: {row['error']}", "-", "stated", "")
			continue
		line(title, "-", f"{row['asleep_bytes_each']:,} bytes", "-", "stated", "")
		line("... while awake", "-", f"{row['awake_bytes_each']:,} bytes", "-", "stated", "")
		for what in ("threads", "timers"):
			# a few start and end independently of the instances
			none = row[f"{what}_asleep"] - row[f"{what}_before"] < 20
			line(f"... {what} before, awake, asleep", "-", ", ".join(str(row[f"{what}_{when}"]) for when in ("before", "awake", "asleep")),
				"-", "none for each", "yes" if none else "**no**")


def remarks(results):
	"""Yields the conditions that make figures unreliable."""
	rows = [r for r in results.rows if "kind" in r and r["scenario"] not in PREPARING]
	busy = [r for r in rows if r.get("gen_util", 0) >= 0.95 and r.get("mode") != "idle"]
	shared = [r for r in rows if r.get("core_other", 0) > 0.15]
	restless = [r for r in rows if not r.get("calm", True)]
	waited = [r for r in rows if r.get("gen_wait", 0) > 0.05]
	gone = [r for r in rows if r.get("gone", 0)]

	def where(rows):
		return ", ".join(dict.fromkeys(f"{r['scenario']} ({r['peer']}, {r['kind']})" for r in rows))

	if busy:
		yield f"- The generator was fully busy, so the server could do more; compare its CPU time: {where(busy)}."
	if shared:
		yield f"- Another process used the core of the server: {where(shared)}."
	if waited:
		yield f"- Another process used the core of the generator: {where(waited)}."
	if restless:
		yield f"- The servers were not idle at the start: {where(restless)}."
	if gone:
		yield f"- Connections ended during the measurement: {where(gone)}."


def main():
	parser = argparse.ArgumentParser(usage=__doc__)
	parser.add_argument("--runs", type=int, default=None)
	parser.add_argument("--only", metavar="SCENARIOS", help="names, separated by commas")
	parser.add_argument("--quick", action="store_true")
	parser.add_argument("--print", dest="printed", nargs="?", const="", metavar="FILE")
	parser.add_argument("--java", default=os.path.join(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else "java")
	parser.add_argument("--java-options", type=str.split, default=[], help="additional JVM options, only for our server")
	parser.add_argument("--port", type=int, default=19000, help="first port")
	args = parser.parse_args()
	if args.printed is not None:
		files = sorted(OUT.glob("*.jsonl"))
		if not args.printed and not files:
			raise SystemExit(f"There are no results in {OUT}; start a run first")
		table(args.printed or files[-1])
		return
	args.runs = args.runs or (1 if args.quick else 3)
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # stops the servers, too
	file = run(args)
	print(f"\nLines of JSON: {os.path.relpath(file)}\n", file=sys.stderr)
	table(file)


if __name__ == "__main__":
	main()
