/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import jakarta.validation.Validator;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.util.JdkIdGenerator;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.util.unit.DataSize;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActionListeners;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.call.ActorSettings.StateSettings;
import io.rivetevents.actor.hibernation.HibernationSettings;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActors;
import io.rivetevents.autoconfigure.RivetEventsProperties.OnForbiddenSubscription;
import io.rivetevents.autoconfigure.RivetEventsProperties.Write;
import io.rivetevents.cluster.ClusterConnections;
import io.rivetevents.contract.reflect.ContractFingerprints;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.ConnectionServices;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.TargetServices;
import io.rivetevents.delivery.dispatch.ReactiveTransactions;
import io.rivetevents.event.publishing.EventPublishingObserver;
import io.rivetevents.explain.DeliveryRecorder;
import io.rivetevents.extension.ActionArgumentResolver;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ArgumentValidator;
import io.rivetevents.extension.ConnectionObserver;
import io.rivetevents.extension.FailureTranslator;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.InvocationDecorator;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.extension.Outbox;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.extension.TenantResolver;
import io.rivetevents.invocation.AccessGuard;
import io.rivetevents.invocation.ActorRegistrar;
import io.rivetevents.invocation.InvocationServices;
import io.rivetevents.invocation.InvocationServices.Neighbours;
import io.rivetevents.invocation.SubscriptionGuard;
import io.rivetevents.invocation.validation.BeanArgumentValidator;
import io.rivetevents.invocation.validation.UncheckedConstraints;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.Observers;
import io.rivetevents.observation.Tracing;
import io.rivetevents.outbox.StoredOutbox;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.placement.DirectoryActors;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.placement.NodeShutdown;
import io.rivetevents.scheduling.ActorWorkers;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.scheduling.WakeupBatches;

/**
 * Auto-configuration of the actors, in any kind of application. Clients connect in an
 * application on WebFlux: see {@link RivetEventsWebAutoConfiguration}.
 */
@AutoConfiguration(after = JacksonAutoConfiguration.class,
		afterName = "org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration")
@ConditionalOnBooleanProperty(name = "rivet.events.enabled", matchIfMissing = true)
@EnableConfigurationProperties(RivetEventsProperties.class)
@Import(ConnectionsConfiguration.class)
public final class RivetEventsAutoConfiguration {

	private static final Log logger = LogFactory.getLog(RivetEventsAutoConfiguration.class);

	@Bean
	static BoundsAdvisor rivetBoundsAdvisor() {
		return new BoundsAdvisor();
	}

	@Bean
	@ConditionalOnMissingBean
	ValueMapper rivetValueMapper(JsonMapper mapper) {
		return new ValueMapper(mapper);
	}

	@Bean
	@ConditionalOnMissingBean(ActorStateStore.class)
	MemoryActorStateStore rivetActorStateStore(Limits limits, ObjectProvider<Clock> clock,
			RivetEventsProperties properties) {
		if (properties.state().store() == null) {
			logger.info("Instances are stored in memory: when this process ends, they are lost."
					+ " Set rivet.events.state.store to file, jdbc or redis to keep them, or to memory to keep this store");
		}
		return new MemoryActorStateStore(limits.stored(), clock(clock));
	}

	@Bean
	@ConditionalOnMissingBean
	OutboundRegistry rivetConnectionRegistry(ObjectProvider<DeliveryRecorder> deliveries) {
		return new OutboundRegistry(UUID.randomUUID().toString(), deliveries.getIfAvailable());
	}

	@Bean
	EventContracts rivetEventContracts(ValueMapper mapper) {
		return new EventContracts(mapper);
	}

	@Bean(destroyMethod = "dispose", defaultCandidate = false)
	@ConditionalOnMissingBean(name = "rivetActorTimers")
	Scheduler rivetActorTimers() {
		return Schedulers.newSingle("rivet-timers", true);
	}

	@Bean
	WakeupBatches rivetBursts(@Qualifier("rivetActorTimers") Scheduler timers) {
		return new WakeupBatches(timers);
	}

	@Bean
	EventPublishingObserver rivetEventPublishingObserver(ApplicationEventPublisher publisher,
			@Qualifier("rivetActorWorkers") Scheduler workers, Limits limits, ObjectProvider<CallerScope> callers) {
		return new EventPublishingObserver(publisher, workers, limits, callers(callers));
	}

	@Bean
	Observers rivetObservers(ObjectProvider<ConnectionObserver> observers,
			@Qualifier("rivetActorTimers") Scheduler timers, ObjectProvider<Tracing> tracing) {
		return new Observers(observers.orderedStream().toList(), nanoTime(timers), available(tracing, Tracing.NONE));
	}

	@Bean
	@ConditionalOnBooleanProperty("rivet.events.deliveries.recorded")
	@ConditionalOnMissingBean
	DeliveryRecorder rivetDeliveryLog(ObjectProvider<Clock> clock) {
		return new DeliveryRecorder(clock(clock));
	}

