package io.rivetevents.actor;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.NullNode;

import io.rivetevents.actor.ActorType.ActionSettings;
import io.rivetevents.actor.Invocation.Caller;
import io.rivetevents.connection.ClientConnection;
import io.rivetevents.connection.ConnectRequest;
import io.rivetevents.connection.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.OutgoingMessage;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.ValueMapper;

/**
 * One instance of an actor in memory. All it does it does in turns of its mailbox; what
 * other threads may call is marked so.
 */
final class ActorInstance implements Mailbox.Owner {

	private static final Log logger = LogFactory.getLog(ActorInstance.class);

	private final ActorAddress address;

	private final ActorType type;

	private final LocalActorDirectory directory;

	private final ActorRuntime runtime;

	private final Mailbox mailbox;

	private final ActorState state;

	private final ActorConnections connections;

	private final Map<String, Object> vars = new HashMap<>();

	private final AtomicInteger awaited = new AtomicInteger();

	private final AtomicReference<@Nullable End> end = new AtomicReference<>();

	private volatile boolean running;

	private volatile @Nullable Watch watch;

	private volatile long lastUsed;

	private volatile @Nullable Instant startedAt;

	private @Nullable JsonNode input;

	/** How an instance leaves memory. */
	enum End {

		/** Saved, to be woken by the next use. */
		SLEEP(ErrorCode.STOPPED),

		/** Saved, because the application stops. */
		SHUTDOWN(ErrorCode.RESTARTING),

		/** Deleted. */
		DESTROY(ErrorCode.DESTROYING),

		/** Dropped, because another one has replaced it. */
		FENCED(ErrorCode.RESTARTING);

		private final ErrorCode code;

		End(ErrorCode code) {
			this.code = code;
		}

	}

	ActorInstance(ActorAddress address, ActorType type, LocalActorDirectory directory, ActorRuntime runtime) {
		this.address = address;
		this.type = type;
		this.directory = directory;
		this.runtime = runtime;
		this.mailbox = new Mailbox(type.settings().mailboxCapacity(), runtime.workers(), this);
		this.state = new ActorState(runtime.store(), runtime.mapper(), type.stateType());
		this.connections = new ActorConnections(runtime.mapper());
		this.lastUsed = now();
	}

	ActorAddress address() {
		return this.address;
	}

	ActorType type() {
		return this.type;
	}

	String actorId() {
		return this.state.stored().actorId();
	}

	ActorState state() {
		return this.state;
	}

	ActorConnections connections() {
		return this.connections;
	}

	Map<String, Object> vars() {
		return this.vars;
	}

	@Nullable JsonNode input() {
		return this.input;
	}

	ValueMapper mapper() {
		return this.runtime.mapper();
	}

	ActorHandle neighbour(String name, String... key) {
		return this.directory.actors().getOrCreate(name, key);
	}

	// For any thread

	/**
	 * Put in a turn.
	 */
	Mailbox.Offer offer(Turn turn) {
		return this.mailbox.offer(turn);
	}

	/** Ask for the end after the current turn. */
	void requestEnd(End how) {
		this.end.compareAndSet(null, how);
		// if no turn is running, this one is what it comes after
		offer(Turn.ofRuntime((instance) -> Mono.empty()));
	}

	/** Look what time it is. */
	void tick(long now) {
		Watch watch = this.watch;
		if (watch != null) {
			watch.check(now);
		}
		if (!this.running || !this.mailbox.isIdle()) {
			return;
		}
		ActorSettings settings = this.type.settings();
		if (this.state.isDue(now, settings.saveInterval().toNanos())) {
			offer(Turn.ofRuntime(ActorInstance::save));
		}
		if (isUnused() && now - this.lastUsed >= settings.sleepTimeout().toNanos()) {
			offer(Turn.ofRuntime(ActorInstance::sleepIfUnused));
		}
	}

	@Nullable ActorInfo info() {
		return this.running ? info(false) : null;
	}

	private ActorInfo info(boolean created) {
		StoredActor stored = this.state.stored();
		return new ActorInfo(stored.actorId(), this.address, stored.generation(), stored.createdAt(), this.startedAt,
				created);
	}

