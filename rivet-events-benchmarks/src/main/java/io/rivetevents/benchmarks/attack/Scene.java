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
 * One attack under way: the server, the connections that are open, and how often the
 * bound was met, by what. Any number of threads.
 */
final class Scene implements AutoCloseable {

	/** How often a bound is to be met. */
	static final int WANTED = 100;

	/** How long the server may take for a request of an attack, in milliseconds. */
	static final long PATIENCE = 5000;

	/** Errors that say that the call is wrong, and not that there are too many. */
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
	 * Whether the attack is to go on: for ten seconds, then until its bound has been met
	 * often enough, while it has time.
	 */
	boolean goesOn() {
		return hasTime() && (count() < WANTED || System.nanoTime() < this.earliest);
	}

	/** Whether there is time left, however often the bound was met. */
	boolean hasTime() {
		return !this.over && System.nanoTime() < this.deadline && this.victim.alive();
	}

	/** Milliseconds that are left. */
	long left() {
		return Math.max(TimeUnit.NANOSECONDS.toMillis(this.deadline - System.nanoTime()), 1);
	}

	/** The one number in the long form, the other in the short one. */
	int amount(int full, int brief) {
		return this.brief ? brief : full;
	}

	/** A key of this attack alone. */
	String key() {
		return this.key;
	}

	String key(Object suffix) {
		return this.key + "-" + suffix;
	}

	/** Random text, so that no two keys are equal. */
	static String unique() {
		return Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
	}

	// Counting

	/** The server has met its bound. */
	void met(String how) {
		met(how, 1);
	}

	void met(String how, long times) {
		if (times > 0 && this.victim.alive()) {
			this.met.computeIfAbsent(how, (key) -> new LongAdder()).add(times);
		}
	}

	/** Count an answer that refuses; returns whether it does. */
	boolean met(@Nullable Answer answer) {
		if (answer != null && answer.refused()) {
			met(answer.name());
			return true;
		}
		return false;
	}

	/** Count a frame that refuses or ends the connection; returns whether it ended. */
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

	/** Count what has come over a connection without waiting; returns if it has ended. */
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
	 * Write something. A server that has stopped reading counts, and one that has closed
	 * the connection.
	 * @return whether all was written; if not, nothing more can be
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
	 * Hold connections open, and open others for those that the server closes.
	 * @param size how many to hold
	 * @param opening opens one and does to it what is to be done; {@code null} if it was
	 * refused
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
	 * Hold connections open unread, and read the oldest when there are enough of them:
	 * what the server has cut short or refused counts.
	 * @param size how many to hold
	 * @param opening opens one and asks for much
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

	/** Open a connection; one that is refused counts, and {@code null} is returned. */
	@Nullable HttpPeer http(int receiveBuffer) {
		return opened(() -> new HttpPeer(this.victim.address(), null, receiveBuffer));
	}

	@Nullable StreamPeer stream(int receiveBuffer) {
		return opened(() -> new StreamPeer(this.victim.address(), null, receiveBuffer));
	}

	@Nullable WebSocketPeer socket(int receiveBuffer) {
		return opened(() -> new WebSocketPeer(this.victim.address(), null, receiveBuffer));
	}

	/** The same from one of several addresses, for attacks that need many ports. */
	@Nullable WebSocketPeer socketFromElsewhere() {
		int last = 2 + this.sources.incrementAndGet() % 8;
		return opened(() -> new WebSocketPeer(this.victim.address(),
				new InetSocketAddress(InetAddress.getByName("127.0.0." + last), 0), Peer.TINY));
	}

	/**
	 * Open a WebSocket.
	 * @param encoding json, cbor or bare; with a plus before it in the extended mode
	 * @return the connection, {@code null} if it was refused
	 */
	@Nullable WebSocketPeer connect(String actor, String key, String encoding, int receiveBuffer) {
		return connect(actor, key, encoding, "", receiveBuffer);
	}

	@Nullable WebSocketPeer connect(String actor, String key, String encoding, String headers, int receiveBuffer) {
		WebSocketPeer peer = socket(receiveBuffer);
		return (peer != null && upgrade(peer, actor, key, encoding, headers)) ? peer : null;
	}

	/** Ask for the WebSocket on a connection that is open. */
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

	/** Close a connection before the attack is over. */
	void close(Peer peer) {
		peer.close();
		this.peers.remove(peer);
	}

	/** A client that behaves, on an instance under attack. */
	HealthyClient bystander(String actor, String key) {
		HealthyClient client = HealthyClient.webSocket(this.victim.address(), actor, key).start();
		this.bystanders.add(client);
		return client;
	}

	List<HealthyClient> bystanders() {
		return List.copyOf(this.bystanders);
	}

	// Threads

	/** Run something on several threads until all have ended. */
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

	/** The same attack with less time, for a part of it whose refusals do not count. */
	Scene part(long millis) {
		Scene part = new Scene(this.victim, this.brief, Math.min(millis, left()));
		this.parts.add(part);
		return part;
	}

	/** Tell the attack to end. */
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
	 * What is done on one of several threads.
	 */
	interface Part {

		void run(int number) throws Exception;

	}

	private interface Opening<T> {

		T open() throws IOException;

	}

}
