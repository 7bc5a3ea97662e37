package io.rivetevents.transport.netty;

import io.netty.channel.ChannelPipeline;

/**
 * A connection of the server as the guards of its requests report to it. Used on the
 * thread of the connection.
 */
interface GuardedConnection {

	/** What a connection is waited for. */
	enum Phase {

		/** The head of a request, or what comes before it. */
		HEAD,

		/** Nothing: all requests have been answered. */
		IDLE,

		/** An answer of ours, which may take as long as it takes. */
		ANSWER,

		/** The rest of a request that has been answered. */
		REST

	}

	/** Begins a phase, and its time limit. */
	void enter(Phase phase);

	/**
	 * Sets whether the current answer is an event stream, which goes on for as long as
	 * the client likes.
	 */
	void setStream(boolean stream);

	/** The connection may just have become one of HTTP/2, which has other messages. */
	void watchStreams(ChannelPipeline pipeline);

	/** The connection is no longer one of requests. */
	void leave(ChannelPipeline pipeline);

}
