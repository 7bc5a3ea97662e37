/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.ToServer.Snapshot;

/**
 * Options of a client that connects in the extended mode: see {@code docs/protocol.md}.
 *
 * @param subscriptions events to subscribe to
 * @param resume the last position that the client has handled, {@code null} to start a
 * new stream
 * @param proof whether the client has proven that the stream is its own
 * @param stream id of the stream: the resumed one, or a new one
 * @param secret secret of the stream
 * @param snapshot an action whose result is part of the welcome, {@code null} for none
 * @param contract fingerprint of the client's contract, {@code null} if the client sends
 * none
 * @param keepAlive keep-alive period
 * @since 0.1.0
 */
public record StreamRequest(List<ToServer.SubscriptionRequest> subscriptions, @Nullable Position resume,
		StreamProof proof, String stream, String secret, @Nullable Snapshot snapshot, @Nullable String contract,
		Duration keepAlive) {

	/** What a client has proven about its previous stream. */
	public enum StreamProof {

		/** It starts a new stream and claims no previous one. */
		NEW,

		/** It has proven that the stream is its own. */
		PROVEN,

		/** It claims a stream without proof, and gets a new one. */
		UNPROVEN

	}

	public StreamRequest {
		subscriptions = List.copyOf(subscriptions);
	}

	/**
	 * Returns the part that is kept once the client is connected: its stream.
	 */
	StreamRequest established() {
		return keep(null);
	}

	/**
	 * Returns the part that is kept of a client that another node may have to connect
	 * again: its stream and its snapshot.
	 */
	StreamRequest movable() {
		return keep(this.snapshot);
	}

	private StreamRequest keep(@Nullable Snapshot snapshot) {
		return new StreamRequest(List.of(), null, this.proof, this.stream, this.secret, snapshot, null, this.keepAlive);
	}

}
