/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.sse;

import java.time.Duration;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.util.ClassUtils;

/**
 * Closes a socket whose peer does not acknowledge sent data. A client that only reads
 * sends nothing, so a lost client is not detected otherwise until the kernel gives up
 * after a quarter of an hour. Requires Linux and Netty's native transport.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5482">RFC 5482: TCP user timeout</a>
 */
final class TcpUserTimeout {

	private static final boolean EPOLL = ClassUtils.isPresent("io.netty.channel.epoll.EpollSocketChannel",
			TcpUserTimeout.class.getClassLoader());

	private TcpUserTimeout() {
	}

	static void set(Channel channel, Duration timeout) {
		if (EPOLL) {
			Epoll.set(channel, (int) timeout.toMillis());
		}
	}

	/** Loaded only if the native transport is on the class path. */
	private static final class Epoll {

		private static final Log logger = LogFactory.getLog(TcpUserTimeout.class);

		static void set(Channel channel, int millis) {
			if (channel instanceof EpollSocketChannel socket && socket.isOpen()) {
				try {
					socket.config().setTcpUserTimeout(millis);
				}
				catch (ChannelException ex) {
					logger.debug("Connection %s was closed before its timeout was set".formatted(channel), ex);
				}
			}
		}

	}

}
