package io.rivetevents.transport.sse;

import java.time.Duration;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.util.ClassUtils;

/**
 * Ends a socket whose peer does not acknowledge what was sent. A client that only reads
 * says nothing by which one could see that it is there, and without this the kernel gives
 * up after a quarter of an hour. Only Linux has it, by Netty's native transport.
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

	/** Loaded only where there is the native transport. */
	private static final class Epoll {

		private static final Log logger = LogFactory.getLog(TcpUserTimeout.class);

		static void set(Channel channel, int millis) {
			if (channel instanceof EpollSocketChannel socket && socket.isOpen()) {
				try {
					socket.config().setTcpUserTimeout(millis);
				}
				catch (ChannelException ex) {
					logger.debug("The socket was closed meanwhile", ex);
				}
			}
		}

	}

}
