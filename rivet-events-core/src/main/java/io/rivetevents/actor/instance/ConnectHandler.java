package io.rivetevents.actor.instance;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.call.ActionHandler;
import io.rivetevents.actor.call.MethodInvoker;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.actor.call.Draft;
import io.rivetevents.actor.call.InterceptorChain;
import io.rivetevents.actor.call.MethodInvocation.Caller;
import io.rivetevents.contract.reflect.ContractFingerprints;
import io.rivetevents.conversion.Args;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionScope;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Hook;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.failure.Guarded;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.observation.Observers;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;
import io.rivetevents.scheduling.CallerScope;

/**
 * The clients of one instance on their way in and out: they connect, come back, and
 * leave. All of it happens in turns of the instance, unless it says otherwise.
 */
public final class ConnectHandler {

	private final ClientInstance instance;

	private final ActorType type;

	private final MethodInvoker calls;

	private final ActionHandler actions;

	private final SubscriptionHandler subscriptions;

	private final ActorConnections connections;

	private final InterceptorChain interceptors;

	private final Observers observers;

	private final ValueMapper mapper;

	private final CallerScope callers;

	private final Scheduler timers;

	private final ContractFingerprints contracts;

	/** Goes on on a worker: what comes behind it may block. */
	private final Mono<List<ToServer.SubscriptionRequest>> lateForAll;

	private final ConnectionScope owner;

	/**
	 * Creates what lets clients in.
	 * @param instance what they connect to
	 * @param calls the calls of its methods
	 * @param actions its actions, one of which may be the snapshot of a client
	 * @param subscriptions what clients subscribe to
	 * @param interceptors go around the connects
	 * @param runtime what instances share
	 */
	ConnectHandler(ClientInstance instance, MethodInvoker calls, ActionHandler actions,
			SubscriptionHandler subscriptions, InterceptorChain interceptors, ActorRuntime runtime) {
		this.instance = instance;
		this.type = instance.type();
		this.calls = calls;
		this.actions = actions;
		this.subscriptions = subscriptions;
		this.interceptors = interceptors;
		this.connections = instance.connections();
		this.observers = runtime.observers();
		this.mapper = runtime.mapper();
		this.callers = runtime.callers();
		this.timers = runtime.timers();
		this.contracts = runtime.contracts();
		this.lateForAll = Mono.<List<ToServer.SubscriptionRequest>>error(
				() -> new RivetException(ErrorCode.CALLBACK_TIMED_OUT))
			.subscribeOn(instance.workers());
		this.owner = new ConnectionScope(instance.address().name(), instance.address().key(),
				this.type.hooks().contains(Hook.CREATE_CONN_STATE), instance.events(), runtime.connections());
	}

	/**
	 * A client that has been let in, and does not know yet.
	 *
	 * @param connection its connection
	 * @param welcome the first message that it receives
	 */
	public record Accepted(ActorConnection connection, ToClient welcome) {

		/** Tell the client. */
		public void tell() {
			if (this.connection.request().stream() != null) {
				this.connection.outbound().release(OutgoingMessage.of(this.welcome));
			}
			else {
				this.connection.deliver(OutgoingMessage.of(this.welcome));
			}
		}

	}

	/**
	 * Returns whether a hook that may wait runs before a client is let in: then
	 * {@link #connect} does not hold the turn while it does. Interceptors hold it.
	 */
	public boolean connectsAside(ConnectRequest request) {
		return this.type.hooks().contains(Hook.BEFORE_CONNECT) && !this.interceptors.wants(inbound(request));
	}

	/**
	 * Returns whether that hook needs no instance, so that one is created only for a
	 * client that it lets in.
	 */
	boolean connectsBeforeCreation(ConnectRequest request) {
		return connectsAside(request) && !this.type.usesContext(Hook.BEFORE_CONNECT);
	}

	/**
	 * Asks the hook whether a client may connect to an instance that does not exist yet.
	 * For any thread.
	 * @param draft what is to be created
	 */
	public Mono<Void> askBeforeCreation(ConnectRequest request, Draft draft) {
		return this.calls.beforeCreation(Hook.BEFORE_CONNECT, Caller.of(request), draft, request.identity());
	}

	private Inbound inbound(ConnectRequest request) {
		List<JsonNode> params = (request.params() != null) ? List.of(request.params()) : List.of();
		return new Inbound(Inbound.Kind.CONNECT, this.instance.address(), "", new Args(this.mapper, params), null,
				request.identity().principal());
	}

	/**
	 * A client on its way in.
	 *
	 * @param request what it asks for
	 * @param outbound its way out
	 * @param usage what it takes of the node, {@code null} if that is not counted
	 * @param gone whether it has gone meanwhile
	 * @param onAdmitted tells it, within the turn that lets it in
	 */
	public record Guest(ConnectRequest request, Outbound outbound, @Nullable ClientUsage usage, BooleanSupplier gone,
			Consumer<Accepted> onAdmitted) {
	}

