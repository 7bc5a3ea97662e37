/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.rivetevents.benchmarks.attack.HttpPeer.Answer;
import io.rivetevents.benchmarks.attack.WebSocketPeer.Frame;

/**
 * An attack in progress: the server, the open connections, and the reactions of the
 * server that met the bound, with their counts. Thread-safe.
 */
final class Scene implements AutoCloseable {

	/** Number of times that a bound must be met. */
	static final int WANTED = 100;

	/** Timeout of requests of an attack, in milliseconds. */
	static final long PATIENCE = 5000;

	/** Errors that report a wrong call, rather than a limit. */
	private static final Set<String> MISTAKES = Set.of("action_not_found", "validation_error", "internal_error",
			"action_timed_out");

	private static final int STALLED = 1500;

	private static final int STALLED_BRIEF = 500;

	private static final long LEAST = 10_000;

	private static final long READ_MILLIS = 500;

	private static final AtomicInteger NEXT = new AtomicInteger();

	private final Victim victim;

	private final boolean brief;

	private final long deadline;

	private final long earliest;

	private final Map<String, LongAdder> met = new ConcurrentHashMap<>();

	private final Queue<Peer> peers = new ConcurrentLinkedQueue<>();

	private final Queue<HealthyClient> bystanders = new ConcurrentLinkedQueue<>();

	private final Queue<String> notes = new ConcurrentLinkedQueue<>();

	private final Queue<Scene> parts = new ConcurrentLinkedQueue<>();

	private final String key = "attacked-" + NEXT.incrementAndGet();

	private final AtomicInteger sources = new AtomicInteger();

	private volatile boolean over;

	Scene(Victim victim, boolean brief, long millis) {
		this.victim = victim;
		this.brief = brief;
		this.deadline = Peer.deadline(millis);
		this.earliest = Peer.deadline(LEAST);
	}

	/**
	 * Returns whether the attack continues: for ten seconds, and then until its bound has
	 * been met often enough or its time is over.
	 */
	boolean goesOn() {
		return hasTime() && (count() < WANTED || System.nanoTime() < this.earliest);
	}

	/** Returns whether there is time left, regardless of the bound. */
	boolean hasTime() {
		return !this.over && System.nanoTime() < this.deadline && this.victim.alive();
	}

	/** Returns the remaining milliseconds. */
	long left() {
		return Math.max(TimeUnit.NANOSECONDS.toMillis(this.deadline - System.nanoTime()), 1);
	}

	/**
	 * Returns the first number in the long form, and the second one in the short form.
	 */
	int amount(int full, int brief) {
		return this.brief ? brief : full;
	}

	/** Returns a key that only this attack uses. */
	String key() {
		return this.key;
	}

	String key(Object suffix) {
		return this.key + "-" + suffix;
	}

	/** Returns random text, so that keys differ. */
	static String unique() {
		return Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
	}

	// Counting

	/** Counts that the server has met its bound. */
	void met(String how) {
		met(how, 1);
	}

	void met(String how, long times) {
		if (times > 0 && this.victim.alive()) {
			this.met.computeIfAbsent(how, (key) -> new LongAdder()).add(times);
		}
	}

	/** Counts an answer if it is a rejection; returns whether it is. */
	boolean met(@Nullable Answer answer) {
		if (answer != null && answer.refused()) {
			met(answer.name());
			return true;
		}
		return false;
	}

	/**
	 * Counts a frame if it is a rejection or ends the connection; returns whether the
	 * connection has ended.
	 */
	boolean met(@Nullable Frame frame) {
		if (frame == null) {
			return false;
		}
		if (frame.last()) {
			met(frame.reason());
		}
		else if (frame.error() && !frame.closing() && !MISTAKES.contains(frame.code())) {
			met(frame.code());
		}
		return frame.last();
	}

	/**
	 * Counts the frames that have arrived on a connection, without waiting; returns
	 * whether it has ended.
	 */
	boolean countFrames(WebSocketPeer peer) {
		return countFrames(peer, 0);
	}

	boolean countFrames(WebSocketPeer peer, long millis) {
		Frame frame = peer.next(millis);
		while (frame != null) {
			if (met(frame)) {
				return true;
			}
			frame = peer.next(0);
		}
		return false;
	}

	void note(String text) {
		if (!this.notes.contains(text)) {
			this.notes.add(text);
		}
	}

	long count() {
		return this.met.values().stream().mapToLong(LongAdder::sum).sum();
	}

	Map<String, Long> counts() {
		Map<String, Long> counts = new TreeMap<>();
		this.met.forEach((how, times) -> counts.put(how, times.sum()));
		return counts;
	}

	List<String> notes() {
		return List.copyOf(this.notes);
	}

	/**
	 * Writes data. If the server has stopped reading or has closed the connection, this
	 * counts.
	 * @return whether all data was written; if not, the connection cannot be used any
	 * more
	 */
	boolean push(Peer peer, byte[] data) {
		if (peer.write(data, amount(STALLED, STALLED_BRIEF))) {
			return true;
		}
		String ending = peer.ending();
		met((ending != null) ? "connection " + ending : "stopped reading");
		return false;
	}

	/**
	 * Holds connections open, and replaces those that the server closes.
	 * @param size number of connections
	 * @param opening opens and prepares a connection; returns {@code null} if it was
	 * rejected
	 */
	void crowd(int size, Supplier<@Nullable WebSocketPeer> opening) {
		List<WebSocketPeer> open = new ArrayList<>();
		while (goesOn()) {
			if (open.size() < size) {
				WebSocketPeer peer = opening.get();
				if (peer != null) {
					open.add(peer);
				}
			}
			else {
				pause(20);
			}
			open.removeIf(this::hasEnded);
		}
	}

