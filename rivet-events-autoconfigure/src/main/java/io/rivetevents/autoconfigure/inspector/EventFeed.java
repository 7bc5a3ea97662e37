/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Registration;
import io.rivetevents.autoconfigure.actuate.ForwardedRequest;
import io.rivetevents.autoconfigure.actuate.RemoteInstances;
import io.rivetevents.autoconfigure.actuate.RemoteInstances.UnansweredException;
import io.rivetevents.explain.EventTaps;

/**
 * Samples of the events of instances of all nodes, for viewers of the page: at most 20
 * events a second for each of at most {@value #MAX_VIEWERS} viewers. If a viewer or the
 * node of its instance is slow, intervals become longer. Ends with the node, before the
 * web server: an open response would delay its graceful shutdown. Safe for use by several
 * threads.
 */
final class EventFeed implements SmartLifecycle {

	static final int MAX_VIEWERS = 16;

	static final Duration INTERVAL = Duration.ofMillis(250);

	/** The browser opens a new feed after it, and is authorized again. */
	static final Duration LIFETIME = Duration.ofMinutes(5);

	/** Intervals without events after which an empty message is sent. */
	private static final int QUIET = 40;

	private final EventTaps taps;

	private final RemoteInstances remote;

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
	 * @param taps passes on the events of this node
	 * @param remote reads the events of other nodes
	 * @param timers scheduler of the intervals
	 * @param workers scheduler that writes the messages
	 * @param clock source of the times of events
	 */
	EventFeed(EventTaps taps, RemoteInstances remote, Scheduler timers, Scheduler workers, InstantSource clock) {
		this.taps = taps;
		this.remote = remote;
		this.timers = timers;
		this.workers = workers;
		this.clock = clock;
	}

	/**
	 * Returns the events of an instance as JSON texts, the first of which is sent at
	 * once. They end if the instance moves to another node.
	 * @param actor the instance, which may sleep or not exist yet
	 * @param values what the viewer may see
	 * @return the events; fails with the status 503 if there are too many viewers, or if
	 * the node stops, and with {@link UnansweredException} if the node of the instance
	 * does not answer
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
				.using(() -> this.taps.add(actor, sample), (tap) -> messages(actor, sample, values),
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

	private Flux<String> messages(ActorAddress actor, EventSample sample, ShownValues values) {
		String node = this.remote.nodeOf(actor);
		ForwardedRequest request = ForwardedRequest.live(actor, UUID.randomUUID().toString(), values.shown());
		ReceivedBatches received = new ReceivedBatches();
		Mono<JsonNode> batch = this.remote
			.readDocument(request,
					Mono.fromSupplier(() -> EventJson.batch(actor.name(), this.clock.instant(), sample.take(), values)))
			.doOnNext(received::add);
		// a single answer that is missing does not end the feed
		Mono<JsonNode> laterBatch = batch.onErrorComplete(UnansweredException.class);
		return Flux.interval(Duration.ZERO, INTERVAL, this.timers)
			.take(LIFETIME.dividedBy(INTERVAL))
			.onBackpressureDrop()
			.publishOn(this.workers, 1)
			.takeWhile((tick) -> Objects.equals(node, this.remote.nodeOf(actor)))
			.concatMap((tick) -> (tick == 0) ? batch : laterBatch.filter((found) -> isSent(found, tick, received)), 1)
			.takeWhile((message) -> received.isContinued())
			.map(JsonNode::toString);
	}

	private static boolean isSent(JsonNode batch, long tick, ReceivedBatches received) {
		return tick % QUIET == 0 || !batch.path("events").isEmpty() || batch.path("leftOut").asInt() > 0
				|| !received.isContinued();
	}

}
