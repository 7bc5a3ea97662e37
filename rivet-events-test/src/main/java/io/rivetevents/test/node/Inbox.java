/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;

/**
 * What one client has received, in order, and what of it the test has taken. Safe for use
 * by several threads.
 */
public final class Inbox implements ClientTransport.Receiver {

	/** Guards itself and the fields below. */
	private final List<Item> items = new ArrayList<>();

	private ToClient.@Nullable Welcome welcome;

	/** Position of the last message. */
	private @Nullable Position position;

	private long barriers;

	private boolean connected;

	private boolean open = true;

	private boolean left;

	private @Nullable CloseReason closed;

	/** Name of the event or action that a barrier names. */
	public static final String BARRIER = "rivet-test-barrier";

	/** Id of the call that is a barrier of the plain protocol. */
	public static final long BARRIER_ID = Long.MAX_VALUE;

	/** A received message. */
	private static final class Item {

		private final ToClient message;

		private boolean taken;

		Item(ToClient message) {
			this.message = message;
		}

	}

	@Override
	public void received(ToClient message) {
		synchronized (this.items) {
			if (message instanceof ToClient.Welcome now) {
				this.welcome = now;
				this.position = now.position();
				this.connected = true;
				now.refused()
					.forEach((event,
							error) -> add(new ToClient.SubscriptionResponse(event, true, now.position(), error)));
			}
			else if (message instanceof ToClient.Init) {
				this.connected = true;
			}
			else if (isBarrier(message)) {
				this.barriers++;
			}
			else {
				add(message);
			}
		}
	}

	private static boolean isBarrier(ToClient message) {
		if (message instanceof ToClient.Error error) {
			return error.actionId() != null && error.actionId() == BARRIER_ID;
		}
		return message instanceof ToClient.SubscriptionResponse response && response.eventName().equals(BARRIER);
	}

	/** Returns the number of barriers that were answered. */
	public long barriers() {
		synchronized (this.items) {
			return this.barriers;
		}
	}

	private void add(ToClient message) {
		Position position = positionOf(message);
		this.position = (position != null) ? position : this.position;
		boolean silent = message instanceof ToClient.KeepAlive || message instanceof ToClient.Close
				|| message instanceof ToClient.Expiring || message instanceof ToClient.AuthenticateResponse
				|| message instanceof ToClient.SubscriptionResponse response && response.error() == null;
		if (!silent) {
			this.items.add(new Item(message));
		}
	}

	private static @Nullable Position positionOf(ToClient message) {
		if (message instanceof ToClient.Event event) {
			return event.position();
		}
		if (message instanceof ToClient.KeepAlive alive) {
			return alive.position();
		}
		if (message instanceof ToClient.Gap gap) {
			return gap.position();
		}
		return null;
	}

	@Override
	public void ended(@Nullable CloseReason reason) {
		synchronized (this.items) {
			this.open = false;
			this.closed = reason;
		}
	}

	/** The client ends its connection permanently. */
	public void leave() {
		synchronized (this.items) {
			this.left = true;
		}
	}

	/** Returns whether the client has ended its connection permanently. */
	public boolean hasLeft() {
		synchronized (this.items) {
			return this.left;
		}
	}

	/** Begins another connection, whose messages follow. */
	public void reopen() {
		synchronized (this.items) {
			this.open = true;
			this.connected = false;
			this.closed = null;
		}
	}

	/**
	 * Takes the first message for which a function has a result.
	 * @param wanted returns {@code null} for other messages
	 * @return {@code null} if there is none
	 */
	public <T> @Nullable T take(Function<ToClient, @Nullable T> wanted) {
		synchronized (this.items) {
			for (Item item : this.items) {
				T found = item.taken ? null : wanted.apply(item.message);
				if (found != null) {
					item.taken = true;
					return found;
				}
			}
			return null;
		}
	}

	/** As {@link #take}, and leaves the message. */
	public <T> @Nullable T look(Function<ToClient, @Nullable T> wanted) {
		synchronized (this.items) {
			for (Item item : this.items) {
				T found = item.taken ? null : wanted.apply(item.message);
				if (found != null) {
					return found;
				}
			}
			return null;
		}
	}

	/** Returns the last welcome, {@code null} if there was none. */
	public ToClient.@Nullable Welcome welcome() {
		synchronized (this.items) {
			return this.welcome;
		}
	}

	/** Returns the position to resume from, {@code null} if there is none. */
	public @Nullable Position position() {
		synchronized (this.items) {
			return this.position;
		}
	}

	/** Returns whether the client is connected or has been rejected. */
	public boolean isDecided() {
		synchronized (this.items) {
			return this.connected || !this.open;
		}
	}

	/** Returns whether the connection is open. */
	public boolean isOpen() {
		synchronized (this.items) {
			return this.open;
		}
	}

	/** Returns why the server has closed the connection, {@code null} if it has not. */
	public @Nullable CloseReason closeReason() {
		synchronized (this.items) {
			return this.closed;
		}
	}

	/** Lists what has arrived, for the message of a failed expectation. */
	@Override
	public String toString() {
		synchronized (this.items) {
			String list = this.items.isEmpty() ? "%nNothing has arrived.".formatted()
					: this.items.stream()
						.map((item) -> "%n  %s%s".formatted(describe(item.message),
								item.taken ? "    (taken by an earlier expectation)" : ""))
						.collect(Collectors.joining("", "%nThis has arrived:".formatted(), ""));
			return "%s%n%s".formatted(list, state());
		}
	}

	private String state() {
		if (this.open) {
			return this.connected ? "The connection is open." : "The client has not been connected.";
		}
		String end = (this.closed != null) ? "closed with %s".formatted(this.closed.reason())
				: this.left ? "closed by the client" : "cut";
		return (this.connected ? "The connection is %s." : "The client was rejected: %s.").formatted(end);
	}

	public static String describe(ToClient message) {
		if (message instanceof ToClient.Event event) {
			return "event %s(%s)".formatted(event.name(), list(event.args()));
		}
		if (message instanceof ToClient.ActionResponse response) {
			return "reply %s".formatted((response.output() != null) ? response.output() : "without a value");
		}
		if (message instanceof ToClient.Error error) {
			return "error %s".formatted(describe(error));
		}
		if (message instanceof ToClient.SubscriptionResponse response && response.error() != null) {
			return "refused subscription to %s: %s".formatted(response.eventName(), describe(response.error()));
		}
		if (message instanceof ToClient.Gap gap) {
			return "gap (%s) of the events %s".formatted(gap.reason(), gap.events());
		}
		return message.toString();
	}

	public static String describe(ToClient.Error error) {
		return "%s.%s (%s)".formatted(error.group(), error.code(), error.message());
	}

	public static String list(List<JsonNode> args) {
		return args.stream().map(JsonNode::toString).collect(Collectors.joining(", "));
	}

}
