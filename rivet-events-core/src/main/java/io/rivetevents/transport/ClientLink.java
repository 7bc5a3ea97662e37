/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
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
import io.rivetevents.delivery.ClientRequests;
import io.rivetevents.delivery.Renewable;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Renewal;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.extension.StreamRequest.StreamProof;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.RateExcess;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * Connects a client to an actor, from the handshake to the end of the session, for all
 * transports: identifies the client, connects it, forwards its messages, rejects it or
 * closes it, and checks it in each keep-alive period.
 * <p>
 * A transport creates one link for each client, calls one of the {@code start} methods,
 * then {@link #receive} for each message, and {@link #end} once. It takes the messages to
 * write from the queue, which also reports when to close. All methods except
 * {@link #execute} and those of {@link Renewable} are called on the thread of the session
 * and return at once. The {@link TransportSession} is called on the same thread.
 */
public final class ClientLink implements Renewable {

	private static final Log logger = LogFactory.getLog(ClientLink.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/**
	 * Rejections after which a RivetKit client retries automatically. It receives the
	 * close frame only: an error message before it would reject the calls that wait for
	 * the connection.
	 */
	private static final Set<String> RETRIED = Stream
		.of(ErrorCode.ACTOR_NOT_FOUND, ErrorCode.RESTARTING, ErrorCode.STOPPED, ErrorCode.DESTROYING)
		.map(ErrorCode::reason)
		.collect(Collectors.toUnmodifiableSet());

	private final OutboundQueue queue;

	private final LinkServices support;

	private final LinkSettings settings;

	private final ScheduledExecutorService thread;

	private final TransportSession session;

	private final EarlyMessages early = new EarlyMessages();

	/** {@code null} once the client is connected or rejected. */
	private @Nullable PendingHandshake opening;

	private @Nullable ScheduledFuture<?> keepAlive;

	/** Whether it was already closing at the last keep-alive check. */
	private boolean closing;

	/** Whether the first message of the extended mode is missing. */
	private boolean awaitsHello;

	private @Nullable ScheduledFuture<?> waiting;

	private @Nullable ConnectRequest request;

	private @Nullable ActorAddress address;

	/** Set while the client is being connected. */
	private ToServer.@Nullable Hello hello;

	/** Whether the client was identified before its first message was counted. */
	private boolean helloIdentified;

	private final @Nullable ClientUsage usage;

	/** Rejection that applies from the start, {@code null} if there is none. */
	private final @Nullable RivetException excess;

	private final ClientRight right;

	private boolean gone;

	/**
	 * Creates a link. It counts towards the limits of the client's address until
	 * {@link #end()} is called, so each link must be ended. A client that was
	 * {@linkplain Admission admitted} counts already.
	 * @param opening the client's request
	 * @param queue the outbound queue
	 * @param support shared by all links
	 * @param settings limits and times
	 * @param thread the single thread of the session, which runs tasks in order
	 * @param session the session to call back
	 */
	public ClientLink(PendingHandshake opening, OutboundQueue queue, LinkServices support, LinkSettings settings,
			ScheduledExecutorService thread, TransportSession session) {
		this.opening = opening;
		this.queue = queue;
		this.support = support;
		this.settings = settings;
		this.thread = thread;
		this.session = session;
		this.right = new ClientRight(queue, support, settings, thread);
		ClientUsage usage = null;
		RivetException excess = null;
		try {
			usage = opening.enter(support.limits());
		}
		catch (RivetException ex) {
			excess = ex;
		}
		this.usage = usage;
		this.excess = excess;
		queue.setOwner(this::describe);
	}

	/**
	 * Returns the id of the connection, {@code null} before the client is identified.
	 */
	public @Nullable String connectionId() {
		return (this.request != null) ? this.request.connectionId() : null;
	}

	/**
	 * Returns the client's request, {@code null} before the client is identified.
	 */
	public @Nullable ConnectRequest request() {
		return this.request;
	}

	// Connecting

	/**
	 * Starts the link: connects a client of the plain protocol, or waits for the first
	 * message of a client of the extended mode. Exactly one of the {@code start} methods
	 * is called, once.
	 */
	public void start() {
		startKeepAlive();
		if (this.queue.encoding().isExtended()) {
			this.awaitsHello = true;
			awaitHello();
		}
		else {
			connect();
		}
	}

	/**
	 * Starts the link of a client of the extended mode whose first message is part of its
	 * request.
	 * @param hello the message
	 * @param bytes its size, 0 if it has no body
	 */
	public void start(ToServer.Hello hello, int bytes) {
		startKeepAlive();
		RateExcess excess = (this.usage != null) ? this.usage.receive(bytes, false) : null;
		if (excess != null) {
			refuse(excess.toError());
			return;
		}
		connect(hello);
	}

	/**
	 * Starts the link of a client that is not served, and closes it after the rejection
	 * delay.
	 * @param reason the reason that the client receives
	 */
	public void start(CloseReason reason) {
		startKeepAlive();
		this.thread.schedule(new LinkTask(this.queue, () -> this.queue.close(reason)),
				this.settings.rejectionDelay().toMillis(), TimeUnit.MILLISECONDS);
	}

	private void awaitHello() {
		if (this.excess != null) {
			refuse(this.excess);
			return;
		}
		this.waiting = this.thread.schedule(new LinkTask(this.queue, this::lookForHello),
				this.settings.authenticationTimeout().toMillis(), TimeUnit.MILLISECONDS);
	}

	private void lookForHello() {
		PendingHandshake opening = this.opening;
		if (opening != null) {
			this.support.handshake()
				.isUndecided(opening.request())
				.timeout(this.settings.authenticationTimeout(), Mono.just(true), Schedulers.fromExecutor(this.thread))
				.contextWrite(opening.context())
				.subscribe((undecided) -> execute(() -> helloTimedOut(opening, undecided)),
						(ex) -> execute(() -> onUndecidable(ex)));
		}
	}

	/**
	 * Rejects the client with the error, not with a timeout: the authentication itself
	 * failed.
	 */
	private void onUndecidable(Throwable ex) {
		if (isAwaitingHello()) {
			onRefused(ex);
		}
	}

	private boolean isAwaitingHello() {
		return this.request == null && this.hello == null && !this.gone;
	}

	private void helloTimedOut(PendingHandshake opening, boolean undecided) {
		if (!isAwaitingHello()) {
			return;
		}
		this.support.limits().hits().add(Limit.HELLO_TIMEOUT);
		if (undecided) {
			this.support.reportTimedOut(opening.request());
		}
		refuse(new RivetException(undecided ? ErrorCode.AUTHENTICATION_TIMED_OUT : ErrorCode.CONNECTION_TIMED_OUT));
	}

	/** Connects a client of the plain protocol. */
	private void connect() {
		connect((opening) -> {
			JsonNode params = opening.params().get();
			return this.support.handshake()
				.identify(opening, params, null)
				.map((identity) -> withHead(ConnectRequest.stateful(this.support.newConnectionId(), params, identity),
						opening));
		});
	}

	/** Connects a client of the extended mode. */
	private void connect(ToServer.Hello hello) {
		if (this.waiting != null) {
			this.waiting.cancel(false);
			this.waiting = null;
		}
		if (this.opening == null || this.gone || this.queue.closeReason() != null) {
			return; // rejected in the meantime
		}
		boolean identified = this.usage != null && this.usage.isIdentified();
		if (this.usage != null && this.usage.begin(MessageWeight.of(hello)) != null) {
			refuse(new RivetException(ErrorCode.OVERLOADED));
			return;
		}
		this.hello = hello;
		this.helloIdentified = identified;
		connect((opening) -> {
			JsonNode params = opening.paramsOf(hello);
			return this.support.handshake()
				.identify(opening, params, hello.credentials())
				.flatMap((identity) -> retained(opening, identity))
				.map((identity) -> withHead(ConnectRequest.extended(this.support.newConnectionId(), params, identity,
						stream(hello, identity)), opening));
		});
	}

	/** An anonymous client cannot authenticate later. */
	private Mono<Identity> retained(PendingHandshake opening, Identity identity) {
		if (identity.owner() == null) {
			return Mono.just(identity);
		}
		return this.support.handshake().retained(opening).map((login) -> {
			this.right.setLogin(login);
			return identity;
		});
	}

	private ConnectRequest withHead(ConnectRequest request, PendingHandshake opening) {
		return this.support.handshake().withHead(request, opening.request());
	}

	private StreamRequest stream(ToServer.Hello hello, Identity identity) {
		ToServer.Resume resume = hello.resume();
		String claimed = (resume != null) ? resume.stream() : null;
		if (claimed != null && identity.owner() == null && StreamIds.isOfUser(claimed)) {
			throw new RivetException(ErrorCode.AUTHENTICATION_REQUIRED, "The previous connection was signed in.");
		}
		boolean proven = this.support.secrets().isProof(resume, identity);
		String stream = (claimed != null && proven) ? claimed : this.support.newStreamId(identity);
		StreamProof proof = proven ? StreamProof.PROVEN : (claimed != null) ? StreamProof.UNPROVEN : StreamProof.NEW;
		return new StreamRequest(hello.subscriptions(), (resume != null) ? resume.position() : null, proof, stream,
				this.support.secrets().of(stream, identity), hello.snapshot(), hello.contract(),
				this.settings.keepAlive());
	}

	private void connect(Function<PendingHandshake, Mono<ConnectRequest>> toRequest) {
		PendingHandshake opening = Objects.requireNonNull(this.opening);
		if (this.excess != null) {
			refuse(this.excess);
			return;
		}
		Mono.defer(() -> LinkTask.later(() -> toRequest.apply(opening)))
			.publishOn(Schedulers.fromExecutor(this.thread))
			.flatMap((request) -> LinkTask.later(() -> connect(opening.target().get(), register(request))))
			.map(ActorInfo::address)
			.contextWrite(opening.context())
			.subscribe((address) -> execute(() -> onConnected(address)), (ex) -> execute(() -> onRefused(ex)));
	}

	private Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request) {
		return this.support.isDraining() ? Mono.error(new RivetException(ErrorCode.RESTARTING))
				: this.support.directory().connect(target, request);
	}

	/**
	 * Runs work of the session on its thread, in the order of the calls. An error that it
	 * throws closes the session. Safe for use by several threads.
	 * @param work the work
	 */
	public void execute(Runnable work) {
		this.thread.execute(new LinkTask(this.queue, work));
	}

	private ConnectRequest register(ConnectRequest identified) {
		ConnectRequest request = identified.withGateway(this.support.connections().node());
		this.request = request;
		if (this.usage != null) {
			StreamRequest stream = request.stream();
			Admission.checkRoom(this.usage, request.identity(), stream != null && stream.proof() == StreamProof.PROVEN);
		}
		JsonNode params = request.params();
		if (this.usage != null && params != null && this.usage.keep(MessageWeight.of(params)) != null) {
			throw new RivetException(ErrorCode.OVERLOADED);
		}
		if (!this.gone) {
			this.support.connections().register(request, this.queue, this.usage, this);
			this.session.onIdentified(request);
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
			beginRight();
			this.early.take(this.usage).forEach(this::deliver);
		}
	}

	private void beginRight() {
		if (this.request != null) {
			this.right.begin(this.request.identity());
		}
	}

	private void onRefused(Throwable ex) {
		RivetException refusal;
		if (ex instanceof RivetException known) {
			refusal = known;
		}
		else {
			failures.error(ex, () -> "Connect request failed for %s".formatted(describe()));
			refusal = new RivetException(ErrorCode.INTERNAL_ERROR);
		}
		refuse(refusal);
	}

	/** Returns connection, actor and key for the log, as far as they are known. */
	private String describe() {
		ConnectRequest request = this.request;
		String connection = (request != null) ? "connection " + request.connectionId() : "a client";
		ActorAddress address = this.address;
		return connection + " of " + ((address != null) ? address : describe(this.opening));
	}

	private static String describe(@Nullable PendingHandshake opening) {
		try {
			return (opening != null) ? opening.target().get().toString() : "an unknown actor";
		}
		catch (RivetException ex) {
			return "an unknown actor";
		}
	}

	/**
	 * Ends the accounting of the first message, which counts while it is being processed.
	 */
	private void endHello() {
		if (this.hello != null && this.usage != null) {
			this.usage.end(MessageWeight.of(this.hello), this.helloIdentified);
		}
		this.hello = null;
	}

	private void refuse(RivetException refusal) {
		tellRefused(refusal);
		endHello();
		if (this.usage != null) {
			this.usage.prove(false); // it may leave its socket open
		}
		if (this.queue.encoding().isExtended()) {
			this.queue.discard();
			this.queue.send(OutgoingMessage.of(this.support.mapper().toError(refusal, null, null)));
			this.queue.close(refusal.closeReason());
			return;
		}
		// React clients retry immediately and without limit: the delay slows them down
		long delay = this.settings.rejectionDelay().toMillis();
		this.thread.schedule(new LinkTask(this.queue, () -> refusePlain(refusal)), delay, TimeUnit.MILLISECONDS);
	}

	private void tellRefused(RivetException refusal) {
		if (this.opening != null) {
			boolean resumes = this.hello != null && this.hello.resume() != null;
			this.support.reportRefused(this.opening.request().uri(), resumes, refusal);
		}
		this.opening = null;
	}

	/** Reports a client that was closed by the server while it was connecting. */
	private void tellClosed(@Nullable CloseReason reason) {
		if (reason != null) {
			ErrorCode code = ErrorCode.ofReason(reason.reason());
			tellRefused((code != null) ? new RivetException(code) : new UserError("disconnected", reason.reason()));
		}
		this.opening = null;
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
	 * Handles a message of the client. Ignored once the session is closed.
	 * @param message the message, decoded by the codec of the session's encoding
	 * @param bytes its size
	 */
	public void receive(ToServer message, int bytes) {
		if (this.queue.closeReason() != null || !isWithinReceiveRate(message, bytes)) {
			return;
		}
		if (this.awaitsHello) {
			receiveFirst(message);
		}
		else if (this.address != null) {
			deliver(message);
		}
		else if (!this.early.add(message, this.usage)) {
			this.queue.close(CloseReason.of(ErrorCode.OVERLOADED));
		}
	}

	private void receiveFirst(ToServer message) {
		if (message instanceof ToServer.Hello hello) {
			this.awaitsHello = false;
			connect(hello);
		}
		else {
			refuseMessage(new RivetException(ErrorCode.INVALID_REQUEST, "The first message must be `Hello`."));
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
		if (message instanceof ToServer.Authenticate authenticate) {
			this.right.renew(authenticate, this.request.identity(), this.usage, this::renewed);
			return;
		}
		if (isWithinCallRate(message)) {
			deliver(this.address, this.request.connectionId(), message);
		}
	}

	/** Rejects a message whose bytes are beyond a rate. */
	private boolean isWithinReceiveRate(ToServer message, int bytes) {
		if (this.usage == null || !this.usage.limitsReceived()) {
			return true;
		}
		ToServer.ActionRequest call = (this.address != null) ? call(message) : null;
		RateExcess excess = this.usage.receive(bytes, call != null);
		if (excess == null) {
			return true;
		}
		if (call != null) {
			reject(call, excess);
		}
		else if (this.awaitsHello) {
			refuse(excess.toError());
		}
		else {
			this.queue.close(CloseReason.of(ErrorCode.OVERLOADED));
		}
		return false;
	}

	/** Rejects a call beyond a rate. */
	private boolean isWithinCallRate(ToServer message) {
		ToServer.ActionRequest call = call(message);
		RateExcess excess = (call != null && this.usage != null) ? this.usage.call() : null;
		if (call != null && excess != null) {
			reject(call, excess);
		}
		return excess == null;
	}

	/** Returns the call in a message; a reply to a request of the server is none. */
	private static ToServer.@Nullable ActionRequest call(ToServer message) {
		return (message instanceof ToServer.ActionRequest call && !call.name().equals(ClientRequests.REPLY)) ? call
				: null;
	}

	private void reject(ToServer.ActionRequest call, RateExcess excess) {
		if (this.usage != null && this.usage.isFlooding(excess)) {
			this.queue.close(CloseReason.of(ErrorCode.OVERLOADED));
		}
		else if (!call.options().oneWay()) {
			this.queue.send(OutgoingMessage.of(this.support.mapper().toError(excess.toError(), call.id(), null)));
		}
	}

	private void deliver(ActorAddress address, String connectionId, ToServer message) {
		this.support.bursts().begin(this.thread);
		this.support.directory().deliver(address, connectionId, message);
	}

	@Override
	public void expire() {
		execute(() -> {
			if (!this.gone) {
				this.right.expireNow();
			}
		});
	}

	@Override
	public void replace(Identity present, Identity identity) {
		execute(() -> {
			if (this.request != null && this.request.identity() == present) {
				renewed(new Renewal(identity, null, false));
			}
		});
	}

	/** From now on the client has the new identity. */
	private void renewed(Renewal renewal) {
		if (this.gone || this.address == null || this.request == null) {
			return;
		}
		this.request = this.request.withIdentity(renewal.identity());
		this.support.connections().register(this.request, this.queue, this.usage, this);
		deliver(this.address, this.request.connectionId(), new ToServer.Authenticate(null, renewal));
	}

	/**
	 * Closes the connection because of a message that cannot be read.
	 * @param ex the error that the codec has thrown
	 */
	public void refuseMessage(RivetException ex) {
		logger.debug("Closing %s: it sent a message that cannot be read".formatted(describe()), ex);
		this.queue.close(ex.closeReason());
	}

	// Keep-alive

	private void startKeepAlive() {
		long period = this.settings.keepAlive().toMillis();
		this.keepAlive = this.thread.scheduleAtFixedRate(new LinkTask(this.queue, this::keepAlive), period, period,
				TimeUnit.MILLISECONDS);
	}

	private void keepAlive() {
		if (this.closing) {
			this.session.cut(); // the client does not read, not even the close reason
			return;
		}
		this.closing = this.queue.closeReason() != null || this.session.isClosed();
		this.session.checkAlive();
		if (this.queue.closeReason() == null) {
			tellAlive();
		}
	}

	/** Sends a keep-alive to a client of the extended mode. */
	private void tellAlive() {
		if (this.queue.encoding().isExtended() && this.address != null && this.request != null) {
			this.support.directory().keepAlive(this.address, this.request.connectionId());
		}
	}

	/**
	 * Ends the link: the session is closed. Called at the end of the input or of the
	 * socket, whichever is first; later calls have no effect.
	 */
	public void end() {
		if (this.gone) {
			return;
		}
		this.gone = true;
		tellClosed(this.queue.closeReason());
		this.queue.end();
		if (this.keepAlive != null) {
			this.keepAlive.cancel(false);
		}
		if (this.waiting != null) {
			this.waiting.cancel(false);
		}
		this.right.end();
		this.early.take(this.usage);
		if (this.usage != null) {
			this.usage.close();
		}
		leave();
	}

	/**
	 * Removes the connection. Called by {@link #end} and {@link #onConnected}: the later
	 * of the two has both the request and the address.
	 */
	private void leave() {
		ConnectRequest request = this.request;
		if (request == null) {
			return;
		}
		ActorAddress address = this.address;
		this.support.connections().remove(request.connectionId(), () -> {
			if (address != null) {
				this.support.directory().disconnected(address, request.connectionId());
			}
		});
	}

}
