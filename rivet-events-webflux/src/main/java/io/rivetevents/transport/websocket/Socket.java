package io.rivetevents.transport.websocket;

import java.net.InetAddress;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;

/**
 * A WebSocket that is open, as far as a connection needs it. All is to be called on its
 * event loop.
 */
interface Socket {

	/** What comes in, on the event loop. */
	interface Listener {

		/** The client has said something, be it a mere pong. */
		void onSignOfLife();

		/**
		 * Returns where the client comes from, {@code null} if unknown.
		 */
		default @Nullable InetAddress address() {
			return null;
		}

		/**
		 * Decide about a message before it is read.
		 * @param size how many bytes it has
		 * @return whether to read it
		 */
		boolean takes(int size);

		/**
		 * Take a message.
		 * @param message its bytes
		 * @param text whether it came as text, which is UTF-8 or ends the connection
		 */
		void onMessage(byte[] message, boolean text);

		/**
		 * Close, since no more is taken of this client.
		 * @param reason what it is told
		 */
		void refuse(CloseReason reason);

	}

	EventLoop eventLoop();

	/**
	 * Return what is done once the channel below is closed.
	 */
	ChannelFuture closeFuture();

	/**
	 * Return the way out.
	 */
	OutboundQueue queue();

	/**
	 * Live.
	 * @param listener is told what comes in
	 * @return ends with the socket
	 */
	Mono<Void> run(Listener listener);

	/** Send a ping, if the socket takes it. */
	void ping();

	/** Close the connection below, whatever waits to be written. */
	void cut();

}
