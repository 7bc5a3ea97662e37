package io.rivetevents.transport.websocket;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.web.reactive.socket.WebSocketMessage;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.util.context.ContextView;

import io.rivetevents.actor.ActorTarget;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Encoding;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.transport.ClientLink;
import io.rivetevents.transport.GatewayRequest;

/**
 * One socket from its handshake to its end. All fields are used on the event loop of the
 * socket alone.
 */
final class SocketConnection {

	private static final Log logger = LogFactory.getLog(SocketConnection.class);

	private final ChannelSession session;

	private final ActorWebSocketHandler owner;

	private final Subprotocols offered;

	private final @Nullable Encoding encoding;

	private final ChannelWriter writer;

	private final EventLoop eventLoop;

	private final ClientLink link;

	private @Nullable ScheduledFuture<?> keepAlive;

	private boolean heard = true;

	private boolean awaitsHello;

	SocketConnection(ChannelSession session, ActorWebSocketHandler owner) {
		this.session = session;
		this.owner = owner;
		this.offered = Subprotocols.parse(offered(session));
		this.encoding = this.offered.readEncoding();
		this.writer = new ChannelWriter(session, (this.encoding != null) ? this.encoding : Encoding.JSON,
				owner.settings().outbound());
		this.eventLoop = session.channel().eventLoop();
		this.link = new ClientLink(session.exchange(), this::target, this.writer.queue(), owner.links(),
				owner.settings().link(), this.eventLoop);
	}

	private static List<String> offered(ChannelSession session) {
		String line = session.getHandshakeInfo().getHeaders().getFirst("Sec-WebSocket-Protocol");
		return (line != null) ? Arrays.asList(line.split(",")) : List.of();
	}

	/**
	 * Live.
	 * @return ends with the socket
	 */
	Mono<Void> run() {
		return Mono.deferContextual((context) -> {
			this.writer.start();
			startKeepAlive();
			connect(context);
			return this.session.receive().doOnNext((message) -> onMessage(message, context)).then();
		}).onErrorResume((ex) -> {
			logger.debug("Socket ended with an error", ex);
			return Mono.empty();
		}).doFinally(this::onEnd);
	}

	private void connect(ContextView context) {
		if (this.encoding == null) {
			long delay = this.owner.settings().link().rejectionDelay().toMillis();
			this.eventLoop.schedule(() -> this.writer.queue().close(CloseReason.unsupportedEncoding()), delay,
					TimeUnit.MILLISECONDS);
		}
		else if (this.encoding.isExtended()) {
			this.awaitsHello = true;
			this.link.awaitHello(context);
		}
		else {
			this.link.connect(this.offered::readParams, context);
		}
	}

	private ActorTarget target() {
		String path = this.owner.basePath().within(this.session.exchange().getRequest());
		String actorId = this.offered.actorId();
		if (path != null && path.equals("/connect") && actorId != null) {
			return new ActorTarget.ById(actorId);
		}
		if (path == null || !path.startsWith(GatewayRequest.PREFIX)) {
			throw new RivetException(ErrorCode.NO_ROUTE, "There is no socket at %s.".formatted(path));
		}
		GatewayRequest gateway = GatewayRequest.parse(path, this.session.getHandshakeInfo().getUri().getRawQuery());
		if (!gateway.path().equals("/connect")) {
			throw new RivetException(ErrorCode.NOT_SUPPORTED, "Clients connect at /connect.");
		}
		return gateway.target();
	}

	private void onMessage(WebSocketMessage message, ContextView context) {
		this.heard = true;
		boolean data = message.getType() == WebSocketMessage.Type.TEXT
				|| message.getType() == WebSocketMessage.Type.BINARY;
		if (!data || this.encoding == null || this.writer.queue().closeReason() != null) {
			return;
		}
		DataBuffer payload = message.getPayload();
		if (payload.readableByteCount() > this.owner.settings().link().maxIncomingSize()) {
			this.writer.queue().close(CloseReason.of(ErrorCode.INCOMING_TOO_LONG));
			return;
		}
		byte[] bytes = new byte[payload.readableByteCount()];
		payload.read(bytes);
		try {
			receive(this.encoding.codec().decode(bytes), bytes.length, context);
		}
		catch (RivetException ex) {
			this.link.refuseMessage(ex);
		}
	}

	private void receive(ToServer message, int size, ContextView context) {
		if (!this.awaitsHello) {
			this.link.receive(message, size);
			return;
		}
		if (!(message instanceof ToServer.Hello hello)) {
			throw new RivetException(ErrorCode.INVALID_REQUEST, "The first message is `Hello`.");
		}
		this.awaitsHello = false;
		this.link.connect(hello, this.offered::readParams, context);
	}

	private void startKeepAlive() {
		long period = this.owner.settings().link().keepAlive().toMillis();
		this.keepAlive = this.eventLoop.scheduleAtFixedRate(this::checkAlive, period, period, TimeUnit.MILLISECONDS);
	}

	private void checkAlive() {
		if (!this.heard) {
			this.writer.queue().close(CloseReason.of(ErrorCode.CONNECTION_TIMED_OUT));
			return;
		}
		this.heard = false;
		this.writer.ping();
		if (this.encoding != null && this.encoding.isExtended()) {
			this.link.keepAlive();
		}
	}

	private void onEnd(SignalType signal) {
		this.eventLoop.execute(() -> {
			if (this.keepAlive != null) {
				this.keepAlive.cancel(false);
			}
			this.link.end();
		});
	}

}