	private long now() {
		return this.runtime.timers().now(TimeUnit.NANOSECONDS);
	}

	private boolean isUnused() {
		return this.connections.isEmpty() && this.awaited.get() == 0;
	}

	// Turns

	@Override
	public Mono<Void> work(Turn turn) {
		if (turn.client()) {
			this.lastUsed = now();
		}
		return Mono.defer(() -> turn.work().apply(this));
	}

	@Override
	public @Nullable Mono<Void> afterTurn() {
		if (!this.running) {
			if (this.mailbox.closeIfAlone()) {
				this.directory.forget(this);
			}
			return null;
		}
		End how = this.end.get();
		if (how != null) {
			return stop(how);
		}
		long now = now();
		if (this.state.endTurn(now) && this.type.hooks().contains(Hook.STATE_CHANGE)) {
			return stateChanged();
		}
		return this.state.isDue(now, this.type.settings().saveInterval().toNanos()) ? save() : null;
	}

	private Mono<Void> stateChanged() {
		return Mono
			.defer(() -> this.state.hasChanged() ? tolerant(Hook.STATE_CHANGE, null, this.state.peek()) : Mono.empty())
			.onErrorResume((ex) -> {
				logger.error("The state of %s cannot be written as JSON".formatted(this.address), ex);
				return Mono.empty();
			});
	}

	/**
	 * Make sure that the instance is what a target asks for.
	 * @return what is told of it
	 */
	Mono<ActorInfo> start(ActorTarget target) {
		if (this.running) {
			return checkRunning(target);
		}
		return Mono.defer(() -> {
			StoredActor stored = this.runtime.store().load(this.address);
			if (stored == null) {
				return create(target);
			}
			this.input = (stored.input() != null) ? mapper().readTree(stored.input()) : null;
			this.state.begin(stored, null);
			return checkStored(target).then(Mono.fromRunnable(() -> this.state.wake(stored)))
				.then(Mono.defer(() -> hook(Hook.WAKE, null)))
				.then(Mono.fromSupplier(() -> begin(false)));
		}).onErrorMap((ex) -> !(ex instanceof RivetException), this::mask).doOnError((ex) -> this.state.reset());
	}

	private Mono<ActorInfo> checkRunning(ActorTarget target) {
		return checkStored(target).then(Mono.fromSupplier(() -> info(false)));
	}

	private Mono<Void> checkStored(ActorTarget target) {
		if (target instanceof ActorTarget.Create) {
			Map<String, Object> metadata = Map.of("existing_actor_id", actorId(), "key",
					this.address.key().serialize());
			return Mono.error(new RivetException(ErrorCode.DUPLICATE_KEY, ErrorCode.DUPLICATE_KEY.message(), metadata));
		}
		boolean other = target instanceof ActorTarget.ById byId && !byId.actorId().equals(actorId());
		return other ? Mono.error(new RivetException(ErrorCode.ACTOR_NOT_FOUND)) : Mono.empty();
	}

	private Mono<ActorInfo> create(ActorTarget target) {
		if (target instanceof ActorTarget.GetOrCreate wanted) {
			this.input = wanted.input();
		}
		else if (target instanceof ActorTarget.Create wanted) {
			this.input = wanted.input();
		}
		else {
			return Mono.error(new RivetException(ErrorCode.ACTOR_NOT_FOUND));
		}
		byte[] storedInput = (this.input != null) ? mapper().write(this.input) : null;
		if (storedInput != null && storedInput.length > this.type.settings().maxInputSize()) {
			return Mono.error(new RivetException(ErrorCode.INPUT_TOO_LARGE));
		}
		StoredActor draft = new StoredActor(UUID.randomUUID().toString(), this.address, 0, 1, clock().instant(), null,
				storedInput);
		this.state.begin(draft, null);
		return hook(Hook.CREATE_STATE, null).doOnNext((made) -> this.state.begin(draft, made.orElse(null)))
			.then(Mono.defer(() -> hook(Hook.CREATE, null)))
			.then(Mono.fromRunnable(this.state::insert))
			.then(Mono.defer(() -> hook(Hook.WAKE, null)))
			.then(Mono.fromSupplier(() -> begin(true)));
	}

