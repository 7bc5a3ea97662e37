/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import java.util.List;
import java.util.Map;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

/**
 * A message from one node to another. All frames to one node are sent in one order.
 */
public sealed interface Frame {

	/** First version of nodes that read {@link GiveBack}. */
	int GIVES_BACK = 2;

	/** First version of nodes that read {@link Moved}, and send it. */
	int REPORTS_MOVES = 3;

	/** First version of nodes that read {@link ToServer.Authenticate}. */
	int RENEWS = 4;

	/** Returns the first version of nodes that read frames of this kind. */
	default int since() {
		return 1;
	}

	/**
	 * A request, answered with {@link Reply}.
	 *
	 * @param id id of the answer, unique on the sending node
	 * @param operation the request
	 * @param context context of the caller for logs: texts and maps of texts
	 */
	record Request(long id, Operation operation, Map<String, Object> context) implements Frame {

		public Request {
			context = Map.copyOf(context);
		}

		/** Creates a request without a context. */
		public Request(long id, Operation operation) {
			this(id, operation, Map.of());
		}

	}

	/**
	 * The answer to a request.
	 *
	 * @param id id of the request
	 * @param result its result
	 */
	record Reply(long id, Result result) implements Frame {
	}

	/**
	 * The caller no longer needs the answer.
	 *
	 * @param id id of the request
	 */
	record Cancel(long id) implements Frame {
	}

	/**
	 * From the gateway: a message of a connected client.
	 *
	 * @param address address of its instance
	 * @param connectionId id of the connection
	 * @param message the message
	 */
	record Deliver(ActorAddress address, String connectionId, ToServer message) implements Frame {

		@Override
		public int since() {
			return (this.message instanceof ToServer.Authenticate) ? RENEWS : 1;
		}

	}

	/**
	 * From the gateway: a keep-alive is due.
	 *
	 * @param address address of the instance
	 * @param connectionId id of the connection
	 */
	record KeepAlive(ActorAddress address, String connectionId) implements Frame {
	}

	/**
	 * From the gateway: a socket is closed.
	 *
	 * @param address address of the instance
	 * @param connectionId id of the connection
	 */
	record Disconnected(ActorAddress address, String connectionId) implements Frame {
	}

	/**
	 * To the gateway: a message for connections.
	 *
	 * @param connectionIds ids of the connections; empty if the gateway remembers them
	 * @param message the message
	 * @param droppable whether it may be dropped for a slow client
	 * @param list number of the list of connections: with ids the gateway remembers them
	 * until the session ends, without ids it uses those. 0 for a list that is not
	 * remembered. Numbers are not used again
	 * @param first with ids and a number: lists with lower numbers are removed
	 */
	record Send(List<String> connectionIds, ToClient message, boolean droppable, long list,
			long first) implements Frame {

		public Send {
			connectionIds = List.copyOf(connectionIds);
		}

		/**
		 * A message for connections that are not remembered.
		 * @param connectionIds ids of the connections, at least one
		 * @param message the message
		 * @param droppable whether it may be dropped for a slow client
		 */
		public Send(List<String> connectionIds, ToClient message, boolean droppable) {
			this(connectionIds, message, droppable, 0, 0);
		}

	}

	/**
	 * To the gateway: a connection is admitted.
	 *
	 * @param connectionId id of the connection
	 * @param first the first message for the client
	 */
	record Admit(String connectionId, ToClient first) implements Frame {
	}

	/**
	 * To the gateway: the actor has closed a connection.
	 *
	 * @param connectionId id of the connection
	 * @param reason the reason
	 */
	record Close(String connectionId, CloseReason reason) implements Frame {
	}

	/**
	 * To the gateway: a message of a client that has not begun, because the instance
	 * leaves the node. It follows all answers, and is followed by {@link Close}.
	 *
	 * @param connectionId id of the connection
	 * @param message the message
	 */
	record GiveBack(String connectionId, ToServer message) implements Frame {

		@Override
		public int since() {
			return GIVES_BACK;
		}

	}

	/**
	 * The sender is about to stop, and owns nothing from now on.
	 */
	record Leaving() implements Frame {
	}

	/**
	 * The sender has received {@link Leaving}: what it has sent before is all that it
	 * sends to the leaving node as an owner.
	 */
	record LeavingSeen() implements Frame {
	}

	/**
	 * The sender has no instance left that belongs on another node in its view, or in an
	 * earlier one.
	 *
	 * @param view number of the view
	 */
	record Moved(long view) implements Frame {

		@Override
		public int since() {
			return REPORTS_MOVES;
		}

	}

	/**
	 * To each other node: an event for connections of all nodes, or a user's.
	 *
	 * @param event the event
	 */
	record Publish(AddressedEvent event) implements Frame {
	}

	/**
	 * To each other node: a command.
	 *
	 * @param command the command
	 */
	record Command(NodeCommand command) implements Frame {
	}

}
