/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import org.springframework.util.Assert;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Registration;
import io.rivetevents.autoconfigure.actuate.ForwardedRequest;
import io.rivetevents.autoconfigure.actuate.RemoteInstances;
import io.rivetevents.explain.EventTaps;

/**
 * Answers pages of other nodes that show instances of this one. A page requests the live
 * events again and again, so this node keeps a sample for it. Safe for use by several
 * threads.
 */
final class RemotePages {

	/** Most pages at the same time that show live events. */
	static final int MAX_VIEWERS = EventFeed.MAX_VIEWERS;

	/** How long a sample is kept after a request: longer than one that times out. */
	static final Duration KEPT = Duration.ofSeconds(10);

	private final EventTaps taps;

	private final Timeline timeline;

	private final InspectorAccess access;

	private final Scheduler timers;

	private final Scheduler workers;

	private final InstantSource clock;

	/** By their ids. Also their lock. */
	private final Map<String, Viewer> viewers = new HashMap<>();

	/**
	 * Creates answers for pages.
	 * @param taps passes on the events of this node
	 * @param timeline returns their history
	 * @param access replaces values
	 * @param timers scheduler that ends samples
	 * @param workers scheduler that writes the events
	 * @param clock source of the times of events
	 */
	RemotePages(EventTaps taps, Timeline timeline, InspectorAccess access, Scheduler timers, Scheduler workers,
			InstantSource clock) {
		this.taps = taps;
		this.timeline = timeline;
		this.access = access;
		this.timers = timers;
		this.workers = workers;
		this.clock = clock;
	}

	/** Answers the requests of other nodes. */
	void answer(RemoteInstances remote) {
		remote.answer(ForwardedRequest.HISTORY, this::history);
		remote.answer(ForwardedRequest.LIVE,
				(request) -> Mono.fromSupplier(() -> live(request)).subscribeOn(this.workers));
	}

	private Mono<JsonNode> history(ForwardedRequest request) {
		return this.timeline.pageHere(request.address(),
				Objects.requireNonNullElse(request.parameters().position(), Long.MAX_VALUE),
				this.access.values(request.shown()));
	}

	private JsonNode live(ForwardedRequest request) {
		ActorAddress actor = request.address();
		EventSample sample = sample(Objects.requireNonNull(request.viewer()), actor);
		return EventJson.batch(actor.name(), this.clock.instant(), sample.take(), this.access.values(request.shown()));
	}

	private EventSample sample(String id, ActorAddress actor) {
		synchronized (this.viewers) {
			Viewer viewer = this.viewers.get(id);
			if (viewer == null) {
				viewer = add(id, actor);
			}
			viewer.requested = true;
			return viewer.sample;
		}
	}

	private Viewer add(String id, ActorAddress actor) {
		Assert.state(this.viewers.size() < MAX_VIEWERS,
				() -> "%d pages of other nodes already show events of this node".formatted(MAX_VIEWERS));
		Viewer viewer = new Viewer(this.taps, actor);
		this.viewers.put(id, viewer);
		checkLater(id, viewer);
		return viewer;
	}

	private void checkLater(String id, Viewer viewer) {
		this.timers.schedule(() -> check(id, viewer), KEPT.toMillis(), TimeUnit.MILLISECONDS);
	}

	/** Removes a viewer that has requested nothing since the last check. */
	private void check(String id, Viewer viewer) {
		synchronized (this.viewers) {
			if (viewer.requested) {
				viewer.requested = false;
				checkLater(id, viewer);
			}
			else {
				this.viewers.remove(id);
				viewer.tap.close();
			}
		}
	}

	/** A page that shows the events of one instance. */
	private static final class Viewer {

		private final EventSample sample = new EventSample();

		private final Registration tap;

		private boolean requested = true;

		Viewer(EventTaps taps, ActorAddress actor) {
			this.tap = taps.add(actor, this.sample);
		}

	}

}
