/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.util.Assert;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.server.WebFilter;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.call.ActionListeners;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.StoredActors;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsProperties;
import io.rivetevents.contract.reflect.ContractFingerprints;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.TargetServices;
import io.rivetevents.delivery.Users;
import io.rivetevents.explain.DeliveryRecorder;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.AuthenticationExpiry;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.extension.Outbox;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.Observers;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.test.node.CountedWorkers;
import io.rivetevents.test.node.NodeParts;
import io.rivetevents.test.node.NodesBackplane;
import io.rivetevents.test.node.SocketUsers;
import io.rivetevents.test.node.TestNodes;
import io.rivetevents.test.time.VirtualTime;
import io.rivetevents.transport.Handshake;

/**
 * Auto-configuration of {@link ActorTester}, by {@code rivet.test.transport}: clients in
 * memory and virtual time, or real sockets and real time. {@code rivet.test.nodes} sets
 * the number of nodes in memory.
 */
@AutoConfiguration(before = RivetEventsAutoConfiguration.class)
final class ActorTesterAutoConfiguration {

	private static final Log logger = LogFactory.getLog(ActorTesterAutoConfiguration.class);

	private static final String JOIN = "rivet.events.state.jdbc.join-transaction";

	private static final String TRANSPORT = "rivet.test.transport";

	private static final String NODES = "rivet.test.nodes";

	private static final int MAX_NODES = 16;

	private static final String PATIENCE = "${rivet.test.patience:10s}";

	ActorTesterAutoConfiguration(Environment environment, ApplicationContext beans) {
		String transport = environment.getProperty(TRANSPORT, "memory");
		Assert.state(List.of("memory", "websocket").contains(transport),
				() -> "%s is %s: set it to memory or websocket".formatted(TRANSPORT, transport));
		checkNodes(nodes(environment), transport, beans.getClassLoader());
		if (environment.getProperty(JOIN, boolean.class, false) && !beans.containsBean("rivetTransactionCheck")) {
			logger.warn("%s has no effect in this test: without the store in a database, @Transactional on actions "
				.formatted(JOIN)
					+ "begins no transaction. Use @SpringBootTest and @AutoConfigureActorTester to test transactions");
		}
	}

	private static int nodes(Environment environment) {
		return environment.getProperty(NODES, int.class, 1);
	}

	private static void checkNodes(int nodes, String transport, @Nullable ClassLoader classes) {
		Assert.state(nodes >= 1 && nodes <= MAX_NODES,
				() -> "%s is %d: set it to 1 to %d".formatted(NODES, nodes, MAX_NODES));
		Assert.state(nodes == 1 || transport.equals("memory"),
				() -> "%d nodes require clients in memory and virtual time: remove %s=%s".formatted(nodes, TRANSPORT,
						transport));
		TestNodes.checkModule(nodes, classes);
	}

	@Bean
	NodeParts rivetTestNodeParts(TargetServices targets, Interception interception, Observers observers, Limits limits,
			ObjectProvider<CallerScope> callers, ActorTypes types, ActionListeners listeners,
			ObjectProvider<ContractFingerprints> fingerprints, OutboundRegistry registry, Authentication authentication,
			ObjectProvider<ActorDirectory> directory, RivetEventsProperties properties, DeliveryRecorder deliveries,
			ObjectProvider<Outbox> outbox) {
		CallerScope scope = callers.getIfAvailable(() -> CallerScope.NONE);
		return new NodeParts(targets, interception.inbound().orderedStream().toList(),
				interception.outbound().orderedStream().toList(), observers, limits, scope, types, listeners,
				fingerprints.getIfAvailable(() -> ContractFingerprints.NONE), registry,
				SingletonSupplier.of(() -> authentication.handshake(properties, limits, scope, types)),
				SingletonSupplier.of(directory::getObject), properties, deliveries, authentication.codec(),
				outbox.getIfAvailable(() -> Outbox.NONE));
	}

	@Bean
	Interception rivetTestInterception(ObjectProvider<InboundInterceptor> inbound,
			ObjectProvider<OutboundInterceptor> outbound) {
		return new Interception(inbound, outbound);
	}

	@Bean
	Authentication rivetTestAuthentication(ObjectProvider<ConnectionAuthenticator> authenticator,
			ObjectProvider<Users> users, ObjectProvider<PrincipalCodec> principals,
			ObjectProvider<AuthenticationExpiry> expiries, @Qualifier("rivetActorTimers") Scheduler timers) {
		return new Authentication(authenticator, users, principals, expiries, timers);
	}

	@Bean
	DeliveryRecorder rivetTestDeliveries(ObjectProvider<Clock> clock) {
		return new DeliveryRecorder(clock.getIfAvailable(Clock::systemUTC));
	}

	@Bean
	ActorTester rivetActorTester(Backend backend, NodeParts parts) {
		return new ActorTester(backend, parts);
	}

