/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.h2.tools.Server;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A real database server with all its files in a temporary folder. There is at most one
 * of each kind in this process: the first test that needs it starts it, and it ends with
 * the process. H2 is a server, too. Without the programs of the others, which Debian has
 * in the packages {@code postgresql} and {@code mariadb-server}, the test is skipped, or
 * fails if {@code RIVET_DATABASES_REQUIRED} is {@code true}. Commits survive the end of
 * the server, but are not written to the disk.
 */
public final class DatabaseServer {

	/** Largest value that this MariaDB accepts, in bytes. */
	static final int MAX_PACKET = 4 << 20;

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final AtomicInteger databases = new AtomicInteger();

	private static final DatabaseServer POSTGRESQL = new DatabaseServer("postgres", "postgresql",
			"jdbc:postgresql://127.0.0.1:%d/%s?user=rivet", "postgres", DatabaseServer::installPostgresql,
			(server, folder) -> List.of(program("postgres"), "-D", "data", "-h", "127.0.0.1", "-k", folder.toString(),
					"-p", "" + server.port, "-c", "fsync=off", "-c", "max_connections=200"));

	private static final DatabaseServer MARIADB = new DatabaseServer("mysql", "mariadb",
			"jdbc:mariadb://127.0.0.1:%d/%s?user=root", "mysql", DatabaseServer::installMariadb,
			(server, folder) -> List.of(program("mariadbd"), "--no-defaults", "--datadir=" + folder.resolve("data"),
					"--socket=" + folder.resolve("socket"), "--bind-address=127.0.0.1", "--port=" + server.port,
					"--max-allowed-packet=" + MAX_PACKET, "--innodb-flush-log-at-trx-commit=2", "--skip-name-resolve"));