	private ActorInfo begin(boolean created) {
		this.startedAt = clock().instant();
		this.running = true;
		this.directory.started(this);
		return info(created);
	}

	private Clock clock() {
		return this.runtime.clock();
	}

	/**
	 * Let a client in.
	 * @return its connection, once it is in the list and its hooks have run
	 */
	Mono<ClientConnection> connect(ConnectRequest request, Outbound outbound) {
		Caller stranger = new Caller(null, request.identity().principal(), request.params());
		boolean stateful = this.type.hooks().contains(Hook.CREATE_CONN_STATE);
		Mono<Optional<Object>> state = Mono.defer(() -> hook(Hook.CREATE_CONN_STATE, stranger));
		return hook(Hook.BEFORE_CONNECT, stranger).then(state).flatMap((made) -> {
			ClientConnection connection = new ClientConnection(request, outbound, mapper(), stateful,
					made.orElse(null));
			this.connections.add(connection);
			return hook(Hook.CONNECT, Caller.of(connection)).thenReturn(connection)
				// a turn of its own: after a time-out the hook may still be running
				.doOnError((ex) -> offer(Turn.ofRuntime((instance) -> instance.disconnect(connection))));
		});
	}

	/** Tell a client that it is connected. */
	void welcome(ClientConnection connection) {
		connection.outbound().send(OutgoingMessage.of(new ToClient.Init(actorId(), connection.id())));
	}

	/** Let a client go; without effect for one that is not in the list. */
	Mono<Void> disconnect(String connectionId) {
		ClientConnection connection = this.connections.find(connectionId);
		return (connection != null) ? disconnect(connection) : Mono.empty();
	}

	private Mono<Void> disconnect(ClientConnection connection) {
		if (connection != this.connections.find(connection.id())) {
			return Mono.empty();
		}
		return tolerant(Hook.DISCONNECT, Caller.of(connection)).doFinally((signal) -> {
			this.connections.remove(connection);
			this.lastUsed = now();
		});
	}

	/** Handle a message of a connected client. */
	Mono<Void> receive(String connectionId, ToServer message) {
		ClientConnection connection = this.connections.find(connectionId);
		if (connection == null) {
			return Mono.empty();
		}
		if (message instanceof ToServer.ActionRequest request) {
			return act(connection, request);
		}
		return subscribe(connection, (ToServer.SubscriptionRequest) message);
	}

	private Mono<Void> act(ClientConnection connection, ToServer.ActionRequest request) {
		return perform(connection, request)
			.doOnNext((output) -> connection.outbound()
				.send(OutgoingMessage
					.of(new ToClient.ActionResponse(request.id(), output.isMissingNode() ? null : output))))
			.onErrorResume((ex) -> {
				connection.outbound().send(OutgoingMessage.of(error((RivetException) ex, request.id())));
				return Mono.empty();
			})
			.then();
	}

	private Mono<Void> subscribe(ClientConnection connection, ToServer.SubscriptionRequest request) {
		if (!request.subscribe()) {
			this.connections.unsubscribe(connection, request.eventName());
			return Mono.empty();
		}
		if (!this.type.hooks().contains(Hook.CAN_SUBSCRIBE)) {
			this.connections.subscribe(connection, request.eventName());
			return Mono.empty();
		}
		return hook(Hook.CAN_SUBSCRIBE, Caller.of(connection), request.eventName()).doOnNext((allowed) -> {
			if (!Boolean.TRUE.equals(allowed.orElse(null))) {
				throw new RivetException(ErrorCode.FORBIDDEN);
			}
			this.connections.subscribe(connection, request.eventName());
		}).onErrorResume(RivetException.class, (ex) -> {
			connection.outbound().send(OutgoingMessage.of(error(ex, null)));
			return Mono.empty();
		}).then();
	}