	private static LongSupplier nanoTime(Scheduler timers) {
		return () -> timers.now(TimeUnit.NANOSECONDS);
	}

	static CallerScope callers(ObjectProvider<CallerScope> callers) {
		return available(callers, CallerScope.NONE);
	}

	private static Clock clock(ObjectProvider<Clock> clock) {
		Clock unique = clock.getIfUnique();
		return (unique != null) ? unique : Clock.systemUTC();
	}

	/** Without a lambda for each default, which would be linked in each start. */
	static <T> T available(ObjectProvider<T> provider, T other) {
		T found = provider.getIfAvailable();
		return (found != null) ? found : other;
	}

	@Bean
	Limits rivetLimits(RivetEventsProperties properties, @Qualifier("rivetActorTimers") Scheduler timers,
			ObjectProvider<TenantResolver> tenants) {
		SizesCheck.check(properties);
		TextsCheck.check(properties);
		try {
			return new Limits(LimitsMapping.toSettings(properties.limits()), nanoTime(timers),
					available(tenants, TenantResolver.NONE));
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSettingException("rivet.events.limits.trusted-proxies",
					properties.limits().trustedProxies(), String.valueOf(ex.getMessage()),
					"Set rivet.events.limits.trusted-proxies to addresses or networks such as 10.0.0.1 or 10.0.0.0/8, separated by commas");
		}
	}

	static ActorSettings actorSettings(RivetEventsProperties properties) {
		RivetEventsProperties.Actor actor = properties.actor();
		ActorSettings settings = new ActorSettings(actor.actionTimeout(), actor.connectionHookTimeout(),
				actor.lifecycleHookTimeout(), actor.sleepTimeout(), actor.saveInterval(), actor.mailboxCapacity(),
				(int) actor.maxKeySize().toBytes(), (int) actor.maxInputSize().toBytes(), false, history(properties),
				state(properties),
				new HibernationSettings(actor.hibernate(), (int) actor.maxHibernatedSize().toBytes()));
		return settings.withCloseOnForbiddenSubscription(
				properties.security().onForbiddenSubscription() == OnForbiddenSubscription.CLOSE);
	}

	private static StateSettings state(RivetEventsProperties properties) {
		RivetEventsProperties.State state = properties.state();
		return new StateSettings(state.write() == Write.SYNC, (int) state.maxSize().toBytes());
	}

	/**
	 * Replayed events must fit into the queue of the client, or it could never resume.
	 */
	private static HistoryLimits history(RivetEventsProperties properties) {
		RivetEventsProperties.History history = properties.history();
		DataSize queue = Collections
			.min(List.of(properties.websocket().maxQueuedSize(), properties.sse().maxQueuedSize()));
		long maxBytes = Math.min(history.maxSize().toBytes(), queue.toBytes() / 2);
		return new HistoryLimits(history.maxEvents(), maxBytes, history.maxAge(), history.durable());
	}

	@Bean
	ActorTypes rivetActorTypes() {
		return new ActorTypes();
	}

	@Bean
	ActionListeners rivetActionListeners(ObjectProvider<CallerScope> callers) {
		return new ActionListeners(callers(callers));
	}

	/** For a directory of the application that decorates this one. */
	@Bean(defaultCandidate = false)
	@ConditionalOnMissingBean(name = "rivetLocalActorDirectory")
	ActorDirectory rivetLocalActorDirectory(LocalNode node) {
		return node.directory();
	}

	@Bean
	@ConditionalOnMissingBean
	ActorDirectory rivetActorDirectory(@Qualifier("rivetLocalActorDirectory") ActorDirectory local) {
		return local;
	}

	@Bean
	@ConditionalOnMissingBean
	StoredActors rivetStoredActors(LocalNode node) {
		return node.storedActors();
	}

	/**
	 * Does not depend on the directory, so that interceptors and observers, which the
	 * directory requires, can inject it.
	 */
	@Bean
	@ConditionalOnMissingBean
	Actors rivetActors(ObjectProvider<ActorDirectory> directory, ActorTypes types, ActionListeners listeners,
			TargetServices targets, ObjectProvider<Outbox> outbox, ObjectProvider<Tracing> tracing) {
		return new DirectoryActors(SingletonSupplier.of(directory::getObject), types, listeners, targets,
				available(outbox, Outbox.NONE), available(tracing, Tracing.NONE));
	}

	@Bean
	static ActorRegistrar rivetActorRegistrar(ListableBeanFactory beanFactory, ObjectProvider<ActorTypes> types,
			ObjectProvider<RivetEventsProperties> properties, ObjectProvider<InvocationServices> services) {
		return new ActorRegistrar(beanFactory, types, SingletonSupplier.of(() -> actorSettings(properties.getObject())),
				services::getObject);
	}