	private static final DatabaseServer H2 = new DatabaseServer(null, "h2",
			"jdbc:h2:tcp://127.0.0.1:%d/./%s;USER=sa;WRITE_DELAY=0", "first", (server, folder) -> List.of(),
			(server, folder) -> List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
					"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dh2.bindAddress=127.0.0.1", "-cp",
					Server.class.getProtectionDomain().getCodeSource().getLocation().getPath(), Server.class.getName(),
					"-tcp", "-tcpPort", "" + server.port, "-baseDir", folder.toString(), "-ifNotExists"));

	/** User that runs it, {@code null} for the present one. */
	private final @Nullable String user;

	private final String kind;

	private final String url;

	private final String firstDatabase;

	private final BiFunction<DatabaseServer, Path, List<List<String>>> install;

	private final BiFunction<DatabaseServer, Path, List<String>> command;

	private final int port = freePort();

	private @Nullable Path folder;

	private @Nullable Process process;

	private DatabaseServer(@Nullable String user, String kind, String url, String firstDatabase,
			BiFunction<DatabaseServer, Path, List<List<String>>> install,
			BiFunction<DatabaseServer, Path, List<String>> command) {
		this.user = user;
		this.kind = kind;
		this.url = url;
		this.firstDatabase = firstDatabase;
		this.install = install;
		this.command = command;
	}

	/** Returns PostgreSQL, which is running. */
	public static DatabaseServer postgresql() {
		return running(POSTGRESQL, "initdb", "postgres");
	}

	/** Returns MariaDB, which is running. */
	public static DatabaseServer mariadb() {
		return running(MARIADB, "mariadb-install-db", "mariadbd");
	}

	/** Returns H2 in a process of its own, which is running. */
	public static DatabaseServer h2() {
		return running(H2);
	}

	private static DatabaseServer running(DatabaseServer server, String... programs) {
		if (!Stream.of(programs).allMatch((program) -> find(program) != null)) {
			String text = "%s not found".formatted(List.of(programs));
			if (Boolean.parseBoolean(System.getenv("RIVET_DATABASES_REQUIRED"))) {
				throw new IllegalStateException("RIVET_DATABASES_REQUIRED: " + text);
			}
			System.out.println("SKIPPED: " + text);
			Assumptions.abort(text);
		}
		server.start();
		return server;
	}

	private static List<List<String>> installPostgresql(DatabaseServer server, Path folder) {
		return List.of(List.of(program("initdb"), "-D", "data", "-U", "rivet", "-A", "trust", "-E", "UTF8",
				"--locale=C.UTF-8", "--no-sync"));
	}

	private static List<List<String>> installMariadb(DatabaseServer server, Path folder) {
		return List.of(List.of(program("mariadb-install-db"), "--no-defaults", "--datadir=" + folder.resolve("data"),
				"--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"));
	}

	/** Starts the server unless it is running, and waits until it accepts connections. */
	public synchronized void start() {
		try {
			if (this.folder == null) {
				this.folder = createFolder();
				for (List<String> step : this.install.apply(this, this.folder)) {
					run(step, this.folder);
				}
				Runtime.getRuntime().addShutdownHook(new Thread(this::end));
			}
			Path folder = this.folder;
			if (this.process == null) {
				Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> isReady(folder));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** After a kill, the first attempt may fail because processes are still ending. */
	private boolean isReady(Path folder) throws IOException {
		if (this.process == null || !this.process.isAlive()) {
			this.process = launch(this.command.apply(this, folder), folder);
		}
		try (Connection connection = DriverManager.getConnection(url(this.firstDatabase))) {
			return connection.isValid(1);
		}
		catch (SQLException ex) {
			return false;
		}
	}

	/** Kills the server and its processes, as a crash of the machine does. */
	public synchronized void kill() {
		Process process = Objects.requireNonNull(this.process);
		List<ProcessHandle> children = process.descendants().toList();
		process.destroyForcibly();
		children.forEach(ProcessHandle::destroyForcibly);
		process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
		this.process = null;
	}

	/** Stops the server and its processes where they are: it answers nothing. */
	public synchronized void pause() {
		signal("STOP");
	}

	/** Lets the server continue. */
	public synchronized void proceed() {
		signal("CONT");
	}

	private void signal(String signal) {
		Process process = Objects.requireNonNull(this.process);
		List<String> command = new ArrayList<>(List.of("kill", "-" + signal, "" + process.pid()));
		process.descendants().forEach((child) -> command.add("" + child.pid()));
		try {
			new ProcessBuilder(command).inheritIO()
				.start()
				.onExit()
				.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
				.join();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private synchronized void end() {
		if (this.process != null) {
			kill();
		}
		try (Stream<Path> files = Files.walk(Objects.requireNonNull(this.folder))) {
			files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Creates a schema without tables and returns the URL with which it is the current
	 * one. MariaDB has no other databases than schemas; in PostgreSQL a database is
	 * large; H2 creates one when it is used.
	 */
	public String newDatabase() {
		String name = "rivet" + databases.incrementAndGet();
		if (this == H2) {
			return url(name);
		}
		execute("create schema " + name);
		return (this == POSTGRESQL) ? url(this.firstDatabase) + "&currentSchema=" + name : url(name);
	}

	/** Executes a statement outside the databases of the tests. */
	public void execute(String sql) {
		try (Connection connection = DriverManager.getConnection(url(this.firstDatabase));
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(sql, ex);
		}
	}

	/** Returns the port of the server, which stays the same. */
	public int port() {
		return this.port;
	}

	private String url(String database) {
		return this.url.formatted(this.port, database);
	}

	private Path createFolder() throws IOException {
		Path folder = Files.createTempDirectory("rivet-" + this.kind);
		if (this.user != null && isRoot()) {
			run(List.of("chown", this.user, folder.toString()), null);
		}
		return folder;
	}

	private void run(List<String> command, @Nullable Path folder) throws IOException {
		Process process = (folder != null) ? launch(command, folder) : new ProcessBuilder(command).inheritIO().start();
		int result = process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join().exitValue();
		if (result != 0) {
			String log = (folder != null) ? Files.readString(folder.resolve("log")) : "";
			throw new IllegalStateException("%s ended with %d: %s".formatted(command, result, log));
		}
	}

	/** PostgreSQL and MariaDB refuse to run as root. */
	private Process launch(List<String> command, Path folder) throws IOException {
		List<String> complete = new ArrayList<>();
		if (this.user != null && isRoot()) {
			complete.addAll(List.of("setpriv", "--reuid=" + this.user, "--regid=" + this.user, "--clear-groups"));
		}
		complete.addAll(command);
		return new ProcessBuilder(complete).directory(folder.toFile())
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
			.start();
	}

	private static boolean isRoot() {
		return "root".equals(System.getProperty("user.name"));
	}

	private static String program(String name) {
		return Objects.requireNonNull(find(name), name);
	}

	/** Debian has the programs of PostgreSQL in a folder of their version. */
	private static @Nullable String find(String program) {
		List<File> folders = new ArrayList<>();
		for (String folder : (System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin")
			.split(File.pathSeparator)) {
			folders.add(new File(folder));
		}
		File[] versions = new File("/usr/lib/postgresql").listFiles();
		if (versions != null) {
			Stream.of(versions)
				.sorted(Comparator.reverseOrder())
				.map((version) -> new File(version, "bin"))
				.forEach(folders::add);
		}
		return folders.stream()
			.map((folder) -> new File(folder, program))
			.filter(File::canExecute)
			.map(File::getPath)
			.findFirst()
			.orElse(null);
	}

	private static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