	/**
	 * Call an action.
	 * @param connection who calls, {@code null} for the server itself
	 * @return the result, a missing node for none; every failure is a
	 * {@code RivetException}
	 */
	Mono<JsonNode> perform(@Nullable ClientConnection connection, ToServer.ActionRequest request) {
		ActionSettings action = this.type.action(request.name());
		if (action == null) {
			String message = "Action `%s` was not found.".formatted(request.name());
			return Mono.error(new RivetException(ErrorCode.ACTION_NOT_FOUND, message));
		}
		Invocation invocation = Invocation.ofAction(action.name(), new DefaultActorContext(this, connection),
				(connection != null) ? Caller.of(connection) : null, request.args());
		Mono<Optional<Object>> result = call(invocation, action.timeout(), ErrorCode.ACTION_TIMED_OUT);
		if (action.interleave()) {
			result = inNewTurn(result);
		}
		return result.flatMap((value) -> beforeResponse(action, connection, value))
			.map((value) -> toTree(action, value))
			.onErrorMap((ex) -> !(ex instanceof RivetException), (ex) -> this.type.translate(ex, invocation));
	}

	private Mono<Optional<Object>> beforeResponse(ActionSettings action, @Nullable ClientConnection connection,
			Optional<Object> value) {
		if (!this.type.hooks().contains(Hook.BEFORE_ACTION_RESPONSE)) {
			return Mono.just(value);
		}
		return hook(Hook.BEFORE_ACTION_RESPONSE, (connection != null) ? Caller.of(connection) : null, action.name(),
				value.orElse(null));
	}

	private JsonNode toTree(ActionSettings action, Optional<Object> value) {
		if (action.durable()) {
			this.state.save();
		}
		return value.map(mapper()::toTree)
			.orElseGet(() -> action.isVoid() ? MissingNode.getInstance() : NullNode.getInstance());
	}

	/** Go on in a turn once a result is there whose turn is over. */
	private <T> Mono<T> inNewTurn(Mono<T> result) {
		this.awaited.incrementAndGet();
		return result
			.flatMap((value) -> Mono.<T>create((sink) -> this.directory.submit(this,
					Turn.ofRuntime((instance) -> Mono.fromRunnable(() -> sink.success(value))))))
			.doFinally((signal) -> this.awaited.decrementAndGet());
	}

	// The end

	private Mono<Void> save() {
		return Mono.fromRunnable(() -> {
			try {
				this.state.save();
			}
			catch (StaleStateException ex) {
				fence(ex);
			}
			catch (RuntimeException ex) {
				logger.error("The state of %s could not be saved; it will be tried again".formatted(this.address), ex);
				this.state.endTurn(now());
			}
		});
	}

	private void fence(StaleStateException ex) {
		logger.warn("%s has been replaced by another instance and stops".formatted(this.address), ex);
		this.end.set(End.FENCED);
	}

	private Mono<Void> sleepIfUnused() {
		if (isUnused()) {
			this.end.compareAndSet(null, End.SLEEP);
		}
		return Mono.empty();
	}

	private Mono<Void> stop(End how) {
		CloseReason reason = CloseReason.of(how.code);
		Mono<Void> disconnected = Flux.fromIterable(this.connections.snapshot())
			.doOnNext((connection) -> connection.outbound().close(reason))
			.concatMap(this::disconnect)
			.then();
		return switch (how) {
			case SLEEP, SHUTDOWN -> disconnected.then(Mono.defer(() -> tolerant(Hook.SLEEP, null)))
				.then(Mono.fromRunnable(this::saveAndLeave));
			case DESTROY -> disconnected.then(Mono.defer(() -> tolerant(Hook.DESTROY, null)))
				.then(Mono.fromRunnable(this::deleteAndLeave));
			case FENCED -> disconnected.then(Mono.fromRunnable(this::leave));
		};
	}

