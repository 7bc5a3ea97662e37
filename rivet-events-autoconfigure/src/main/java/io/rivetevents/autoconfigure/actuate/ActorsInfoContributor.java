/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.Backplane;
import io.rivetevents.placement.ActorTypes;

/**
 * Adds the version, the node and its actors to the endpoint {@code info}.
 */
final class ActorsInfoContributor implements InfoContributor {

	private final OutboundRegistry registry;

	private final ActorTypes types;

	private final ActorStateStore store;

	private final Backplane backplane;

	ActorsInfoContributor(OutboundRegistry registry, ActorTypes types, ActorStateStore store, Backplane backplane) {
		this.registry = registry;
		this.types = types;
		this.store = store;
		this.backplane = backplane;
	}

	@Override
	public void contribute(Info.Builder builder) {
		Map<String, Object> details = new LinkedHashMap<>();
		String version = Version.get();
		if (version != null) {
			details.put("version", version);
		}
		details.put("node", this.registry.node());
		details.put("actors", this.types.names().stream().sorted().toList());
		details.put("store", this.store.getClass().getSimpleName());
		details.put("backplane", this.backplane.getClass().getSimpleName());
		builder.withDetail("rivetEvents", details);
	}

}
