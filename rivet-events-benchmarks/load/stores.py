#!/usr/bin/env python3
# Copyright 2026 the rivet-events authors
# SPDX-License-Identifier: Apache-2.0

"""Store run: durable actions of 64 writers with each store, and what stores cost otherwise. Prints a table.

  stores.py                                  everything: about 20 minutes
  stores.py --only alone,runtime             some parts: alone, runtime, history, echo, sleeping, joined (needs -Pjoined)
  stores.py --stores sqlite,postgresql       some stores: sqlite, h2, postgresql, mariadb, redis
  stores.py --quick                          one short run of everything, to check that it works; its figures are meaningless
  stores.py --data DIR                       where the databases are; by default target/stores

Server and database share core 0, the generator has core 1. The databases are started with their default settings, except
that Redis appends each change to its file before it answers. See README.md in the parent folder.
"""
import argparse
import getpass
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

import run

OUT = run.MODULE / "target/stores"
WRITERS = 64
SIZE = 1000  # bytes of a state
CORE = ["taskset", "-c", str(run.SERVER_CORE)]
PACKAGE = "io.rivetevents.benchmarks"
MEMORY = "memory"
MEMORY_FILE_SYSTEMS = {"tmpfs", "ramfs", "devtmpfs"}
SLEEPERS = 100_000
AWAKE_SIZE = "1GB"  # all are awake before they sleep: 4 KB each, and the limit puts unused ones to sleep beyond three quarters
ROUNDS = 7
STATISTICS_DELAY = 12  # seconds until an idle connection of PostgreSQL has reported its own
AIMS = {"sqlite": 8000, "postgresql": 10_000}
P50_MS = 5
JOINED = {"h2", "postgresql", "mariadb"}


# ---------------------------------------------------------------- the disk

def file_system(folder):
	"""Returns type and device of the file system of a folder. One in memory is refused."""
	mounts = [line.split() for line in open("/proc/self/mounts")]
	inside = [m for m in mounts if pathlib.Path(m[1].replace("\\040", " ")) in [folder, *folder.parents]]
	device, _, kind, options, *_ = max(inside, key=lambda m: len(m[1]))
	if kind in MEMORY_FILE_SYSTEMS:
		raise SystemExit(f"{folder} is in memory ({kind}): nothing would be forced to a disk; choose another folder with --data")
	return f"{kind} on {device} ({options})"


def fsyncs_per_s(folder, seconds=2):
	"""Returns how often a page of 4 KB can be appended to a file and forced to the disk, one after the other."""
	path = folder / "fsyncs"
	with open(path, "wb", buffering=0) as file:
		count, start = 0, time.monotonic()
		while time.monotonic() < start + seconds:
			file.write(b"x" * 4096)
			os.fsync(file.fileno())
			count += 1
	path.unlink()
	return count / seconds


# ---------------------------------------------------------------- the databases

def free_port():
	"""Returns a free port below those that the system gives to clients: a client that waits for a port of theirs may connect to itself."""
	for port in random.sample(range(20_000, 32_000), 100):
		with socket.socket() as s:
			try:
				s.bind(("127.0.0.1", port))
				return port
			except OSError:
				continue
	raise SystemExit("No port is free between 20000 and 32000")


class Database:
	"""A store of the server: its options, and the process of its database if it has one."""

	process = None

	def __init__(self, folder):
		self.folder = folder
		self.port = free_port()

	def __enter__(self):
		self.folder.mkdir(parents=True)
		try:
			self.start()
		except BaseException:
			self.stop()
			raise
		return self

	def __exit__(self, *_):
		self.stop()

	def start(self):
		"""Starts the process."""

	def stop(self):
		if self.process is not None:
			self.process.terminate()
			self.process.wait()

	def options(self):
		"""Returns the options of the server."""
		raise NotImplementedError

	def settings(self):
		"""Returns settings that the server cannot read by JDBC."""
		return {}

	def run(self, *line):
		self.process = subprocess.Popen([*CORE, *line], stdout=open(self.folder / "log", "ab"), stderr=subprocess.STDOUT)
		for _ in range(600):
			try:
				socket.create_connection(("127.0.0.1", self.port), 1).close()
				return
			except OSError:
				if self.process.poll() is not None:
					raise SystemExit(f"The database ended: see {self.folder / 'log'}")
				time.sleep(0.1)
		raise SystemExit(f"The database did not start: see {self.folder / 'log'}")