	/**
	 * Let a client in.
	 * @return its admission, once it is in the list and its hooks have run
	 */
	public Mono<Accepted> connect(Guest guest) {
		Entry entry = new Entry(guest);
		ConnectRequest request = guest.request();
		return admit(entry,
				connectsAside(request)
						? this.instance
							.keepAwake(this.calls.aside(Hook.BEFORE_CONNECT, Caller.of(request), request.identity())
								.then(Mono.defer(
										() -> this.instance.inTurn(() -> enter(entry).doOnNext(guest.onAdmitted())))))
						: intercepted(entry).doOnNext(guest.onAdmitted()));
	}

	/**
	 * Let a client in of which {@link #askBeforeCreation} has been asked.
	 * @return its admission, once it is in the list and its other hooks have run
	 */
	public Mono<Accepted> connectAllowed(Guest guest) {
		Entry entry = new Entry(guest);
		return admit(entry, enter(entry).doOnNext(guest.onAdmitted()));
	}

	private Mono<Accepted> admit(Entry entry, Mono<Accepted> admitted) {
		return Guarded.defer(() -> admitted)
			.doOnNext((admission) -> this.instance.claim())
			.onErrorMap((ex) -> !(ex instanceof RivetException),
					(ex) -> this.type.translate(ex, inbound(entry.guest.request()),
							CallerScope.client(entry.guest.request().identity().principal())))
			.doOnError((ex) -> {
				leave(entry.connection);
				this.instance.discardIfUnclaimed();
			});
	}

	private Mono<Accepted> intercepted(Entry entry) {
		AtomicReference<@Nullable Accepted> admission = new AtomicReference<>();
		return this.interceptors
			.around(inbound(entry.guest.request()), this.interceptors.hookLimit(), false,
					(current) -> this.calls.hook(Hook.BEFORE_CONNECT, Caller.of(entry.guest.request()))
						.then(Mono.defer(() -> enter(entry)))
						.doOnNext(admission::set)
						.cast(Object.class))
			.then(Mono.fromSupplier(admission::get))
			.switchIfEmpty(Mono.error(() -> new RivetException(ErrorCode.SKIPPED)));
	}

	/** What has become of a client on its way in. */
	private static final class Entry {

		private final Guest guest;

		/** Once it enters the list. */
		private volatile @Nullable ActorConnection connection;

		Entry(Guest guest) {
			this.guest = guest;
		}

	}

	/** The client comes back before the loss of its old connection was noticed. */
	private Mono<Void> replaced(ConnectRequest request) {
		StreamRequest stream = request.stream();
		ActorConnection old = (stream != null && stream.proof() == StreamRequest.StreamProof.PROVEN)
				? this.connections.findByStream(stream.stream()) : null;
		if (old == null) {
			return Mono.empty();
		}
		old.outbound().close(CloseReason.of(ErrorCode.CONNECTION_REPLACED));
		return disconnect(old);
	}

	private Mono<Accepted> enter(Entry entry) {
		if (entry.guest.gone().getAsBoolean()) {
			return Mono.error(new RivetException(ErrorCode.CONNECTION_NOT_FOUND));
		}
		ConnectRequest request = entry.guest.request();
		StreamRequest stream = request.stream();
		return replaced(request).then(Mono.defer(() -> this.calls.hook(Hook.CREATE_CONN_STATE, Caller.of(request))))
			.flatMap((made) -> {
				ActorConnection connection = new ActorConnection(request, entry.guest.outbound(), this.owner,
						made.orElse(null), entry.guest.usage());
				return (stream != null) ? enterStream(connection, stream, entry) : enterPlain(connection, entry);
			})
			.doOnNext((admission) -> tellOpened(admission.connection()));
	}

	private Mono<Accepted> enterPlain(ActorConnection connection, Entry entry) {
		entry.connection = connection;
		this.connections.add(connection);
		return this.calls.hook(Hook.CONNECT, Caller.of(connection, entry.guest.request().head()))
			.thenReturn(new Accepted(connection, new ToClient.Init(this.instance.actorId(), connection.id())));
	}

