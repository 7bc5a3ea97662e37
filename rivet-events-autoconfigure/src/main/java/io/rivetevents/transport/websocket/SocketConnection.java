package io.rivetevents.transport.websocket;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.web.reactive.socket.WebSocketMessage;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.ContextView;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.ActorTarget;
import io.rivetevents.connection.ConnectRequest;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Encoding;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.OutgoingMessage;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.transport.GatewayRequest;

/**
 * One socket from its handshake to its end. All fields are used on the event loop of the
 * socket alone.
 */
final class SocketConnection {

	private static final Log logger = LogFactory.getLog(SocketConnection.class);

	/**
	 * Refusals after which a client tries again by itself. It is told by the close frame
	 * alone: an error before that would reject the calls that wait for the connection.
	 */
	private static final Set<String> RETRIED = Stream
		.of(ErrorCode.ACTOR_NOT_FOUND, ErrorCode.RESTARTING, ErrorCode.STOPPED, ErrorCode.DESTROYING)
		.map(ErrorCode::reason)
		.collect(Collectors.toUnmodifiableSet());

	/** What a client may say before it is connected; the published ones say nothing. */
	private static final int MAX_EARLY = 64;

	private final ChannelSession session;

	private final ActorWebSocketHandler owner;

	private final Subprotocols offered;

	private final @Nullable Encoding encoding;

	private final ChannelWriter writer;

	private final EventLoop eventLoop;

	private final List<ToServer> early = new ArrayList<>(0);

	private @Nullable ConnectRequest request;

	private @Nullable ActorAddress address;

	private @Nullable ScheduledFuture<?> keepAlive;

	private boolean heard = true;

	private boolean gone;

	SocketConnection(ChannelSession session, ActorWebSocketHandler owner) {
		this.session = session;
		this.owner = owner;
		this.offered = Subprotocols.parse(offered(session));
		this.encoding = Encoding.of(this.offered.encoding());
		this.writer = new ChannelWriter(session, (this.encoding != null) ? this.encoding : Encoding.JSON,
				owner.settings().outbound());
		this.eventLoop = session.channel().eventLoop();
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
			return this.session.receive().doOnNext(this::onMessage).then();
		}).onErrorResume((ex) -> {
			logger.debug("Socket ended with an error", ex);
			return Mono.empty();
		}).doFinally(this::onEnd);
	}

	/** The context of the handshake knows who has signed in. */
	private void connect(ContextView context) {
		Mono.defer(this::open)
			.contextWrite(context)
			.subscribe((address) -> this.eventLoop.execute(() -> onConnected(address)),
					(ex) -> this.eventLoop.execute(() -> onRefused(ex)));
	}

	private Mono<ActorAddress> open() {
		if (this.encoding == null) {
			return Mono.error(new RivetException(ErrorCode.UNSUPPORTED_WEBSOCKET_ENCODING));
		}
		ActorTarget target = target();
		JsonNode params = this.offered.readParams();
		return this.owner.handshake()
			.identify(this.session.exchange(), params)
			.publishOn(Schedulers.fromExecutor(this.eventLoop))
			.map((identity) -> register(ConnectRequest.stateful(params, identity)))
			.flatMap((request) -> this.owner.directory().connect(target, request))
			.map(ActorInfo::address);
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

	private ConnectRequest register(ConnectRequest request) {
		this.request = request;
		if (!this.gone) {
			this.owner.connections().register(request, this.writer.queue());
		}
		return request;
	}

	private void onConnected(ActorAddress address) {
		this.address = address;
		if (this.gone) {
			leave();
			return;
		}
		this.early.forEach(this::deliver);
		this.early.clear();
	}

	private void onRefused(Throwable ex) {
		RivetException refusal;
		if (ex instanceof RivetException known) {
			refusal = known;
		}
		else {
			logger.error("A client could not be connected", ex);
			refusal = new RivetException(ErrorCode.INTERNAL_ERROR);
		}
		// React clients try again at once and for ever: the wait keeps them calm
		long delay = this.owner.settings().rejectionDelay().toMillis();
		this.eventLoop.schedule(() -> refuse(refusal), delay, TimeUnit.MILLISECONDS);
	}

	private void refuse(RivetException ex) {
		if (this.encoding == null) {
			this.writer.queue().close(CloseReason.unsupportedEncoding());
			return;
		}
		CloseReason reason = CloseReason.of(ex);
		if (!RETRIED.contains(reason.reason())) {
			this.writer.queue().send(OutgoingMessage.of(error(ex)));
		}
		this.writer.queue().close(reason);
	}

	private ToClient.Error error(RivetException ex) {
		JsonNode metadata = (ex.metadata() != null) ? this.owner.mapper().toTree(ex.metadata()) : null;
		return new ToClient.Error(ex.group(), ex.code(), ex.text(), metadata, null, null);
	}

	private void onMessage(WebSocketMessage message) {
		this.heard = true;
		boolean data = message.getType() == WebSocketMessage.Type.TEXT
				|| message.getType() == WebSocketMessage.Type.BINARY;
		if (!data || this.encoding == null || this.writer.queue().closeReason() != null) {
			return;
		}
		DataBuffer payload = message.getPayload();
		if (payload.readableByteCount() > this.owner.settings().maxIncomingSize()) {
			this.writer.queue().close(CloseReason.of(ErrorCode.INCOMING_TOO_LONG));
			return;
		}
		byte[] bytes = new byte[payload.readableByteCount()];
		payload.read(bytes);
		try {
			receive(this.encoding.codec().decode(bytes));
		}
		catch (RivetException ex) {
			logger.debug("A client sent what cannot be read", ex);
			this.writer.queue().close(CloseReason.of(ErrorCode.INVALID_REQUEST));
		}
	}

	private void receive(ToServer message) {
		if (this.address != null) {
			deliver(message);
		}
		else if (this.early.size() < MAX_EARLY) {
			this.early.add(message);
		}
		else {
			this.writer.queue().close(CloseReason.of(ErrorCode.OVERLOADED));
		}
	}

	private void deliver(ToServer message) {
		if (this.address != null && this.request != null) {
			this.owner.directory().deliver(this.address, this.request.connectionId(), message);
		}
	}

	private void startKeepAlive() {
		long period = this.owner.settings().keepAlive().toMillis();
		this.keepAlive = this.eventLoop.scheduleAtFixedRate(this::checkAlive, period, period, TimeUnit.MILLISECONDS);
	}

	private void checkAlive() {
		if (!this.heard) {
			this.writer.queue().close(CloseReason.of(ErrorCode.CONNECTION_TIMED_OUT));
			return;
		}
		this.heard = false;
		this.writer.ping();
	}

	private void onEnd(SignalType signal) {
		this.eventLoop.execute(() -> {
			this.gone = true;
			if (this.keepAlive != null) {
				this.keepAlive.cancel(false);
			}
			leave();
		});
	}

	/** Whichever comes last of the end and the welcome finds both done. */
	private void leave() {
		if (this.request == null) {
			return;
		}
		this.owner.connections().remove(this.request.connectionId());
		if (this.address != null) {
			this.owner.directory().disconnected(this.address, this.request.connectionId());
		}
	}

}