	/**
	 * The interceptors of the application.
	 *
	 * @param inbound of requests
	 * @param outbound of events
	 */
	record Interception(ObjectProvider<InboundInterceptor> inbound, ObjectProvider<OutboundInterceptor> outbound) {
	}

	/**
	 * The ways to authenticate clients.
	 *
	 * @param authenticator checks credentials
	 * @param users identifies users
	 * @param principals writes and reads users
	 * @param expiries find the expiry of credentials
	 * @param timers scheduler of timeouts
	 */
	record Authentication(ObjectProvider<ConnectionAuthenticator> authenticator, ObjectProvider<Users> users,
			ObjectProvider<PrincipalCodec> principals, ObjectProvider<AuthenticationExpiry> expiries,
			Scheduler timers) {

		PrincipalCodec codec() {
			return this.principals.getIfAvailable(() -> PrincipalCodec.BY_NAME);
		}

		/** Composes a handshake, because an application without a server has none. */
		Handshake handshake(RivetEventsProperties properties, Limits limits, CallerScope scope, ActorTypes types) {
			RivetEventsProperties.Security security = properties.security();
			ConnectionAuthenticator found = this.authenticator.getIfAvailable(() -> ConnectionAuthenticator.NONE);
			return new Handshake(found.within(scope), this.users.getIfAvailable(() -> Users.PLAIN),
					security.authenticationRequired(), limits, security.authenticationTimeout(), this.timers,
					types::takeRequestHead, AuthenticationExpiry.earliest(this.expiries.orderedStream().toList()),
					null);
		}

	}

	/** Clients in memory, and a node in virtual time. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = TRANSPORT, havingValue = "memory", matchIfMissing = true)
	static class Memory {

		@Bean
		VirtualTime rivetVirtualTime() {
			return new VirtualTime();
		}

		@Bean
		@Primary
		Clock rivetTestClock(VirtualTime time) {
			return time.clock();
		}

		@Bean
		CountedWorkers rivetCountedWorkers() {
			return new CountedWorkers();
		}

		@Bean(destroyMethod = "", defaultCandidate = false)
		Scheduler rivetActorTimers(VirtualTime time) {
			return time.timers();
		}

		@Bean(destroyMethod = "", defaultCandidate = false)
		Scheduler rivetActorWorkers(CountedWorkers workers) {
			return workers.scheduler();
		}

		@Bean
		TestNodes rivetTestNodes(NodeParts parts, ActorStateStore store, VirtualTime time, CountedWorkers workers,
				Environment environment) {
			return new TestNodes(parts, store,
					new TestNodes.Time(time.clock(), time.timers(), time::executor, time::advance), workers,
					nodes(environment));
		}

		/** With several nodes it is that of the first one, whose name is fixed. */
		@Bean
		OutboundRegistry rivetConnectionRegistry(DeliveryRecorder deliveries, Environment environment) {
			String name = (nodes(environment) > 1) ? TestNodes.FIRST_NAME : UUID.randomUUID().toString();
			return new OutboundRegistry(name, deliveries);
		}

		/** Only for several nodes: one has the backplane of the application. */
		@Bean
		@ConditionalOnMissingBean(Backplane.class)
		@ConditionalOnExpression("${rivet.test.nodes:1} > 1")
		NodesBackplane rivetTestBackplane(ObjectProvider<TestNodes> nodes) {
			return new NodesBackplane(SingletonSupplier.of(nodes::getObject));
		}

		@Bean
		LocalNode rivetTestNode(TestNodes nodes) {
			return nodes.idle();
		}

		@Bean
		@ConditionalOnMissingBean
		StoredActors rivetTestStoredActors(ObjectProvider<TestNodes> nodes) {
			return TestNodes.storedActors(SingletonSupplier.of(nodes::getObject));
		}

		/** That of the node that runs, also for a directory that decorates it. */
		@Bean(defaultCandidate = false)
		ActorDirectory rivetLocalActorDirectory(ObjectProvider<TestNodes> nodes) {
			return TestNodes.directory(SingletonSupplier.of(nodes::getObject));
		}

		@Bean
		MemoryBackend rivetTestBackend(TestNodes nodes, VirtualTime time, CountedWorkers workers,
				@Value(PATIENCE) Duration patience) {
			return new MemoryBackend(nodes, time, workers, patience);
		}

		@Bean
		TesterLifecycle rivetTesterLifecycle(ActorTester tester, TestNodes nodes) {
			return new TesterLifecycle(tester, nodes);
		}

	}

	/** Clients over real sockets, and the application as it is. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = TRANSPORT, havingValue = "websocket")
	@ConditionalOnClass(WebFilter.class)
	static class Sockets {

		@Bean
		SocketUsers rivetTestUsers() {
			return new SocketUsers();
		}

		@Bean
		SocketBackend rivetTestBackend(LocalNode node, Environment environment, RivetEventsProperties properties,
				SocketUsers users, @Value(PATIENCE) Duration patience) {
			return new SocketBackend(node, environment, properties.basePath(), users, patience);
		}

	}

}
