package io.rivetevents.actor;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.MethodInvocation.Caller;
import io.rivetevents.connection.CallerScope;
import io.rivetevents.connection.ClientConnection;
import io.rivetevents.connection.ClientRequests;
import io.rivetevents.connection.ConnectRequest;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Dispatch;
import io.rivetevents.connection.Dispatcher;
import io.rivetevents.connection.EventTargets;
import io.rivetevents.connection.Identity;
import io.rivetevents.connection.PendingCall;
import io.rivetevents.connection.Receipt;
import io.rivetevents.connection.RepeatedFailures;
import io.rivetevents.limit.CreatedInstance;
import io.rivetevents.limit.InstanceUsage;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.DeclaredType;
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
final class ActorInstance implements CalledInstance, Mailbox.Owner<ActorInstance>, Dispatcher {

	private static final Log logger = LogFactory.getLog(ActorInstance.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/** Eighths of what may be awake, beyond which those that are not used sleep early. */
	private static final int SCARCE = 6;

	/** The same for creations by clients: the rest is for instances that exist. */
	private static final int CREATION = 7;

	private static final Duration EARLY_SLEEP = Duration.ofSeconds(1);

	/** As often it is looked what is stored, if others change it meanwhile. */
	private static final int START_ATTEMPTS = 3;

	private static final int DELETE_RETRIES = 4;

	/** Pause before an instance that could not be deleted is, which doubles. */
	private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

	private final ActorAddress address;

	private final ActorType type;

	private final InstanceHost host;

	private final ActorRuntime runtime;

	private final Scheduler workers;

	private final Mailbox<ActorInstance> mailbox;

	private final Expirations expirations;

	private final InstanceUsage usage;

	private final ActorState state;

	private final ActorConnections connections;

	private final ActorCalls calls;

	private final ActorClients clients;

	private final EventTargets<@Nullable Object> targets;

	private final Map<String, Object> vars = new HashMap<>();

	private final AtomicInteger awaited = new AtomicInteger();

	private final AtomicReference<@Nullable End> end = new AtomicReference<>();

	private volatile boolean running;

	/** Whether it has left memory, which is final. */
	private volatile boolean left;

	/** Whether its last turn has been told to the hook for changes of the state. */
	private boolean changeTold;

	private volatile long lastUsed;

	private volatile @Nullable Instant startedAt;

	/** Its place in the shares of the client that has created it. */
	private volatile @Nullable CreatedInstance share;

	/** Whether that outlives it, since its store is in memory. */
	private volatile boolean shareKept;

	/** What it takes of what all that are awake may take, in bytes. */
	private long heap;

	/** Present while it exists only for clients that have not been let in. */
	private volatile @Nullable Fresh fresh;

	/**
	 * What an instance was when it was created.
	 *
	 * @param state its state as JSON, {@code null} if it has none
	 * @param vars its variables
	 */
	private record Fresh(byte @Nullable [] state, Map<String, Object> vars) {
	}

	/**
	 * What a client finds that wants to connect: one of the two.
	 *
	 * @param info id and address of the instance, {@code null} if there is none yet
	 * @param draft what is created once the client may connect, {@code null} if there is
	 * an instance
	 */
	record Arrival(@Nullable ActorInfo info, @Nullable Draft draft) {

		static Arrival at(ActorInfo info) {
			return new Arrival(info, null);
		}

	}

	/** How an instance leaves memory; of several, the last one of these wins. */
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

	/**
	 * Creates an instance that has not been started.
	 * @param workers where things are done for it outside its turns
	 * @param heap what it has taken of what all that are awake may take, in bytes
	 */
	ActorInstance(ActorAddress address, ActorType type, InstanceHost host, ActorRuntime runtime, Scheduler workers,
			long heap) {
		this.address = address;
		this.heap = heap;
		this.type = type;
		this.host = host;
		this.runtime = runtime;
		this.workers = workers;
		this.mailbox = new Mailbox<>(type.settings().mailboxCapacity(), runtime.workers(),
				runtime.connections().bursts(), this);
		this.expirations = new Expirations(this.mailbox);
		this.usage = new InstanceUsage(limits());
		this.state = new ActorState(runtime.store(), runtime.mapper(), type.stateType(), this::countGrowth);
		this.connections = new ActorConnections(host.members(), type.settings().history(),
				runtime.connections().limits().history(), this::now);
		this.targets = new EventTargets<>(this, runtime.mapper(), runtime.connections().contracts(),
				runtime.connections().transactions());
		this.calls = new ActorCalls(this, runtime.timers());
		this.clients = new ActorClients(this, this.calls, host.listeners(), runtime);
		this.lastUsed = now();
	}

	@Override
	public ActorAddress address() {
		return this.address;
	}

	InstanceUsage usage() {
		return this.usage;
	}

	@Override
	public ActorType type() {
		return this.type;
	}

	@Override
	public String actorId() {
		return this.state.stored().actorId();
	}

	@Override
	public boolean hasId(String actorId) {
		return this.state.hasId(actorId);
	}

	@Override
	public Scheduler workers() {
		return this.workers;
	}

	@Override
	public Scheduler workersFor(Identity client) {
		return this.runtime.workersFor(client, this.type.name());
	}

	@Override
	public ActorState state() {
		return this.state;
	}

	ActorClients clients() {
		return this.clients;
	}

	ActorConnections connections() {
		return this.connections;
	}

	@Override
	public Map<String, Object> vars() {
		return this.vars;
	}

	@Override
	public @Nullable JsonNode input() {
		return this.state.stored().decodeInput();
	}

	@Override
	public ValueMapper mapper() {
		return this.runtime.mapper();
	}

	@Override
	public EventTargets<@Nullable Object> targets() {
		return this.targets;
	}

	KeptAnswers keptAnswers() {
		return this.host.keptAnswers();
	}

	@Override
	public ActorHandle neighbour(String name, String... key) {
		return this.host.neighbour(this.address.namespace(), name, key);
	}

	// For any thread

	/**
	 * Put in a turn.
	 */
	Mailbox.Offer offer(Turn<ActorInstance> turn) {
		PendingCall call = turn.call();
		if (call != null && !call.begin(this.usage)) {
			return Mailbox.Offer.FULL;
		}
		Mailbox.Offer outcome = this.mailbox.offer(turn);
		if (call != null && outcome == Mailbox.Offer.ACCEPTED) {
			this.expirations.add(call);
		}
		else if (call != null) {
			call.end();
		}
		if (outcome == Mailbox.Offer.FULL) {
			limits().hits().add(Limit.MAILBOX);
		}
		return outcome;
	}

	/** Returns what a caller is told for whose turn there is no room. */
	RivetException overloaded(@Nullable PendingCall call, String operation) {
		Limit met = (call != null) ? call.met() : null;
		Map<String, Object> metadata = (met != null) ? Map.of("channel", met.property(), "operation", operation) : Map
			.of("channel", "mailbox", "capacity", this.type.settings().mailboxCapacity(), "operation", operation);
		return new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(), metadata);
	}

