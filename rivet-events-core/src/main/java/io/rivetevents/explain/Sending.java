/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.explain;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.error.RivetException;
import io.rivetevents.explain.Delivery.Kind;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.SafeText;

/**
 * One event that an instance or the application sends, with what happens to it for each
 * connection. Safe for use by several threads.
 */
public final class Sending {

	/** Heap bytes of an event besides its name. */
	private static final int OVERHEAD = 250;

	/** Heap bytes of a connection besides its id and user. */
	private static final int ROW_BYTES = 250;

	private static final String ALL = "";

	private final DeliveryRecorder log;

	private final @Nullable ActorAddress actor;

	private final String event;

	private final Instant sentAt;

	/** Rows by connection id. This and the fields below are guarded by the log. */
	private final Map<String, Row> rows = new LinkedHashMap<>(4);

	private @Nullable Position position;

	private int omitted;

	private boolean removed;

	private record Row(@Nullable String user, Map<Kind, String> steps) {
	}

	Sending(DeliveryRecorder log, @Nullable ActorAddress actor, String event, Instant sentAt) {
		this.log = log;
		this.actor = actor;
		this.event = SafeText.of(event);
		this.sentAt = sentAt;
	}

	/**
	 * Sets its position, once it has one.
	 */
	public void at(Position position) {
		synchronized (this.log) {
			if (!this.removed) {
				this.position = position;
				this.log.index(this, position);
			}
		}
	}

	/**
	 * Adds a step that concerns all connections.
	 * @param reason the cause
	 */
	public void add(Kind kind, @Nullable String reason) {
		add(ALL, null, kind, reason);
	}

	/**
	 * Adds a step of one connection; the first reason of a kind is kept.
	 * @param connectionId id of the connection
	 * @param user name of its user, {@code null} if it is anonymous
	 * @param reason the cause, {@code null} if there is none
	 */
	public void add(String connectionId, @Nullable String user, Kind kind, @Nullable String reason) {
		synchronized (this.log) {
			if (this.removed) {
				return;
			}
			long more = 0;
			Row row = this.rows.get(connectionId);
			boolean added = row == null;
			if (row == null) {
				if (this.rows.size() >= DeliveryLog.MAX_PER_EVENT) {
					this.omitted++;
					return;
				}
				row = new Row((user != null) ? SafeText.of(user) : null, new EnumMap<>(Kind.class));
				this.rows.put(connectionId, row);
				more += bytes(connectionId, row);
			}
			String cause = (reason != null) ? SafeText.of(reason) : "";
			if (row.steps().putIfAbsent(kind, cause) == null) {
				more += bytes(cause);
			}
			// last: it may remove this event, with all that is counted
			this.log.count(added ? 1 : 0, more);
		}
	}

	/**
	 * Adds that it is sent to no connection.
	 * @param cause the error; of one that clients do not receive only the class is
	 * recorded, since its message may contain values
	 */
	public void fail(Throwable cause) {
		add(Kind.FAILED, (cause instanceof RivetException error) ? error.group() + "." + error.code()
				: cause.getClass().getName());
	}

	/** Removes it from the log: what follows is recorded as another event. */
	public void discard() {
		this.log.discard(this);
	}

	// Called with the lock of the log

	private static long bytes(String connectionId, Row row) {
		return ROW_BYTES + bytes(connectionId) + ((row.user() != null) ? bytes(row.user()) : 0)
				+ row.steps().values().stream().mapToLong(Sending::bytes).sum();
	}

	private static long bytes(String text) {
		return 2L * text.length();
	}

	long ownBytes() {
		return OVERHEAD + bytes(this.event);
	}

	/** Removes it from the log; further steps are not recorded. */
	void remove() {
		this.removed = true;
		this.log.count(-this.rows.size(), -ownBytes()
				- this.rows.entrySet().stream().mapToLong((each) -> bytes(each.getKey(), each.getValue())).sum());
	}

	/** Returns {@code null} if it is sent to the connections of all actors. */
	@Nullable ActorAddress actor() {
		return this.actor;
	}

	@Nullable Position position() {
		return this.position;
	}

	/** Returns the name of the event. */
	public String event() {
		return this.event;
	}

	boolean isAfter(Position from) {
		Position position = this.position;
		return position != null && position.epoch().equals(from.epoch()) && position.sequence() > from.sequence();
	}

	/**
	 * Returns a delivery for each connection, or one for all if there is none. Takes the
	 * lock of the log.
	 */
	List<Delivery> deliveries() {
		synchronized (this.log) {
			return rowsAsDeliveries();
		}
	}

	private List<Delivery> rowsAsDeliveries() {
		List<Delivery> deliveries = new ArrayList<>(this.rows.size() + 1);
		Row all = this.rows.get(ALL);
		this.rows.forEach((id, row) -> {
			if (row != all) {
				deliveries.add(delivery(id, row.user(), steps(id, row, all)));
			}
		});
		if (all != null && deliveries.isEmpty()) {
			deliveries.add(delivery(null, null, steps(ALL, all, null)));
		}
		else if (deliveries.isEmpty()) {
			deliveries.add(delivery(null, null, List.of(new Delivery.Step(Kind.NOT_SELECTED, "no connections"))));
		}
		if (this.omitted > 0) {
			deliveries.add(delivery(null, null,
					List.of(new Delivery.Step(Kind.TARGETED, this.omitted + " more steps are not recorded"))));
		}
		return deliveries;
	}

	private Delivery delivery(@Nullable String connectionId, @Nullable String user, List<Delivery.Step> steps) {
		return new Delivery(this.actor, this.event, this.position, this.sentAt, connectionId, user, steps);
	}

	/** Steps of all connections apply to the recipients. */
	private List<Delivery.Step> steps(String id, Row row, @Nullable Row all) {
		Map<Kind, String> steps = new EnumMap<>(row.steps());
		if (all != null && steps.containsKey(Kind.TARGETED)) {
			all.steps().forEach(steps::putIfAbsent);
		}
		if (this.position != null && steps.containsKey(Kind.WRITTEN) && this.log.isHandled(id, this.position)) {
			steps.put(Kind.HANDLED, "");
		}
		return steps.entrySet()
			.stream()
			.map((each) -> new Delivery.Step(each.getKey(), each.getValue().isEmpty() ? null : each.getValue()))
			.toList();
	}

	@Override
	public String toString() {
		return "%s of %s at %s".formatted(this.event, this.actor, Objects.requireNonNullElse(this.position, "none"));
	}

}