def jdbc(url, user=""):
	return ["--rivet.events.state.store=jdbc", "--rivet.events.state.jdbc.initialize-schema=always", f"--database.url={url}", f"--database.user={user}"]


class Sqlite(Database):
	def options(self):
		return ["--rivet.events.state.store=file", f"--rivet.events.state.file.path={self.folder / 'rivet.db'}"]

	def jdbc_options(self):
		return jdbc(f"jdbc:sqlite:{self.folder / 'rivet.db'}")


class H2(Database):
	def options(self):
		return jdbc(f"jdbc:h2:file:{self.folder / 'rivet'}")


class Postgresql(Database):
	USER = "postgres"

	def start(self):
		bin = next(iter(sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))), None)
		bin = f"{bin}/" if bin else ""
		as_user = []
		if os.geteuid() == 0:  # refuses to run as root
			shutil.chown(self.folder, self.USER)
			as_user = ["runuser", "-u", self.USER, "--"]
		data = self.folder / "data"
		subprocess.run([*as_user, f"{bin}initdb", "-D", data, "-U", self.USER, "--auth=trust"], check=True, stdout=subprocess.DEVNULL, cwd="/")
		self.run(*as_user, f"{bin}postgres", "-D", data, "-p", str(self.port), "-c", f"unix_socket_directories={self.folder}")

	def stop(self):
		file = self.folder / "data/postmaster.pid"
		if file.exists():
			os.kill(int(file.read_text().split()[0]), signal.SIGINT)  # ends although connections are open
		if self.process is not None:
			self.process.wait()

	def options(self):
		return jdbc(f"jdbc:postgresql://127.0.0.1:{self.port}/postgres", self.USER)

	def written(self):
		"""Returns commits and rows written so far, by table."""
		sql = ("select 'commits', xact_commit from pg_stat_database where datname = 'postgres' union all"
			" select relname, n_tup_ins + n_tup_upd from pg_stat_user_tables")
		out = subprocess.run(["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", self.USER, "-Atc", sql, "postgres"], check=True, capture_output=True, text=True).stdout
		return {name: int(n) for name, n in (line.split("|") for line in out.splitlines())}


class Mariadb(Database):
	USER = "bench"

	def start(self):
		data, me = self.folder / "data", getpass.getuser()
		path = os.environ["PATH"] + ":/usr/sbin"  # where Debian has the server
		subprocess.run([shutil.which("mariadb-install-db", path=path), "--no-defaults", f"--datadir={data}", f"--user={me}", "--auth-root-authentication-method=normal"],
			check=True, stdout=subprocess.DEVNULL)
		setup = self.folder / "setup.sql"
		setup.write_text(f"create database rivet;\ncreate user {self.USER}@'127.0.0.1';\ngrant all on *.* to {self.USER}@'127.0.0.1';\n")
		self.run(shutil.which("mariadbd", path=path), "--no-defaults", f"--datadir={data}", f"--user={me}", f"--port={self.port}", "--bind-address=127.0.0.1",
			f"--socket={self.folder / 's'}", "--skip-name-resolve", f"--init-file={setup}")

	def options(self):
		return jdbc(f"jdbc:mariadb://127.0.0.1:{self.port}/rivet", self.USER)


class Redis(Database):
	def start(self):
		self.run("redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", "", "--appendonly", "yes", "--appendfsync", "always")

	def options(self):
		return ["--rivet.events.state.store=redis", "--spring.data.redis.host=127.0.0.1", f"--spring.data.redis.port={self.port}"]

	def settings(self):
		def config(name):
			line = ["redis-cli", "-p", str(self.port), "config", "get", name]
			return subprocess.run(line, check=True, capture_output=True, text=True).stdout.split()[1]

		return {name: config(name) for name in ("appendonly", "appendfsync", "no-appendfsync-on-rewrite")}


STORES = {"sqlite": Sqlite, "h2": H2, "postgresql": Postgresql, "mariadb": Mariadb, "redis": Redis}


# ---------------------------------------------------------------- the server and the generator

