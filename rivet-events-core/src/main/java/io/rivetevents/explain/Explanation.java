/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.explain;

import java.util.Iterator;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.Position;

/**
 * What has happened to events, one delivery for each event and connection, in the order
 * in which the events were sent. {@link #toString()} returns a table.
 *
 * @param deliveries the deliveries; empty if the event was not sent, or is no longer
 * recorded
 * @since 0.1.0
 */
public record Explanation(List<Delivery> deliveries) implements Iterable<Delivery> {

	public Explanation {
		deliveries = List.copyOf(deliveries);
	}

	@Override
	public Iterator<Delivery> iterator() {
		return this.deliveries.iterator();
	}

	/**
	 * Returns the deliveries to one connection.
	 * @param connectionId its id
	 */
	public Explanation to(String connectionId) {
		return new Explanation(
				this.deliveries.stream().filter((delivery) -> connectionId.equals(delivery.connectionId())).toList());
	}

	/**
	 * Returns the deliveries as a table with one row for each connection.
	 */
	@Override
	public String toString() {
		if (this.deliveries.isEmpty()) {
			return "No delivery is recorded";
		}
		int ids = width(this.deliveries.stream().map(Delivery::connectionId).toList(), "connection");
		int users = width(this.deliveries.stream().map(Delivery::user).toList(), "user");
		String row = "  %-" + ids + "s  %-" + users + "s  %s%n";
		StringBuilder table = new StringBuilder();
		String head = "";
		for (Delivery delivery : this.deliveries) {
			String next = head(delivery);
			if (!next.equals(head)) {
				head = next;
				table.append(head).append(System.lineSeparator());
				table.append(row.formatted("connection", "user", "outcome"));
			}
			table.append(row.formatted(cell(delivery.connectionId()), cell(delivery.user()), delivery.outcome()));
		}
		return table.toString().stripTrailing();
	}

	private static String head(Delivery delivery) {
		Position position = delivery.position();
		return "%s of %s, %s, sent at %s".formatted(delivery.event(),
				(delivery.actor() != null) ? delivery.actor() : "all actors",
				(position != null) ? "position " + position.sequence() : "no position", delivery.sentAt());
	}

	private static int width(List<@Nullable String> cells, String title) {
		return Math.max(title.length(), cells.stream().mapToInt((each) -> cell(each).length()).max().orElse(0));
	}

	private static String cell(@Nullable String text) {
		return Objects.requireNonNullElse(text, "-");
	}

}
