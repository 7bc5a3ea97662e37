/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbox;

import java.time.Duration;
import java.time.Instant;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.connection.Receipt;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.observation.CallContext;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ToServer;

/**
 * Sends the event or makes the call of a row that this node has taken, and decides what
 * becomes of the row.
 */
final class RowHandler {

	private static final Log logger = LogFactory.getLog(RowHandler.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/** After so many failed attempts a row is dropped. */
	static final int MAX_ATTEMPTS = 10;

	private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

	private static final Duration LAST_RETRY = Duration.ofMinutes(1);

	/** Shortest time for other nodes to note that an event was received. */
	static final Duration CONFIRMATION = Duration.ofSeconds(2);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

	/**
	 * Time after the start of this node in which events from before are not dropped.
	 * Clients that were disconnected by a restart try again within it: those of
	 * rivet-events every 10 s at least, those of RivetKit every 30 s.
	 */
	static final Duration RECONNECT = Duration.ofSeconds(30);

	private final StoredOutbox.Targets targets;

	private final OutboxSettings settings;

	private final StoredOutbox.Time time;

	private volatile Instant startedAt = Instant.MIN;

	/**
	 * Creates a handler.
	 * @param targets where events and calls go
	 * @param settings times
	 * @param time clock and timers
	 */
	RowHandler(StoredOutbox.Targets targets, OutboxSettings settings, StoredOutbox.Time time) {
		this.targets = targets;
		this.settings = settings;
		this.time = time;
	}

	/** What has become of a row. */
	enum Outcome {

		/** Its event has reached a connection of this node. */
		SENT,

		/** The action that it calls has ended. */
		EXECUTED,

		/** No connection has received its event in time. */
		UNRECEIVED,

		/** It is tried again later. */
		POSTPONED,

		/** Each attempt has failed. */
		FAILED

	}

	/**
	 * The end of an attempt.
	 *
	 * @param row the row
	 * @param outcome what has become of it
	 * @param postponed when it is taken again, {@code null} if it is deleted
	 */
	record Result(OutboxRow row, Outcome outcome, OutboxRow.@Nullable Postponed postponed) {

		static Result over(OutboxRow row, Outcome outcome) {
			return new Result(row, outcome, null);
		}

		static Result again(OutboxRow.Postponed postponed) {
			return new Result(postponed.taken(), Outcome.POSTPONED, postponed);
		}

	}

	/** Begins the time in which clients connect again. */
	void start() {
		this.startedAt = this.time.clock().instant();
	}

	/**
	 * Handles a row.
	 * @return the result; never an error
	 */
	Mono<Result> handle(OutboxRow row) {
		return CallContext.detached(Mono.defer(() -> switch (row.kind()) {
			case OutboxRow.EVENT -> send(row);
			case OutboxRow.CALL -> call(row);
			default -> Mono.<Result>error(new IllegalStateException("The kind " + row.kind() + " is not known"));
		}).onErrorResume((ex) -> Mono.fromSupplier(() -> fail(row, ex))));
	}

	private Mono<Result> call(OutboxRow row) {
		ToServer.ActionRequest request = new ToServer.ActionRequest(0, row.name(), RowContent.readArgs(row),
				new ToServer.CallOptions(false, null, "outbox " + row.id()));
		return this.targets.directory()
			.get()
			.call(RowContent.readTarget(row), null, request)
			.then(Mono.fromSupplier(() -> Result.over(row, Outcome.EXECUTED)));
	}

	private Mono<Result> send(OutboxRow row) {
		if (row.sentAt() != null && isTooOld(row)) {
			return Mono.just(unreceived(row));
		}
		AddressedEvent event = RowContent.readEvent(row);
		Receipt receipt = this.targets.here().dispatch(event);
		return this.targets.backplane()
			.get()
			.publishConfirmed(event)
			.timeout(this.settings.lease(), this.time.timers())
			.then(Mono.fromSupplier(() -> sent(row, receipt)));
	}

	/**
	 * Another node may have connections, and deletes the row if one of them receives the
	 * event.
	 */
	private Result sent(OutboxRow row, Receipt receipt) {
		if (receipt.queued() > 0) {
			return Result.over(row, Outcome.SENT);
		}
		if (!this.targets.backplane().get().reachesOtherNodes() && isTooOld(row)) {
			return unreceived(row);
		}
		Instant now = this.time.clock().instant();
		return Result.again(new OutboxRow.Postponed(row, now.plus(pause(row, now)), 0, now));
	}

	/** The pause grows with the age, and is not longer than needed for the last check. */
	private Duration pause(OutboxRow row, Instant now) {
		Instant since = isFromBeforeTheStart(row) ? this.startedAt : row.createdAt();
		Duration pause = min(Duration.between(since, now), LONGEST_PAUSE);
		Duration left = Duration.between(now, end(row));
		pause = left.isNegative() ? pause : min(pause, left);
		return (pause.compareTo(CONFIRMATION) < 0) ? CONFIRMATION : pause;
	}

	private boolean isFromBeforeTheStart(OutboxRow row) {
		return row.createdAt().isBefore(this.startedAt);
	}

	private static Duration min(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

	private boolean isTooOld(OutboxRow row) {
		return !end(row).isAfter(this.time.clock().instant());
	}

	/** Returns when an event is dropped that no connection has received. */
	private Instant end(OutboxRow row) {
		Instant end = row.createdAt().plus(this.settings.maxAge());
		if (!isFromBeforeTheStart(row)) {
			return end;
		}
		Instant reconnected = this.startedAt.plus(RECONNECT);
		return end.isBefore(reconnected) ? reconnected : end;
	}

	private static Result unreceived(OutboxRow row) {
		if (logger.isDebugEnabled()) {
			logger.debug("No connection has received %s: it was dropped".formatted(SafeText.of(row)));
		}
		return Result.over(row, Outcome.UNRECEIVED);
	}

	private Result fail(OutboxRow row, Throwable ex) {
		if (row.attempts() >= MAX_ATTEMPTS) {
			failures.error(ex, () -> "%s was dropped after %d attempts".formatted(SafeText.of(row), row.attempts()));
			return Result.over(row, Outcome.FAILED);
		}
		if (logger.isDebugEnabled()) {
			logger.debug("%s has failed and is tried again".formatted(SafeText.of(row)), ex);
		}
		return Result.again(row.until(this.time.clock().instant().plus(backoff(row.attempts())), row.attempts()));
	}

	private static Duration backoff(int attempts) {
		return min(FIRST_RETRY.multipliedBy(1L << Math.min(attempts - 1, MAX_ATTEMPTS)), LAST_RETRY);
	}

}
