package io.rivetevents.actor;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.publisher.MonoSink;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorClients.Admission;
import io.rivetevents.actor.ActorClients.Guest;
import io.rivetevents.connection.ClientConnection;
import io.rivetevents.connection.ClientRequests;
import io.rivetevents.connection.ConnectRequest;
import io.rivetevents.connection.ConnectionIndex;
import io.rivetevents.connection.ConnectionRegistry;
import io.rivetevents.connection.Dispatch;
import io.rivetevents.connection.Identity;
import io.rivetevents.connection.Outbound;
import io.rivetevents.connection.PendingCall;
import io.rivetevents.connection.Receipt;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.CreatedInstance;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.limit.Limits;
import io.rivetevents.limit.Visit;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
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

	/** Workers for what is done outside turns, by the name of the actor. */
	private final Map<String, Scheduler> workers = new ConcurrentHashMap<>();

	private final Map<ActorAddress, ActorInstance> instances = new ConcurrentHashMap<>();

	private final Map<String, ActorAddress> addresses = new ConcurrentHashMap<>();

	/** Of instances in a store in memory: who has created them, awake or not. */
	private final Map<ActorAddress, CreatedInstance> creators = new ConcurrentHashMap<>();

	private final KeptAnswers keptAnswers;

	private final ActorRuntime runtime;

	private final ConnectionRegistry connections;

	private final ActionListeners listeners;

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
		this.listeners = new ActionListeners(runtime.callers());
		this.keptAnswers = new KeptAnswers(runtime.connections().limits().answers());
		this.actors = new DirectoryActors(this, runtime.mapper(), runtime.connections().contracts(),
				runtime.connections().transactions());
	}

	/**
	 * Add an actor.
	 * @param type what its instances do
	 */
	public void register(ActorType type) {
		Assert.state(this.types.putIfAbsent(type.name(), type) == null,
				() -> "Two actors have the name " + type.name()
						+ "; if a parent context is auto-configured, too, exclude RivetEventsAutoConfiguration there:"
						+ " a child context finds the actors of its parents");
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
		return ask(target, "resolve", false, (instance) -> instance.start(target, null));
	}

	@Override
	public Mono<ActorInfo> resolve(ActorTarget target, ConnectRequest caller) {
		return visit(target, caller, 0, "resolve", (visit) -> locate(target).flatMap((address) -> {
			checkInput(address, target);
			return authorize(address, caller.identity()).then(ask((turn) -> submit(address, turn, "resolve"), false,
					(refusal) -> PendingCall.ofRequest(visit), (instance, call) -> instance.start(target, caller)));
		}));
	}

	/**
	 * Does something for a request that comes without a connection. What the request
	 * brings along counts from now on until the work has ended and no turn holds it.
	 * @param weight memory of the action that it calls, in bytes
	 */
	private <T> Mono<T> visit(ActorTarget target, ConnectRequest caller, long weight, String operation,
			Function<Visit, Mono<T>> work) {
		Identity identity = caller.identity();
		return Mono.using(
				() -> this.runtime.connections()
					.limits()
					.visit(identity.address(), identity.owner(),
							weight + MessageWeight.ofRequest(caller.params(), target.input()), operation),
				work, Visit::close);
	}

	/** Before it waits anywhere. */
	private void checkInput(ActorAddress address, ActorTarget target) {
		ActorType type = this.types.get(address.name());
		byte[] input = target.input();
		if (type != null && input != null && input.length > type.settings().maxInputSize()) {
			throw new RivetException(ErrorCode.INPUT_TOO_LARGE);
		}
	}

	@Override
	public Mono<Void> authorize(ActorTarget target, Identity identity) {
		return locate(target).flatMap((address) -> authorize(address, identity));
	}

	/** On a worker, since a rule may block; at once where there is none. */
	private Mono<Void> authorize(ActorAddress address, Identity identity) {
		ActorType type = this.types.get(address.name());
		return (type == null || !type.isGuarded()) ? Mono.empty()
				: Guarded.<Void>defer(() -> Mono.fromRunnable(() -> type.checkAccess(identity.principal(), address)))
					.subscribeOn(this.runtime.workersFor(identity, type.name()));
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
	public Mono<List<ActorInfo>> list(String namespace, String name, @Nullable String after, int limit) {
		return stored(() -> this.runtime.store().list(namespace, name, after, limit))
			.map((found) -> found.stream().map((stored) -> {
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
		ClientUsage usage = this.connections.usage(request.connectionId());
		// what else it has brought along counts for as long as it is connected
		long weight = MessageWeight.ofRequest(null, target.input());
		return locate(target).flatMap((address) -> {
			checkInput(address, target);
			return authorize(address, request.identity())
				.then(open(address, target, request,
						new Entrance((refusal) -> PendingCall.ofRequest(weight, usage),
								(instance, call, asked) -> admit(instance, request, call, asked))))
				.map((admitted) -> admitted.info());
		});
	}

	/**
	 * How a client comes in.
	 *
	 * @param counting makes what each turn of it counts as, from what refuses it
	 * @param door lets it in
	 */
	private record Entrance(Function<Consumer<ErrorCode>, PendingCall> counting, Door door) {
	}

	/** Lets a client in. */
	private interface Door {

		/**
		 * Lets a client in.
		 * @param call what the turn counts as
		 * @param asked whether the hook before the connect has been asked
		 */
		Mono<Admission> admit(ActorInstance instance, PendingCall call, boolean asked);

	}

	/**
	 * A client that has been let in.
	 *
	 * @param info what is told of the instance
	 * @param admission its admission
	 */
	private record Admitted(ActorInfo info, Admission admission) {
	}

	/**
	 * An instance that a client has found.
	 *
	 * @param instance the instance, or what is to become one
	 * @param arrival what the client finds
	 * @param admitted the client's admission, {@code null} before it has one
	 */
	private record Opened(ActorInstance instance, ActorInstance.Arrival arrival, @Nullable Admitted admitted) {
	}

	/**
	 * Wakes or creates an instance and connects a client to it: in one turn, but for a
	 * hook that may wait before the client is let in. No instance is left behind that was
	 * created for a client that is not let in.
	 */
	private Mono<Admitted> open(ActorAddress address, ActorTarget target, ConnectRequest request, Entrance entrance) {
		return ask((turn) -> submit(address, turn, "connect"), false, entrance.counting(),
				(instance, call) -> instance.arrive(target, request, null)
					.flatMap((arrival) -> (arrival.draft() != null || instance.clients().connectsAside(request))
							? Mono.just(new Opened(instance, arrival, null))
							: letIn(instance, entrance, call, arrival, false)
								.map((admitted) -> new Opened(instance, arrival, admitted))),
				(opened) -> leave(address, opened.admitted()))
			.flatMap((opened) -> {
				if (opened.admitted() != null) {
					return Mono.just(opened.admitted());
				}
				Draft draft = opened.arrival().draft();
				return (draft != null)
						? opened.instance()
							.clients()
							.askBeforeCreation(request, draft)
							.then(Mono.defer(() -> openAllowed(address, target, request, entrance, draft)))
						: openAside(address, target, request, entrance);
			})
			// the instance has changed meanwhile: ask that one
			.switchIfEmpty(Mono.defer(() -> open(address, target, request, entrance)))
			.doOnError((ex) -> discard(address))
			.doOnCancel(() -> discard(address));
	}

	/**
	 * Creates an instance and connects the client that was let in before.
	 * @return nothing if another instance has come into being, of which the client has to
	 * be asked
	 */
	private Mono<Admitted> openAllowed(ActorAddress address, ActorTarget target, ConnectRequest request,
			Entrance entrance, Draft draft) {
		return ask((turn) -> submit(address, turn, "connect"), false, entrance.counting(),
				(instance, call) -> instance.arrive(target, request, draft)
					.filter((arrival) -> instance.hasInputOf(draft))
					.flatMap((arrival) -> letIn(instance, entrance, call, arrival, true)),
				(admitted) -> leave(address, admitted));
	}

	/**
	 * Connects a client to an instance in memory.
	 * @return nothing if the instance has left memory
	 */
	private Mono<Admitted> openAside(ActorAddress address, ActorTarget target, ConnectRequest request,
			Entrance entrance) {
		return ask((turn) -> submit(address, turn, "connect"), true, entrance.counting(),
				(instance, call) -> instance.isRunning()
						? instance.arrive(target, request, null)
							.flatMap((arrival) -> letIn(instance, entrance, call, arrival, false))
						: Mono.<Admitted>empty(),
				(admitted) -> leave(address, admitted));
	}

	private static Mono<Admitted> letIn(ActorInstance instance, Entrance entrance, PendingCall call,
			ActorInstance.Arrival arrival, boolean asked) {
		ActorInfo info = Objects.requireNonNull(arrival.info());
		return entrance.door().admit(instance, call, asked).map((admission) -> new Admitted(info, admission));
	}

	private void discard(ActorAddress address) {
		ActorInstance instance = this.instances.get(address);
		if (instance != null) {
			instance.discardIfUnclaimed();
		}
	}

	/** A client that was let in for a call that nobody waits for any more. */
	private void leave(ActorAddress address, @Nullable Admitted admitted) {
		if (admitted != null && admitted.admission().connection().isStateless()) {
			disconnected(address, admitted.admission().connection().id());
		}
	}

	private Mono<Admission> admit(ActorInstance instance, ConnectRequest request, PendingCall call, boolean asked) {
		BooleanSupplier gone = () -> this.connections.outbound(request.connectionId()) == Outbound.NONE;
		if (gone.getAsBoolean()) {
			return Mono.error(new RivetException(ErrorCode.CONNECTION_NOT_FOUND));
		}
		Outbound outbound = this.connections.outbound(request.connectionId());
		ClientUsage usage = this.connections.usage(request.connectionId());
		return connect(instance, new Guest(request, outbound, usage, gone, (admission) -> {
			call.end(); // what the client sends once it has been told finds all its room
			admission.tell();
			if (gone.getAsBoolean()) {
				// it has gone meanwhile, and was looked for in vain
				disconnected(instance.address(), request.connectionId());
			}
		}), asked);
	}

	private static Mono<Admission> connect(ActorInstance instance, Guest guest, boolean asked) {
		return asked ? instance.clients().connectAllowed(guest) : instance.clients().connect(guest);
	}

	/** One that calls an action over HTTP. */
	private static Guest visitor(ConnectRequest caller) {
		return new Guest(caller, Outbound.NONE, null, () -> false, (admission) -> {
		});
	}

	@Override
	public void deliver(ActorAddress address, String connectionId, ToServer message) {
		ActorInstance instance = this.instances.get(address);
		ClientConnection connection = (instance != null) ? instance.connections().find(connectionId) : null;
		if (instance == null || connection == null) {
			return; // it has ended, or its connection has
		}
		if (message instanceof ToServer.Cancel cancel) {
			// not in a turn: the call may hold it
			connection.calls().cancel(cancel.id(), this.runtime.workers());
			return;
		}
		if (message instanceof ToServer.ActionRequest reply && reply.name().equals(ClientRequests.REPLY)) {
			answerRequest(connection, reply);
			return;
		}
		PendingCall call = instance.clients().arrived(connection, message);
		Turn<ActorInstance> turn = Turn.ofCall(call,
				(current) -> current.clients().receive(connectionId, message, call),
				message instanceof ToServer.ActionRequest request && isInterleaved(instance.type(), request.name()),
				instance.clients().mayBlock(message));
		if (instance.offer(turn) == Mailbox.Offer.FULL) {
			instance.clients().refuse(connection, message, overloaded(instance, call, "message"));
		}
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
	private void answerRequest(ClientConnection connection, ToServer.ActionRequest reply) {
		this.runtime.callers().run(null, () -> connection.requests().answer(reply.args()));
		if (!reply.options().oneWay()) {
			connection.deliver(OutgoingMessage.of(new ToClient.ActionResponse(reply.id(), null)));
		}
	}

	private static RivetException overloaded(ActorInstance instance, @Nullable PendingCall call, String operation) {
		Limit met = (call != null) ? call.met() : null;
		Map<String, Object> metadata = (met != null) ? Map.of("channel", met.property(), "operation", operation) : Map
			.of("channel", "mailbox", "capacity", instance.type().settings().mailboxCapacity(), "operation", operation);
		return new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(), metadata);
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
		if (caller == null) {
			return Mono.defer(() -> {
				ActionCall asked = new ActionCall(action, null, now());
				return locate(target)
					.flatMap((address) -> askAction(address, asked, (instance, call) -> instance.start(target, null)
						.then(Mono.defer(() -> instance.clients().perform(null, action, call)))));
			});
		}
		return visit(target, caller, MessageWeight.of(action), "action",
				(visit) -> call(target, caller, new ActionCall(action, visit, now())));
	}

	private Mono<JsonNode> call(ActorTarget target, ConnectRequest caller, ActionCall asked) {
		return locate(target).flatMap((address) -> {
			checkInput(address, target);
			return authorize(address, caller.identity()).then(comesForLong(address, asked.action())
					? Mono.usingWhen(enter(address, target, caller, asked), (stay) -> stay.perform(asked), Stay::leave)
					: askAction(address, asked,
							(instance, call) -> stay(instance, target, caller, asked.action(), call)));
		});
	}

	private long now() {
		return this.runtime.timers().now(TimeUnit.NANOSECONDS);
	}

	/**
	 * An action that is called without a connection.
	 *
	 * @param action what is called
	 * @param visit what its client takes, {@code null} if the server itself calls
	 * @param arrivedAt when it has come, in nanoseconds: its time-out counts from then,
	 * whatever comes before the action
	 */
	private record ActionCall(ToServer.ActionRequest action, @Nullable Visit visit, long arrivedAt) {

		/** Counts the call of the action itself. */
		PendingCall pending(ActorType type, Consumer<ErrorCode> refusal) {
			return PendingCall.ofAction(MessageWeight.of(this.action), this.visit, deadline(type),
					ErrorCode.ACTION_TIMED_OUT, refusal);
		}

		/** Counts what comes before the action. */
		PendingCall entering(ActorType type, Visit visit, Consumer<ErrorCode> refusal) {
			return PendingCall.ofAction(visit.bytes(), visit, deadline(type), ErrorCode.ACTION_TIMED_OUT, refusal);
		}

		private long deadline(ActorType type) {
			ActorType.ActionSettings settings = type.action(this.action.name());
			Duration timeout = (settings != null) ? settings.timeout() : type.settings().actionTimeout();
			return this.arrivedAt + timeout.toNanos();
		}

	}

	@Override
	public void checkRoom(ActorTarget target, long bytes) {
		Limits limits = this.runtime.connections().limits();
		limits.checkRoom(bytes);
		ActorAddress address = (target instanceof ActorTarget.ById byId) ? this.addresses.get(byId.actorId())
				: addressOf(target);
		ActorInstance instance = (address != null) ? this.instances.get(address) : null;
		if (instance != null && !instance.type().isGuarded()) {
			Limit met = instance.usage().refuses(bytes);
			if (met != null) {
				throw new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(),
						Map.of("channel", met.property(), "operation", "action"));
			}
		}
	}

	/** Whether a client's visit is more than one turn. */
	private boolean comesForLong(ActorAddress address, ToServer.ActionRequest action) {
		ActorType type = this.types.get(address.name());
		return type != null && (isInterleaved(type, action.name()) || type.hooks().contains(Hook.BEFORE_CONNECT));
	}

	/**
	 * A client comes, calls an action and leaves, in one turn but for what its leaving is
	 * to cause.
	 */
	private Mono<JsonNode> stay(ActorInstance instance, ActorTarget target, ConnectRequest caller,
			ToServer.ActionRequest action, PendingCall call) {
		Mono<Stay> entered = instance.arrive(target, caller, null)
			.then(Mono.defer(() -> instance.clients().connect(visitor(caller))))
			.map((admission) -> new Stay(instance.address(), admission.connection()));
		return Mono.usingWhen(entered, (stay) -> instance.clients().perform(stay.connection, action, call),
				Stay::leave);
	}

	private Mono<Stay> enter(ActorAddress address, ActorTarget target, ConnectRequest caller, ActionCall asked) {
		Visit visit = Objects.requireNonNull(asked.visit());
		ActorType type = type(address);
		return open(address, target, caller,
				new Entrance((refusal) -> asked.entering(type, visit, refusal),
						(instance, call, permitted) -> connect(instance, visitor(caller), permitted)))
			.map((admitted) -> new Stay(admitted.info().address(), admitted.admission().connection()));
	}

	/** The stay of a client that calls one action over HTTP. */
	private final class Stay {

		private final ActorAddress address;

		private final ClientConnection connection;

		Stay(ActorAddress address, ClientConnection connection) {
			this.address = address;
			this.connection = connection;
		}

		Mono<JsonNode> perform(ActionCall asked) {
			// the instance that it visits may be gone, and another one in its place
			return askAction(this.address, asked,
					(current, call) -> (current.connections().find(this.connection.id()) == this.connection)
							? current.clients().perform(this.connection, asked.action(), call)
							: Mono.error(new RivetException(ErrorCode.RESTARTING)));
		}

		Mono<Void> leave() {
			disconnected(this.address, this.connection.id());
			return Mono.empty();
		}

	}

	@Override
	public Mono<Void> destroy(ActorTarget target) {
		return ask(target, "destroy", false, (instance) -> instance.start(target, null).map((info) -> {
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
			return askAction((turn) -> submitTo(instance, turn, "action"), instance.type(),
					new ActionCall(action, null, now()),
					(current, call) -> current.clients().predict(connectionId, action, call));
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

	/** Returns the shares of those who have created what a store in memory keeps. */
	Map<ActorAddress, CreatedInstance> creators() {
		return this.creators;
	}

	/** Returns what the answers of all instances take. */
	KeptAnswers keptAnswers() {
		return this.keptAnswers;
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
		return ask((turn) -> submitTo(instance, turn, operation), interleave, work, (unclaimed) -> {
		});
	}

	/** Ask for something that a client waits for. */
	private static <T> Mono<T> ask(Consumer<Turn<ActorInstance>> submission, boolean interleave,
			Function<Consumer<ErrorCode>, PendingCall> counting, BiFunction<ActorInstance, PendingCall, Mono<T>> work) {
		return ask(submission, interleave, counting, work, (unclaimed) -> {
		});
	}

	private static <T> Mono<T> ask(Consumer<Turn<ActorInstance>> submission, boolean interleave,
			Function<Consumer<ErrorCode>, PendingCall> counting, BiFunction<ActorInstance, PendingCall, Mono<T>> work,
			Consumer<T> unclaimed) {
		return Asked.of(unclaimed, (asked) -> {
			PendingCall call = counting.apply((why) -> asked.sink.error(new RivetException(why)));
			asked.submit(submission,
					Turn.ofCall(call, (instance) -> asked.answer(() -> work.apply(instance, call)), interleave, true));
		});
	}

	private static <T> Mono<T> ask(Consumer<Turn<ActorInstance>> submission, boolean interleave,
			Function<ActorInstance, Mono<T>> work, Consumer<T> unclaimed) {
		return Asked.of(unclaimed, (asked) -> asked.submit(submission,
				Turn.ofClient((instance) -> asked.answer(() -> work.apply(instance)), interleave)));
	}

	/** Call an action, under the time-out of its caller. */
	private Mono<JsonNode> askAction(ActorAddress address, ActionCall asked,
			BiFunction<ActorInstance, PendingCall, Mono<JsonNode>> work) {
		return Mono.defer(() -> askAction((turn) -> submit(address, turn, "action"), type(address), asked, work));
	}

	private static Mono<JsonNode> askAction(Consumer<Turn<ActorInstance>> submission, ActorType type, ActionCall asked,
			BiFunction<ActorInstance, PendingCall, Mono<JsonNode>> work) {
		return ask(submission, isInterleaved(type, asked.action().name()), (refusal) -> asked.pending(type, refusal),
				work);
	}

	/**
	 * A result that is waited for. Nothing is done if the subscriber has cancelled before
	 * the turn begins; a result that it does not take after that is unclaimed.
	 */
	private static final class Asked<T> {

		private final MonoSink<T> sink;

		private final Consumer<T> unclaimed;

		/** Set before the sink returns: all who subscribe ask for the result at once. */
		private final AtomicBoolean taken;

		private volatile boolean cancelled;

		private Asked(MonoSink<T> sink, Consumer<T> unclaimed, AtomicBoolean taken) {
			this.sink = sink;
			this.unclaimed = unclaimed;
			this.taken = taken;
			sink.onCancel(() -> this.cancelled = true);
		}

		static <T> Mono<T> of(Consumer<T> unclaimed, Consumer<Asked<T>> begin) {
			return Mono.defer(() -> {
				AtomicBoolean taken = new AtomicBoolean();
				return Mono.<T>create((sink) -> begin.accept(new Asked<>(sink, unclaimed, taken)))
					.doOnNext((value) -> taken.set(true));
			});
		}

		void submit(Consumer<Turn<ActorInstance>> submission, Turn<ActorInstance> turn) {
			try {
				submission.accept(turn);
			}
			catch (RivetException ex) {
				this.sink.error(ex);
			}
		}

		@Nullable Mono<Void> answer(Supplier<Mono<T>> work) {
			return this.cancelled ? null
					: Guarded.defer(work)
						.doOnSuccess(this::succeed)
						.onErrorResume((ex) -> Mono.fromRunnable(() -> this.sink.error(ex)))
						.then();
		}

		private void succeed(@Nullable T value) {
			this.sink.success(value);
			// the sink does not tell which of this and a cancel that races with it came
			// first
			if (value != null && !this.taken.get()) {
				this.unclaimed.accept(value);
			}
		}

	}

	private void submit(ActorAddress address, Turn<ActorInstance> turn, String operation) {
		while (true) {
			ActorInstance instance = instance(address);
			switch (instance.offer(turn)) {
				case ACCEPTED -> {
					return;
				}
				case FULL -> throw overloaded(instance, turn.call(), operation);
				case CLOSED -> forget(instance); // it leaves right now; the next one is
													// fresh
			}
		}
	}

	private void submitTo(ActorInstance instance, Turn<ActorInstance> turn, String operation) {
		switch (instance.offer(turn)) {
			case ACCEPTED -> {
			}
			case FULL -> throw overloaded(instance, turn.call(), operation);
			case CLOSED -> turn.doNow(instance); // finds nobody
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
		ActorType type = type(address);
		int keySize = address.key().serialize().getBytes(StandardCharsets.UTF_8).length;
		if (keySize > type.settings().maxKeySize()) {
			throw new RivetException(ErrorCode.KEY_TOO_LARGE,
					"A key may have %d bytes.".formatted(type.settings().maxKeySize()));
		}
		ActorInstance instance = this.instances.computeIfAbsent(address, (key) -> create(key, type));
		if (this.stopping) {
			// since it was asked above, and stop may have looked before this one was
			// there
			instance.requestEnd(ActorInstance.End.SHUTDOWN);
			throw new RivetException(ErrorCode.RESTARTING);
		}
		return instance;
	}

	private ActorInstance create(ActorAddress address, ActorType type) {
		long heap = LimitSettings.Node.HEAP_OF_INSTANCE
				+ 2L * (address.namespace().length() + address.key().serialize().length());
		if (!this.runtime.connections().limits().awake().tryAcquire(heap)) {
			throw new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(),
					Map.of("channel", Limit.NODE_AWAKE.property(), "operation", "create"));
		}
		Scheduler workers = this.workers.computeIfAbsent(type.name(), this.runtime::workersFor);
		return new ActorInstance(address, type, this, this.runtime, workers, heap);
	}

	private ActorType type(ActorAddress address) {
		ActorType type = this.types.get(address.name());
		if (type == null) {
			throw new RivetException(ErrorCode.ACTOR_NOT_REGISTERED,
					"There is no actor of the name `%s`.".formatted(address.name()));
		}
		return type;
	}

	/** Put a turn in that goes on with something, whatever has become of the instance. */
	void submit(ActorInstance instance, Turn<ActorInstance> turn) {
		if (instance.offer(turn) == Mailbox.Offer.CLOSED) {
			turn.doNow(instance);
		}
	}

	/** Give a turn that waited for one instance to the next at the same address. */
	void submitAgain(ActorInstance gone, Turn<ActorInstance> turn) {
		if (!turn.client()) {
			turn.doNow(gone);
			return;
		}
		PendingCall call = turn.call();
		if (call != null) {
			call.leave(); // it counts in the next one from now on
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

	/**
	 * Its id first: the next instance of the address, which cannot be there yet, has it.
	 */
	void forget(ActorInstance instance) {
		this.instances.computeIfPresent(instance.address(), (address, present) -> {
			if (present != instance) {
				return present;
			}
			if (instance.state().isStored()) {
				this.addresses.remove(instance.actorId());
			}
			this.runtime.connections().limits().awake().release(instance.heap());
			return null;
		});
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
		return Guarded.<T>defer(() -> Mono.fromCallable(access)).subscribeOn(this.runtime.workers());
	}

}
