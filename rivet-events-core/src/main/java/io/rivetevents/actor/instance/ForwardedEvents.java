/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.instance;

import java.util.List;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.connection.Receipt;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.delivery.Dispatcher;
import io.rivetevents.delivery.PendingReceipt;
import io.rivetevents.extension.AddressedEvent;

/**
 * Sends events to the connections of an instance that has left memory. An instance that
 * sleeps with connections wakes, since it gives each event its position; another node may
 * have the instance. Thread-safe.
 */
final class ForwardedEvents implements Dispatcher {

	private final ActorAddress address;

	private final ActorType type;

	private final InstanceHost host;

	/**
	 * Creates the dispatcher.
	 * @param address address of the instance
	 * @param type declares the events
	 * @param host its node
	 */
	ForwardedEvents(ActorAddress address, ActorType type, InstanceHost host) {
		this.address = address;
		this.type = type;
		this.host = host;
	}

	@Override
	public Receipt dispatch(AddressedEvent dispatch) {
		PendingReceipt receipt = new PendingReceipt();
		this.host.dispatch(this.address, dispatch).subscribe(receipt::complete, receipt::fail);
		return receipt;
	}

	@Override
	public List<DeclaredType> argumentsOf(String event) {
		ActorType.EventSettings known = this.type.event(event);
		return (known != null) ? known.arguments() : List.of();
	}

}
