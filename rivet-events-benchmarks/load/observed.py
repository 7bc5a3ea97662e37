#!/usr/bin/env python3
# Copyright 2026 the rivet-events authors
# SPDX-License-Identifier: Apache-2.0

"""Measures what meters, MDC and observations cost: two servers on core 0, one with all of them and 10 % of the traces sampled,
one without, are driven in turns with fan from core 1.

  ../mvnw -f .. -q package -pl rivet-events-benchmarks -am -DskipTests -Pobserved   once, and after each change
  observed.py                              all scenarios, twelve pairs: about ten minutes
  observed.py --only room-1000 --rounds 20 one scenario, twenty pairs

The cost of a pair is calculated from figures per second of server CPU that were measured seconds apart. The table has the median
with an interval: 95 % of the medians of 10,000 samples of the pairs with replacement. The exit code is 1 if the upper end of
the interval of a scenario with deliveries is above 3 %.
"""
import argparse
import json
import os
import random
import signal
import statistics
import sys
import time

sys.dont_write_bytecode = True  # in the folder of the scripts
import run as load
import workers

MOST = 3.0  # percent

CONFIGURATIONS = ("Metrics", "Tracing", "Mdc", "StreamObservation")
WITHOUT = ",".join(f"io.rivetevents.autoconfigure.observation.RivetEvents{each}AutoConfiguration" for each in CONFIGURATIONS)

ON, OFF = "observed", "not observed"
# additional options of the application, and classes at the start of the class path, for each server
VARIANTS = {
	ON: (["--management.tracing.sampling.probability=0.1", "--rivet.events.tracing.events=true"], ""),
	OFF: ([f"--spring.autoconfigure.exclude={WITHOUT}"], ""),
}
DELIVERIES = ("room-100", "room-1000")
SCENARIOS = {
	"room-100": ("--mode closed --n 100 --window 8 --warmup 1 --secs 3 --settle 1", workers.events("say")),
	"room-1000": ("--mode closed --n 1000 --window 8 --warmup 1 --secs 3 --settle 1", workers.events("say")),
	"calls": ("--mode rpc --n 64 --window 1 --warmup 1 --secs 3", workers.calls("echo")),
}
WARM_UP = {"calls": "--warmup 0 --secs 10", "room-1000": "--warmup 0 --secs 20 --settle 1"}


def costs(rows, scenario):
	"""Returns the cost of each pair in percent of the server's CPU."""
	def by_round(name):
		return {row["round"]: row["per_cpu_s"] for row in rows if row["scenario"] == scenario and row["variant"] == name}

	on, off = by_round(ON), by_round(OFF)
	return [100 * (off[n] / on[n] - 1) for n in sorted(on.keys() & off.keys()) if on[n]]


def interval(values):
	chance = random.Random(1)  # the same interval for the same figures
	medians = sorted(statistics.median(chance.choices(values, k=len(values))) for _ in range(10_000))
	return medians[250], medians[-251]


def table(rows, names):
	print(f"\n| Scenario | Pairs | CPU of observations | 95 % interval | target: upper end at most {MOST:.0f} % |\n|---|---|---|---|---|")
	reached = True
	for scenario in names:
		values = costs(rows, scenario)
		low, high = interval(values)
		verdict = ("reached" if high <= MOST else "not reached") if scenario in DELIVERIES else "stated"
		reached = reached and verdict != "not reached"
		print(f"| {scenario} | {len(values)} | {statistics.median(values):+.1f} % | {low:+.1f} to {high:+.1f} % | {verdict} |")
	return reached


def main():
	parser = argparse.ArgumentParser(usage=__doc__)
	parser.add_argument("--rounds", type=int, default=12)
	parser.add_argument("--only", metavar="SCENARIO", action="append", choices=list(SCENARIOS))
	parser.add_argument("--java", default=os.path.join(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else "java")
	parser.add_argument("--port", type=int, default=19600, help="first port")
	parser.add_argument("--quick", action="store_true", help="one pair with short times, to check that it works")
	args = parser.parse_args()
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # stops the servers, too
	load.prepare(args)
	if not any(load.LIB.glob("micrometer-tracing-bridge-otel-*.jar")):
		raise SystemExit("The libraries for traces are missing: package the module with -Pobserved")
	workers.SCENARIOS, workers.WARM_UP = SCENARIOS, {} if args.quick else WARM_UP
	if args.quick:
		args.rounds = 1
	names = args.only or list(SCENARIOS)
	rows = workers.compare(args, args.java, VARIANTS, names)
	with open(load.OUT / f"observed-{time.strftime('%Y%m%d-%H%M%S')}.json", "w") as out:
		json.dump(rows, out)
	if not table(rows, names):
		sys.exit(1)


if __name__ == "__main__":
	main()
