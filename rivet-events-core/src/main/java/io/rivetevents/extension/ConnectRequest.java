package io.rivetevents.extension;

import java.util.UUID;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.connection.RequestHead;

/**
 * A client's wish to connect to an actor.
 *
 * @param connectionId id of the connection to be, under which its node finds the way out
 * to the client
 * @param params what the client sent as connection params, {@code null} if nothing
 * @param identity who is behind it
 * @param stateless whether it stands for one call over HTTP, which has no way out
 * @param stream what it asks for in the extended mode, {@code null} in the plain protocol
 * @param gateway name of the node that holds the socket, {@code null} for the node where
 * it is asked; set before it leaves that node
 * @param head head of the HTTP request, {@code null} if no hook asks for it or the client
 * is connected
 * @since 0.1.0
 */
public record ConnectRequest(String connectionId, @Nullable JsonNode params, Identity identity, boolean stateless,
		@Nullable StreamRequest stream, @Nullable String gateway, @Nullable RequestHead head) {

	/**
	 * Creates the request of a client that stays connected, with an id of its own.
	 * @param params connection params, {@code null} if the client sent none
	 * @param identity who is behind it
	 */
	public static ConnectRequest stateful(@Nullable JsonNode params, Identity identity) {
		return new ConnectRequest(UUID.randomUUID().toString(), params, identity, false, null, null, null);
	}

	/**
	 * Creates the request of a single call over HTTP, with an id of its own.
	 * @param params connection params, {@code null} if the client sent none
	 * @param identity who is behind it
	 */
	public static ConnectRequest stateless(@Nullable JsonNode params, Identity identity) {
		return new ConnectRequest(UUID.randomUUID().toString(), params, identity, true, null, null, null);
	}

	/**
	 * Returns what is left of it once the client is connected: who it is, and on which
	 * stream. What it has asked for could be large, and is not kept as long as it stays.
	 */
	public ConnectRequest established() {
		StreamRequest stream = (this.stream != null) ? this.stream.established() : null;
		return (stream != null || this.head != null) ? new ConnectRequest(this.connectionId, this.params, this.identity,
				this.stateless, stream, this.gateway, null) : this;
	}

	/**
	 * Returns the same request of a client whose socket a node holds.
	 * @param gateway name of the node
	 */
	public ConnectRequest withGateway(String gateway) {
		return new ConnectRequest(this.connectionId, this.params, this.identity, this.stateless, this.stream, gateway,
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
	 * Creates the request of a client in the extended mode, with an id of its own.
	 * @param params connection params, {@code null} if the client sent none
	 * @param identity who is behind it
	 * @param stream what it asks for in that mode
	 */
	public static ConnectRequest extended(@Nullable JsonNode params, Identity identity, StreamRequest stream) {
		return new ConnectRequest(UUID.randomUUID().toString(), params, identity, false, stream, null, null);
	}

}
