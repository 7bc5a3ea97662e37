package io.rivetevents.actor;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.connection.ClientConnection;
import io.rivetevents.connection.ClientRequests;
import io.rivetevents.connection.ConnectRequest;
import io.rivetevents.connection.ConnectionIndex;
import io.rivetevents.connection.ConnectionRegistry;
import io.rivetevents.connection.Dispatch;
import io.rivetevents.connection.Outbound;
import io.rivetevents.connection.PendingCall;
import io.rivetevents.connection.Receipt;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.OutgoingMessage;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

/**
 * The instances of this node.
 */
public final class LocalActorDirectory implements ActorDirectory {

	/** How exact time limits are. */
	private static final Duration TICK = Duration.ofMillis(50);

	private final Map<String, ActorType> types = new ConcurrentHashMap<>();

	private final Map<ActorAddress, ActorInstance> instances = new ConcurrentHashMap<>();

	private final Map<String, ActorAddress> addresses = new ConcurrentHashMap<>();

	private final ActorRuntime runtime;

	private final ConnectionRegistry connections;

	private final ActionListeners listeners = new ActionListeners();

	private final Actors actors;

	private volatile boolean draining;

	private volatile boolean stopping;

	private @Nullable Disposable ticking;

	/**
	 * Create a directory.
	 * @param runtime what instances share
	 * @param connections where the ways out to clients are found
	 */
	public LocalActorDirectory(ActorRuntime runtime, ConnectionRegistry connections) {
		this.runtime = runtime;
		this.connections = connections;
		this.actors = new Actors(this, runtime.mapper(), runtime.connections().contracts());
	}

	/**
	 * Add an actor.
	 * @param type what its instances do
	 */
	public void register(ActorType type) {
		Assert.state(this.types.putIfAbsent(type.name(), type) == null,
				() -> "Two actors have the name " + type.name());
	}

	/**
	 * Return the names of the actors.
	 */
	public Collection<String> names() {
		return List.copyOf(this.types.keySet());
	}

	/**
	 * Return the number of instances in memory.
	 */
	public int size() {
		return this.instances.size();
	}

	/** Return handles on instances. */
	public Actors actors() {
		return this.actors;
	}

	/** Begin to look at the time. */
	public void start() {
		this.stopping = false;
		this.draining = false;
		this.ticking = this.runtime.timers()
			.schedulePeriodically(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
	}

	/**
	 * Refuse new connections with {@code actor.restarting}; those that are there stay.
	 */
	public void drain() {
		this.draining = true;
	}

	@Override
	public boolean isDraining() {
		return this.draining;
	}

	/**
	 * Refuse what is new, close all connections with {@code actor.restarting} and save
	 * all instances.
	 * @return ends when all are gone
	 */
	public Mono<Void> stop() {
		return Mono.defer(() -> {
			this.stopping = true;
			this.draining = true;
			this.instances.values().forEach((instance) -> instance.requestEnd(ActorInstance.End.SHUTDOWN));
			return Flux.interval(Duration.ZERO, TICK, this.runtime.timers())
				.takeUntil((tick) -> this.instances.isEmpty())
				.then();
		}).doFinally((signal) -> {
			if (this.ticking != null) {
				this.ticking.dispose();
			}
		});
	}

	private void tick() {
		long now = this.runtime.timers().now(TimeUnit.NANOSECONDS);
		this.instances.values().forEach((instance) -> instance.tick(now));
	}

	@Override
	public Mono<ActorInfo> resolve(ActorTarget target) {
		return ask(target, "resolve", false, (instance) -> instance.start(target));
	}

	@Override
	public Mono<ActorInfo> find(ActorTarget target) {
		return locate(target).flatMap(this::lookUp)
			.filter((info) -> !(target instanceof ActorTarget.ById byId) || byId.actorId().equals(info.actorId()))
			.onErrorResume(RivetException.class, (ex) -> Mono.empty());
	}

	private Mono<ActorInfo> lookUp(ActorAddress address) {
		ActorInstance instance = this.instances.get(address);
		ActorInfo info = (instance != null) ? instance.info() : null;
		return (info != null) ? Mono.just(info) : stored(() -> this.runtime.store().load(address)).map(this::asleep);
	}

	@Override
	public Mono<List<ActorInfo>> list(String namespace, String name) {
		return stored(() -> this.runtime.store().list(namespace, name)).map((found) -> found.stream().map((stored) -> {
			ActorInstance instance = this.instances.get(stored.address());
			ActorInfo info = (instance != null) ? instance.info() : null;
			return (info != null) ? info : asleep(stored);
		}).toList());
	}

	private ActorInfo asleep(StoredActor stored) {
		return new ActorInfo(stored.actorId(), stored.address(), stored.generation(), stored.createdAt(), null, false);
	}

	@Override
	public Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request) {
		if (this.draining) {
			return Mono.error(new RivetException(ErrorCode.RESTARTING));
		}
		return ask(target, "connect", false, (instance) -> instance.start(target).flatMap((info) -> {
			Outbound outbound = this.connections.outbound(request.connectionId());
			return instance.clients().connect(request, outbound).doOnNext((admission) -> {
				admission.tell();
				if (this.connections.outbound(request.connectionId()) == Outbound.NONE) {
					// it has gone meanwhile, and was looked for in vain
					disconnected(instance.address(), request.connectionId());
				}
			}).thenReturn(info);
		}));
	}

