/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.rivetevents.benchmarks.attack.HttpPeer.Answer;
import io.rivetevents.benchmarks.attack.WebSocketPeer.Frame;

/**
 * A healthy client: it calls an action ten times a second on its own thread, and records
 * its longest wait and its failures. A pending call counts with its wait so far.
 */
final class HealthyClient implements AutoCloseable {

	private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long CALL_MILLIS = 10_000;

	private static final int MAX_FAILURES = 20;

	private final String name;

	private final Link link;

	private final Thread thread;

	private final List<String> failures = new ArrayList<>();

	private long since;

	private long worst;

	private int calls;

	private boolean stopped;

	private HealthyClient(String name, Link link) {
		this.name = name;
		this.link = link;
		this.thread = new Thread(this::run, name);
		this.thread.setDaemon(true);
	}

	HealthyClient start() {
		this.thread.start();
		return this;
	}

	/**
	 * Creates a client over WebSocket that subscribes to the broadcasts of its instance.
	 */
	static HealthyClient webSocket(InetSocketAddress server, String actor, String key) {
		return new HealthyClient("WebSocket to " + actor, new WebSocketLink(server, actor, key));
	}

	/**
	 * Creates a client with an event stream, which makes its calls over another
	 * connection.
	 */
	static HealthyClient stream(InetSocketAddress server, String actor, String key) {
		return new HealthyClient("SSE to " + actor, new StreamLink(server, actor, key));
	}

	/** Creates a client that opens a connection for each call. */
	static HealthyClient newcomer(InetSocketAddress server, String actor, String key) {
		return new HealthyClient("newcomer to " + actor, new NewcomerLink(server, actor, key));
	}

	private void run() {
		int id = 0;
		while (!isStopped()) {
			long begin = System.nanoTime();
			begin(begin);
			String failure = null;
			try {
				failure = this.link.call(++id);
			}
			catch (IOException ex) {
				failure = String.valueOf(ex.getMessage());
			}
			end(begin, failure);
			if (failure != null) {
				this.link.close();
			}
			try {
				TimeUnit.NANOSECONDS.sleep(Math.max(begin + PERIOD - System.nanoTime(), 0));
			}
			catch (InterruptedException ex) {
				break;
			}
		}
		this.link.close();
	}

	private synchronized boolean isStopped() {
		return this.stopped;
	}

	private synchronized void begin(long time) {
		this.since = time;
	}

	private synchronized void end(long begin, @Nullable String failure) {
		this.worst = Math.max(this.worst, System.nanoTime() - begin);
		this.since = 0;
		this.calls++;
		if (failure != null && !this.stopped && this.failures.size() < MAX_FAILURES) {
			this.failures.add(failure);
		}
		notifyAll();
	}

	/** Returns the longest wait in milliseconds since the last call of this method. */
	synchronized long takeWorst() {
		long waiting = (this.since != 0) ? System.nanoTime() - this.since : 0;
		long longest = Math.max(this.worst, waiting);
		this.worst = 0;
		return TimeUnit.NANOSECONDS.toMillis(longest);
	}

	/** Returns the failures since the last call of this method. */
	synchronized List<String> takeFailures() {
		List<String> taken = List.copyOf(this.failures);
		this.failures.clear();
		return taken;
	}

	/**
	 * Waits until calls have been answered.
	 * @param count number of calls from now on
	 * @param millis maximum time to wait
	 */
	synchronized void awaitCalls(int count, long millis) throws InterruptedException {
		long deadline = Peer.deadline(millis);
		int wanted = this.calls + count;
		while (this.calls < wanted) {
			long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
			if (left <= 0) {
				return;
			}
			wait(left);
		}
	}

	String name() {
		return this.name;
	}

	@Override
	public void close() {
		synchronized (this) {
			this.stopped = true;
		}
		this.thread.interrupt();
	}

	/**
	 * Makes calls.
	 */
	private interface Link {

		/** Makes a call, on a new connection if there is none; returns the failure. */
		@Nullable String call(int id) throws IOException;

		void close();

	}

	private static final class WebSocketLink implements Link {

		private final InetSocketAddress server;

		private final String path;

		private @Nullable WebSocketPeer peer;

		WebSocketLink(InetSocketAddress server, String actor, String key) {
			this.server = server;
			this.path = Wire.path(actor, key, "connect");
		}

		@Override
		public @Nullable String call(int id) throws IOException {
			WebSocketPeer socket = this.peer;
			if (socket == null) {
				socket = new WebSocketPeer(this.server, null, 0);
				this.peer = socket;
				int status = socket.open(this.path, "json", "", CALL_MILLIS);
				if (status != 101) {
					return "handshake answered " + status;
				}
				socket.write(Wire.text(Wire.subscribe("msg", "")), CALL_MILLIS);
			}
			socket.write(Wire.text(Wire.call(id, "echo", "[\"h" + id + "\"]")), CALL_MILLIS);
			Frame frame = socket.next(CALL_MILLIS);
			while (frame != null && !frame.last() && !frame.text().contains("\"" + id + "\"")) {
				frame = socket.next(CALL_MILLIS);
			}
			if (frame == null) {
				return "no answer";
			}
			return frame.last() ? frame.reason() : frame.error() ? frame.text() : null;
		}

		@Override
		public void close() {
			if (this.peer != null) {
				this.peer.close();
				this.peer = null;
			}
		}

	}

	private static final class StreamLink implements Link {

		private final InetSocketAddress server;

		private final String path;

		private @Nullable StreamPeer stream;

		private @Nullable HttpPeer upward;

		StreamLink(InetSocketAddress server, String actor, String key) {
			this.server = server;
			this.path = Wire.path(actor, key, "sse");
		}

		@Override
		public @Nullable String call(int id) throws IOException {
			StreamPeer events = this.stream;
			HttpPeer calls = this.upward;
			if (events == null || calls == null) {
				events = new StreamPeer(this.server, null, 0);
				this.stream = events;
				calls = new HttpPeer(this.server, null, 0);
				this.upward = calls;
				if (!events.open(this.path, CALL_MILLIS)) {
					return "no stream";
				}
			}
			calls.write(events.post(Wire.extendedCall(id, "echo", "[\"h\"]", "")), CALL_MILLIS);
			Answer accepted = calls.answer(CALL_MILLIS);
			if (accepted == null || accepted.refused()) {
				return (accepted != null) ? accepted.name() + " " + accepted.body() : "no answer to a POST";
			}
			String item = events.awaitItem("\"id\":" + id + ",", CALL_MILLIS);
			return (item != null) ? null : "no answer on the stream";
		}

		@Override
		public void close() {
			if (this.stream != null) {
				this.stream.close();
				this.stream = null;
			}
			if (this.upward != null) {
				this.upward.close();
				this.upward = null;
			}
		}

	}

	private static final class NewcomerLink implements Link {

		private final InetSocketAddress server;

		private final byte[] request;

		NewcomerLink(InetSocketAddress server, String actor, String key) {
			this.server = server;
			this.request = Wire.action(actor, key, "echo", "[\"h\"]");
		}

		@Override
		public @Nullable String call(int id) throws IOException {
			try (HttpPeer peer = new HttpPeer(this.server, null, 0)) {
				peer.write(this.request, CALL_MILLIS);
				Answer answer = peer.answer(CALL_MILLIS);
				return (answer == null) ? "no answer" : answer.refused() ? answer.name() + " " + answer.body() : null;
			}
		}

		@Override
		public void close() {
			// each call closes its own connection
		}

	}

}
