package io.rivetevents.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.connection.ConnectRequest;
import io.rivetevents.connection.Identity;
import io.rivetevents.connection.OutboundQueue;
import io.rivetevents.connection.RepeatedFailures;
import io.rivetevents.connection.StreamRequest;
import io.rivetevents.connection.StreamRequest.Standing;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.Limit;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.OutgoingMessage;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.protocol.ToServer;

/**
 * What joins a client to an actor, from its handshake to its end, whatever the transport.
 * All methods are to be called on one thread, that of the socket.
 */
public final class ClientLink {

	private static final Log logger = LogFactory.getLog(ClientLink.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/**
	 * Refusals after which a RivetKit client tries again by itself. It is told by the
	 * close frame alone: an error before that would reject the calls that wait for the
	 * connection.
	 */
	private static final Set<String> RETRIED = Stream
		.of(ErrorCode.ACTOR_NOT_FOUND, ErrorCode.RESTARTING, ErrorCode.STOPPED, ErrorCode.DESTROYING)
		.map(ErrorCode::reason)
		.collect(Collectors.toUnmodifiableSet());

	private final OutboundQueue queue;

	private final LinkSupport support;

	private final LinkSettings settings;

	private final ScheduledExecutorService thread;

	private final Consumer<String> onIdentified;

	/** {@code null} once the client is connected, or refused. */
	private @Nullable Opening opening;

	/** {@code null} while there are none. */
	private @Nullable List<Early> early;

	private @Nullable ScheduledFuture<?> waiting;

	private @Nullable ConnectRequest request;

	private @Nullable ActorAddress address;

	/** While the client is being connected. */
	private ToServer.@Nullable Hello hello;

	private final @Nullable ClientUsage usage;

	/** Why it is refused from the start, {@code null} if it is not. */
	private final @Nullable RivetException excess;

	private boolean gone;

	/**
	 * A message that came before the welcome.
	 *
	 * @param message the message
	 * @param identified whether the user was known by then, and it counts in the user's
	 * share
	 */
	private record Early(ToServer message, boolean identified) {
	}

	/**
	 * Create a link.
	 * @param opening what the client has come with
	 * @param queue the way out
	 * @param support what links share
	 * @param settings limits and times
	 * @param thread the thread of the socket
	 * @param onIdentified told the id of the connection, before the client is
	 */
	public ClientLink(Opening opening, OutboundQueue queue, LinkSupport support, LinkSettings settings,
			ScheduledExecutorService thread, Consumer<String> onIdentified) {
		this.opening = opening;
		this.queue = queue;
		this.support = support;
		this.settings = settings;
		this.thread = thread;
		this.onIdentified = onIdentified;
		ClientUsage usage = null;
		RivetException excess = null;
		try {
			usage = support.limits().connect(support.handshake().address(opening.exchange()));
		}
		catch (RivetException ex) {
			excess = ex;
		}
		this.usage = usage;
		this.excess = excess;
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

	/** Wait for the first message, in the extended mode. */
	public void awaitHello() {
		if (this.excess != null) {
			refuse(this.excess);
			return;
		}
		this.waiting = this.thread.schedule(new LinkTask(this.queue, this::lookForHello),
				this.settings.authenticationTimeout().toMillis(), TimeUnit.MILLISECONDS);
	}

	private void lookForHello() {
		Opening opening = this.opening;
		if (opening != null) {
			this.support.handshake()
				.isUndecided(opening.exchange())
				.timeout(this.settings.authenticationTimeout(), Mono.just(true))
				.contextWrite(opening.context())
				.subscribe((undecided) -> execute(() -> helloTimedOut(opening, undecided)),
						(ex) -> execute(() -> onUndecidable(ex)));
		}
	}

	/** That the server cannot find out is no timeout of the client. */
	private void onUndecidable(Throwable ex) {
		if (isAwaitingHello()) {
			onRefused(ex);
		}
	}

	private boolean isAwaitingHello() {
		return this.request == null && this.hello == null && !this.gone;
	}

	private void helloTimedOut(Opening opening, boolean undecided) {
		if (!isAwaitingHello()) {
			return;
		}
		this.support.limits().hits().add(Limit.HELLO_TIMEOUT);
		if (undecided) {
			var request = opening.exchange().getRequest();
			this.support.observer().authenticationTimedOut(request.getURI(), request.getRemoteAddress());
		}
		refuse(new RivetException(undecided ? ErrorCode.AUTHENTICATION_TIMED_OUT : ErrorCode.CONNECTION_TIMED_OUT));
	}

	/** Connect a client of the plain protocol. */
	public void connect() {
		connect((opening) -> {
			JsonNode params = RequestFailures.reading(opening.params());
			return this.support.handshake()
				.identify(opening.exchange(), params)
				.map((identity) -> ConnectRequest.stateful(params, identity));
		});
	}

	/**
	 * Connect a client of the extended mode.
	 * @param hello its first message
	 */
	public void connect(ToServer.Hello hello) {
		if (this.waiting != null) {
			this.waiting.cancel(false);
			this.waiting = null;
		}
		if (this.opening == null || this.gone || this.queue.closeReason() != null) {
			return; // it has been refused meanwhile
		}
		if (this.usage != null && this.usage.begin(MessageWeight.of(hello)) != null) {
			refuse(new RivetException(ErrorCode.OVERLOADED));
			return;
		}
		this.hello = hello;
		connect((opening) -> {
			JsonNode params = (hello.params() != null) ? hello.params() : RequestFailures.reading(opening.params());
			return this.support.handshake()
				.identify(opening.exchange(), params, hello.credentials())
				.map((identity) -> ConnectRequest.extended(params, identity, stream(hello, identity)));
		});
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

	private void connect(Function<Opening, Mono<ConnectRequest>> wish) {
		Opening opening = Objects.requireNonNull(this.opening);
		if (this.excess != null) {
			refuse(this.excess);
			return;
		}
		Mono.defer(() -> LinkTask.later(() -> wish.apply(opening)))
			.publishOn(Schedulers.fromExecutor(this.thread))
			.flatMap((request) -> LinkTask.later(() -> this.support.directory()
				.connect(RequestFailures.reading(opening.target()), register(request))))
			.map(ActorInfo::address)
			.contextWrite(opening.context())
			.subscribe((address) -> execute(() -> onConnected(address)), (ex) -> execute(() -> onRefused(ex)));
	}

	private void execute(Runnable work) {
		this.thread.execute(new LinkTask(this.queue, work));
	}

	private ConnectRequest register(ConnectRequest request) {
		this.request = request;
		if (this.usage != null && this.usage.identify(request.identity().owner()) != null) {
			throw new RivetException(ErrorCode.TOO_MANY_CONNECTIONS);
		}
		JsonNode params = request.params();
		if (this.usage != null && params != null && this.usage.keep(MessageWeight.of(params)) != null) {
			throw new RivetException(ErrorCode.OVERLOADED);
		}
		if (!this.gone) {
			this.support.connections().register(request, this.queue, this.usage);
			this.onIdentified.accept(request.connectionId());
		}
		return request;
	}

	private void onConnected(ActorAddress address) {
		endHello();
		this.address = address;
		this.opening = null;
		if (this.request != null) {
			this.request = this.request.established();
		}
		if (this.gone) {
			leave();
		}
		else {
			takeEarly().forEach(this::deliver);
		}
	}

	private void onRefused(Throwable ex) {
		RivetException refusal;
		if (ex instanceof RivetException known) {
			refusal = known;
		}
		else {
			failures.error(ex, () -> "A client could not be connected");
			refusal = new RivetException(ErrorCode.INTERNAL_ERROR);
		}
		refuse(refusal);
	}

	/** It counts as long as it is being dealt with. */
	private void endHello() {
		if (this.hello != null && this.usage != null) {
			this.usage.end(MessageWeight.of(this.hello), false);
		}
		this.hello = null;
	}

	private void refuse(RivetException refusal) {
		endHello();
		this.opening = null;
		if (this.queue.encoding().isExtended()) {
			this.queue.discard();
			this.queue.send(OutgoingMessage.of(this.support.mapper().toError(refusal, null, null)));
			this.queue.close(refusal.closeReason());
			return;
		}
		// React clients try again at once and for ever: the wait keeps them calm
		long delay = this.settings.rejectionDelay().toMillis();
		this.thread.schedule(new LinkTask(this.queue, () -> refusePlain(refusal)), delay, TimeUnit.MILLISECONDS);
	}

	private void refusePlain(RivetException refusal) {
		CloseReason reason = refusal.closeReason();
		if (!RETRIED.contains(reason.reason())) {
			this.queue.send(OutgoingMessage.of(this.support.mapper().toError(refusal, null, null)));
		}
		this.queue.close(reason);
	}

	// Connected

	/**
	 * Take a message of the client.
	 */
	public void receive(ToServer message) {
		if (this.queue.closeReason() != null) {
			return;
		}
		if (this.address != null) {
			deliver(message);
		}
		else {
			keep(message);
		}
	}

	/**
	 * What a client sends before it is known to be connected. It may have its welcome by
	 * then, and say a lot at once.
	 */
	private void keep(ToServer message) {
		List<Early> early = (this.early != null) ? this.early : new ArrayList<>();
		this.early = early;
		if (this.usage == null || this.usage.begin(MessageWeight.of(message)) != null) {
			this.queue.close(CloseReason.of(ErrorCode.OVERLOADED));
		}
		else {
			early.add(new Early(message, this.usage.isIdentified()));
		}
	}

	private List<ToServer> takeEarly() {
		List<Early> early = (this.early != null) ? this.early : List.of();
		this.early = null;
		early.forEach(
				(each) -> Objects.requireNonNull(this.usage).end(MessageWeight.of(each.message()), each.identified()));
		return early.stream().map(Early::message).toList();
	}

	private void deliver(ToServer message) {
		if (this.address == null || this.request == null) {
			return;
		}
		if (message instanceof ToServer.Hello) {
			refuseMessage(new RivetException(ErrorCode.INVALID_REQUEST));
			return;
		}
		this.support.io().bursts().begin(this.thread);
		this.support.directory().deliver(this.address, this.request.connectionId(), message);
	}

	/**
	 * Close after a message that cannot be read.
	 * @param ex why not
	 */
	public void refuseMessage(RivetException ex) {
		logger.debug("A client sent what cannot be read", ex);
		this.queue.close(ex.closeReason());
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
		this.queue.end();
		if (this.waiting != null) {
			this.waiting.cancel(false);
		}
		takeEarly();
		if (this.usage != null) {
			this.usage.close();
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
