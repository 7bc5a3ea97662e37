/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.rivetevents.cluster.frame.Frame;

/**
 * The lists of connections that other nodes have sent with their ids, and use by their
 * numbers now. Bounded by the nodes that send them, see {@code RecipientNumbers}. Used by
 * one thread at a time for each node.
 *
 * @param <L> a connection of this node
 */
final class KnownRecipients<L> {

	private final Function<String, @Nullable L> connections;

	private final Map<String, Lists<L>> nodes = new ConcurrentHashMap<>();

	/**
	 * The lists of one node by their numbers.
	 *
	 * @param <L> a connection of this node
	 */
	private static final class Lists<L> {

		private final Map<Long, Recipients<L>> byNumber = new HashMap<>();

		private long first;

		void add(Frame.Send frame) {
			if (frame.first() > this.first) {
				this.first = frame.first();
				this.byNumber.keySet().removeIf((number) -> number < this.first);
			}
			this.byNumber.put(frame.list(), new Recipients<>(frame.connectionIds()));
		}

	}

	/**
	 * A list.
	 *
	 * @param <L> a connection of this node
	 */
	private static final class Recipients<L> {

		private final List<String> ids;

		/**
		 * Weak, because a list that is not used any more would keep connections that have
		 * ended. They are looked up again after a collection.
		 */
		private Reference<List<L>> found = new WeakReference<>(null);

		/** State of the connections of this node in which they were found. */
		private int foundAt;

		Recipients(List<String> ids) {
			this.ids = ids;
		}

	}

	/**
	 * Creates an empty table.
	 * @param connections returns a connection of this node by its id, {@code null} if
	 * there is none
	 */
	KnownRecipients(Function<String, @Nullable L> connections) {
		this.connections = connections;
	}

	/**
	 * Returns the connections of a message, as far as this node has them. There are none
	 * for a list that is not known: it was sent in a session that has ended, and its
	 * connections have been connected again since.
	 * @param node the node that has sent the message
	 * @param frame the message
	 * @param changes a number that is another one after the connections of this node have
	 * changed; to be read before
	 */
	List<L> find(String node, Frame.Send frame, int changes) {
		if (frame.list() == 0) {
			return find(frame.connectionIds());
		}
		Lists<L> lists = this.nodes.computeIfAbsent(node, (name) -> new Lists<>());
		if (!frame.connectionIds().isEmpty()) {
			lists.add(frame);
		}
		Recipients<L> recipients = lists.byNumber.get(frame.list());
		if (recipients == null) {
			return List.of();
		}
		@Nullable List<L> found = (recipients.foundAt == changes) ? recipients.found.get() : null;
		if (found == null) {
			found = find(recipients.ids);
			recipients.found = new WeakReference<>(found);
			recipients.foundAt = changes;
		}
		return found;
	}

	private List<L> find(List<String> ids) {
		List<L> found = new ArrayList<>(ids.size());
		for (String id : ids) {
			L connection = this.connections.apply(id);
			if (connection != null) {
				found.add(connection);
			}
		}
		return found;
	}

	/** Removes the lists of a node whose session has ended. */
	void lost(String node) {
		this.nodes.remove(node);
	}

}