	@Override
	public void deliver(ActorAddress address, String connectionId, ToServer message) {
		ActorInstance instance = this.instances.get(address);
		if (instance == null) {
			return; // it has ended, and its connections with it
		}
		if (message instanceof ToServer.Cancel cancel) {
			cancel(instance, connectionId, cancel);
			return;
		}
		if (message instanceof ToServer.ActionRequest reply && reply.name().equals(ClientRequests.REPLY)) {
			answerRequest(instance, connectionId, reply);
			return;
		}
		PendingCall pending = pendingCall(instance, connectionId, message);
		if (instance.offer(turn(instance, connectionId, message, pending)) == Mailbox.Offer.FULL) {
			refuse(instance, connectionId, message, pending);
		}
	}

	private static Turn turn(ActorInstance instance, String connectionId, ToServer message,
			@Nullable PendingCall pending) {
		Function<ActorInstance, @Nullable Mono<Void>> work = (current) -> current.clients()
			.receive(connectionId, message, pending);
		if (!instance.clients().mayBlock(message)) {
			return Turn.ofClientWithoutBlocking(work);
		}
		return Turn.ofClient(work,
				message instanceof ToServer.ActionRequest request && isInterleaved(instance.type(), request.name()));
	}

	private void refuse(ActorInstance instance, String connectionId, ToServer message, @Nullable PendingCall pending) {
		Long actionId = (message instanceof ToServer.ActionRequest request) ? request.id() : null;
		ClientConnection connection = instance.connections().find(connectionId);
		if (connection != null && actionId != null && pending != null) {
			connection.calls().end(actionId, pending);
			if (((ToServer.ActionRequest) message).options().oneWay()) {
				return;
			}
		}
		this.connections.outbound(connectionId).send(OutgoingMessage.of(overloaded(instance, "message", actionId)));
	}

	/** Not in a turn: the call may hold it. */
	private void cancel(ActorInstance instance, String connectionId, ToServer.Cancel cancel) {
		ClientConnection connection = instance.connections().find(connectionId);
		if (connection != null) {
			connection.calls().cancel(cancel.id(), this.runtime.workers());
		}
	}

	private static @Nullable PendingCall pendingCall(ActorInstance instance, String connectionId, ToServer message) {
		ClientConnection connection = instance.connections().find(connectionId);
		if (connection == null || connection.request().stream() == null
				|| !(message instanceof ToServer.ActionRequest request)) {
			return null;
		}
		Duration deadline = request.options().deadline();
		return connection.calls().begin(request.id(), (deadline != null) ? instance.now() + deadline.toNanos() : null);
	}

