/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import io.netty.channel.ChannelPipeline;

/**
 * A connection of the server, to which the guards of its requests report. Used only on
 * the thread of the connection.
 */
interface GuardedConnection {

	/** What the connection waits for. */
	enum Phase {

		/** The head of a request, or the handshakes before it. */
		HEAD,

		/** A new request; all earlier ones are answered. */
		IDLE,

		/** The answer of the server, which may take any time. */
		ANSWER,

		/** The rest of a request that has been answered. */
		REST

	}

	/** Begins a phase and its timeout. */
	void enter(Phase phase);

	/**
	 * Sets whether the current answer is an event stream, which the client may keep open
	 * for any time.
	 */
	void setStream(boolean stream);

	/**
	 * Checks whether the connection has changed to HTTP/2, whose streams are guarded
	 * separately.
	 */
	void watchStreams(ChannelPipeline pipeline);

	/** Removes the guard, because the connection no longer carries requests. */
	void leave(ChannelPipeline pipeline);

}
