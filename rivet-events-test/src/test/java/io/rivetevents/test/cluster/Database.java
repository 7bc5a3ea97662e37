/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/**
 * PostgreSQL in a namespace of its own, with all its files in a temporary folder. Debian
 * has it in the package {@code postgresql}.
 */
final class Database implements AutoCloseable {

	private static final int PORT = 5432;

	private static final int PATIENCE = 60;

	private final Network network;

	private final String member;

	private final Path programs;

	private final Path folder;

	private Process process;

	/**
	 * Installs a server.
	 * @param network where it runs
	 * @param member name of its namespace
	 */
	Database(Network network, String member) throws IOException {
		this.network = network;
		this.member = member;
		this.programs = programs();
		this.folder = Files.createTempDirectory("rivet-postgresql");
		Programs.run("chown", "postgres", this.folder.toString());
		Programs.run(asUser("initdb", "-D", this.folder.resolve("data").toString(), "-U", "rivet", "-A", "trust",
				"--no-sync")
			.toArray(String[]::new));
		Files.writeString(this.folder.resolve("data/pg_hba.conf"),
				"host all all 0.0.0.0/0 trust\nlocal all all trust\n");
	}

	/** Returns why PostgreSQL cannot be started, {@code null} if it can. */
	static String obstacle() {
		return (programs() == null) ? "PostgreSQL is not installed" : null;
	}

	private static Path programs() {
		File[] versions = new File("/usr/lib/postgresql").listFiles();
		return (versions == null) ? null
				: Stream.of(versions)
					.max(Comparator.naturalOrder())
					.map((version) -> version.toPath().resolve("bin"))
					.orElse(null);
	}

	/** The server refuses to run as root. */
	private List<String> asUser(String program, String... arguments) {
		List<String> command = new ArrayList<>(
				List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
		command.add(this.programs.resolve(program).toString());
		command.addAll(List.of(arguments));
		return command;
	}

	/** Starts the server, and waits until it accepts connections. */
	void start() throws IOException {
		List<String> command = asUser("postgres", "-D", this.folder.resolve("data").toString(), "-h", "*", "-p",
				"" + PORT, "-k", this.folder.toString(), "-c", "fsync=off", "-c", "max_connections=100");
		this.process = new ProcessBuilder(this.network.within(this.member, command)).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(this.folder.resolve("log").toFile()))
			.start();
		List<String> ready = this.network.within(this.member,
				asUser("pg_isready", "-h", this.folder.toString(), "-p", "" + PORT));
		Awaitility.await().atMost(PATIENCE, TimeUnit.SECONDS).until(() -> Programs.attempt(ready).status() == 0);
	}

	/** Kills the server and its processes, as a crash of the machine does. */
	void kill() {
		List<ProcessHandle> children = this.process.descendants().toList();
		this.process.destroyForcibly();
		children.forEach(ProcessHandle::destroyForcibly);
		this.process.onExit().orTimeout(PATIENCE, TimeUnit.SECONDS).join();
	}

	/** Returns the URL at an address. */
	static String url(String address) {
		return "jdbc:postgresql://%s:%d/postgres?user=rivet".formatted(address, PORT);
	}

	@Override
	public void close() throws IOException {
		if (this.process != null) {
			kill();
		}
		try (Stream<Path> files = Files.walk(this.folder)) {
			files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
		}
	}

}
