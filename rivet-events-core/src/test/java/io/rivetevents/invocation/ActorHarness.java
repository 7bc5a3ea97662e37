/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.util.JdkIdGenerator;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActionListeners;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.schedule.ScheduleSettings;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.contract.reflect.ContractFingerprints;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.ConnectionServices;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.delivery.TargetServices;
import io.rivetevents.delivery.dispatch.ReactiveTransactions;
import io.rivetevents.explain.DeliveryRecorder;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.extension.Outbox;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.Observers;
import io.rivetevents.observation.Tracing;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.placement.DirectoryActors;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.scheduling.ActorWorkers;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.scheduling.WakeupBatches;

/**
 * A runtime without Spring and without sockets: real turns on real threads.
 */
public final class ActorHarness implements AutoCloseable {

	public static final Duration PATIENCE = Duration.ofSeconds(10);

	/** So that a test meets the bounds that it is about. */
	private static final LimitSettings ROOMY = new LimitSettings(
			new LimitSettings.Connection(1_000_000, 1L << 30, 1000, 1 << 20, 1 << 20),
			new LimitSettings.Instance(1_000_000, 1L << 30), LimitSettings.DEFAULTS.principal(),
			LimitSettings.Share.UNLIMITED, LimitSettings.DEFAULTS.address(), LimitSettings.DEFAULTS.node(), List.of(),
			LimitSettings.DEFAULTS.times(), LimitSettings.Rates.NONE);

	private static final int IMMEDIATE = -1;

