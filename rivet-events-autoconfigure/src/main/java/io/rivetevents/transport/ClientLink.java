package io.rivetevents.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.ContextView;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.ActorTarget;
import io.rivetevents.connection.ConnectRequest;
import io.rivetevents.connection.Identity;
import io.rivetevents.connection.OutboundQueue;
import io.rivetevents.connection.StreamRequest;
import io.rivetevents.connection.StreamRequest.Standing;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.OutgoingMessage;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

/**
 * What joins a client to an actor, from its handshake to its end, whatever the transport.
 * All methods are to be called on one thread, that of the socket.
 */
public final class ClientLink {

	private static final Log logger = LogFactory.getLog(ClientLink.class);

	/**
	 * Refusals after which a RivetKit client tries again by itself. It is told by the
	 * close frame alone: an error before that would reject the calls that wait for the
	 * connection.
	 */
	private static final Set<String> RETRIED = Stream
		.of(ErrorCode.ACTOR_NOT_FOUND, ErrorCode.RESTARTING, ErrorCode.STOPPED, ErrorCode.DESTROYING)
		.map(ErrorCode::reason)
		.collect(Collectors.toUnmodifiableSet());

	/**
	 * Messages that a client may send before it is known to be connected. It may have its
	 * welcome by then, and say a lot at once.
	 */
	private static final int MAX_EARLY = 1000;

	private static final int MAX_EARLY_BYTES = 1024 * 1024;

	private final ServerWebExchange exchange;

	private final Supplier<ActorTarget> target;

	private final OutboundQueue queue;

	private final LinkSupport support;

	private final LinkSettings settings;

	private final ScheduledExecutorService thread;

	private final List<ToServer> early = new ArrayList<>(0);

	private int earlyBytes;

	private @Nullable ScheduledFuture<?> waiting;

	private @Nullable ConnectRequest request;

	private @Nullable ActorAddress address;

	private boolean gone;

	/**
	 * Create a link.
	 * @param exchange the handshake
	 * @param target reads from it which instance is meant
	 * @param queue the way out
	 * @param support what links share
	 * @param settings limits and times
	 * @param thread the thread of the socket
	 */
	public ClientLink(ServerWebExchange exchange, Supplier<ActorTarget> target, OutboundQueue queue,
			LinkSupport support, LinkSettings settings, ScheduledExecutorService thread) {
		this.exchange = exchange;
		this.target = target;
		this.queue = queue;
		this.support = support;
		this.settings = settings;
		this.thread = thread;
	}

	/**
	 * Return the id of the connection, {@code null} before it is known who is behind it.
	 */
	public @Nullable String connectionId() {
		return (this.request != null) ? this.request.connectionId() : null;
	}

	/**
	 * Return what the client has asked for, {@code null} before it is known who is behind
	 * it.
	 */
	public @Nullable ConnectRequest request() {
		return this.request;
	}

	// Connecting

	/**
	 * Wait for the first message, in the extended mode.
	 * @param context knows who has signed in
	 */
	public void awaitHello(ContextView context) {
		this.waiting = this.thread.schedule(
				() -> this.support.handshake()
					.isUndecided(this.exchange)
					.contextWrite(context)
					.subscribe((undecided) -> this.thread.execute(() -> helloTimedOut(undecided))),
				this.settings.authenticationTimeout().toMillis(), TimeUnit.MILLISECONDS);
	}

	private void helloTimedOut(boolean undecided) {
		if (this.request != null || this.gone) {
			return;
		}
		if (undecided) {
			var request = this.exchange.getRequest();
			this.support.observer().authenticationTimedOut(request.getURI(), request.getRemoteAddress());
		}
		refuse(new RivetException(undecided ? ErrorCode.AUTHENTICATION_TIMED_OUT : ErrorCode.CONNECTION_TIMED_OUT));
	}

	/**
	 * Connect a client of the plain protocol.
	 * @param params reads its connection params
	 * @param context knows who has signed in
	 */
	public void connect(Supplier<@Nullable JsonNode> params, ContextView context) {
		connect(Mono.defer(() -> {
			JsonNode read = params.get();
			return this.support.handshake()
				.identify(this.exchange, read)
				.map((identity) -> ConnectRequest.stateful(read, identity));
		}), context);
	}

	/**
	 * Connect a client of the extended mode.
	 * @param hello its first message
	 * @param params reads the connection params of its handshake
	 * @param context knows who has signed in
	 */
	public void connect(ToServer.Hello hello, Supplier<@Nullable JsonNode> params, ContextView context) {
		if (this.waiting != null) {
			this.waiting.cancel(false);
		}
		connect(Mono.defer(() -> {
			JsonNode read = (hello.params() != null) ? hello.params() : params.get();
			return this.support.handshake()
				.identify(this.exchange, read, hello.credentials())
				.map((identity) -> ConnectRequest.extended(read, identity, stream(hello, identity)));
		}), context);
	}