	@Override
	public void keepAlive(ActorAddress address, String connectionId) {
		ActorInstance instance = this.instances.get(address);
		ClientConnection connection = (instance != null) ? instance.connections().find(connectionId) : null;
		if (instance != null && connection != null && connection.wasLetIn()) {
			instance.connections().keepAlive(connection);
		}
	}

	/** Not in a turn: the one that waits for this answer may hold it. */
	private void answerRequest(ActorInstance instance, String connectionId, ToServer.ActionRequest reply) {
		ClientConnection connection = instance.connections().find(connectionId);
		if (connection != null) {
			connection.requests().answer(reply.args());
			connection.deliver(OutgoingMessage.of(new ToClient.ActionResponse(reply.id(), null)));
		}
	}

	private ToClient.Error overloaded(ActorInstance instance, String operation, @Nullable Long actionId) {
		RivetException ex = overloaded(instance, operation);
		return new ToClient.Error(ex.group(), ex.code(), ex.text(), this.runtime.mapper().toTree(ex.metadata()),
				actionId, null);
	}

	private static RivetException overloaded(ActorInstance instance, String operation) {
		return new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(), Map.of("channel", "mailbox",
				"capacity", instance.type().settings().mailboxCapacity(), "operation", operation));
	}

	private static boolean isInterleaved(ActorType type, String action) {
		ActorType.ActionSettings settings = type.action(action);
		return settings != null && settings.interleave();
	}

	@Override
	public void disconnected(ActorAddress address, String connectionId) {
		ActorInstance instance = this.instances.get(address);
		if (instance != null) {
			ClientConnection connection = instance.connections().find(connectionId);
			if (connection != null) {
				connection.end(); // a turn that waits for its answer need not, and holds
									// up the next
			}
			instance.offer(Turn.ofRuntime((current) -> current.clients().disconnect(connectionId)));
		}
	}

	@Override
	public Mono<JsonNode> call(ActorTarget target, @Nullable ConnectRequest caller, ToServer.ActionRequest action) {
		return locate(target).flatMap((address) -> {
			ActorType type = this.types.get(address.name());
			boolean interleave = type != null && isInterleaved(type, action.name());
			if (caller == null) {
				return ask(address, "action", interleave, (instance) -> instance.start(target)
					.then(Mono.defer(() -> instance.clients().perform(null, action))));
			}
			return interleave
					? Mono.usingWhen(enter(target, address, caller), (visit) -> visit.perform(action), Visit::leave)
					: ask(address, "action", false, (instance) -> visit(instance, target, caller, action));
		});
	}

	/**
	 * A client comes, calls an action and leaves, in one turn but for what its leaving is
	 * to cause.
	 */
	private Mono<JsonNode> visit(ActorInstance instance, ActorTarget target, ConnectRequest caller,
			ToServer.ActionRequest action) {
		Mono<Visit> entered = instance.start(target)
			.then(Mono.defer(() -> instance.clients().connect(caller, Outbound.NONE)))
			.map((admission) -> new Visit(instance, admission.connection()));
		return Mono.usingWhen(entered, (visit) -> instance.clients().perform(visit.connection, action), Visit::leave);
	}

	private Mono<Visit> enter(ActorTarget target, ActorAddress address, ConnectRequest caller) {
		return ask((turn) -> submit(address, turn, "connect"), false,
				(instance) -> instance.start(target)
					.then(Mono.defer(() -> instance.clients().connect(caller, Outbound.NONE)))
					.map((admission) -> new Visit(instance, admission.connection())),
				(visit) -> {
					if (visit != null) {
						visit.leave();
					}
				});
	}

	/** The stay of a client that calls one action over HTTP. */
	private final class Visit {

		private final ActorInstance instance;

		private final ClientConnection connection;

		Visit(ActorInstance instance, ClientConnection connection) {
			this.instance = instance;
			this.connection = connection;
		}

		Mono<JsonNode> perform(ToServer.ActionRequest action) {
			return ask(this.instance.address(), "action", isInterleaved(this.instance.type(), action.name()),
					(current) -> current.clients().perform(this.connection, action));
		}

		Mono<Void> leave() {
			disconnected(this.instance.address(), this.connection.id());
			return Mono.empty();
		}

	}

	@Override
	public Mono<Void> destroy(ActorTarget target) {
		return ask(target, "destroy", false, (instance) -> instance.start(target).map((info) -> {
			instance.requestEnd(ActorInstance.End.DESTROY);
			return instance;
		})).flatMap((instance) -> Flux.interval(Duration.ZERO, TICK, this.runtime.timers())
			.takeUntil((tick) -> this.instances.get(instance.address()) != instance)
			.then());
	}

	@Override
	public Mono<Receipt> dispatch(ActorTarget target, Dispatch dispatch) {
		return Mono.defer(() -> {
			ActorInstance instance = present(target);
			if (instance == null) {
				return Mono.just(Receipt.NOBODY);
			}
			return ask(instance, "event", false, (current) -> Mono.fromSupplier(() -> current.dispatch(dispatch)));
		});
	}

	/** Return the instance if it is in memory. */
	private @Nullable ActorInstance present(ActorTarget target) {
		ActorAddress address = (target instanceof ActorTarget.ById byId) ? this.addresses.get(byId.actorId())
				: addressOf(target);
		return (address != null) ? this.instances.get(address) : null;
	}

	@Override
	public Mono<JsonNode> predict(ActorTarget target, String connectionId, ToServer.ActionRequest action) {
		return Mono.defer(() -> {
			ActorInstance instance = present(target);
			if (instance == null) {
				return Mono.error(new RivetException(ErrorCode.ACTOR_NOT_FOUND));
			}
			return ask(instance, "action", isInterleaved(instance.type(), action.name()),
					(current) -> current.clients().predict(connectionId, action));
		});
	}

	@Override
	public Registration listen(ActorTarget target, String action, ActionListener listener) {
		if (target instanceof ActorTarget.ById byId) {
			return this.listeners.add((instance) -> instance.hasId(byId.actorId()), action, listener);
		}
		ActorAddress address = addressOf(target);
		return this.listeners.add((instance) -> instance.address().equals(address), action, listener);
	}

	@Override
	public Registration listen(String name, String action, ActionListener listener) {
		return this.listeners.add((instance) -> instance.address().name().equals(name), action, listener);
	}

	ActionListeners listeners() {
		return this.listeners;
	}

	ConnectionIndex members() {
		return this.connections.members();
	}

	@Override
	public String nameOf(Class<?> actor) {
		return this.types.values()
			.stream()
			.filter((type) -> type.actorClass() == actor)
			.map(ActorType::name)
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("There is no actor of class " + actor.getName()));
	}

	/** Ask an instance for something, in a turn. */
	private <T> Mono<T> ask(ActorTarget target, String operation, boolean interleave,
			Function<ActorInstance, Mono<T>> work) {
		return locate(target).flatMap((address) -> ask(address, operation, interleave, work));
	}

	private <T> Mono<T> ask(ActorAddress address, String operation, boolean interleave,
			Function<ActorInstance, Mono<T>> work) {
		return ask((turn) -> submit(address, turn, operation), interleave, work, (unclaimed) -> {
		});
	}

	/** Ask an instance that must not be created for it. */
	private <T> Mono<T> ask(ActorInstance instance, String operation, boolean interleave,
			Function<ActorInstance, Mono<T>> work) {
		return ask((turn) -> {
			switch (instance.offer(turn)) {
				case ACCEPTED -> {
				}
				case FULL -> throw overloaded(instance, operation);
				case CLOSED -> turn.doNow(instance); // finds nobody
			}
		}, interleave, work, (unclaimed) -> {
		});
	}

	private static <T> Mono<T> ask(Consumer<Turn> submission, boolean interleave, Function<ActorInstance, Mono<T>> work,
			Consumer<@Nullable T> unclaimed) {
		return Mono.create((sink) -> {
			AtomicBoolean cancelled = new AtomicBoolean();
			sink.onCancel(() -> cancelled.set(true));
			Turn turn = Turn.ofClient((instance) -> Mono.defer(() -> work.apply(instance)).doOnSuccess((value) -> {
				if (cancelled.get()) {
					unclaimed.accept(value);
				}
				else {
					sink.success(value);
				}
			}).onErrorResume((ex) -> Mono.fromRunnable(() -> sink.error(ex))).then(), interleave);
			try {
				submission.accept(turn);
			}
			catch (RivetException ex) {
				sink.error(ex);
			}
		});
	}

	private void submit(ActorAddress address, Turn turn, String operation) {
		while (true) {
			ActorInstance instance = instance(address);
			switch (instance.offer(turn)) {
				case ACCEPTED -> {
					return;
				}
				case FULL -> throw overloaded(instance, operation);
				case CLOSED -> forget(instance); // it leaves right now; the next one is
													// fresh
			}
		}
	}

	private ActorInstance instance(ActorAddress address) {
		ActorInstance present = this.instances.get(address);
		if (present != null) {
			return present;
		}
		if (this.stopping) {
			throw new RivetException(ErrorCode.RESTARTING);
		}
		ActorType type = this.types.get(address.name());
		if (type == null) {
			throw new RivetException(ErrorCode.ACTOR_NOT_REGISTERED,
					"There is no actor of the name `%s`.".formatted(address.name()));
		}
		int keySize = address.key().serialize().getBytes(StandardCharsets.UTF_8).length;
		if (keySize > type.settings().maxKeySize()) {
			throw new RivetException(ErrorCode.KEY_TOO_LARGE,
					"A key may have %d bytes.".formatted(type.settings().maxKeySize()));
		}
		return this.instances.computeIfAbsent(address, (key) -> new ActorInstance(key, type, this, this.runtime));
	}

	/** Put a turn in that goes on with something, whatever has become of the instance. */
	void submit(ActorInstance instance, Turn turn) {
		if (instance.offer(turn) == Mailbox.Offer.CLOSED) {
			turn.doNow(instance);
		}
	}

	/** Give a turn that waited for one instance to the next at the same address. */
	void submitAgain(ActorInstance gone, Turn turn) {
		if (!turn.client()) {
			turn.doNow(gone);
			return;
		}
		try {
			submit(gone.address(), turn, "message");
		}
		catch (RivetException ex) {
			// nobody takes it any more, so the old one answers
			turn.doNow(gone);
		}
	}

	void started(ActorInstance instance) {
		this.addresses.put(instance.actorId(), instance.address());
	}

	void forget(ActorInstance instance) {
		this.instances.remove(instance.address(), instance);
		if (instance.state().isStored()) {
			this.addresses.remove(instance.actorId());
		}
	}

	private Mono<ActorAddress> locate(ActorTarget target) {
		return Mono.defer(() -> (target instanceof ActorTarget.ById byId) ? locateById(byId.actorId())
				: Mono.just(addressOf(target)));
	}

	/** Return the address that a target names; one by id names none. */
	private static ActorAddress addressOf(ActorTarget target) {
		if (target instanceof ActorTarget.Get get) {
			return get.address();
		}
		if (target instanceof ActorTarget.GetOrCreate getOrCreate) {
			return getOrCreate.address();
		}
		return ((ActorTarget.Create) target).address();
	}

	private Mono<ActorAddress> locateById(String actorId) {
		ActorAddress address = this.addresses.get(actorId);
		if (address != null) {
			return Mono.just(address);
		}
		return stored(() -> this.runtime.store().loadById(actorId)).map(StoredActor::address)
			.switchIfEmpty(Mono.error(() -> new RivetException(ErrorCode.ACTOR_NOT_FOUND)));
	}

	private <T> Mono<T> stored(java.util.concurrent.Callable<? extends @Nullable T> access) {
		return Mono.<T>fromCallable(access).subscribeOn(this.runtime.workers());
	}

}