	private final ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());

	private final Tracing tracing;

	private final Scheduler timers;

	private final Scheduler workers;

	private final OutboundRegistry connections = new OutboundRegistry();

	private final ActorTypes types = new ActorTypes();

	private final ActionListeners listeners = new ActionListeners(CallerScope.NONE);

	private final LocalNode node;

	private final ActorDirectory directory;

	private final Limits limits;

	private final EventContracts contracts = new EventContracts(this.mapper);

	private final TargetServices targets = new TargetServices(this.mapper, this.contracts);

	public ActorHarness(ActorSettings settings, Object... actors) {
		this(settings, new MemoryActorStateStore(), actors);
	}

	public ActorHarness(ActorSettings settings, ActorStateStore store, Object... actors) {
		this(settings, store, new Neighbours(List.of(), List.of(), ActorObserver.NONE), actors);
	}

	/** What may watch and change what happens. */
	public record Neighbours(List<InboundInterceptor> inbound, List<OutboundInterceptor> outbound,
			ActorObserver observer, Tracing tracing) {

		public Neighbours(List<InboundInterceptor> inbound, List<OutboundInterceptor> outbound,
				ActorObserver observer) {
			this(inbound, outbound, observer, Tracing.NONE);
		}

	}

	public ActorHarness(LimitSettings limits, Object... actors) {
		this(new Limits(limits), actors);
	}

	private ActorHarness(Limits limits, Object... actors) {
		this(ActorSettings.DEFAULTS, new MemoryActorStateStore(limits.stored()),
				new Neighbours(List.of(), List.of(), ActorObserver.NONE), limits, 0, actors);
	}

	/** A runtime with the workers of an application without virtual threads. */
	public static ActorHarness withWorkers(int workers, Object... actors) {
		return new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
				new Neighbours(List.of(), List.of(), ActorObserver.NONE), new Limits(ROOMY), workers, actors);
	}

	public ActorHarness(ActorSettings settings, ActorStateStore store, Neighbours neighbours, Object... actors) {
		this(settings, store, neighbours, new Limits(ROOMY), 0, actors);
	}

	/** A runtime with a time of its own. */
	public static ActorHarness withTimers(Scheduler timers, ActorSettings settings, ActorStateStore store,
			Object... actors) {
		return new ActorHarness(settings, store, new Neighbours(List.of(), List.of(), ActorObserver.NONE),
				new Limits(ROOMY), 0, InvocationServices.Neighbours.NONE, timers, Clock.systemUTC(), null,
				Ownership.ALONE, actors);
	}

	/**
	 * A runtime with timers and a clock of its own. It works on the threads that call it
	 * and that let time pass.
	 */
	public static ActorHarness withClock(Scheduler timers, Clock clock, ActorStateStore store, Neighbours neighbours,
			Object... actors) {
		return withClock(timers, clock, store, neighbours, Ownership.ALONE, actors);
	}

	/** A runtime with a clock of its own that shares its store with others. */
	public static ActorHarness withClock(Scheduler timers, Clock clock, ActorStateStore store, Neighbours neighbours,
			Ownership ownership, Object... actors) {
		return new ActorHarness(ActorSettings.DEFAULTS, store, neighbours, new Limits(ROOMY), IMMEDIATE,
				InvocationServices.Neighbours.NONE, timers, clock, null, ownership, actors);
	}

	/** A runtime that shares its store with others. */
	public static ActorHarness withOwnership(Ownership ownership, ActorStateStore store, Object... actors) {
		return withTracing(Tracing.NONE, ownership, store, actors);
	}

	/** A runtime with traces that shares its store with others. */
	public static ActorHarness withTracing(Tracing tracing, Ownership ownership, ActorStateStore store,
			Object... actors) {
		return new ActorHarness(ActorSettings.DEFAULTS, store,
				new Neighbours(List.of(), List.of(), ActorObserver.NONE, tracing), new Limits(ROOMY), 0,
				InvocationServices.Neighbours.NONE, Schedulers.newSingle("test-timers", true), Clock.systemUTC(), null,
				ownership, actors);
	}

	/** A runtime that records its deliveries. */
	static ActorHarness withDeliveries(DeliveryRecorder deliveries, ActorStateStore store, Neighbours neighbours,
			Object... actors) {
		return new ActorHarness(ActorSettings.DEFAULTS, store, neighbours, new Limits(ROOMY), IMMEDIATE,
				InvocationServices.Neighbours.NONE, Schedulers.newSingle("test-timers", true), Clock.systemUTC(),
				deliveries, Ownership.ALONE, actors);
	}

	/** A runtime with beans around the calls of methods. */
	ActorHarness(ActorSettings settings, InvocationServices.Neighbours around, Neighbours neighbours,
			Object... actors) {
		this(settings, new MemoryActorStateStore(), neighbours, new Limits(ROOMY), 0, around, actors);
	}

	private ActorHarness(ActorSettings settings, ActorStateStore store, Neighbours neighbours, Limits limits,
			int workers, Object... actors) {
		this(settings, store, neighbours, limits, workers, InvocationServices.Neighbours.NONE, actors);
	}

	private ActorHarness(ActorSettings settings, ActorStateStore store, Neighbours neighbours, Limits limits,
			int workers, InvocationServices.Neighbours around, Object... actors) {
		this(settings, store, neighbours, limits, workers, around, Schedulers.newSingle("test-timers", true),
				Clock.systemUTC(), null, Ownership.ALONE, actors);
	}

	private ActorHarness(ActorSettings settings, ActorStateStore store, Neighbours neighbours, Limits limits,
			int workers, InvocationServices.Neighbours around, Scheduler timers, Clock clock,
			@Nullable DeliveryRecorder deliveries, Ownership ownership, Object... actors) {
		this.timers = timers;
		this.tracing = neighbours.tracing();
		this.limits = limits;
		WakeupBatches bursts = new WakeupBatches(this.timers);
		this.workers = (workers > 0) ? new ActorWorkers(workers, bursts) : (workers == IMMEDIATE)
				? Schedulers.immediate() : Schedulers.newBoundedElastic(32, 100_000, "test-worker", 5, true);
		ConnectionServices support = new ConnectionServices(this.targets, neighbours.outbound(),
				new Observers(List.of(neighbours.observer()), () -> this.timers.now(TimeUnit.NANOSECONDS),
						neighbours.tracing()),
				this.timers, this.workers, bursts, this.limits, CallerScope.NONE, deliveries);
		ActorRuntime runtime = new ActorRuntime(store, this.workers, clock, support, neighbours.inbound(),
				ContractFingerprints.NONE, ScheduleSettings.DEFAULTS, new JdkIdGenerator(), ownership);
		this.node = new LocalNode(runtime, this.types, this.listeners, this.connections, this::directory);
		this.directory = this.node.directory();
		InvocationServices invocations = new InvocationServices(this.mapper, this.contracts, around);
		for (Object actor : actors) {
			String name = actor.getClass().getSimpleName();
			this.types.register(new AnnotatedActorType(name, actor.getClass(), actor, settings, invocations));
		}
		this.node.start();
	}

	public Limits limits() {
		return this.limits;
	}

	public ValueMapper mapper() {
		return this.mapper;
	}

	public EventContracts contracts() {
		return this.contracts;
	}

	/** What all targets of events share. */
	public TargetServices targets() {
		return this.targets;
	}

	/** The same in an application that may have reactive transactions. */
	TargetServices targets(ReactiveTransactions transactions) {
		return new TargetServices(this.mapper, this.contracts, transactions, this.targets.users());
	}

	public LocalNode node() {
		return this.node;
	}

	public ActorDirectory directory() {
		return this.directory;
	}

	public ActorTypes types() {
		return this.types;
	}

	public ActionListeners listeners() {
		return this.listeners;
	}

	/** Handles on instances, as the bean of an application has them. */
	public Actors actors() {
		return actors(ReactiveTransactions.NONE);
	}

	/** Handles on instances in an application that may have reactive transactions. */
	public Actors actors(ReactiveTransactions transactions) {
		return new DirectoryActors(() -> this.directory, this.types, this.listeners, targets(transactions), Outbox.NONE,
				this.tracing);
	}

	public OutboundRegistry connections() {
		return this.connections;
	}

	public JsonNode call(Class<?> actor, String key, String action, Object... args) {
		return this.directory.call(target(actor, key), null, request(0, action, args)).block(PATIENCE);
	}

	public JsonNode callAsClient(Class<?> actor, String key, String action, Object... args) {
		return this.directory
			.call(target(actor, key), ConnectRequest.stateless(null, Identity.ANONYMOUS), request(0, action, args))
			.block(PATIENCE);
	}

	public ToServer.ActionRequest request(long id, String action, Object... args) {
		return new ToServer.ActionRequest(id, action, List.of(args).stream().map(this.mapper::toTree).toList());
	}

	public static ActorTarget target(Class<?> actor, String key) {
		return new ActorTarget.GetOrCreate(address(actor, key), null);
	}

	public static ActorAddress address(Class<?> actor, String key) {
		return ActorAddress.of(actor.getSimpleName(), key);
	}

	/** A connected client, whose messages are recorded. */
	public RecordedOutbound connect(Class<?> actor, String key, Object params) {
		return connect(actor, key, params, Identity.ANONYMOUS);
	}

	/** A connected client of a user. */
	public RecordedOutbound connectUser(Class<?> actor, String key, String user) {
		return connect(actor, key, user, new Identity(() -> user, null));
	}

	/** A connected client of any identity. */
	public RecordedOutbound connect(Class<?> actor, String key, Object params, Identity identity) {
		JsonNode tree = (params != null) ? this.mapper.toTree(params) : null;
		ConnectRequest request = ConnectRequest.stateful(tree, identity);
		RecordedOutbound outbound = new RecordedOutbound(request.connectionId());
		ClientUsage usage = this.limits.connect(identity.address(), false);
		usage.identify(identity);
		this.connections.register(request, outbound, usage);
		this.directory.connect(target(actor, key), request).block(PATIENCE);
		return outbound;
	}

	/** A connected client of the extended mode, with its subscriptions. */
	public RecordedOutbound connectExtended(Class<?> actor, String key, String... events) {
		ConnectRequest request = extended(events);
		RecordedOutbound outbound = new RecordedOutbound(request.connectionId());
		connect(actor, key, request, outbound);
		return outbound;
	}

	/** What a client of the extended mode asks for that has not been here before. */
	public ConnectRequest extended(String... events) {
		String stream = UUID.randomUUID().toString();
		return ConnectRequest.extended(null, Identity.ANONYMOUS,
				new StreamRequest(
						Stream.of(events).map((event) -> new ToServer.SubscriptionRequest(event, true)).toList(), null,
						StreamRequest.StreamProof.NEW, stream, "secret", null, null, Duration.ofSeconds(10)));
	}

	/** Connects a client by its own way out. */
	public void connect(Class<?> actor, String key, ConnectRequest request, Outbound outbound) {
		this.connections.register(request, outbound, this.limits.connect(request.identity().address(), false));
		this.directory.connect(target(actor, key), request).block(PATIENCE);
	}

	@Override
	public void close() {
		this.node.stop().timeout(Duration.ofSeconds(5)).onErrorComplete().block();
		this.workers.dispose();
		this.timers.dispose();
	}

}