class Server(run.Server):
	"""A server with a store, on core 0."""

	def command(self, arguments, cores):
		return [*CORE, *java(self.args), f"{PACKAGE}.store.StoreApplication", f"--server.port={self.port}", "--server.address=127.0.0.1", *arguments]

	def call(self, action, secs, warm_up):
		"""Calls an action by 64 clients, each with one pending call to its own instance."""
		path = "/rivet/gateway/writer/connect?" + run.QUERY
		talk = ["--path", path, "--proto", "rivet, rivet_encoding.json", "--expect", '"Init"', "--pub", run.action("json", action, SIZE), "--marker", '"ActionResponse"', "--size", str(SIZE)]
		load = ["--mode", "rpc", "--n", str(WRITERS), "--rooms", str(WRITERS), "--window", "1", "--warmup", str(warm_up), "--secs", str(secs)]
		figures = self.fan(talk + load)
		if "error" in figures:
			raise SystemExit(f"{self.peer}: {figures['error']}, see {self.log.name}")
		return figures

	def await_ready(self):
		self.first_answer_ms()


def java(args):
	return [args.java, run.HEAP, *args.java_options, "-cp", run.class_path(lambda jar: True)]


def json_of(args, main, options):
	done = subprocess.run([*CORE, *java(args), f"{PACKAGE}.{main}", *options], capture_output=True, text=True)
	if done.returncode:
		lines = [line for line in (done.stderr + done.stdout).splitlines() if "Exception" in line or "Description" in line or "Error" in line]
		(OUT / "failed.log").write_text(done.stdout + done.stderr)
		raise SystemExit(f"{main} failed: {lines[0] if lines else ''}; see {OUT / 'failed.log'}")
	return json.loads(done.stdout.splitlines()[-1])


# ---------------------------------------------------------------- what is measured

def alone(args, name, database, disk):
	"""Commits to the store without the runtime; also reads the settings of the database."""
	options = database.jdbc_options() if name == "sqlite" else database.options()
	times = [f"--writers={WRITERS}", f"--seconds={args.seconds}", f"--warm-up={args.warm_up}"]
	figures = json_of(args, "store.StoreAlone", [*options, *times])
	disk["settings"].update(figures["settings"])
	aim(figures, AIMS.get(name), "by the store alone")
	if "history" in args.parts:
		aim(json_of(args, "store.StoreAlone", [*options, *times, "--events=1"]), None, "by the store alone, with one event each")


def runtime(args, name, database):
	"""Calls durable actions over WebSocket."""
	history = "history" in args.parts
	with Server(args, name, [*database.options(), f"--rivet.events.history.durable={str(history).lower()}"]) as server:
		server.await_ready()
		if "runtime" in args.parts:
			aim(server.call("write", args.seconds, args.warm_up), AIMS.get(name), "durable actions over WebSocket")
		if history:
			before, figures, written = None, None, None
			if name == "postgresql":
				time.sleep(STATISTICS_DELAY)
				before = database.written()
			figures = server.call("publish", args.seconds, args.warm_up)
			aim(figures, None, "... each with an event of durable history")
			if before:
				time.sleep(STATISTICS_DELAY)
				written = {table: n - before.get(table, 0) for table, n in database.written().items()}
				each = written.get("rivet_actor", 0)
				print(f"  rows written for each change: {', '.join(f'{table} {n / each:.3f}' for table, n in written.items() if table != 'commits')};"
					f" {each / written['commits']:.1f} changes in a commit", flush=True)


def joined(args, name, database):
	"""Calls actions that a transaction of the application commits, each with a commit of its own."""
	with Server(args, name, [*database.options(), "--rivet.events.state.jdbc.join-transaction=true"]) as server:
		server.await_ready()
		aim(server.call("join", args.seconds, args.warm_up), None, "actions in a transaction of the application")


def aim(figures, per_s, what):
	verdict = ""
	if per_s:
		p50 = figures["p50_us"] / 1000
		verdict = f"  aim {per_s:,}/s: {'yes' if figures['per_s'] >= per_s else 'NO'}; p50 under {P50_MS} ms: {'yes' if p50 < P50_MS else 'NO'}"
	print(f"  {figures['per_s']:>9,.0f}/s  p50 {figures['p50_us'] / 1000:6.1f} ms  p99 {figures['p99_us'] / 1000:6.1f} ms"
		f"  {figures['per_cpu_s']:>9,.0f} per second of CPU of the JVM  {what}{verdict}", flush=True)