	private StreamRequest stream(ToServer.Hello hello, Identity identity) {
		ToServer.Resume resume = hello.resume();
		String claimed = (resume != null) ? resume.stream() : null;
		boolean proven = resume != null && claimed != null
				&& this.support.secrets().isSecret(resume.secret(), claimed, identity);
		String stream = (claimed != null && proven) ? claimed : UUID.randomUUID().toString();
		Standing standing = proven ? Standing.PROVEN : (claimed != null) ? Standing.UNPROVEN : Standing.NEW;
		return new StreamRequest(hello.subscriptions(), (resume != null) ? resume.position() : null, standing, stream,
				this.support.secrets().of(stream, identity), hello.snapshot(), hello.contract(),
				this.settings.keepAlive());
	}

	private void connect(Mono<ConnectRequest> wish, ContextView context) {
		wish.publishOn(Schedulers.fromExecutor(this.thread))
			.map(this::register)
			.flatMap((request) -> this.support.directory().connect(this.target.get(), request))
			.map(ActorInfo::address)
			.contextWrite(context)
			.subscribe((address) -> this.thread.execute(() -> onConnected(address)),
					(ex) -> this.thread.execute(() -> onRefused(ex)));
	}

	private ConnectRequest register(ConnectRequest request) {
		this.request = request;
		if (!this.gone) {
			this.support.connections().register(request, this.queue);
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
		refuse(refusal);
	}

	private void refuse(RivetException refusal) {
		if (this.queue.encoding().isExtended()) {
			this.queue.discard();
			this.queue.send(OutgoingMessage.of(error(refusal)));
			this.queue.close(CloseReason.of(refusal));
			return;
		}
		// React clients try again at once and for ever: the wait keeps them calm
		long delay = this.settings.rejectionDelay().toMillis();
		this.thread.schedule(() -> refusePlain(refusal), delay, TimeUnit.MILLISECONDS);
	}

	private void refusePlain(RivetException refusal) {
		CloseReason reason = CloseReason.of(refusal);
		if (!RETRIED.contains(reason.reason())) {
			this.queue.send(OutgoingMessage.of(error(refusal)));
		}
		this.queue.close(reason);
	}

	private ToClient.Error error(RivetException ex) {
		JsonNode metadata = (ex.metadata() != null) ? this.support.mapper().toTree(ex.metadata()) : null;
		return new ToClient.Error(ex.group(), ex.code(), ex.text(), metadata, null, null);
	}

	// Connected

	/**
	 * Take a message of the client.
	 * @param message the message
	 * @param size how many bytes it had
	 */
	public void receive(ToServer message, int size) {
		if (this.queue.closeReason() != null) {
			return;
		}
		if (this.address != null) {
			deliver(message);
		}
		else if (this.early.size() < MAX_EARLY && this.earlyBytes + size <= MAX_EARLY_BYTES) {
			this.early.add(message);
			this.earlyBytes += size;
		}
		else {
			this.queue.close(CloseReason.of(ErrorCode.OVERLOADED));
		}
	}

	private void deliver(ToServer message) {
		if (this.address == null || this.request == null) {
			return;
		}
		if (message instanceof ToServer.Hello) {
			refuseMessage(new RivetException(ErrorCode.INVALID_REQUEST));
			return;
		}
		this.support.directory().deliver(this.address, this.request.connectionId(), message);
	}

	/**
	 * Close after a message that cannot be read.
	 * @param ex why not
	 */
	public void refuseMessage(RivetException ex) {
		logger.debug("A client sent what cannot be read", ex);
		this.queue.close(CloseReason.of(ex));
	}

	/** Tell a client of the extended mode that it is connected. */
	public void keepAlive() {
		if (this.address != null && this.request != null) {
			this.support.directory().keepAlive(this.address, this.request.connectionId());
		}
	}

	/** The socket is gone. */
	public void end() {
		this.gone = true;
		if (this.waiting != null) {
			this.waiting.cancel(false);
		}
		leave();
	}

	/** Whichever comes last of the end and the welcome finds both done. */
	private void leave() {
		if (this.request == null) {
			return;
		}
		this.support.connections().remove(this.request.connectionId());
		if (this.address != null) {
			this.support.directory().disconnected(this.address, this.request.connectionId());
		}
	}

}
