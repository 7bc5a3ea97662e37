/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.rivetevents.LoggedCredentials;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample in a process of its own, as a developer runs it, so that it can be killed.
 */
final class SampleProcess implements AutoCloseable {

	private static final Pattern TOKEN = Pattern.compile("\"headerName\":\"([^\"]+)\".*\"token\":\"([^\"]+)\"");

	/** What the plain sample does not have. */
	private static final Pattern OF_SEVERAL_NODES = Pattern
		.compile("rivet-events-cluster|jgroups|HikariCP" + "|spring-boot-(jdbc|sql|persistence|transaction)"
				+ "|spring-(jdbc|tx)-|[/\\\\](postgresql|h2)-" + "|opentelemetry|micrometer-tracing");

	private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

	/** Path of the native image, if there is one. */
	private static final @Nullable String IMAGE = System.getenv("RIVET_SAMPLE_IMAGE");

	private final HttpClient http = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

	private final Process process;

	private final List<String> output = new ArrayList<>();

	private int port;

	private SampleProcess(Process process) {
		this.process = process;
	}

	/**
	 * Starts the sample and waits until it accepts connections or has ended.
	 * @param folder working directory
	 * @param arguments arguments of the application
	 */
	static SampleProcess start(Path folder, String... arguments) throws IOException {
		return start(folder, false, arguments);
	}

	/**
	 * Starts the sample as {@link #start} does, from what was generated in the build: as
	 * a native image, or else on a JVM.
	 */
	static SampleProcess startAheadOfTime(Path folder, String... arguments) throws IOException {
		return start(folder, true, arguments);
	}

	private static SampleProcess start(Path folder, boolean aheadOfTime, String... arguments) throws IOException {
		List<String> command = new ArrayList<>(
				(aheadOfTime && IMAGE != null) ? List.of(IMAGE, "-XX:MissingRegistrationReportingMode=Exit") : java());
		// arguments precede a system property
		command.add(1, "-Dserver.port=0");
		command.add(1, "-Dspring.aot.enabled=" + aheadOfTime);
		command.addAll(List.of(arguments));
		SampleProcess sample = new SampleProcess(
				new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start());
		sample.awaitStart();
		return sample;
	}

	private static List<String> java() {
		return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
				"-cp", classPath(), SampleApplication.class.getName());
	}

	private static String classPath() {
		return classPath((entry) -> !OF_SEVERAL_NODES.matcher(entry).find());
	}

	/**
	 * Returns a part of the class path, always without the properties of the tests.
	 * @param filter decides about folders and jars by their paths
	 */
	static String classPath(Predicate<String> filter) {
		String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		return Arrays.stream(path.split(File.pathSeparator))
			.filter((entry) -> !entry.endsWith("test-classes") && filter.test(entry))
			.collect(Collectors.joining(File.pathSeparator));
	}

	private void awaitStart() throws IOException {
		BufferedReader lines = this.process.inputReader();
		for (String line = lines.readLine(); line != null; line = lines.readLine()) {
			this.output.add(line);
			LoggedCredentials.scan(line);
			Matcher started = PORT.matcher(line);
			if (started.find()) {
				this.port = Integer.parseInt(started.group(1));
				scan(lines);
				return;
			}
		}
	}

	/** A process whose output is not read stops at some point. */
	private static void scan(BufferedReader lines) {
		Thread reader = new Thread(() -> {
			try {
				for (String line = lines.readLine(); line != null; line = lines.readLine()) {
					LoggedCredentials.scan(line);
				}
			}
			catch (IOException ex) {
				// the process has been killed
			}
		});
		reader.setDaemon(true);
		reader.start();
	}

	/** Returns the lines that it has written until it had started or ended. */
	List<String> output() {
		return this.output;
	}

	/** Returns its port, 0 if it has not started. */
	int port() {
		return this.port;
	}

	/** Returns whether it accepts connections. */
	boolean isStarted() {
		return this.port != 0;
	}

	/** Calls an action of a chat room over HTTP and returns the body of the answer. */
	String call(String room, String action, String args) throws IOException, InterruptedException {
		URI uri = uri(room, "action/" + action, "");
		HttpRequest request = HttpRequest.newBuilder(uri)
			.header("content-type", "application/json")
			.header("x-rivet-encoding", "json")
			.POST(BodyPublishers.ofString("{\"args\":%s}".formatted(args)))
			.build();
		return this.http.send(request, BodyHandlers.ofString()).body();
	}

	/**
	 * Subscribes to an event of a chat room.
	 * @return the lines of the event stream, which never ends
	 */
	Stream<String> stream(String room, String event) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(uri(room, "sse", "&event=" + event)).build();
		return this.http.send(request, BodyHandlers.ofLines()).body();
	}

	private URI uri(String room, String path, String query) {
		return URI.create(
				"http://localhost:%d/rivet/gateway/chatRoom/%s?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=%s%s"
					.formatted(this.port, path, URLEncoder.encode(room, StandardCharsets.UTF_8), query));
	}

	/** Signs in, for all further requests. Returns the name on the page. */
	String signIn(String user) throws IOException, InterruptedException {
		Matcher token = TOKEN.matcher(get("/me"));
		assertThat(token.find()).isTrue();
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:%d/login".formatted(this.port)))
			.header("content-type", "application/x-www-form-urlencoded")
			.header(token.group(1), token.group(2))
			.POST(BodyPublishers.ofString("username=%s&password=%s".formatted(user, user)))
			.build();
		this.http.send(request, BodyHandlers.discarding());
		return get("/me");
	}

	private String get(String path) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:%d%s".formatted(this.port, path)))
			.build();
		return this.http.send(request, BodyHandlers.ofString()).body();
	}

	/**
	 * Kills the process at once, waits until it has ended, and returns when it was
	 * killed.
	 */
	Instant kill() {
		this.process.destroyForcibly();
		Instant killed = Instant.now();
		this.process.onExit().join();
		return killed;
	}

	@Override
	public void close() {
		kill();
	}

}
