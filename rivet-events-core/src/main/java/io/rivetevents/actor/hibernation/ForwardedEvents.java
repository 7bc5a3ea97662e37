/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.hibernation;

import java.util.List;
import java.util.function.Function;

import reactor.core.publisher.Mono;

import io.rivetevents.connection.Receipt;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.delivery.dispatch.Dispatcher;
import io.rivetevents.delivery.dispatch.PendingReceipt;
import io.rivetevents.extension.AddressedEvent;

/**
 * Sends events to the connections of an instance that has left memory. An instance that
 * sleeps with connections wakes, since it gives each event its position; another node may
 * have the instance. Refers to nothing of the instance. Thread-safe.
 */
public final class ForwardedEvents implements Dispatcher {

	private final Function<AddressedEvent, Mono<Receipt>> next;

	private final Function<String, List<DeclaredType>> arguments;

	/**
	 * Creates the dispatcher.
	 * @param next sends an event through the next instance of the address
	 * @param arguments returns the declared types of an event's arguments
	 */
	public ForwardedEvents(Function<AddressedEvent, Mono<Receipt>> next,
			Function<String, List<DeclaredType>> arguments) {
		this.next = next;
		this.arguments = arguments;
	}

	@Override
	public Receipt dispatch(AddressedEvent dispatch) {
		PendingReceipt receipt = new PendingReceipt();
		this.next.apply(dispatch).subscribe(receipt::complete, receipt::fail);
		return receipt;
	}

	@Override
	public List<DeclaredType> argumentsOf(String event) {
		return this.arguments.apply(event);
	}

}
