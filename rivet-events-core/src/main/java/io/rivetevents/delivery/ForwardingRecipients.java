/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.connection.Receipt;
import io.rivetevents.connection.Recipients;

/**
 * Forwards each call to other recipients: the base of connections and targets, which are
 * recipients and more.
 */
abstract class ForwardingRecipients implements Recipients {

	/** Returns the recipients that all calls are forwarded to. */
	abstract Recipients recipients();

	@Override
	public Receipt broadcast(String event, @Nullable Object... args) {
		return recipients().broadcast(event, args);
	}

	@Override
	public Receipt send(String event, @Nullable Object... args) {
		return recipients().send(event, args);
	}

	@Override
	public <E> E broadcast(Class<E> contract) {
		return recipients().broadcast(contract);
	}

	@Override
	public <E> E send(Class<E> contract) {
		return recipients().send(contract);
	}

	@Override
	public Recipients tagged(String... tags) {
		return recipients().tagged(tags);
	}

	@Override
	public Recipients droppable() {
		return recipients().droppable();
	}

	@Override
	public Recipients afterCommit() {
		return recipients().afterCommit();
	}

	@Override
	public Mono<Void> afterCommit(Consumer<? super Recipients> events) {
		return recipients().afterCommit(events);
	}

}