	/**
	 * In the extended mode: what the client has subscribed to is effective before its
	 * hook runs, and what it has missed is queued.
	 */
	private Mono<Accepted> enterStream(ActorConnection connection, StreamRequest stream, Entry entry) {
		Map<String, ToClient.Error> refused = new LinkedHashMap<>();
		return Flux.fromIterable(askable(connection, stream, refused))
			.concatMap(
					(each) -> this.subscriptions.allow(connection, each).onErrorResume(RivetException.class, (ex) -> {
						refused.put(each.eventName(), this.subscriptions.error(each.eventName(), ex));
						return Mono.empty();
					}))
			.collectList()
			.timeout(this.interceptors.hookLimit().time(), this.lateForAll, this.timers)
			.flatMap((allowed) -> {
				// before it enters: whatever fails from now on, it is taken out again
				entry.connection = connection;
				// predicates are asked again about what was missed
				ActorConnections.Entrance entrance = Guarded
					.call(() -> this.callers.call(null, () -> this.connections.enter(connection, allowed, stream)));
				entrance.refused()
					.forEach((event) -> refused.put(event,
							this.subscriptions.error(event, new RivetException(ErrorCode.TOO_MANY_SUBSCRIPTIONS))));
				return snapshot(connection, stream, entrance).flatMap(
						(snapshot) -> this.calls.hook(Hook.CONNECT, Caller.of(connection, entry.guest.request().head()))
							.thenReturn(new Accepted(connection,
									welcome(connection, stream, entrance, snapshot.orElse(null), refused))));
			});
	}

	/**
	 * Returns the last subscription to each event, and refuses what there is no room for,
	 * since each is asked for within the turn.
	 */
	private Collection<ToServer.SubscriptionRequest> askable(ActorConnection connection, StreamRequest stream,
			Map<String, ToClient.Error> refused) {
		ClientUsage usage = connection.usage();
		int most = (usage != null) ? usage.maxSubscriptions() : Integer.MAX_VALUE;
		Map<String, ToServer.SubscriptionRequest> byEvent = new LinkedHashMap<>();
		for (ToServer.SubscriptionRequest each : stream.subscriptions()) {
			if (byEvent.size() < most || byEvent.containsKey(each.eventName())) {
				byEvent.put(each.eventName(), each);
			}
			else {
				refused.put(each.eventName(), this.subscriptions.error(each.eventName(),
						new RivetException(ErrorCode.TOO_MANY_SUBSCRIPTIONS)));
			}
		}
		return byEvent.values();
	}

	/** Whoever has missed nothing needs none. */
	private Mono<Optional<ToClient.SnapshotResult>> snapshot(ActorConnection connection, StreamRequest stream,
			ActorConnections.Entrance entrance) {
		ToServer.Snapshot wanted = stream.snapshot();
		if (wanted == null || entrance.outcome().kind() == ToClient.ResumeOutcome.Kind.RESUMED) {
			return Mono.just(Optional.empty());
		}
		return this.actions.snapshot(connection, new ToServer.ActionRequest(0, wanted.name(), wanted.args()))
			.map((output) -> new ToClient.SnapshotResult(output, null))
			.onErrorResume(RivetException.class,
					(ex) -> Mono.just(new ToClient.SnapshotResult(null, this.instance.error(ex, ex.metadata(), null))))
			.map(Optional::of);
	}

	private ToClient.Welcome welcome(ActorConnection connection, StreamRequest stream,
			ActorConnections.Entrance entrance, ToClient.@Nullable SnapshotResult snapshot,
			Map<String, ToClient.Error> refused) {
		return new ToClient.Welcome(this.instance.actorId(), connection.id(), entrance.position(), stream.stream(),
				stream.secret(), entrance.outcome(), stream.keepAlive().toMillis(), snapshot, refused,
				isOtherContract(stream.contract()));
	}

	/**
	 * Return whether a client was built against another contract than ours.
	 * @param fingerprint what it says, {@code null} if nothing
	 */
	private boolean isOtherContract(@Nullable String fingerprint) {
		if (fingerprint == null) {
			return false;
		}
		String ours = this.contracts.of(this.type.name());
		return ours != null && !fingerprint.equals(ours);
	}

	/** A call over HTTP comes and goes with its action. */
	private void tellOpened(ActorConnection connection) {
		if (!connection.isStateless()) {
			connection.markConnected();
			this.observers.connectionOpened(connection);
		}
	}

	/** In a turn of its own: after a time-out the hook may still be running. */
	private void leave(@Nullable ActorConnection connection) {
		if (connection != null) {
			this.instance.offerTurn(() -> disconnect(connection));
		}
	}

	/** Let a client go; without effect for one that is not in the list. */
	Mono<Void> disconnect(String connectionId) {
		ActorConnection connection = this.connections.find(connectionId);
		return (connection != null) ? disconnect(connection) : Mono.empty();
	}

	/** Let a client go; without effect for one that is not in the list. */
	Mono<Void> disconnect(ActorConnection connection) {
		if (connection != this.connections.find(connection.id())) {
			return Mono.empty();
		}
		return this.calls.tolerant(Hook.DISCONNECT, Caller.of(connection)).doFinally((signal) -> {
			if (this.connections.remove(connection)) {
				connection.end();
				tellClosed(connection);
			}
			this.instance.touch();
		});
	}

	/** Of one that was refused by its last hook nobody has been told. */
	private void tellClosed(ActorConnection connection) {
		if (connection.wasConnected()) {
			this.observers.connectionClosed(connection, connection.outbound().closeReason());
		}
	}

}