	@Bean
	RivetEventsLifecycle rivetEventsLifecycle(LocalNode node, ObjectProvider<ClusterConnections> connections,
			OutboundRegistry registry, @Qualifier("rivetActorTimers") Scheduler timers,
			RivetEventsProperties properties, ObjectProvider<StoredOutbox> outbox) {
		RivetEventsProperties.Shutdown settings = properties.shutdown();
		NodeShutdown shutdown = new NodeShutdown(node, registry, timers, settings.timeout(), settings.spread());
		return new RivetEventsLifecycle(node, shutdown, connections.getIfAvailable(), outbox.getIfAvailable());
	}

	@Bean
	ConnectionServices rivetConnectionServices(TargetServices targets, ObjectProvider<OutboundInterceptor> interceptors,
			Observers observers, @Qualifier("rivetActorTimers") Scheduler timers,
			@Qualifier("rivetActorWorkers") Scheduler workers, WakeupBatches bursts, Limits limits,
			ObjectProvider<CallerScope> callers, ObjectProvider<DeliveryRecorder> deliveries) {
		return new ConnectionServices(targets, interceptors.orderedStream().toList(), observers, timers, workers,
				bursts, limits, callers(callers), deliveries.getIfAvailable());
	}

	@Bean
	@ConditionalOnMissingBean
	LocalNode rivetLocalNode(ActorStateStore store, ConnectionServices connections,
			ObjectProvider<InboundInterceptor> interceptors, ObjectProvider<Clock> clock, OutboundRegistry registry,
			ObjectProvider<ContractFingerprints> contracts, ActorTypes types, ActionListeners listeners,
			ObjectProvider<ActorDirectory> directory, RivetEventsProperties properties,
			ObjectProvider<Ownership> ownership, ObjectProvider<Outbox> outbox,
			ObjectProvider<PrincipalCodec> principals) {
		ActorRuntime runtime = new ActorRuntime(store, connections.workers(), clock(clock), connections,
				interceptors.orderedStream().toList(), available(contracts, ContractFingerprints.NONE),
				properties.schedule().settings(), new JdkIdGenerator(), available(ownership, Ownership.ALONE),
				available(outbox, Outbox.NONE), available(principals, PrincipalCodec.BY_NAME));
		return new LocalNode(runtime, types, listeners, registry, directory::getObject);
	}

	@Bean
	InvocationServices rivetInvocationServices(ValueMapper mapper, EventContracts contracts,
			ObjectProvider<ActionArgumentResolver> resolvers, ObjectProvider<ArgumentValidator> validator,
			ObjectProvider<InvocationDecorator> decorators, ObjectProvider<FailureTranslator> translators,
			ObjectProvider<SubscriptionGuard> subscriptions, ObjectProvider<AccessGuard> access,
			ObjectProvider<CallerScope> callers) {
		return new InvocationServices(mapper, contracts,
				new Neighbours(resolvers.orderedStream().toList(), available(validator, ArgumentValidator.NONE),
						decorators.orderedStream().toList(), translators.orderedStream().toList(),
						available(subscriptions, SubscriptionGuard.NONE), available(access, AccessGuard.NONE),
						callers(callers)));
	}

	@Bean(destroyMethod = "dispose", defaultCandidate = false)
	@ConditionalOnMissingBean(name = "rivetActorWorkers")
	Scheduler rivetActorWorkers(RivetEventsProperties properties, WakeupBatches bursts,
			ObjectProvider<CallerScope> callers, Environment environment) {
		return Threading.VIRTUAL.isActive(environment) ? virtualThreads(callers)
				: new ActorWorkers(properties.actor().workerThreads(), bursts);
	}

	private static Scheduler virtualThreads(ObjectProvider<CallerScope> callers) {
		Executor threads = new VirtualThreadTaskExecutor("rivet-worker-");
		Supplier<CallerScope> scope = SingletonSupplier.of(() -> callers(callers));
		// a new thread inherits from the one that starts it
		return Schedulers.fromExecutor((task) -> threads.execute(() -> {
			scope.get().reset();
			task.run();
		}));
	}

	@Bean
	@ConditionalOnClass(name = "org.springframework.transaction.ReactiveTransactionManager")
	ReactiveTransactions rivetReactiveTransactions(ListableBeanFactory beanFactory) {
		// deferred: the transaction managers may not be defined yet, and none is created
		// for this
		return SingletonSupplier.of(() -> BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory,
				ReactiveTransactionManager.class, true, false).length > 0)::obtain;
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Validator.class)
	static class Validation {

		@Bean
		@ConditionalOnMissingBean(ArgumentValidator.class)
		ArgumentValidator rivetArgumentValidator(ObjectProvider<Validator> validator) {
			Validator found = validator.getIfUnique();
			return (found != null && hasProvider(found)) ? new BeanArgumentValidator(found)
					: new UncheckedConstraints();
		}

		/** WebFlux has a validator without a provider if only the API is present. */
		private static boolean hasProvider(Validator validator) {
			try {
				validator.forExecutables();
				return true;
			}
			catch (IllegalStateException ex) {
				return false;
			}
		}

	}

}
