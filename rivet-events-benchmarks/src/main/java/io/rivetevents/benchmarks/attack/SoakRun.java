/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Disconnects clients for some minutes. A third of the clients fall silent instead: they
 * leave their connection open and reconnect on another one. The memory of the server must
 * not grow. See the README of this module.
 */
public final class SoakRun {

	private static final int CONNECTIONS = 200;

	private static final int MILLIS_BETWEEN_CUTS = 10;

	private static final int SAMPLES = 30;

	private static final int WARM_UP_SAMPLES = SAMPLES / 3;

	private static final long PATIENCE_MILLIS = 20_000;

	private static final long MOST_BYTES = Long.MAX_VALUE / 2;

	/**
	 * Keep-alive period. A silent client is disconnected after three periods at most, so
	 * the number of silent clients grows until then. A client that is disconnected in
	 * turn has connected more recently.
	 */
	private static final String KEEP_ALIVE = "5s";

	private static final Pattern RESUME = Pattern.compile("\"(epoch|stream|secret)\":\"([^\"]+)\"");

	private final Victim victim;

	private final SplittableRandom random;

	private final List<Client> clients = new ArrayList<>();

	/** Clients that have left without closing the connection. */
	private final List<HttpPeer> silent = new ArrayList<>();

	private int cuts;

	/** The resources that the server holds. */
	record Sample(long heap, long direct, long descriptors, long sockets) {

		private static final List<String> NAMES = List.of("MB of heap", "MB of direct memory", "descriptors",
				"sockets");

		private List<Long> values() {
			return List.of(this.heap, this.direct, this.descriptors, this.sockets);
		}

	}

	private SoakRun(Victim victim, long seed) {
		this.victim = victim;
		this.random = new SplittableRandom(seed);
	}

	/**
	 * Runs for a time. The exit code is 0 if the server holds no more in the last third
	 * of the time than in the second.
	 * @param args seconds, default 600; seed, default 1
	 */
	public static void main(String[] args) throws Exception {
		long seconds = (args.length > 0) ? Long.parseLong(args[0]) : 600;
		long seed = (args.length > 1) ? Long.parseLong(args[1]) : 1;
		List<String> faults = run(System.getProperty("java.class.path"), Path.of("target", "attack", "soak.log"),
				seconds, seed);
		faults.forEach(System.out::println);
		System.out.println(faults.isEmpty() ? "flat" : "not flat");
		System.exit(faults.isEmpty() ? 0 : 1);
	}

	/**
	 * Runs for a time.
	 * @return resources that have grown, or that were not released at the end; empty if
	 * there are none
	 */
	static List<String> run(String classPath, Path log, long seconds, long seed) throws Exception {
		try (Victim victim = Victim.start(classPath, log, "--rivet.events.websocket.keep-alive=" + KEEP_ALIVE,
				"--rivet.events.sse.keep-alive=" + KEEP_ALIVE,
				"--rivet.events.limits.address.connections=" + 10 * CONNECTIONS)) {
			return new SoakRun(victim, seed).run(seconds);
		}
	}

	private List<String> run(long seconds) throws Exception {
		Sample before = sample();
		for (int i = 0; i < CONNECTIONS; i++) {
			this.clients.add(new Client(i));
			this.clients.get(i).open();
		}
		List<Sample> samples = new ArrayList<>();
		long start = System.nanoTime();
		long period = TimeUnit.SECONDS.toNanos(seconds) / SAMPLES;
		while (samples.size() < SAMPLES) {
			cut();
			this.clients.forEach(Client::read);
			this.silent.removeIf(SoakRun::isEnded);
			if (System.nanoTime() - start >= (samples.size() + 1) * period) {
				samples.add(sample());
				System.out.printf("%4d s: %d cuts, %d silent, %s%n", samples.size() * seconds / SAMPLES, this.cuts,
						this.silent.size(), samples.get(samples.size() - 1));
			}
			TimeUnit.MILLISECONDS.sleep(MILLIS_BETWEEN_CUTS);
		}
		List<String> faults = grown(samples);
		faults.addAll(left(before));
		return faults;
	}

	/**
	 * Selects clients in sequence, so that each is disconnected equally often. Clients
	 * that fall silent resume, which ends the silent connection. Half of the WebSockets
	 * do not resume, so that only the timeout ends their silent connections. An event
	 * stream has no timeout of its own: only TCP detects a lost client, and here TCP
	 * continues to answer.
	 */
	private void cut() throws IOException {
		Client client = this.clients.get(this.cuts++ % CONNECTIONS);
		switch (this.random.nextInt(6)) {
			case 0, 1 -> client.peer().close();
			case 2, 3 -> client.peer().reset();
			case 4 -> this.silent.add(client.peer());
			default -> {
				this.silent.add(client.peer());
				client.forgetSocket();
			}
		}
		client.open();
	}