	private void saveAndLeave() {
		try {
			this.state.save();
			leave();
		}
		catch (StaleStateException ex) {
			logger.warn("%s has been replaced by another instance; its last changes are lost".formatted(this.address),
					ex);
			leave();
		}
		catch (RuntimeException ex) {
			boolean last = this.end.get() == End.SHUTDOWN;
			logger.error("The state of %s could not be saved%s".formatted(this.address,
					last ? " at shutdown; its last changes are lost" : "; it stays awake"), ex);
			if (last) {
				leave();
			}
			else {
				stayAwake();
			}
		}
	}

	private void stayAwake() {
		this.end.set(null);
		this.lastUsed = now();
	}

	private void deleteAndLeave() {
		try {
			this.state.delete();
		}
		catch (RuntimeException ex) {
			logger.error("The stored state of %s could not be deleted".formatted(this.address), ex);
		}
		leave();
	}

	private void leave() {
		this.running = false;
		List<Turn> waiting = this.mailbox.close();
		this.directory.forget(this);
		waiting.forEach((turn) -> this.directory.submitAgain(this, turn));
	}

	// Calls

	private Mono<Optional<Object>> hook(Hook hook, @Nullable Caller caller, @Nullable Object... payload) {
		if (!this.type.hooks().contains(hook)) {
			return Mono.just(Optional.empty());
		}
		ClientConnection connection = (caller != null) ? caller.connection() : null;
		Invocation invocation = Invocation.ofHook(hook, new DefaultActorContext(this, connection), caller, payload);
		ActorSettings settings = this.type.settings();
		Duration limit = (caller != null) ? settings.connectionHookTimeout() : settings.lifecycleHookTimeout();
		return call(invocation, limit, ErrorCode.CALLBACK_TIMED_OUT).onErrorMap((ex) -> !(ex instanceof RivetException),
				(ex) -> this.type.translate(ex, invocation));
	}

	/** Call a hook whose failure changes nothing; it has been logged. */
	private Mono<Void> tolerant(Hook hook, @Nullable Caller caller, @Nullable Object... payload) {
		return hook(hook, caller, payload).onErrorResume((ex) -> {
			logger.warn("%s of %s failed: %s".formatted(hook, this.address, ex.getMessage()));
			return Mono.empty();
		}).then();
	}

	/**
	 * Call a method on this thread, under a time limit.
	 * @return its result. If the limit passes while the method still runs, the error
	 * comes from another thread
	 */
	private Mono<Optional<Object>> call(Invocation invocation, Duration limit, ErrorCode onTimeout) {
		return Mono.create((sink) -> {
			long deadline = now() + limit.toNanos();
			Watch watch = new Watch(deadline, () -> sink.error(new RivetException(onTimeout)));
			Object result;
			this.watch = watch;
			try {
				result = this.type.invoke(invocation);
			}
			catch (Throwable ex) {
				result = Mono.error(ex);
			}
			this.watch = null;
			if (!watch.end()) {
				return; // it has been answered, and nobody waits for the result
			}
			if (result instanceof Mono<?> later) {
				sink.onDispose(await(later, deadline - now(), onTimeout).subscribe(sink::success, sink::error));
			}
			else {
				sink.success(Optional.ofNullable(result));
			}
		});
	}

	/** What comes after the result may block, so it goes on on a worker. */
	private Mono<Optional<Object>> await(Mono<?> result, long nanos, ErrorCode onTimeout) {
		Scheduler timers = this.runtime.timers();
		Mono<Object> late = Mono.error(() -> new RivetException(onTimeout));
		return result.cast(Object.class)
			.timeout(Duration.ofNanos(Math.max(nanos, 0)), late, timers)
			.map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.publishOn(this.runtime.workers());
	}

	private ToClient.Error error(RivetException ex, @Nullable Long actionId) {
		JsonNode metadata = (ex.metadata() != null) ? mapper().toTree(ex.metadata()) : null;
		return new ToClient.Error(ex.group(), ex.code(), ex.text(), metadata, actionId, info(false).specifier());
	}

	private RivetException mask(Throwable ex) {
		logger.error("%s could not be started".formatted(this.address), ex);
		return new RivetException(ErrorCode.INTERNAL_ERROR);
	}

	@Override
	public String toString() {
		return this.address.toString();
	}

}
