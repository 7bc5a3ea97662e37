/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.util.UUID;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.connection.RequestHead;

/**
 * A client's request to connect to an actor.
 *
 * @param connectionId id of the new connection, under which its node finds the outbound
 * path to the client
 * @param params connection params sent by the client, {@code null} if there are none
 * @param identity the client's identity
 * @param stateless whether it is for one call over HTTP, without an outbound path
 * @param stream options of the extended mode, {@code null} in the plain protocol
 * @param gateway name of the node that holds the socket, {@code null} for this node; set
 * before the request is sent to another node
 * @param head head of the HTTP request, {@code null} if no hook takes it or it is not
 * kept
 * @since 0.1.0
 */
public record ConnectRequest(String connectionId, @Nullable JsonNode params, Identity identity, boolean stateless,
		@Nullable StreamRequest stream, @Nullable String gateway, @Nullable RequestHead head) {

	/**
	 * Creates the request of a client that stays connected, with a new id.
	 * @param params connection params, {@code null} if the client sent none
	 * @param identity the client's identity
	 */
	public static ConnectRequest stateful(@Nullable JsonNode params, Identity identity) {
		return stateful(UUID.randomUUID().toString(), params, identity);
	}

	/**
	 * Creates the request of a client that stays connected.
	 * @param connectionId id of the connection, which no other has
	 * @param params connection params, {@code null} if the client sent none
	 * @param identity the client's identity
	 */
	public static ConnectRequest stateful(String connectionId, @Nullable JsonNode params, Identity identity) {
		return new ConnectRequest(connectionId, params, identity, false, null, null, null);
	}

	/**
	 * Creates the request of a single call over HTTP, with a new id.
	 * @param params connection params, {@code null} if the client sent none
	 * @param identity the client's identity
	 */
	public static ConnectRequest stateless(@Nullable JsonNode params, Identity identity) {
		return new ConnectRequest(UUID.randomUUID().toString(), params, identity, true, null, null, null);
	}

	/**
	 * Returns the part that is kept once the client is connected: its identity and its
	 * stream. The rest could be large, and is not kept while the client stays connected.
	 */
	public ConnectRequest established() {
		StreamRequest stream = (this.stream != null) ? this.stream.established() : null;
		return (stream != null || this.head != null) ? new ConnectRequest(this.connectionId, this.params, this.identity,
				this.stateless, stream, this.gateway, null) : this;
	}

	/**
	 * Returns the part that is kept while another node may have to connect the client
	 * again: in addition its snapshot.
	 * @param head whether the head of the HTTP request is kept, too; it has credentials
	 * @since 0.1.0
	 */
	public ConnectRequest movable(boolean head) {
		StreamRequest stream = (this.stream != null) ? this.stream.movable() : null;
		return new ConnectRequest(this.connectionId, this.params, this.identity, this.stateless, stream, this.gateway,
				head ? this.head : null);
	}

	/**
	 * Returns the same request of a client whose socket another node holds.
	 * @param gateway name of the node
	 */
	public ConnectRequest withGateway(String gateway) {
		return new ConnectRequest(this.connectionId, this.params, this.identity, this.stateless, this.stream, gateway,
				this.head);
	}

	/**
	 * Returns the same request of a client that has authenticated again.
	 * @param identity its new identity
	 * @since 0.1.0
	 */
	public ConnectRequest withIdentity(Identity identity) {
		return new ConnectRequest(this.connectionId, this.params, identity, this.stateless, this.stream, this.gateway,
				this.head);
	}

	/**
	 * Returns the same request with the head of the HTTP request.
	 * @param head the head
	 * @since 0.1.0
	 */
	public ConnectRequest withHead(RequestHead head) {
		return new ConnectRequest(this.connectionId, this.params, this.identity, this.stateless, this.stream,
				this.gateway, head);
	}

	/**
	 * Creates the request of a client of the extended mode, with a new id.
	 * @param params connection params, {@code null} if the client sent none
	 * @param identity the client's identity
	 * @param stream options of the extended mode
	 */
	public static ConnectRequest extended(@Nullable JsonNode params, Identity identity, StreamRequest stream) {
		return extended(UUID.randomUUID().toString(), params, identity, stream);
	}

	/**
	 * Creates the request of a client of the extended mode.
	 * @param connectionId id of the connection, which no other has
	 * @param params connection params, {@code null} if the client sent none
	 * @param identity the client's identity
	 * @param stream options of the extended mode
	 */
	public static ConnectRequest extended(String connectionId, @Nullable JsonNode params, Identity identity,
			StreamRequest stream) {
		return new ConnectRequest(connectionId, params, identity, false, stream, null, null);
	}

}
