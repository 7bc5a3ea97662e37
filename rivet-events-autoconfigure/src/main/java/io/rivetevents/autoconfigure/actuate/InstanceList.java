/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

import io.rivetevents.actor.ActorInfo;
import io.rivetevents.placement.inspection.InstancePage;
import io.rivetevents.protocol.ActorKey;

/**
 * A part of the list of an actor's instances, as the endpoint shows it.
 *
 * @param actor name of the actor
 * @param namespace namespace of the instances
 * @param instances the instances
 * @param next parameter {@code after} for the next part, {@code null} after the last one
 */
record InstanceList(String actor, String namespace, List<Entry> instances,
		@Nullable String next) implements OperationResponseBody {

	/**
	 * An instance. Parts that are not known are {@code null}.
	 *
	 * @param key its serialized key
	 * @param keyParts the same key
	 * @param status where it is
	 * @param node name of the other node on which it belongs
	 * @param id its id
	 * @param generation number of times that it has been loaded
	 * @param createdAt when it was created
	 * @param savedAt when it was saved, if it is not in memory
	 * @param connections number of its connections
	 * @param pendingTurns number of turns that wait or run
	 * @param idle milliseconds since the last turn of a client began
	 */
	record Entry(String key, List<String> keyParts, String status, @Nullable String node, @Nullable String id,
			@Nullable Long generation, @Nullable Instant createdAt, @Nullable Instant savedAt, int connections,
			int pendingTurns, @Nullable Long idle) {

		static Entry of(InstancePage.Entry entry) {
			ActorKey key = entry.address().key();
			ActorInfo info = entry.info();
			return new Entry(key.serialize(), key.parts(), InstanceDescription.text(entry.status()), entry.node(),
					(info != null) ? info.actorId() : null, (info != null) ? info.generation() : null,
					(info != null) ? info.createdAt() : null, entry.savedAt(), entry.connections(),
					entry.pendingTurns(), InstanceDescription.millis(entry.unused()));
		}

	}

	static InstanceList of(String actor, String namespace, InstancePage page) {
		return new InstanceList(actor, namespace, page.instances().stream().map(Entry::of).toList(), page.next());
	}

}