	/**
	 * Takes a message of a connected client. The messages of one connection are handled
	 * in the order of the calls.
	 */
	void receive(String connectionId, ToServer message) {
		ClientConnection connection = this.connections.find(connectionId);
		if (connection == null) {
			return; // it has ended
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
		PendingCall call = this.clients.arrived(connection, message);
		Turn<ActorInstance> turn = Turn.ofCall(call,
				(current) -> current.clients().receive(connectionId, message, call),
				message instanceof ToServer.ActionRequest request && this.type.isInterleaved(request.name()),
				this.clients.mayBlock(message));
		if (offer(turn) == Mailbox.Offer.FULL) {
			this.clients.refuse(connection, message, overloaded(call, "message"));
		}
	}

	/** Not in a turn: the one that waits for this answer may hold it. */
	private void answerRequest(ClientConnection connection, ToServer.ActionRequest reply) {
		this.runtime.callers().run(null, () -> connection.requests().answer(reply.args()));
		if (!reply.options().oneWay()) {
			connection.deliver(OutgoingMessage.of(new ToClient.ActionResponse(reply.id(), null)));
		}
	}

	/** Tells a client of the extended mode that it is connected. Does not wait. */
	void keepAlive(String connectionId) {
		ClientConnection connection = this.connections.find(connectionId);
		if (connection != null && connection.wasLetIn()) {
			this.connections.keepAlive(connection);
		}
	}

	/** The socket of a connection is gone. */
	void disconnected(String connectionId) {
		ClientConnection connection = this.connections.find(connectionId);
		if (connection != null) {
			connection.end(); // a turn that waits for its answer need not, and holds
								// up the next
		}
		offer(Turn.ofRuntime((current) -> current.clients().disconnect(connectionId)));
	}

	private Limits limits() {
		return this.runtime.connections().limits();
	}

	/**
	 * Bring an event to connections.
	 * @throws IllegalArgumentException if the actor does not declare the event, and must
	 */
	@Override
	public Receipt dispatch(Dispatch dispatch) {
		ActorType.EventSettings event = event(dispatch);
		return this.connections.dispatch(event.droppable() ? dispatch.asDroppable() : dispatch, event.history());
	}

	@Override
	public List<DeclaredType> argumentsOf(String event) {
		ActorType.EventSettings known = this.type.event(event);
		return (known != null) ? known.arguments() : List.of();
	}

	@Override
	public void check(Dispatch dispatch) {
		if (!event(dispatch).droppable()) {
			this.connections.check(dispatch);
		}
	}

	private ActorType.EventSettings event(Dispatch dispatch) {
		ActorType.EventSettings event = this.type.event(dispatch.event());
		if (event == null) {
			throw new IllegalArgumentException("The contract of actor %s is strict and has no event `%s`"
				.formatted(this.address.name(), dispatch.event()));
		}
		return event;
	}

	@Override
	public Collection<Connection<@Nullable Object>> conns() {
		return this.connections.all();
	}

	@Override
	public void requestDestroy() {
		requestEnd(End.DESTROY);
	}

	@Override
	public void requestSleep() {
		requestEnd(End.SLEEP);
	}

	/** Ask for the end after the current turn, unless one is asked for that wins. */
	void requestEnd(End how) {
		raiseEnd(how);
		// if no turn is running, this one is what it comes after
		offer(Turn.ofRuntime((instance) -> Mono.empty()));
	}

	private void raiseEnd(End how) {
		this.end.accumulateAndGet(how, (present, asked) -> isBeyond(present, asked) ? present : asked);
	}

	private static boolean isBeyond(@Nullable End one, End other) {
		return one != null && one.compareTo(other) > 0;
	}

	/** Look what time it is. */
	void tick(long now) {
		this.calls.check(now);
		this.expirations.check(now);
		this.connections.expire(now);
		this.clients.expire(now);
		if (!this.running || !this.mailbox.isIdle()) {
			return;
		}
		if (this.end.get() != null) {
			offer(Turn.ofRuntime((instance) -> Mono.empty())); // its end has failed
			return;
		}
		ActorSettings settings = this.type.settings();
		if (this.state.isDue(now, settings.saveInterval().toNanos())) {
			offer(Turn.ofRuntime(ActorInstance::save));
		}
		if (isUnused() && now - this.lastUsed >= sleepTimeout().toNanos()) {
			offer(Turn.ofRuntime(ActorInstance::sleepIfUnused));
		}
	}

	/** One that is not used makes room while room is scarce. */
	private Duration sleepTimeout() {
		Duration timeout = this.type.settings().sleepTimeout();
		boolean early = limits().awake().isBeyond(SCARCE) && timeout.compareTo(EARLY_SLEEP) > 0;
		return early ? EARLY_SLEEP : timeout;
	}

	@Nullable ActorInfo info() {
		return this.running ? info(false) : null;
	}

	ActorInfo info(boolean created) {
		StoredActor stored = this.state.stored();
		return new ActorInfo(stored.actorId(), this.address, stored.generation(), stored.createdAt(), this.startedAt,
				created);
	}

	@Override
	public long now() {
		return this.runtime.timers().now(TimeUnit.NANOSECONDS);
	}

	/** Returns whether it has been started and has not left. By any thread. */
	boolean isRunning() {
		return this.running;
	}

	/** It has just been used. */
	void touch() {
		this.lastUsed = now();
	}

	private boolean isUnused() {
		return this.connections.isEmpty() && this.awaited.get() == 0;
	}

	// Turns

	@Override
	public @Nullable Mono<Void> begin(Turn<ActorInstance> turn) {
		if (turn.client()) {
			this.lastUsed = now();
		}
		try {
			return turn.work().apply(this);
		}
		catch (Throwable ex) {
			return Mono.error(ex); // the mailbox tells of it, and goes on
		}
	}

	@Override
	public CallerScope.Restoration enterThread() {
		CallerScope.Restoration caller = this.runtime.callers().enter(null);
		ActorContext<?, ?> before = CurrentContext.enter(null);
		if (before == null) {
			return caller;
		}
		return () -> {
			caller.close();
			CurrentContext.leave(before);
		};
	}

	@Override
	public String actor() {
		return this.type.name();
	}

	@Override
	public void resetThread() {
		this.runtime.callers().reset();
	}

	@Override
	public void onceReturned(Runnable next) {
		this.calls.onceReturned(next);
	}

	@Override
	public @Nullable Mono<Void> afterTurn() {
		if (!this.running) {
			if (this.mailbox.closeIfAlone()) {
				this.host.forget(this);
			}
			return null;
		}
		End how = this.end.get();
		if (how != null) {
			return stop(how);
		}
		long now = now();
		boolean changeTold = this.changeTold;
		this.changeTold = false;
		if (this.state.endTurn(now) && !changeTold && this.type.hooks().contains(Hook.STATE_CHANGE)) {
			this.changeTold = true;
			return stateChanged();
		}
		return this.state.isDue(now, this.type.settings().saveInterval().toNanos()) ? save() : null;
	}

	/** What the hook changes itself is no reason to call it. */
	private Mono<Void> stateChanged() {
		return Mono
			.defer(() -> this.state.hasChanged() ? this.calls.tolerant(Hook.STATE_CHANGE, null, this.state.peek())
				.then(Mono.<Void>fromRunnable(this.state::noteSeen)) : Mono.empty())
			.onErrorResume((ex) -> {
				failures.error(ex, () -> "The state of %s cannot be written as JSON".formatted(this.address));
				return Mono.empty();
			});
	}

	/**
	 * Make sure that the instance is what a target asks for.
	 * @param caller the client that asks, {@code null} for the server itself
	 * @return what is told of it
	 */
	Mono<ActorInfo> start(ActorTarget target, @Nullable ConnectRequest caller) {
		claim();
		return start(target,
				() -> draft(target).flatMap((draft) -> checkCreation(caller).then(create(draft, caller, false))));
	}

	/**
	 * Make sure that the instance is what a client wants to connect to. One that does not
	 * exist is not created before a hook that needs no instance has let the client in.
	 * @param target what the client asks for
	 * @param request how it wants to connect
	 * @param allowed what the hook has let the client into, {@code null} if it has not
	 * been asked
	 */
	Mono<Arrival> arrive(ActorTarget target, ConnectRequest request, @Nullable Draft allowed) {
		if (allowed != null) {
			return start(target, () -> create(allowed, request, true)).map(Arrival::at);
		}
		if (this.running || !this.clients.connectsBeforeCreation(request)) {
			return start(target,
					() -> draft(target).flatMap((draft) -> checkCreation(request).then(create(draft, request, true))))
				.map(Arrival::at);
		}
		AtomicReference<@Nullable Draft> wanted = new AtomicReference<>();
		return start(target,
				() -> draft(target).flatMap((draft) -> checkCreation(request).then(Mono.fromRunnable(() -> {
					wanted.set(draft);
					this.state.reset();
				}))))
			.map(Arrival::at)
			.switchIfEmpty(Mono.fromSupplier(() -> new Arrival(null, wanted.get())));
	}

	/** Returns whether it has the input of a draft. */
	boolean hasInputOf(Draft draft) {
		return Arrays.equals(this.state.stored().input(), draft.actor().input());
	}

	/**
	 * Wakes the instance if it is not running.
	 * @param absent what is done if there is none
	 */
	private Mono<ActorInfo> start(ActorTarget target, Supplier<Mono<ActorInfo>> absent) {
		if (this.running) {
			return checkRunning(target);
		}
		if (this.left) {
			return Mono.error(new RivetException(ErrorCode.RESTARTING));
		}
		return start(target, absent, START_ATTEMPTS).onErrorMap((ex) -> !(ex instanceof RivetException), this::mask);
	}

	/** One that another has overtaken looks again what is stored. */
	private Mono<ActorInfo> start(ActorTarget target, Supplier<Mono<ActorInfo>> absent, int attempts) {
		return Mono.defer(() -> {
			StoredActor stored = this.runtime.store().load(this.address);
			if (stored == null) {
				return absent.get();
			}
			this.state.begin(stored, null);
			wakeShare();
			return checkStored(target).then(Mono.fromRunnable(() -> this.state.wake(stored)))
				.then(Mono.defer(() -> this.calls.hook(Hook.WAKE, null)))
				.then(Mono.fromSupplier(() -> begin(false)));
		}).doOnError((ex) -> {
			giveShareBack();
			this.state.reset();
		})
			.onErrorResume(StaleStateException.class, (ex) -> (attempts > 1) ? start(target, absent, attempts - 1)
					: Mono.error(new RivetException(ErrorCode.RESTARTING)));
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

	/** Begins with what is to be created, so that the hooks see it. */
	private Mono<Draft> draft(ActorTarget target) {
		if (!target.creates()) {
			return Mono.error(new RivetException(ErrorCode.ACTOR_NOT_FOUND));
		}
		byte[] input = target.input();
		if (input != null && input.length > this.type.settings().maxInputSize()) {
			return Mono.error(new RivetException(ErrorCode.INPUT_TOO_LARGE));
		}
		StoredActor draft = new StoredActor(UUID.randomUUID().toString(), this.address, 0, 1, clock().instant(), null,
				this.type.takesInput() ? input : null);
		this.state.begin(draft, null);
		return Mono.just(new Draft(draft));
	}

	/**
	 * Creates it. If it has been stored for a client that is refused after all, it is
	 * deleted again.
	 * @param caller the client that asks, {@code null} for the server itself
	 * @param connects whether that is to be let in yet, and may be refused
	 */
	private Mono<ActorInfo> create(Draft draft, @Nullable ConnectRequest caller, boolean connects) {
		return Mono.fromRunnable(() -> {
			this.state.begin(draft.actor(), null);
			takeShare(caller);
		})
			.then(Mono.defer(() -> this.calls.hook(Hook.CREATE_STATE, null)))
			.doOnNext((made) -> this.state.begin(draft.actor(), made.orElse(null)))
			.then(Mono.defer(() -> this.calls.hook(Hook.CREATE, null)))
			.then(Mono.fromRunnable(this::insert))
			.then(Mono.defer(() -> this.calls.hook(Hook.WAKE, null)
				.onErrorResume((ex) -> (caller != null) ? withdraw().then(Mono.error(ex)) : Mono.error(ex))))
			.then(Mono.fromSupplier(() -> {
				this.fresh = connects ? new Fresh(this.state.bytes(), new HashMap<>(this.vars)) : null;
				return begin(true);
			}));
	}

	private void takeShare(@Nullable ConnectRequest caller) {
		if (caller != null) {
			if (limits().awake().isBeyond(CREATION)) {
				throw limits().overloaded(Limit.NODE_AWAKE, "create");
			}
			this.share = limits().create(caller.identity().address(), caller.identity().owner());
		}
	}

	private void insert() {
		CreatedInstance share = this.share;
		this.state.insert((first) -> {
			if (share != null) {
				share.store(heapStored(first));
			}
		});
		if (share != null && heapStored(this.state.stored()) > 0) {
			this.host.creators().put(this.address, share);
			this.shareKept = true;
		}
	}

	/** The state has been saved, by a turn or beside one. */
	private void countGrowth(StoredActor before, StoredActor after) {
		CreatedInstance share = this.share;
		if (share != null && this.shareKept) {
			share.grow(heapStored(after) - heapStored(before));
		}
	}

	private long heapStored(StoredActor actor) {
		return this.runtime.store().heapOf(actor);
	}

	private void wakeShare() {
		CreatedInstance share = this.host.creators().get(this.address);
		if (share != null) {
			share.wake();
			this.share = share;
			this.shareKept = true;
		}
	}

	private void giveShareBack() {
		CreatedInstance share = this.share;
		this.share = null;
		if (share != null && this.shareKept) {
			share.sleep();
		}
		else if (share != null) {
			share.close();
		}
		this.shareKept = false;
	}

	/** Returns what it takes of what all that are awake may take, in bytes. */
	long heap() {
		return this.heap;
	}

	/** One in a store in memory has its input there. */
	private void countInput() {
		byte[] input = this.state.stored().input();
		if (input != null && heapStored(this.state.stored()) == 0) {
			limits().awake().acquire(input.length);
			this.heap += input.length;
		}
	}

	private Mono<Void> checkCreation(@Nullable ConnectRequest caller) {
		if (caller == null || !this.type.hooks().contains(Hook.CAN_CREATE)) {
			return Mono.empty();
		}
		Caller stranger = new Caller(null, caller.identity().principal(), caller.params());
		return this.calls.hook(Hook.CAN_CREATE, stranger).flatMap((allowed) -> {
			boolean may = !this.type.returnsDecision(Hook.CAN_CREATE) || Boolean.TRUE.equals(allowed.orElse(null));
			return may ? Mono.empty() : Mono.error(new RivetException(ErrorCode.FORBIDDEN));
		});
	}

	private ActorInfo begin(boolean created) {
		countInput();
		this.startedAt = clock().instant();
		this.running = true;
		this.host.started(this);
		ActorInfo info = info(created);
		if (created) {
			observer().actorCreated(info);
		}
		else {
			observer().actorWoken(info);
		}
		return info;
	}

	@Override
	public ToClient.Error error(RivetException ex, @Nullable Long actionId) {
		JsonNode metadata = (ex.metadata() != null) ? mapper().toTree(ex.metadata()) : null;
		return new ToClient.Error(ex.group(), ex.code(), ex.text(), metadata, actionId, info(false).specifier());
	}

	/**
	 * Return whether a client was built against another contract than ours.
	 * @param fingerprint what it says, {@code null} if nothing
	 */
	boolean isOtherContract(@Nullable String fingerprint) {
		if (fingerprint == null) {
			return false;
		}
		String ours = this.runtime.contracts().of(this.type.name());
		return ours != null && !fingerprint.equals(ours);
	}

	private ActorObserver observer() {
		return this.runtime.observer();
	}

	private Clock clock() {
		return this.runtime.clock();
	}

	/** Does something in a turn of its own, which is held until it has ended. */
	<T> Mono<T> inTurn(Supplier<Mono<T>> work) {
		return Mono.create((sink) -> this.host.submit(this,
				Turn.ofRuntime((instance) -> (this.running ? Guarded.defer(work)
						: Mono.<T>error(new RivetException(ErrorCode.RESTARTING)))
					.doOnSuccess(sink::success)
					.onErrorResume((ex) -> Mono.fromRunnable(() -> sink.error(ex)))
					.then())));
	}

	/** Keeps from sleeping until something has ended. */
	<T> Mono<T> keepAwake(Mono<T> work) {
		// before the signal, so that whatever it causes finds the instance unused
		return Mono.using(this.awaited::incrementAndGet, (count) -> work, (count) -> this.awaited.decrementAndGet());
	}

	@Override
	public <T> Mono<T> startInNewTurn(Mono<T> work) {
		Mono<T> begun = Guarded.defer(() -> this.running ? work : Mono.error(new NotBegun()));
		return Mono.create((sink) -> this.host.submit(this, Turn.ofRuntime((instance) -> Mono
			.fromRunnable(() -> sink.onDispose(begun.subscribe(sink::success, sink::error, sink::success))))));
	}

	@Override
	public <T> Mono<T> inNewTurn(Mono<T> result) {
		this.awaited.incrementAndGet();
		return result
			.flatMap((value) -> Mono.<T>create((sink) -> this.host.submit(this,
					Turn.ofRuntime((instance) -> Mono.fromRunnable(() -> sink.success(value))))))
			.doFinally((signal) -> this.awaited.decrementAndGet());
	}

	// The end

	/** It is used by more than clients that have not been let in. */
	void claim() {
		this.fresh = null;
	}

	/**
	 * Deletes it if it was created for a client that was not let in, nothing has changed
	 * since and no other client uses it. May be called by any thread.
	 */
	void discardIfUnclaimed() {
		// while it is not running, it may be in the midst of being created
		if (!this.running || this.fresh != null) {
			offer(Turn.ofRuntime(ActorInstance::discard));
		}
	}

	private Mono<Void> discard() {
		Fresh fresh = this.fresh;
		// whichever of the clients that wait to be let in is the last looks after this
		if (this.running && fresh != null && isUnused() && Arrays.equals(fresh.state(), this.state.bytes())
				&& fresh.vars().equals(this.vars)) {
			raiseEnd(End.DESTROY);
		}
		return Mono.empty();
	}

	private Mono<Void> save() {
		return Mono.fromRunnable(() -> {
			try {
				this.state.save(now());
			}
			catch (StaleStateException ex) {
				fence(ex);
			}
			catch (Throwable ex) {
				failures.error(ex,
						() -> "The state of %s could not be saved; it will be tried again".formatted(this.address));
			}
		});
	}

	@Override
	public void saveNow() {
		try {
			this.state.saveOrCheck(now());
		}
		catch (StaleStateException ex) {
			fence(ex);
			throw new RivetException(ErrorCode.RESTARTING);
		}
	}

	@Override
	public void saveOrUndo(ActorState.Mark before) {
		try {
			saveNow();
		}
		catch (Throwable ex) {
			undo(before);
			throw Guarded.unchecked(ex);
		}
	}

	private void undo(ActorState.Mark before) {
		try {
			this.state.restore(before);
		}
		catch (Throwable ex) {
			logger.error(
					"The state of %s cannot be read back; it starts anew with what is stored".formatted(this.address),
					ex);
			requestEnd(End.FENCED);
		}
	}

	private void fence(StaleStateException ex) {
		logger.warn("%s has been replaced by another instance and stops".formatted(this.address), ex);
		requestEnd(End.FENCED);
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
			.concatMap(this.clients::disconnect)
			.then();
		return switch (how) {
			case SLEEP, SHUTDOWN -> disconnected.then(Mono.defer(() -> this.calls.tolerant(Hook.SLEEP, null)))
				.then(Mono.fromRunnable(() -> saveAndLeave(how)));
			case DESTROY -> disconnected.then(Mono.defer(() -> this.calls.tolerant(Hook.DESTROY, null)))
				.then(Mono.defer(this::deleteAndLeave));
			case FENCED -> disconnected.then(Mono.fromRunnable(this::leave));
		};
	}

	/**
	 * Saves it and leaves. If it is to be deleted instead by now, or is still to end
	 * though it was to stay awake, that comes next.
	 */
	private void saveAndLeave(End how) {
		try {
			this.state.save(now());
			if (!isBeyond(this.end.get(), End.SHUTDOWN)) {
				leave(observer()::actorSlept);
			}
		}
		catch (StaleStateException ex) {
			logger.warn("%s has been replaced by another instance; its last changes are lost".formatted(this.address),
					ex);
			leave();
		}
		catch (Throwable ex) {
			if (how == End.SLEEP) {
				failures.error(ex, () -> "The state of %s could not be saved; it stays awake".formatted(this.address));
				stayAwake();
			}
			else if (!isBeyond(this.end.get(), how)) {
				logger.error("The state of %s could not be saved at shutdown; its last changes are lost"
					.formatted(this.address), ex);
				leave();
			}
		}
	}

	/** Unless another end has been asked for meanwhile. */
	private void stayAwake() {
		this.end.compareAndSet(End.SLEEP, null);
		this.lastUsed = now();
	}

	private Mono<Void> deleteAndLeave() {
		return delete().then(Mono.<Void>fromRunnable(() -> leave(observer()::actorDestroyed)))
			.onErrorResume((ex) -> Mono.fromRunnable(() -> {
				logUndeleted(ex);
				leave();
			}));
	}

	/** Deletes what was stored before it could be started; never fails. */
	private Mono<Void> withdraw() {
		return delete().onErrorResume((ex) -> Mono.fromRunnable(() -> logUndeleted(ex)));
	}

	/** Deletes what is stored, on a worker. */
	private Mono<Void> delete() {
		return Guarded.<Void>defer(() -> Mono.fromRunnable(this.state::delete))
			.subscribeOn(this.runtime.workers())
			.retryWhen(Retry.backoff(DELETE_RETRIES, FIRST_PAUSE).filter((ex) -> !(ex instanceof StaleStateException)))
			.then(Mono.fromRunnable(() -> {
				this.host.creators().remove(this.address);
				this.shareKept = false;
			}));
	}

	private void logUndeleted(Throwable ex) {
		if (ex instanceof StaleStateException) {
			logger.warn("%s has been replaced by another instance, which is not deleted".formatted(this.address), ex);
		}
		else {
			failures.error(ex, () -> "%s could not be deleted; its next use wakes it".formatted(this.address));
		}
	}

	/** The next instance of the address may start before {@code told} has returned. */
	private void leave(Consumer<ActorInfo> told) {
		ActorInfo info = info(false);
		observer().actorLeaves(info);
		try {
			leave();
		}
		finally {
			told.accept(info);
		}
	}

	private void leave() {
		this.running = false;
		this.left = true;
		giveShareBack();
		this.clients.end();
		this.connections.forgetHistory();
		List<Turn<ActorInstance>> waiting = this.mailbox.close();
		this.host.forget(this);
		waiting.forEach((turn) -> this.host.submitAgain(this, turn));
	}

	private RivetException mask(Throwable ex) {
		failures.error(ex, () -> "%s could not be started".formatted(this.address));
		return new RivetException(ErrorCode.INTERNAL_ERROR);
	}

	@Override
	public String toString() {
		return this.address.toString();
	}

}
