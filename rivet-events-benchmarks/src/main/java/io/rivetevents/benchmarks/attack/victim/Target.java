/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack.victim;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.OnBeforeConnect;

/**
 * The actor under attack, without state and input, with an action of each kind.
 */
@Actor("target")
class Target {

	private static final AtomicLong calls = new AtomicLong();

	record Params(@Nullable Integer delay) {
	}

	/** Takes as long as the client requests, without a thread. */
	@OnBeforeConnect
	Mono<Void> before(@ConnParams @Nullable Params params) {
		Integer delay = (params != null) ? params.delay() : null;
		return (delay != null) ? Mono.delay(Duration.ofMillis(delay)).then() : Mono.empty();
	}

	@Action
	String echo(String data) {
		return data;
	}

	/** Blocks its thread and the turn. */
	@Action
	String slow(int millis) throws InterruptedException {
		Thread.sleep(millis);
		return "slow";
	}

	/** Blocks the turn but not a thread. */
	@Action
	Mono<String> hold(int millis) {
		return Mono.delay(Duration.ofMillis(millis)).thenReturn("held");
	}

	/** Blocks neither. */
	@Action(interleave = true)
	Mono<String> later(int millis) {
		return Mono.delay(Duration.ofMillis(millis)).thenReturn("later");
	}

	@Action
	String big(int length) {
		return "x".repeat(length);
	}

	/**
	 * Returns another result for each call, so that a kept answer can be distinguished
	 * from a new one.
	 */
	@Action
	String unique(int length) {
		return "#" + calls.incrementAndGet() + "#" + "x".repeat(length);
	}

	@Action
	void value(JsonNode value) {
	}

	record Tree(@NotNull String name, @Valid @Nullable List<Tree> parts) {
	}

	@Action
	void check(@Valid Tree tree) {
	}

	@Action
	void say(ActorContext<?, ?> c, String data) {
		c.broadcast("msg", data);
	}

	/** Broadcasts data that clients have assembled, like some applications do. */
	@Action
	void shout(ActorContext<?, ?> c, String data, int times) {
		c.broadcast("msg", data.repeat(times));
	}

	/** Sends events only to its caller, so that no two clients share the bytes. */
	@Action
	void pour(ActorContext<?, ?> c, int events, int length) {
		for (int i = 0; i < events; i++) {
			c.conn().send("drop", i + "-" + "x".repeat(length));
		}
	}

	@Action
	int here(ActorContext<?, ?> c) {
		return c.conns().size();
	}

}
