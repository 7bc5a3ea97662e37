/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbox;

import java.time.Clock;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

import org.springframework.util.Assert;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

import io.rivetevents.delivery.dispatch.Dispatcher;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.Outbox;
import io.rivetevents.extension.OutboxStatus;
import io.rivetevents.outbox.RowHandler.Outcome;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;

/**
 * The outbox of a node: stores events and calls, and delivers its rows and those of other
 * nodes. Safe for use by several threads.
 */
public final class StoredOutbox implements Outbox {

	private final OutboxStore store;

	private final OutboxSettings settings;

	private final Clock clock;

	private final RowIds ids = new RowIds(() -> ThreadLocalRandom.current().nextLong());

	private final Map<Outcome, LongAdder> counts = new EnumMap<>(Outcome.class);

	private final RowHandler handler;

	private final OutboxRunner runner;

	/**
	 * Creates an outbox that takes no rows yet.
	 * @param store the table
	 * @param settings sizes and intervals
	 * @param time clock, timers and workers
	 * @param targets where events and calls go
	 */
	public StoredOutbox(OutboxStore store, OutboxSettings settings, Time time, Targets targets) {
		this.store = store;
		this.settings = settings;
		this.clock = time.clock();
		for (Outcome outcome : Outcome.values()) {
			this.counts.put(outcome, new LongAdder());
		}
		this.handler = new RowHandler(targets, settings, time);
		this.runner = new OutboxRunner(store, this.handler, settings, time, (result) -> count(result.outcome()));
	}

	/**
	 * The time, and the threads.
	 *
	 * @param clock source of dates
	 * @param timers scheduler of the interval; must not be blocked
	 * @param workers scheduler of the work; may be blocked
	 */
	public record Time(Clock clock, Scheduler timers, Scheduler workers) {
	}

	/**
	 * Where events and calls go.
	 *
	 * @param here the connections of this node
	 * @param backplane the other nodes; resolved when an event is sent
	 * @param directory the instances; resolved when a call is made
	 */
	public record Targets(Dispatcher here, Supplier<Backplane> backplane, Supplier<ActorDirectory> directory) {
	}

	/** Starts to take rows, unless this node is not to take any. */
	public void start() {
		if (this.settings.enabled()) {
			this.handler.start();
			this.runner.start();
		}
	}

	/**
	 * Takes no more rows. Those that wait are given back, those that are handled already
	 * end. May be started again.
	 */
	public void stop() {
		this.runner.stop();
	}

	@Override
	public void add(AddressedEvent event) {
		Backplane.checkTravels(event);
		add(RowContent.of(event));
	}

	@Override
	public void add(ActorTarget target, String action, List<JsonNode> args) {
		add(RowContent.of(target, action, args));
	}

	private void add(RowContent content) {
		Assert.state(!Schedulers.isInNonBlockingThread(),
				() -> "%s %s was not stored: durable() waits for the database, and thread %s must not block"
					.formatted(content.kind(), SafeText.of(content.name()), Thread.currentThread().getName()));
		if (content.body().length > this.settings.maxSize()) {
			throw new RivetException(ErrorCode.OUTGOING_TOO_LONG,
					"%s `%s` was not stored: it has %d bytes, more than rivet.events.outbox.max-size, %d bytes"
						.formatted(content.kind(), content.name(), content.body().length, this.settings.maxSize()));
		}
		Instant now = this.clock.instant();
		this.store.add(new OutboxRow(this.ids.next(now), content.kind(), content.target(), content.name(),
				content.body(), now, now, 0, null), this.runner::wake);
	}

	@Override
	public void received(String id) {
		count(Outcome.SENT);
		this.runner.received(id);
	}

	private void count(Outcome outcome) {
		counter(outcome).increment();
	}

	private LongAdder counter(Outcome outcome) {
		return this.counts.getOrDefault(outcome, new LongAdder());
	}

	@Override
	public OutboxStatus status() {
		return new OutboxStatus(counter(Outcome.SENT).sum(), counter(Outcome.EXECUTED).sum(),
				counter(Outcome.UNRECEIVED).sum(), counter(Outcome.POSTPONED).sum(), counter(Outcome.FAILED).sum());
	}

}
