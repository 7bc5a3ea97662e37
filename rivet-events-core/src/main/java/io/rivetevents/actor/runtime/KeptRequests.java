/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.runtime;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.RequestHead;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.outbound.MovedClient;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;

/**
 * The part of a client's request that is kept while the client is connected to an
 * instance that may leave this node: then the client is connected again without its help,
 * with its snapshot, and with the head of its HTTP request if a hook takes it. Both count
 * as data of the client.
 */
public final class KeptRequests {

	/** Heap bytes of a character, and of a value with its entry. */
	private static final int CHARACTER = 2;

	private static final int VALUE = 120;

	private KeptRequests() {
	}

	/**
	 * Returns the part of a request that is kept.
	 * @param request the client's request
	 * @param outbound its outbound path
	 * @param usage its share of the node's limits, {@code null} if it is not limited
	 * @param head whether a hook takes the head of the HTTP request
	 * @throws RivetException {@code actor.overloaded} if a limit of the client is reached
	 */
	public static ConnectRequest movable(ConnectRequest request, Outbound outbound, @Nullable ClientUsage usage,
			boolean head) {
		// if the socket is at another node, that node has the request
		if (request.stateless() || outbound instanceof MovedClient) {
			return request.established();
		}
		ConnectRequest kept = request.movable(head);
		if (usage != null && usage.keep(weight(kept)) != null) {
			throw new RivetException(ErrorCode.OVERLOADED);
		}
		return kept;
	}

	private static long weight(ConnectRequest request) {
		StreamRequest stream = request.stream();
		RequestHead head = request.head();
		return ((stream != null && stream.snapshot() != null) ? MessageWeight.of(stream.snapshot().args()) : 0)
				+ ((head != null) ? weight(head) : 0);
	}

	private static long weight(RequestHead head) {
		return weight(head.path()) + weight(head.query()) + weight(head.headers()) + weight(head.cookies());
	}

	private static long weight(Map<String, List<String>> values) {
		return values.entrySet()
			.stream()
			.mapToLong((each) -> weight(each.getKey()) + each.getValue().stream().mapToLong(KeptRequests::weight).sum())
			.sum();
	}

	private static long weight(@Nullable String text) {
		return (text != null) ? VALUE + (long) CHARACTER * text.length() : 0;
	}

}
