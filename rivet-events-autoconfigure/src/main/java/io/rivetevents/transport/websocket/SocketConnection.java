package io.rivetevents.transport.websocket;

import java.net.InetAddress;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.limit.Limit;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Encoding;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.transport.ClientLink;
import io.rivetevents.transport.LinkTask;
import io.rivetevents.transport.Opening;

/**
 * One socket from its handshake to its end. All fields are used on the event loop of the
 * socket alone.
 */
final class SocketConnection implements Socket.Listener {

	private static final Log logger = LogFactory.getLog(SocketConnection.class);

	private final ActorWebSocketHandler owner;

	private final @Nullable Encoding encoding;

	private final Socket socket;

	private final ClientLink link;

	private @Nullable ScheduledFuture<?> keepAlive;

	private final @Nullable InetAddress address;

	private boolean heard = true;

	private boolean awaitsHello;

	private boolean ended;

	/** Whether it was to be closed at the last look, and is still there. */
	private boolean closing;

	/**
	 * Create a connection.
	 * @param socket the open socket
	 * @param encoding how messages are written, {@code null} if the client has asked for
	 * what the server does not know
	 * @param opening what the client has come with
	 * @param owner knows what all sockets share
	 */
	SocketConnection(Socket socket, @Nullable Encoding encoding, Opening opening, ActorWebSocketHandler owner) {
		this.socket = socket;
		this.encoding = encoding;
		this.owner = owner;
		this.address = owner.links().handshake().address(opening.exchange());
		this.link = new ClientLink(opening, socket.queue(), owner.links(), owner.settings().link(), socket.eventLoop(),
				(connectionId) -> {
				});
	}

	/**
	 * Live.
	 * @return ends with the socket
	 */
	Mono<Void> run() {
		return Mono.defer(() -> {
			startKeepAlive();
			// the web stack need not tell of the end
			this.socket.closeFuture().addListener((closed) -> onEnd());
			new LinkTask(this.socket.queue(), this::connect).run();
			return this.socket.run(this);
		}).onErrorResume((ex) -> {
			logger.debug("Socket ended with an error", ex);
			return Mono.empty();
		}).doFinally((signal) -> onEnd());
	}

	private void connect() {
		if (this.encoding == null) {
			long delay = this.owner.settings().link().rejectionDelay().toMillis();
			this.socket.eventLoop()
				.schedule(() -> this.socket.queue().close(CloseReason.unsupportedEncoding()), delay,
						TimeUnit.MILLISECONDS);
		}
		else if (this.encoding.isExtended()) {
			this.awaitsHello = true;
			this.link.awaitHello();
		}
		else {
			this.link.connect();
		}
	}

	@Override
	public void onSignOfLife() {
		this.heard = true;
	}

	@Override
	public @Nullable InetAddress address() {
		return this.address;
	}

	@Override
	public boolean takes(int size) {
		if (this.encoding == null || this.socket.queue().closeReason() != null) {
			return false;
		}
		if (size > this.owner.settings().link().maxIncomingSize()) {
			this.owner.links().limits().hits().add(Limit.MESSAGE_SIZE);
			refuse(CloseReason.of(ErrorCode.INCOMING_TOO_LONG));
			return false;
		}
		return true;
	}

	@Override
	public void onMessage(byte[] message, boolean text) {
		Encoding encoding = Objects.requireNonNull(this.encoding);
		try {
			if (text && !encoding.isText() && !FrameReader.isUtf8(message, 0)) {
				refuse(CloseReason.invalidText());
				return;
			}
			receive(encoding.codec().decode(message));
		}
		catch (RivetException ex) {
			onUnreadable(message, text, ex);
		}
		catch (Throwable ex) {
			LinkTask.end(this.socket.queue(), ex);
		}
	}

	/** A codec of text reads no other, so that the bytes are looked at here alone. */
	private void onUnreadable(byte[] message, boolean text, RivetException ex) {
		if (text && !FrameReader.isUtf8(message, 0)) {
			refuse(CloseReason.invalidText());
		}
		else {
			this.link.refuseMessage(ex);
		}
	}

	@Override
	public void refuse(CloseReason reason) {
		this.socket.queue().close(reason);
	}

	private void receive(ToServer message) {
		if (!this.awaitsHello) {
			this.link.receive(message);
			return;
		}
		if (!(message instanceof ToServer.Hello hello)) {
			throw new RivetException(ErrorCode.INVALID_REQUEST, "The first message is `Hello`.");
		}
		this.awaitsHello = false;
		this.link.connect(hello);
	}

	private void startKeepAlive() {
		long period = this.owner.settings().link().keepAlive().toMillis();
		this.keepAlive = this.socket.eventLoop()
			.scheduleAtFixedRate(new LinkTask(this.socket.queue(), this::checkAlive), period, period,
					TimeUnit.MILLISECONDS);
	}

	private void checkAlive() {
		if (this.closing) {
			this.socket.cut(); // it reads nothing, not even why it is closed
			return;
		}
		this.closing = this.socket.queue().closeReason() != null;
		if (!this.heard) {
			this.socket.queue().close(CloseReason.of(ErrorCode.CONNECTION_TIMED_OUT));
			return;
		}
		this.heard = false;
		this.socket.ping();
		if (this.encoding != null && this.encoding.isExtended()) {
			this.link.keepAlive();
		}
	}

	private void onEnd() {
		this.socket.eventLoop().execute(new LinkTask(this.socket.queue(), this::end));
	}

	/**
	 * Ends it once, by whatever comes first: the end of what is received or of the
	 * socket.
	 */
	private void end() {
		if (this.ended) {
			return;
		}
		this.ended = true;
		if (this.keepAlive != null) {
			this.keepAlive.cancel(false);
		}
		this.link.end();
	}

}