	private boolean hasEnded(WebSocketPeer peer) {
		boolean ended = countFrames(peer);
		if (ended) {
			close(peer);
		}
		return ended;
	}

	/**
	 * Holds connections open without reading, and reads the oldest when there are enough
	 * of them. Answers that the server has cut short or rejected count.
	 * @param size number of connections
	 * @param opening opens a connection and requests much data
	 */
	void unread(int size, Supplier<@Nullable WebSocketPeer> opening) {
		Deque<WebSocketPeer> open = new ArrayDeque<>();
		while (goesOn()) {
			WebSocketPeer peer = opening.get();
			if (peer != null) {
				open.add(peer);
			}
			if (open.size() > size) {
				WebSocketPeer oldest = open.remove();
				oldest.hasten();
				if (!countFrames(oldest, READ_MILLIS)) {
					note("unread data was kept");
				}
				close(oldest);
			}
		}
	}

	// Connections

	/** Opens a connection. Returns {@code null} if it is rejected, which counts. */
	@Nullable HttpPeer http(int receiveBuffer) {
		return opened(() -> new HttpPeer(this.victim.address(), null, receiveBuffer));
	}

	@Nullable StreamPeer stream(int receiveBuffer) {
		return opened(() -> new StreamPeer(this.victim.address(), null, receiveBuffer));
	}

	@Nullable WebSocketPeer socket(int receiveBuffer) {
		return opened(() -> new WebSocketPeer(this.victim.address(), null, receiveBuffer));
	}

	/**
	 * Opens a connection from one of several addresses, for attacks that require many
	 * ports.
	 */
	@Nullable WebSocketPeer socketFromElsewhere() {
		int last = 2 + this.sources.incrementAndGet() % 8;
		return opened(() -> new WebSocketPeer(this.victim.address(),
				new InetSocketAddress(InetAddress.getByName("127.0.0." + last), 0), Peer.TINY));
	}

	/**
	 * Opens a WebSocket.
	 * @param encoding json, cbor or bare; with a plus before it in the extended mode
	 * @return the connection, {@code null} if it was rejected
	 */
	@Nullable WebSocketPeer connect(String actor, String key, String encoding, int receiveBuffer) {
		return connect(actor, key, encoding, "", receiveBuffer);
	}

	@Nullable WebSocketPeer connect(String actor, String key, String encoding, String headers, int receiveBuffer) {
		WebSocketPeer peer = socket(receiveBuffer);
		return (peer != null && upgrade(peer, actor, key, encoding, headers)) ? peer : null;
	}

	/** Requests the WebSocket on an open connection. */
	boolean upgrade(WebSocketPeer peer, String actor, String key, String encoding, String headers) {
		int status = peer.open(Wire.path(actor, key, "connect"), encoding, headers, PATIENCE);
		if (status == 101) {
			return true;
		}
		if (status >= 0) {
			met((status == 0) ? "connection closed" : "HTTP " + status);
		}
		peer.close();
		return false;
	}

	private <T extends Peer> @Nullable T opened(Opening<T> opening) {
		try {
			T peer = opening.open();
			this.peers.add(peer);
			return peer;
		}
		catch (IOException ex) {
			met("connection refused");
			pause(20);
			return null;
		}
	}

	/** Closes a connection before the attack is over. */
	void close(Peer peer) {
		peer.close();
		this.peers.remove(peer);
	}

	/** Starts a healthy client of an instance under attack. */
	HealthyClient bystander(String actor, String key) {
		HealthyClient client = HealthyClient.webSocket(this.victim.address(), actor, key).start();
		this.bystanders.add(client);
		return client;
	}

	List<HealthyClient> bystanders() {
		return List.copyOf(this.bystanders);
	}

	// Threads

	/** Runs a task on several threads, and waits for all of them. */
	void inParallel(int threads, Part part) throws Exception {
		List<Thread> running = new ArrayList<>();
		Queue<Exception> failures = new ConcurrentLinkedQueue<>();
		for (int i = 0; i < threads; i++) {
			int number = i;
			Thread thread = new Thread(() -> {
				try {
					part.run(number);
				}
				catch (Exception ex) {
					failures.add(ex);
				}
			}, "attacker-" + i);
			thread.setDaemon(true);
			thread.start();
			running.add(thread);
		}
		for (Thread thread : running) {
			thread.join();
		}
		Exception failure = failures.poll();
		if (failure != null) {
			throw failure;
		}
	}

	static void pause(long millis) {
		try {
			Thread.sleep(millis);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Returns the same attack with less time, for a part of it whose rejections do not
	 * count.
	 */
	Scene part(long millis) {
		Scene part = new Scene(this.victim, this.brief, Math.min(millis, left()));
		this.parts.add(part);
		return part;
	}

	/** Requests the end of the attack. */
	void stop() {
		this.over = true;
	}

	@Override
	public void close() {
		stop();
		this.parts.forEach(Scene::close);
		this.bystanders.forEach(HealthyClient::close);
		this.peers.forEach(Peer::close);
		this.peers.clear();
	}

	/**
	 * The task of one of several threads.
	 */
	interface Part {

		void run(int number) throws Exception;

	}

	private interface Opening<T> {

		T open() throws IOException;

	}

}
