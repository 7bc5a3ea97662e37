/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.time.Clock;
import java.time.Duration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.util.function.SingletonSupplier;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.call.ActionListeners;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.StoredActors;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsProperties;
import io.rivetevents.contract.reflect.ContractFingerprints;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.ReactiveTransactions;
import io.rivetevents.delivery.Users;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.Observers;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.test.node.CountedWorkers;
import io.rivetevents.test.node.NodeParts;
import io.rivetevents.test.node.TestNodes;
import io.rivetevents.transport.Handshake;

/**
 * Auto-configuration of {@link ActorTester}: the node of the application on counted
 * threads, in virtual time.
 */
@AutoConfiguration(before = RivetEventsAutoConfiguration.class)
final class ActorTesterAutoConfiguration {

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
	NodeParts rivetTestNodeParts(ValueMapper mapper, EventContracts contracts, Interception interception,
			Observers observers, Limits limits, ObjectProvider<CallerScope> callers,
			ObjectProvider<ReactiveTransactions> transactions, ActorTypes types, ActionListeners listeners,
			ObjectProvider<ContractFingerprints> fingerprints, OutboundRegistry registry,
			ObjectProvider<Handshake> handshake, ObjectProvider<ActorDirectory> directory,
			RivetEventsProperties properties) {
		return new NodeParts(mapper, contracts, interception.inbound().orderedStream().toList(),
				interception.outbound().orderedStream().toList(), observers, limits,
				callers.getIfAvailable(() -> CallerScope.NONE),
				transactions.getIfAvailable(() -> ReactiveTransactions.NONE), types, listeners,
				fingerprints.getIfAvailable(() -> ContractFingerprints.NONE), registry,
				SingletonSupplier.of(handshake::getObject), SingletonSupplier.of(directory::getObject), properties);
	}

	@Bean
	Interception rivetTestInterception(ObjectProvider<InboundInterceptor> inbound,
			ObjectProvider<OutboundInterceptor> outbound) {
		return new Interception(inbound, outbound);
	}

	@Bean
	TestNodes rivetTestNodes(NodeParts parts, ActorStateStore store, VirtualTime time, CountedWorkers workers) {
		return new TestNodes(parts, store,
				new TestNodes.Time(time.clock(), time.timers(), time::executor, time::advance), workers);
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

	@Bean
	@ConditionalOnMissingBean
	ActorDirectory rivetTestActorDirectory(ObjectProvider<TestNodes> nodes) {
		return TestNodes.directory(SingletonSupplier.of(nodes::getObject));
	}

	@Bean
	@ConditionalOnMissingBean
	Handshake rivetHandshake(ObjectProvider<ConnectionAuthenticator> authenticator, ObjectProvider<Users> users,
			RivetEventsProperties properties, Limits limits, ObjectProvider<CallerScope> callers, ActorTypes types) {
		RivetEventsProperties.Security security = properties.security();
		return new Handshake(
				authenticator.getIfAvailable(() -> ConnectionAuthenticator.NONE)
					.within(callers.getIfAvailable(() -> CallerScope.NONE)),
				users.getIfAvailable(() -> Users.PLAIN), security.authenticationRequired(), limits,
				security.authenticationTimeout(), types::takeRequestHead);
	}

	@Bean
	ActorTester rivetActorTester(TestNodes nodes, NodeParts parts, VirtualTime time, CountedWorkers workers,
			@Value("${rivet.test.patience:10s}") Duration patience) {
		return new ActorTester(nodes, parts, time, workers, patience);
	}

	@Bean
	TesterLifecycle rivetTesterLifecycle(ActorTester tester, TestNodes nodes) {
		return new TesterLifecycle(tester, nodes);
	}

	/**
	 * The interceptors of the application.
	 *
	 * @param inbound of requests
	 * @param outbound of events
	 */
	record Interception(ObjectProvider<InboundInterceptor> inbound, ObjectProvider<OutboundInterceptor> outbound) {
	}

}
