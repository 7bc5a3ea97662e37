/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.inbound.InboundRequest;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.protocol.ToServer;

/**
 * A request of one node to another one, which usually owns an instance: the methods of
 * {@link io.rivetevents.extension.ActorDirectory}, the release of an instance, and the
 * requests of clients whose sockets the node has.
 */
public sealed interface Operation {

	/** An operation that the owner of an instance runs. */
	sealed interface OnInstance extends Operation {

		/** Returns the target instance. */
		ActorTarget target();

	}

	/** See {@link io.rivetevents.extension.ActorDirectory#resolve}. */
	record Resolve(ActorTarget target, @Nullable ConnectRequest caller) implements OnInstance {
	}

	/** See {@link io.rivetevents.extension.ActorDirectory#authorize}. */
	record Authorize(ActorTarget target, Identity identity) implements OnInstance {
	}

	/** See {@link io.rivetevents.extension.ActorDirectory#find}. */
	record Find(ActorTarget target) implements OnInstance {
	}

	/**
	 * Connects a client.
	 *
	 * @param target the target instance
	 * @param request the client's request, which names its gateway
	 * @param bounds limits of the connection
	 */
	record Connect(ActorTarget target, ConnectRequest request, Gateway.Bounds bounds) implements OnInstance {
	}

	/** See {@link io.rivetevents.extension.ActorDirectory#call}. */
	record Call(ActorTarget target, @Nullable ConnectRequest caller,
			ToServer.ActionRequest action) implements OnInstance {
	}

	/** See {@link io.rivetevents.extension.ActorDirectory#destroy}. */
	record Destroy(ActorTarget target) implements OnInstance {
	}

	/** See {@link io.rivetevents.extension.ActorDirectory#dispatch}. */
	record Dispatch(ActorTarget target, AddressedEvent event) implements OnInstance {
	}

	/** See {@link io.rivetevents.extension.ActorDirectory#predict}. */
	record Predict(ActorTarget target, String connectionId, ToServer.ActionRequest action) implements OnInstance {
	}

	/**
	 * Saves an instance and removes it from the memory of the node that has it; answered
	 * when that is done, with what the instance passes on.
	 *
	 * @param address address of the instance
	 */
	record Release(ActorAddress address) implements OnInstance {

		@Override
		public ActorTarget target() {
			return new ActorTarget.Get(this.address);
		}

	}

	/**
	 * Brings a request of a client to the node that has the socket of its connection;
	 * answered when that node has received it.
	 *
	 * @param request the request, which the node checks
	 */
	record Inbound(InboundRequest request) implements Operation {
	}

	/**
	 * Queries a node about its connections.
	 *
	 * @param query the question
	 */
	record Query(NodeQuery query) implements Operation {
	}

	/**
	 * An operation of a newer node, which this one cannot run. Never sent.
	 *
	 * @param kind the kind that is not known
	 */
	record Unknown(String kind) implements Operation {
	}

}
