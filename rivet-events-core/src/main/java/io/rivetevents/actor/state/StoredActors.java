/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.error.RivetException;

/**
 * The stored instances of the application, for backup and repair: a bean of the
 * auto-configuration. Works below the actors: no method of an actor is called and no
 * access rule is checked. A state that the application cannot read is exported and put
 * back like any other.
 * <p>
 * Methods block and are safe for use by several threads. They throw
 * {@code IllegalStateException} on a thread that must not block, such as an event loop.
 * Exceptions of the store are thrown unchanged.
 *
 * @since 0.1.0
 */
public interface StoredActors {

	/**
	 * Lists stored instances in the order of their serialized keys. States and inputs may
	 * be left out. {@link StoredActor#format()} tells instances apart that were stored by
	 * earlier versions of the application.
	 * @param namespace their namespace, usually {@value ActorAddress#DEFAULT_NAMESPACE}
	 * @param name name of the actor, which need not exist any more
	 * @param after serialized key after which the list starts; {@code null} for the first
	 * @param limit maximum number of instances, at least 1
	 */
	List<StoredActor> list(String namespace, String name, @Nullable String after, int limit);

	/**
	 * Exports an instance as it is stored: its address, id, state and input. Changes of
	 * an instance in memory since its last save are not included; neither are its events
	 * and its answers.
	 * @param address address of the instance
	 * @return a JSON document that {@link #restore} accepts, also in an application with
	 * another store. The state is in {@code state}, or in {@code stateBase64} if it is
	 * not valid JSON; it may be edited
	 * @throws RivetException with {@code actor.not_found} if it is not stored
	 */
	String export(ActorAddress address);

	/**
	 * Puts an exported instance back: creates it, or replaces the state, the format and
	 * the input of the stored instance with the same id. If the instance is in memory on
	 * this node, it stops without saving once its current turn has ended, and its
	 * connections close with {@code actor.restarting}; a copy on another node stops at
	 * its next save. Changes since the export are lost. Clients that reconnect are not
	 * {@code resumed}, since their history belongs to the replaced state. Stored answers
	 * to calls with an idempotency key stay.
	 * @param document a document of {@link #export}
	 * @return the instance as it is stored now, with a new version
	 * @throws IllegalArgumentException if the document is invalid
	 * @throws IllegalStateException if another instance has the address or the id: delete
	 * it first; or if it is called in a turn of the instance, where it would deadlock
	 * @throws StaleStateException if other nodes save the instance repeatedly at the same
	 * time; nothing has been changed
	 * @throws RivetException with {@code actor.not_registered} if this node does not have
	 * the actor, and with {@code actor.overloaded} if its memory or the mailbox of the
	 * instance is full
	 */
	StoredActor restore(String document);

}
