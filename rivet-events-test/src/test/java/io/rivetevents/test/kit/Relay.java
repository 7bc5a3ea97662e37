/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;

/** Passes texts on to other instances, and waits for what is outside of the node. */
@Actor("relay")
class Relay implements RelayApi {

	private final Actors actors;

	Relay(Actors actors) {
		this.actors = actors;
	}

	/** Passes a text on to the instance with the next key, without an answer. */
	@Override
	@Action
	public void pass(String text, int hops) {
		if (hops > 0) {
			this.actors.getOrCreate("relay", String.valueOf(hops - 1)).as(RelayApi.class).pass(text, hops - 1);
		}
		else {
			ActorContext.current().broadcast("passed", text);
		}
	}

	/** Blocks for a real time. */
	@Action(timeout = "5s")
	String fetch(int millis) throws Exception {
		return CompletableFuture
			.supplyAsync(() -> "fetched", CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS))
			.get();
	}

	/** Waits for a real time without a thread. */
	@Action(timeout = "5s")
	Mono<String> fetchLater(int millis) {
		return Mono.delay(Duration.ofMillis(millis)).thenReturn("fetched");
	}

	/** As an alarm that waits for a real time. */
	@Action
	void planFetch(ActorContext<?, ?> c, int millis) {
		c.schedule().after(Duration.ofHours(1), "fetchAndTell", millis);
	}

	@Action(timeout = "5s")
	Mono<Void> fetchAndTell(ActorContext<?, ?> c, int millis) {
		return Mono.delay(Duration.ofMillis(millis)).doOnNext((passed) -> c.broadcast("told", "fetched")).then();
	}

	@Action
	void plan(ActorContext<?, ?> c, long millis) {
		c.schedule().after(Duration.ofMillis(millis), "tell");
	}

	@Action
	void tell(ActorContext<?, ?> c) {
		c.broadcast("told", "planned");
	}

}
