/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Registration;
import io.rivetevents.autoconfigure.inspector.EventSample.Batch;
import io.rivetevents.autoconfigure.inspector.EventSample.Sampled;
import io.rivetevents.explain.EventTaps;
import io.rivetevents.explain.SentEvent;

/**
 * Samples of the events of instances, for viewers of the page: at most 20 events a second
 * for each of at most {@value #MAX_VIEWERS} viewers. If a viewer is slow, intervals
 * become longer. Ends with the node, before the web server: an open response would delay
 * its graceful shutdown. Safe for use by several threads.
 */
final class EventFeed implements SmartLifecycle {

	static final int MAX_VIEWERS = 16;

	static final Duration INTERVAL = Duration.ofMillis(250);

	/** The browser opens a new feed after it, and is authorized again. */
	static final Duration LIFETIME = Duration.ofMinutes(5);

	/** Intervals without events after which an empty message is sent. */
	private static final int QUIET = 40;

	private final EventTaps taps;

	private final Scheduler timers;

	private final Scheduler workers;

	private final InstantSource clock;

	private final AtomicInteger viewers = new AtomicInteger();

	/** Ends the feeds that are open when it completes. */
	private volatile Sinks.Empty<Void> end = Sinks.empty();

	/** From the beginning: the web server starts before this. */
	private volatile boolean running = true;

	/**
	 * Creates a feed without viewers.
	 * @param taps passes on the events
	 * @param timers scheduler of the intervals
	 * @param workers scheduler that writes the messages
	 * @param clock source of the times of events
	 */
	EventFeed(EventTaps taps, Scheduler timers, Scheduler workers, InstantSource clock) {
		this.taps = taps;
		this.timers = timers;
		this.workers = workers;
		this.clock = clock;
	}

	/**
	 * Returns the events of an instance as JSON texts, the first of which is sent at
	 * once.
	 * @param actor the instance, which may sleep or not exist yet
	 * @param values what the viewer may see
	 * @return the events; fails with the status 503 if there are too many viewers, or if
	 * the node stops
	 */
	Flux<String> open(ActorAddress actor, ShownValues values) {
		return Flux.defer(() -> {
			// before the check: a stop after it completes this sink
			Sinks.Empty<Void> end = this.end;
			int open = this.viewers.incrementAndGet();
			if (!this.running) {
				return Flux.error(new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "The node stops"));
			}
			if (open > MAX_VIEWERS) {
				return Flux.error(new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE,
						"%d pages already show events".formatted(MAX_VIEWERS)));
			}
			EventSample sample = new EventSample();
			return Flux
				.using(() -> this.taps.add(actor, sample), (tap) -> messages(actor.name(), sample, values),
						Registration::close)
				.takeUntilOther(end.asMono());
		}).doFinally((signal) -> this.viewers.decrementAndGet());
	}

	@Override
	public void start() {
		this.end = Sinks.empty();
		this.running = true;
	}

	@Override
	public void stop() {
		this.running = false;
		this.end.tryEmitEmpty();
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	private Flux<String> messages(String actor, EventSample sample, ShownValues values) {
		return Flux.interval(INTERVAL, this.timers)
			.take(LIFETIME.dividedBy(INTERVAL))
			.onBackpressureDrop()
			.publishOn(this.workers, 1)
			.<Batch>handle((tick, sink) -> take(sample, tick, sink))
			.startWith(Batch.EMPTY)
			.map((batch) -> message(actor, batch, values));
	}

	private static void take(EventSample sample, long tick, SynchronousSink<Batch> sink) {
		Batch batch = sample.take();
		if (batch != null) {
			sink.next(batch);
		}
		else if (tick % QUIET == 0) {
			sink.next(Batch.EMPTY);
		}
	}

	private String message(String actor, Batch batch, ShownValues values) {
		ObjectNode message = JsonNodeFactory.instance.objectNode();
		message.put("at", this.clock.instant().toString());
		message.put("leftOut", batch.leftOut());
		ArrayNode events = message.putArray("events");
		for (Sampled sampled : batch.events()) {
			SentEvent sent = sampled.event();
			ObjectNode event = EventJson.event(events, sent.position(), sent.event(), sent.tags());
			event.put("targeted", sent.targeted());
			event.put("queued", sent.queued());
			if (sampled.args() != null) {
				EventJson.putArgs(event,
						values.event(actor, sent.event(), JsonMapper.shared().readTree(sampled.args())));
			}
		}
		return message.toString();
	}

}
