/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.modulith;

import java.util.concurrent.CompletableFuture;

import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.modulith.events.EventExternalizationConfiguration;
import org.springframework.modulith.events.support.EventExternalizerModuleListener;
import org.springframework.transaction.annotation.Propagation;

/**
 * Sends events whose target is an actor; those of other targets belong to other brokers.
 * Spring creates a proxy of the class.
 */
class ActorEventExternalizer extends EventExternalizerModuleListener {

	private final EventExternalizationConfiguration configuration;

	ActorEventExternalizer(EventExternalizationConfiguration configuration, ActorTransport transport) {
		super(configuration, transport);
		this.configuration = configuration;
	}

	/**
	 * Declared here: the registry names publications by the class of the method. It
	 * stores one for each event with a target, also of another broker; that one is
	 * completed.
	 */
	@Override
	@ApplicationModuleListener(propagation = Propagation.SUPPORTS)
	public CompletableFuture<?> externalize(Object event) {
		boolean ours = ActorTransport.isActor(this.configuration.determineTarget(event));
		return ours ? super.externalize(event) : CompletableFuture.completedFuture(null);
	}

}
