package io.rivetevents.extension;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.ToServer.Snapshot;

/**
 * What a client asks for on connecting in the extended mode: {@code docs/protocol.md}.
 *
 * @param subscriptions what to subscribe to
 * @param resume the last position that it has handled, {@code null} to begin anew
 * @param proof whether the client has proven that the stream was its own
 * @param stream id of the stream: the one that is resumed, or a new one
 * @param secret what proves it
 * @param snapshot an action to be answered with the welcome, {@code null} for none
 * @param contract fingerprint of the client's contract, {@code null} if it does not say
 * @param keepAlive time from one sign of life to the next
 * @since 0.1.0
 */
public record StreamRequest(List<ToServer.SubscriptionRequest> subscriptions, @Nullable Position resume,
		StreamProof proof, String stream, String secret, @Nullable Snapshot snapshot, @Nullable String contract,
		Duration keepAlive) {

	/** What a client has proven of the stream that it was on. */
	public enum StreamProof {

		/** It is on a new one, and claims no other. */
		NEW,

		/** It was on this one. */
		PROVEN,

		/** It claims one that it has not proven, and is on a new one. */
		UNPROVEN

	}

	public StreamRequest {
		subscriptions = List.copyOf(subscriptions);
	}

	/**
	 * Returns what is left of it once the client is connected: which stream it is on.
	 */
	StreamRequest established() {
		return new StreamRequest(List.of(), null, this.proof, this.stream, this.secret, null, null, this.keepAlive);
	}

}