	/** Reads nothing except the end of the connection. */
	private static boolean isEnded(HttpPeer peer) {
		peer.drain(0, MOST_BYTES);
		if (peer.ending() == null) {
			return false;
		}
		peer.close();
		return true;
	}

	private Sample sample() throws IOException, InterruptedException {
		Victim.Memory memory = this.victim.memory();
		if (memory == Victim.Memory.NONE) {
			throw new IOException("The server has ended");
		}
		return new Sample(memory.heap(), memory.direct(), this.victim.descriptors(""),
				this.victim.descriptors("socket:"));
	}

	/** Compares the medians of the second and the last third. */
	static List<String> grown(List<Sample> samples) {
		List<String> faults = new ArrayList<>();
		for (int i = 0; i < Sample.NAMES.size(); i++) {
			long second = median(samples.subList(WARM_UP_SAMPLES, 2 * WARM_UP_SAMPLES), i);
			long last = median(samples.subList(2 * WARM_UP_SAMPLES, samples.size()), i);
			if (last > second + Math.max(second / 10, 8)) {
				faults.add("%s: %d in the second third, %d in the last".formatted(Sample.NAMES.get(i), second, last));
			}
		}
		return faults;
	}

	private static long median(List<Sample> samples, int value) {
		List<Long> sorted = samples.stream().map((sample) -> sample.values().get(value)).sorted().toList();
		return sorted.get(sorted.size() / 2);
	}

	/**
	 * Checks what the server holds when all clients have left and the silent ones have
	 * timed out.
	 */
	private List<String> left(Sample before) throws Exception {
		this.clients.forEach((client) -> client.peer().close());
		long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
		while (!this.silent.isEmpty() && System.nanoTime() < deadline) {
			this.silent.removeIf(SoakRun::isEnded);
			TimeUnit.MILLISECONDS.sleep(MILLIS_BETWEEN_CUTS);
		}
		Sample after = sample();
		List<String> faults = new ArrayList<>();
		if (!this.silent.isEmpty()) {
			faults.add(this.silent.size() + " connections of silent clients are still open");
		}
		if (after.sockets() > before.sockets()) {
			faults.add("%d sockets before, %d after".formatted(before.sockets(), after.sockets()));
		}
		return faults;
	}

	/** A client that reconnects, over an event stream or a WebSocket. */
	private final class Client {

		private final int index;

		private @Nullable HttpPeer peer;

		private String resume = "";

		Client(int index) {
			this.index = index;
		}

		HttpPeer peer() {
			if (this.peer == null) {
				throw new IllegalStateException("The client has not connected yet");
			}
			return this.peer;
		}

		void read() {
			peer().drain(0, MOST_BYTES);
		}

		/** Connects as a new client next time, if it has a WebSocket. */
		void forgetSocket() {
			this.resume = isStream() ? this.resume : "";
		}

		private boolean isStream() {
			return this.index % 2 == 0;
		}

		void open() throws IOException {
			String key = "soak" + this.index % 10;
			String hello = Wire.hello("\"subscriptions\":[{\"eventName\":\"msg\"}]" + this.resume);
			String init = isStream() ? openStream(key, hello) : openSocket(key, hello);
			StringBuilder fields = new StringBuilder();
			Matcher matcher = RESUME.matcher(init);
			while (matcher.find()) {
				fields.append(",\"%s\":\"%s\"".formatted(matcher.group(1), matcher.group(2)));
			}
			this.resume = ",\"resume\":{\"position\":0%s}".formatted(fields);
		}

		private String openStream(String key, String hello) throws IOException {
			StreamPeer stream = new StreamPeer(SoakRun.this.victim.address(), null, 0);
			this.peer = stream;
			boolean open = stream.write(Wire.request("POST", Wire.path("target", key, "sse"), "", Wire.ascii(hello)),
					PATIENCE_MILLIS) && stream.head(PATIENCE_MILLIS) == 200;
			String init = open ? stream.awaitItem("rivet:init", PATIENCE_MILLIS) : null;
			return opened(init);
		}

		private String openSocket(String key, String hello) throws IOException {
			WebSocketPeer socket = new WebSocketPeer(SoakRun.this.victim.address(), null, 0);
			this.peer = socket;
			boolean open = socket.open(Wire.path("target", key, "connect"), "+json", "", PATIENCE_MILLIS) == 101
					&& socket.write(Wire.text(hello), PATIENCE_MILLIS);
			WebSocketPeer.Frame init = open ? socket.await("Init", PATIENCE_MILLIS) : null;
			String welcome = opened((init != null && !init.last()) ? init.text() : null);
			socket.write(Wire.text(Wire.extendedCall(1, "say", "[\"hello\"]", "")), PATIENCE_MILLIS);
			return welcome;
		}

		private String opened(@Nullable String init) throws IOException {
			if (init == null) {
				throw new IOException(
						"Client %d is not accepted after %d cuts".formatted(this.index, SoakRun.this.cuts));
			}
			return init;
		}

	}

}
