/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import tools.jackson.databind.JsonNode;

/**
 * A client that is subscribed to a ledger and counts its entries: the number of each one
 * is that of the one before plus one, unless the server has told that some are missing.
 * It connects again, to the next node, when its connection ends or is silent for two
 * keep-alives. Safe for use by several threads.
 */
abstract class StreamClient {

	private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(200);

	/** Time in which a connection must be made. */
	private static final long OPENING = TimeUnit.SECONDS.toNanos(15);

	private final String ledger;

	private final List<Node> nodes;

	private final List<String> violations = new ArrayList<>();

	/** Index of the node of the next connection. */
	private int next;

	/** Number of the current connection; what earlier ones do has no effect. */
	private int connection;

	private boolean open;

	private boolean connected;

	private long silence = OPENING;

	private long heard;

	private long notBefore = System.nanoTime();

	private String epoch;

	private long position;

	private String stream;

	private String secret;

	private int last;

	/** Whether the server has told that entries after the last one may be missing. */
	private boolean told;

	private int connects;

	private int resynced;

	private int gaps;

	private String lastEnd = "none";

	StreamClient(String ledger, List<Node> nodes, int home) {
		this.ledger = ledger;
		this.nodes = nodes;
		this.next = home;
	}

	/**
	 * Opens a connection and sends a message.
	 * @param number the connection, for {@link #receive} and {@link #ended}
	 * @param path path and query of the actor without that of the transport
	 * @param hello the content of {@code Hello}
	 */
	abstract void open(Node node, int number, String path, String hello);

	/** Ends the connection without a message. */
	abstract void abort();

	/** Opens or ends the connection if it is time. Called every 100 ms. */
	final void tick() {
		Node node;
		int number;
		synchronized (this) {
			long now = System.nanoTime();
			if (this.open && now - this.heard > this.silence) {
				this.lastEnd = "silence";
				ended(now);
			}
			if (this.open || now < this.notBefore) {
				return;
			}
			this.open = true;
			this.heard = now;
			this.silence = OPENING;
			number = ++this.connection;
			node = this.nodes.get(this.next++ % this.nodes.size());
		}
		abort();
		open(node, number, "/rivet/gateway/ledger/%s?rvt-namespace=default&rvt-method=getOrCreate"
				+ "&rvt-runner=default&rvt-crash-policy=sleep&rvt-key=" + this.ledger, hello());
	}

	private synchronized String hello() {
		String resume = (this.stream == null) ? ""
				: ",\"resume\":{\"epoch\":\"%s\",\"position\":%d,\"stream\":\"%s\",\"secret\":\"%s\"}"
					.formatted(this.epoch, this.position, this.stream, this.secret);
		return "{\"subscriptions\":[{\"eventName\":\"counted\"}]%s}".formatted(resume);
	}

	/** Receives a message. */
	final synchronized void receive(int number, String tag, JsonNode value) {
		if (number != this.connection || !this.open) {
			return;
		}
		this.heard = System.nanoTime();
		switch (tag) {
			case "Init" -> init(value);
			case "Event" -> event(value.path("pos").asLong(), value.path("args").path(0).asInt());
			case "KeepAlive" -> this.position = Math.max(this.position, value.path("position").asLong());
			case "Gap" -> {
				this.gaps++;
				this.told = true;
			}
			case "Close" -> closed(value);
			default -> {
			}
		}
	}

	private void init(JsonNode value) {
		this.connects++;
		this.connected = true;
		this.silence = TimeUnit.MILLISECONDS.toNanos(2 * value.path("keepAlive").asLong());
		this.stream = value.path("stream").asString();
		this.secret = value.path("secret").asString();
		String outcome = value.path("outcome").asString();
		if (!outcome.equals("resumed")) {
			this.position = value.path("position").asLong();
		}
		this.epoch = value.path("epoch").asString();
		if (outcome.equals("resynced")) {
			this.resynced++;
			this.told = true;
			System.out.printf("%s: resynced, %s%n", this, value.path("reason").asString());
		}
		else if (outcome.equals("fresh") && this.connects > 1) {
			this.violations.add("fresh although it resumes");
		}
	}

	private void event(long position, int number) {
		if (position <= this.position) {
			this.violations.add("position %d after %d".formatted(position, this.position));
		}
		if (number != this.last + 1 && !this.told) {
			this.violations.add("entry %d after %d".formatted(number, this.last));
		}
		this.position = position;
		this.last = number;
		this.told = false;
	}

	private void closed(JsonNode value) {
		long after = value.path("retryAfter").asLong(0);
		if (value.path("advice").asString().equals("never")) {
			this.violations.add("closed for ever: %s.%s".formatted(value.path("group"), value.path("code")));
		}
		this.lastEnd = "%s.%s".formatted(value.path("group").asString(), value.path("code").asString());
		ended(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(after));
	}

	/**
	 * Handles that a connection has ended or could not be made.
	 * @param reason why, for the output of a run that fails
	 */
	final synchronized void ended(int number, String reason) {
		if (number == this.connection && this.open) {
			this.lastEnd = reason;
			ended(System.nanoTime());
		}
	}

	private void ended(long now) {
		this.open = false;
		this.connected = false;
		this.notBefore = now + PAUSE;
	}

	/** Returns the key of its ledger. */
	final String ledger() {
		return this.ledger;
	}

	/** Returns whether it has received all entries, or was told that it has not. */
	final synchronized boolean isComplete(int entries) {
		return this.connected && (this.last == entries || this.told);
	}

	final synchronized boolean isConnected() {
		return this.connected;
	}

	/** Returns what the client saw that must not be. */
	final synchronized List<String> violations() {
		return List.copyOf(this.violations);
	}

	/** Returns how often it has connected again. */
	final synchronized int reconnects() {
		return Math.max(0, this.connects - 1);
	}

	/** Returns how often it was told that events are missing. */
	final synchronized int told() {
		return this.resynced + this.gaps;
	}

	@Override
	public synchronized String toString() {
		return "%s of %s, entry %d at position %d of %s, last end: %s".formatted(getClass().getSimpleName(),
				this.ledger, this.last, this.position, this.epoch, this.lastEnd);
	}

}
