#!/usr/bin/env python3
# Copyright 2026 the rivet-events authors
# SPDX-License-Identifier: Apache-2.0

"""Compares the threads on which actors run: starts one server for each kind of thread on core 0, drives them in turns with fan
from core 1, and prints ratios to the workers of rivet-events.

  workers.py                           all scenarios: ten minutes
  workers.py --virtual /path/to/java   with virtual threads and another JVM: JDK 21 or later
  workers.py --only echo-64 --rounds 9  one scenario, nine rounds

"no batches" has the workers of rivet-events and wakes each thread at once: WakeupBatches is compiled with a changed condition.
A ratio is calculated in each round, from figures that were measured seconds apart; the table has the median, lowest and highest.
"""
import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # in the folder of the scripts
import run as load

OURS = "rivet-events"
BATCHES = "rivet-events-core/src/main/java/io/rivetevents/scheduling/WakeupBatches.java"
WITHOUT = load.OUT / "without-batches"

# additional options of the application, and classes at the start of the class path, for each server
POOLS = {
	OURS: ([], ""),
	"fixed pool": (["--load.workers=fixed"], ""),
	"fork-join": (["--load.workers=fork-join"], ""),
}
NO_BATCHES = {"no batches": ([], f"{WITHOUT}:")}
VIRTUAL = {"virtual threads": (["--spring.threads.virtual.enabled=true"], "")}


def events(action):
	return load.our_socket("json", action, '"Event"') + ["--sub-send", load.subscribe("json", "msg"), "--pub-rooms"]


def calls(action):
	return load.our_socket("json", action, '"ActionResponse"')


# options of fan, and messages
SCENARIOS = {
	"echo-64": ("--mode rpc --n 64 --window 1 --warmup 1 --secs 3", calls("echoOnWorker")),
	"echo-64 in 64 rooms": ("--mode rpc --n 64 --rooms 64 --window 1 --warmup 1 --secs 3", calls("echoOnWorker")),
	"1 ms of sleep in 64 rooms": ("--mode rpc --n 64 --rooms 64 --window 1 --warmup 1 --secs 3", calls("sleepAndEcho")),
	"room-1000": ("--mode closed --n 1000 --window 8 --warmup 1 --secs 3 --settle 1", events("sayOnWorker")),
	"room-1000, never blocks": ("--mode closed --n 1000 --window 8 --warmup 1 --secs 3 --settle 1", events("say")),
}
WARM_UP = {"echo-64 in 64 rooms": "--warmup 0 --secs 10", "room-1000": "--warmup 0 --secs 15 --settle 1"}


def compile_without_batches(java):
	"""Compiles WakeupBatches such that each unit of work is part of another one and no wake-up is delayed to its end."""
	source = (load.MODULE.parent / BATCHES).read_text()
	for old, new in {"if (CURRENT.get() != null) {": "if (true) {", "if (CURRENT.get() == null) {": "if (false) {"}.items():
		if source.count(old) != 1:
			raise SystemExit(f"{BATCHES} does not contain '{old}' exactly once; adapt this script")
		source = source.replace(old, new)
	shutil.rmtree(WITHOUT, ignore_errors=True)
	WITHOUT.mkdir(parents=True)
	file = WITHOUT / "WakeupBatches.java"
	file.write_text(source)
	javac = os.path.join(os.path.dirname(os.path.realpath(shutil.which(java))), "javac")
	subprocess.run([javac, "-proc:none", "-nowarn", "-cp", load.class_path(), "-d", WITHOUT, file], check=True, stderr=subprocess.DEVNULL)


def start(java, name, variant, port):
	arguments, first = variant
	line = ["taskset", "-c", str(load.SERVER_CORE), java, load.HEAP, "-cp", first + load.class_path(),
		"io.rivetevents.benchmarks.load.LoadApplication", f"--server.port={port}", "--server.address=127.0.0.1", *arguments]
	log = open(load.OUT / f"workers-{name.replace(' ', '-')}.log", "w")
	return subprocess.Popen(line, stdout=log, stderr=log)


def fan(process, port, scenario, times=""):
	options, talk = SCENARIOS[scenario]
	line = ["taskset", "-c", str(load.LOAD_CORE), str(load.FAN), "--port", str(port), "--pid", str(process.pid), "--cpu", str(load.SERVER_CORE)]
	done = subprocess.run(line + talk + options.split() + times.split(), capture_output=True, text=True, timeout=240)
	if done.returncode:
		raise SystemExit(f"{scenario}: {done.stderr or done.stdout}")
	return json.loads(done.stdout)


def compare(args, java, variants, names):
	servers = {}
	try:
		for i, (name, variant) in enumerate(variants.items()):
			process, port = servers[name] = (start(java, name, variant, args.port + i), args.port + i)
			ready = [str(load.FAN), "--port", str(port), "--mode", "ready", "--timeout", "240", *calls("echo")]
			subprocess.run(ready, check=True, stdout=subprocess.DEVNULL)
			for scenario, times in WARM_UP.items():
				fan(process, port, scenario, times)
		rows = []
		for n in range(args.rounds):
			for scenario in names:
				order = list(servers) if n % 2 else list(reversed(servers))
				for name in order:
					result = fan(*servers[name], scenario)
					rows.append({"round": n, "scenario": scenario, "variant": name, **result})
					print(time.strftime("%H:%M:%S"), n, scenario, name, {k: result[k] for k in ("per_s", "per_cpu_s", "p99_us", "core_other") if k in result},
						file=sys.stderr, flush=True)
		return rows
	finally:
		for process, _ in servers.values():
			process.kill()
			process.wait()


def spread(rows, scenario, variant, figure):
	def by_round(name):
		return {row["round"]: row[figure] for row in rows if row["scenario"] == scenario and row["variant"] == name}

	mine, ours = by_round(variant), by_round(OURS)
	ratios = [mine[n] / ours[n] for n in sorted(mine.keys() & ours.keys()) if ours[n]]
	return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"


def table(rows, variants, names, version):
	print(f"\n{version}; ratios to the workers of rivet-events\n")
	print("| Scenario | Threads | Per second | Per second of server CPU |\n|---|---|---|---|")
	for scenario in names:
		for variant in list(variants)[1:]:
			print(f"| {scenario} | {variant} | {spread(rows, scenario, variant, 'per_s')} | {spread(rows, scenario, variant, 'per_cpu_s')} |")


def main():
	parser = argparse.ArgumentParser(usage=__doc__)
	parser.add_argument("--rounds", type=int, default=5)
	parser.add_argument("--only", metavar="SCENARIO", action="append", choices=list(SCENARIOS))
	parser.add_argument("--java", default=os.path.join(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else "java")
	parser.add_argument("--virtual", metavar="JAVA", help="use this JVM, and compare virtual threads instead of workers without batches")
	parser.add_argument("--port", type=int, default=19500, help="first port")
	args = parser.parse_args()
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # stops the servers, too
	java = args.virtual or args.java
	variants = {**POOLS, **(VIRTUAL if args.virtual else NO_BATCHES)}
	load.prepare(args)
	if not args.virtual:
		compile_without_batches(java)
	names = args.only or list(SCENARIOS)
	rows = compare(args, java, variants, names)
	with open(load.OUT / f"workers-{time.strftime('%Y%m%d-%H%M%S')}.json", "w") as out:
		json.dump(rows, out)
	version = subprocess.run([java, "-version"], capture_output=True, text=True).stderr.split("\n")[0]
	table(rows, variants, names, version)


if __name__ == "__main__":
	main()