def of_each_store(args):
	for name in args.stores or [name for name in STORES if name != "redis" or list(run.LIB.glob("rivet-events-redis-*.jar"))]:
		with STORES[name](args.data / name) as database:
			disk = {"settings": database.settings()}
			before = fsyncs_per_s(args.data)
			print(f"\n{name}", flush=True)
			alone(args, name, database, disk)
			if {"runtime", "history"} & set(args.parts):
				runtime(args, name, database)
			if "joined" in args.parts and name in JOINED:
				joined(args, name, database)
			settings = ", ".join(f"{key} {value}" for key, value in disk["settings"].items())
			print(f"  {settings}\n  {before:.0f} raw fsyncs/s before, {fsyncs_per_s(args.data):.0f} after; {args.file_system}", flush=True)


def echo(args):
	"""Compares actions that are not durable with the memory store and with a file, in turns."""
	print("\nactions that are not durable, with a file compared with memory", flush=True)
	with Sqlite(args.data / "echo") as file:
		with Server(args, "memory-store", [f"--rivet.events.state.store={MEMORY}"]) as memory, Server(args, "file-store", file.options()) as stored:
			servers = {MEMORY: memory, "file": stored}
			for server in servers.values():
				server.await_ready()
			for action in ("echo", "change"):
				for server in servers.values():
					server.call(action, 1, args.warm_up)
				figures = {name: [] for name in servers}
				for n in range(args.rounds):
					for name in list(servers)[::1 if n % 2 else -1]:
						run.await_calm(servers.values())
						figures[name].append(servers[name].call(action, args.seconds / 2, 1)["per_s"])
				ratios = [f / m for f, m in zip(figures["file"], figures[MEMORY])]
				print(f"  {action:6}  memory {statistics.median(figures[MEMORY]):9,.0f}/s  file {statistics.median(figures['file']):9,.0f}/s"
					f"  ratio {run.spread(ratios)} in {args.rounds} rounds", flush=True)


def sleeping(args):
	"""Measures sleeping instances in a file, and the statements that wake them."""
	with Sqlite(args.data / "sleeping") as file:
		count = SLEEPERS // 50 if args.quick else SLEEPERS
		timeout = "20s" if args.quick else "150s"
		figures = json_of(args, "sleeping.SleepingActors", [f"--instances={count}", f"--rivet.events.actor.sleep-timeout={timeout}", f"--rivet.events.limits.node.awake-size={AWAKE_SIZE}", *file.jdbc_options(), "--database.counted=true"])
	print(f"\n{count:,} sleeping instances in a file of SQLite\n  {figures['asleep_bytes_each']} bytes of heap each (at most 100: {'yes' if figures['asleep_bytes_each'] <= 100 else 'NO'}),"
		f" {figures['awake_bytes_each']:,} while awake\n  created in {figures['create_s']:.0f} s", flush=True)
	for what in ("wake_to_read", "wake_to_change"):
		print(f"  {what.replace('_', ' ')}: {', '.join(f'{n:.3f} {statement}' for statement, n in figures.get(what, {}).items())}", flush=True)


def main():
	parser = argparse.ArgumentParser(usage=__doc__)
	parser.add_argument("--only", default="alone,runtime,history,echo,sleeping", metavar="PARTS")
	parser.add_argument("--stores", type=lambda text: text.split(","), default=[])
	parser.add_argument("--quick", action="store_true")
	parser.add_argument("--data", type=lambda text: pathlib.Path(text).resolve(), default=OUT / "data")
	parser.add_argument("--java", default=os.path.join(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else "java")
	parser.add_argument("--java-options", type=str.split, default=[])
	args = parser.parse_args()
	args.parts = args.only.split(",")
	args.seconds, args.warm_up, args.rounds = (2, 1, 1) if args.quick else (10, 20, ROUNDS)
	run.prepare(args)
	OUT.mkdir(exist_ok=True)
	run.Server.next_port = free_port()
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # stops servers and databases, too
	shutil.rmtree(args.data, ignore_errors=True)
	args.data.mkdir(parents=True)
	args.file_system = file_system(args.data)
	said = run.about(argparse.Namespace(java=args.java, java_options=args.java_options, runs=1, quick=args.quick))
	print(f"{said['when']}, commit {said['commit']}; {said['cpu']}; {said['java']}; kernel {said['kernel']}; {WRITERS} writers, states of {SIZE:,} bytes")
	try:
		if {"alone", "runtime", "history", "joined"} & set(args.parts):
			of_each_store(args)
		if "echo" in args.parts:
			echo(args)
		if "sleeping" in args.parts:
			sleeping(args)
	finally:
		shutil.rmtree(args.data, ignore_errors=True)


if __name__ == "__main__":
	main()
