/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.modulith;

import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;
import org.springframework.expression.EvaluationContext;
import org.springframework.modulith.events.RoutingTarget;
import org.springframework.modulith.events.support.BrokerRouting;
import org.springframework.modulith.events.support.EventExternalizationTransport;
import org.springframework.util.Assert;

import io.rivetevents.actor.Actors;

/**
 * Sends an event of the application to the connections of an instance. Its target is
 * {@code rivet.<actor>.<event>::<key>}; key and target may be expressions.
 */
final class ActorTransport implements EventExternalizationTransport {

	private static final String PREFIX = "rivet.";

	private final Actors actors;

	private final EvaluationContext expressions;

	/**
	 * Creates a transport.
	 * @param actors finds the instances
	 * @param expressions context of expressions in targets
	 */
	ActorTransport(Actors actors, EvaluationContext expressions) {
		this.actors = actors;
		this.expressions = expressions;
	}

	static boolean isActor(RoutingTarget target) {
		return target.getTarget().startsWith(PREFIX);
	}

	/** Completes when the event is sent; the publication is repeated after a failure. */
	@Override
	public CompletableFuture<?> externalize(Object payload, RoutingTarget target) {
		BrokerRouting routing = BrokerRouting.of(target, this.expressions);
		String[] names = routing.getTarget(payload).split("\\.", 3);
		@Nullable String key = routing.getKey(payload);
		Assert.state(names.length == 3 && !names[1].isEmpty() && !names[2].isEmpty() && key != null,
				() -> "Target %s is not of the form rivet.<actor>.<event>::<key>".formatted(target));
		return this.actors.getOrCreate(names[1], key).send(names[2], payload).whenDone().toFuture();
	}

}
