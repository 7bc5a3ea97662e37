/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.inbound;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.protocol.ErrorCode;

/**
 * Brings the requests of clients about their connections to these, on this node and on
 * others. The node of the connection checks the rights: the client must have the secret
 * of the stream, and a request of a signed-in user must belong to the user of the stream.
 * Safe for use by several threads.
 */
public final class InboundRequests {

	private final Map<String, Entry> entries = new ConcurrentHashMap<>();

	private volatile OtherNodes others = OtherNodes.NONE;

	/**
	 * A connection of this node.
	 *
	 * @param secret secret of its stream, {@code null} if it has none
	 * @param owner owner id of its user, {@code null} for an anonymous client; a client
	 * that authenticates again keeps it
	 * @param inbox receives the requests of the client
	 */
	private record Entry(@Nullable String secret, @Nullable String owner, Inbox inbox) {
	}

	/** Receives the requests of one client. */
	@FunctionalInterface
	public interface Inbox {

		/**
		 * Receives a request of the client of the connection. Returns at once; requests
		 * of one thread are handled in the order of the calls.
		 * @param content what the client requests
		 * @throws RivetException if the messages cannot be decoded; the connection is
		 * closed
		 */
		void receive(InboundRequest.Content content);

	}

	/** Sends requests to the other nodes. */
	public interface OtherNodes {

		/** There are no other nodes. */
		OtherNodes NONE = new OtherNodes() {

			@Override
			public boolean has(String connectionId) {
				return false;
			}

			@Override
			public Mono<Void> send(InboundRequest request) {
				return Mono.error(new RivetException(ErrorCode.CONNECTION_NOT_FOUND));
			}

		};

		/**
		 * Returns whether a connection may be one of another node that is present, judged
		 * by its id alone.
		 */
		boolean has(String connectionId);

		/**
		 * Sends a request to the node of the connection.
		 * @return completes when the node has received it; fails like
		 * {@link InboundRequests#receive} there, with {@code connection.not_found} if the
		 * node has left, and with {@code actor.outcome_unknown} if it may have received
		 * the request
		 */
		Mono<Void> send(InboundRequest request);

	}

	/** Sets what sends requests to the other nodes. */
	public void connect(OtherNodes others) {
		this.others = others;
	}

	/**
	 * Adds a connection of this node.
	 * @param request the client's request, of the extended mode
	 * @param inbox receives the requests of the client
	 */
	public void add(ConnectRequest request, Inbox inbox) {
		String secret = (request.stream() != null) ? request.stream().secret() : null;
		this.entries.put(request.connectionId(), new Entry(secret, request.identity().owner(), inbox));
	}

	/** Removes a connection of this node. */
	public void remove(String connectionId) {
		this.entries.remove(connectionId);
	}

	/**
	 * Checks a request before it is read.
	 * @param connectionId id of the connection
	 * @param secret secret that the client sent, {@code null} if there is none
	 * @throws RivetException {@code connection.not_found} if neither this node nor
	 * another one can have the connection; {@code auth.forbidden} if this node has it,
	 * and the secret is wrong
	 */
	public void check(String connectionId, @Nullable String secret) {
		Entry entry = this.entries.get(connectionId);
		if (entry != null) {
			checkSecret(entry, secret);
		}
		else if (!this.others.has(connectionId)) {
			throw new RivetException(ErrorCode.CONNECTION_NOT_FOUND);
		}
	}

	/**
	 * Checks the user of a request before it is read.
	 * @param connectionId id of the connection
	 * @param owner owner id of the user, {@code null} for an anonymous client
	 * @throws RivetException {@code auth.forbidden} if this node has the connection, and
	 * it belongs to another user
	 */
	public void checkOwner(String connectionId, @Nullable String owner) {
		Entry entry = this.entries.get(connectionId);
		if (entry != null) {
			checkOwner(entry, owner);
		}
	}

	/**
	 * Brings a request to its connection, on this node or on another one.
	 * @return completes when the node of the connection has received it; fails like
	 * {@link #receive} and {@link OtherNodes#send}
	 */
	public Mono<Void> handle(InboundRequest request) {
		return Mono.defer(() -> {
			if (!this.entries.containsKey(request.connectionId()) && this.others.has(request.connectionId())) {
				return this.others.send(request);
			}
			receive(request);
			return Mono.empty();
		});
	}

	/**
	 * Receives a request for a connection of this node.
	 * @param request the request
	 * @throws RivetException {@code connection.not_found} if this node does not have the
	 * connection; {@code auth.forbidden} if the secret is wrong, or the request belongs
	 * to another user; the error of a message that cannot be decoded
	 */
	public void receive(InboundRequest request) {
		Entry entry = this.entries.get(request.connectionId());
		if (entry == null) {
			throw new RivetException(ErrorCode.CONNECTION_NOT_FOUND);
		}
		checkSecret(entry, request.secret());
		checkOwner(entry, request.owner());
		entry.inbox().receive(request.content());
	}

	private static void checkSecret(Entry entry, @Nullable String secret) {
		String expected = entry.secret();
		if (expected == null || secret == null || !MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8),
				secret.getBytes(StandardCharsets.UTF_8))) {
			throw new RivetException(ErrorCode.FORBIDDEN);
		}
	}

	private static void checkOwner(Entry entry, @Nullable String owner) {
		if (owner != null && !owner.equals(entry.owner())) {
			throw new RivetException(ErrorCode.FORBIDDEN, "The request belongs to another user.");
		}
	}

}
