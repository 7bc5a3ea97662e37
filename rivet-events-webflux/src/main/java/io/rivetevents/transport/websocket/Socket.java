/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import java.net.InetAddress;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;

/**
 * An open WebSocket, as a connection uses it. All methods are called on its event loop.
 */
interface Socket {

	/** Receives messages and events, on the event loop. */
	interface Listener {

		/** Called when the client has sent anything, including a pong. */
		void onSignOfLife();

		/**
		 * Returns the address of the client, {@code null} if unknown.
		 */
		default @Nullable InetAddress address() {
			return null;
		}

		/**
		 * Decides about a message before it is read.
		 * @param size number of bytes
		 * @return whether to read it
		 */
		boolean takes(int size);

		/**
		 * Receives a message.
		 * @param message its bytes
		 * @param text whether it is a text message, which must be UTF-8
		 */
		void onMessage(byte[] message, boolean text);

		/**
		 * Closes the socket and rejects further messages of the client.
		 * @param reason reason that the client receives
		 */
		void refuse(CloseReason reason);

	}

	EventLoop eventLoop();

	/**
	 * Returns the future of the close of the network connection.
	 */
	ChannelFuture closeFuture();

	/**
	 * Returns the outbound queue.
	 */
	OutboundQueue queue();

	/**
	 * Runs the socket.
	 * @param listener receives messages and events
	 * @return completes when the socket ends
	 */
	Mono<Void> run(Listener listener);

	/** Sends a ping if the socket is writable. */
	void ping();

	/** Closes the network connection and discards all waiting messages. */
	void cut();

}
