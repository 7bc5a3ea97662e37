/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.io.Resource;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.util.StringUtils;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.autoconfigure.InvalidSettingException;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsProperties;
import io.rivetevents.autoconfigure.RivetEventsRedisAutoConfiguration;
import io.rivetevents.autoconfigure.state.RivetEventsJdbcAutoConfiguration;
import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.cluster.call.CallSettings;
import io.rivetevents.cluster.directory.ClusterNode;
import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.Discovery;
import io.rivetevents.cluster.engine.JGroups;
import io.rivetevents.cluster.engine.JGroupsSettings;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.cluster.link.LinkTimes;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.cluster.membership.SmallerPart;
import io.rivetevents.cluster.ownership.ClusterOwnership;
import io.rivetevents.cluster.peer.BurstEngine;
import io.rivetevents.cluster.peer.PeerSettings;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.observation.Tracing;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.scheduling.WakeupBatches;
import io.rivetevents.transport.StreamSecrets;

/**
 * Auto-configuration of a node that joins others. It replaces the directory of the node.
 */
@AutoConfiguration(before = RivetEventsAutoConfiguration.class,
		after = { RivetEventsJdbcAutoConfiguration.class, RivetEventsRedisAutoConfiguration.class })
@ConditionalOnBooleanProperty(name = "rivet.events.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty("rivet.events.cluster.enabled")
@ConditionalOnClass(ClusterEngine.class)
@EnableConfigurationProperties(RivetEventsClusterProperties.class)
@Import(DiscoveryConfiguration.class)
public final class RivetEventsClusterAutoConfiguration {

	private static final String PREFIX = "rivet.events.cluster.";

	/**
	 * Is required by the engine: without it, a failed discovery could be reported first.
	 */
	@Bean
	SharedStore rivetSharedStore(ObjectProvider<ActorStateStore> store, RivetEventsProperties events,
			ObjectProvider<RivetEventsJdbcAutoConfiguration.StoreDatabase> database) {
		SharedStore.check(events.state().store());
		SharedStore shared = new SharedStore(store.getObject());
		shared.check();
		database.ifAvailable((found) -> LocalDatabase.check(found.dataSource()));
		return shared;
	}

	@Bean
	@ConditionalOnMissingBean
	ClusterEngine rivetClusterEngine(SharedStore store, RivetEventsClusterProperties properties,
			OutboundRegistry registry, Discovery discovery, Environment environment,
			ObjectProvider<SslBundles> bundles) {
		String bundle = properties.ssl().bundle();
		return JGroups
			.create(new JGroupsSettings(name(properties, environment), registry.node(), properties.bindAddress(),
					properties.port(), properties.failureTimeout(), discovery, location(properties.jgroupsConfig()),
					(bundle != null) ? NodeSslBundle.read(bundle, bundles.getIfAvailable()) : null));
	}

	private static @Nullable String location(@Nullable Resource configuration) {
		if (configuration == null) {
			return null;
		}
		try (InputStream content = configuration.getInputStream()) {
			return configuration.getURI().toString();
		}
		catch (IOException ex) {
			throw new InvalidSettingException(PREFIX + "jgroups-config", configuration,
					"the file cannot be read: " + ex.getMessage(),
					"Set rivet.events.cluster.jgroups-config to a file, such as classpath:jgroups.xml");
		}
	}

	static String name(RivetEventsClusterProperties properties, Environment environment) {
		String name = (properties.name() != null) ? properties.name()
				: environment.getProperty("spring.application.name");
		return StringUtils.hasText(name) ? name : "rivet";
	}

	@Bean
	Membership rivetMembership(RivetEventsClusterProperties properties, OutboundRegistry registry,
			@Qualifier("rivetActorTimers") Scheduler timers) {
		SmallerPart rule = switch (properties.smallerPart()) {
			case WAIT -> SmallerPart.WAIT;
			case GO_ON -> SmallerPart.GO_ON;
		};
		return new Membership(registry.node(), rule, properties.smallerPartTimeout(), timers);
	}

	/** Threads that wait for other nodes. They end when they are not used. */
	@Bean(destroyMethod = "shutdownNow", defaultCandidate = false)
	ExecutorService rivetClusterWriters() {
		CustomizableThreadFactory threads = new CustomizableThreadFactory("rivet-cluster-");
		threads.setDaemon(true);
		return Executors.newCachedThreadPool(threads);
	}

	/** The node requires it, and what carries its requests requires the node. */
	@Bean
	ClusterOwnership rivetOwnership(Membership membership, ObjectProvider<ClusterNode> node,
			RivetEventsClusterProperties properties, @Qualifier("rivetActorTimers") Scheduler timers) {
		return new ClusterOwnership(membership, (other, operation) -> node.getObject().askNode(other, operation),
				timers, properties.disconnectGrace());
	}

	@Bean
	ClusterNode.Parts rivetClusterParts(ClusterEngine engine, Membership membership, ClusterOwnership ownership,
			ObjectProvider<PrincipalCodec> principals, ValueMapper mapper, ObjectProvider<Tracing> tracing,
			OutboundRegistry registry, @Qualifier("rivetLocalActorDirectory") ActorDirectory local,
			ObjectProvider<LocalNode> node, @Qualifier("rivetActorTimers") Scheduler timers,
			@Qualifier("rivetActorWorkers") Scheduler workers,
			@Qualifier("rivetClusterWriters") ExecutorService writers, WakeupBatches bursts) {
		FrameCodec codec = new FrameCodec(
				new ConnectRequestCodec(principals.getIfAvailable(() -> PrincipalCodec.BY_NAME)));
		return new ClusterNode.Parts(new BurstEngine(engine, bursts), membership, ownership, codec, mapper,
				tracing.getIfAvailable(() -> Tracing.NONE), registry, local, node::getObject, timers, workers, writers);
	}

	@Bean
	ClusterNode rivetClusterNode(ClusterNode.Parts parts, RivetEventsClusterProperties properties) {
		return new ClusterNode(parts,
				new ClusterNode.Settings(new PeerSettings(properties.maxLinkBacklog().toBytes()), CallSettings.DEFAULTS,
						LinkTimes.DEFAULTS.withGrace(properties.disconnectGrace())
							.withSmallerPart(properties.smallerPartSockets()),
						properties.leaveTimeout()));
	}

	/** With {@code rivet.events.backplane: redis} the nodes use Redis. */
	@Bean
	@ConditionalOnMissingBean
	Backplane rivetClusterBackplane(ClusterNode node) {
		return node.backplane();
	}

	/** Also with the backplane of Redis. */
	@Bean
	@ConditionalOnMissingBean
	OtherNodes rivetOtherNodes(ClusterNode node) {
		return node.others();
	}

	@Bean
	@ConditionalOnMissingBean
	ActorDirectory rivetActorDirectory(ClusterNode node) {
		return node.directory();
	}

	@Bean
	ClusterLifecycle rivetClusterLifecycle(ApplicationContext context, ClusterNode node, SharedStore store,
			RivetEventsProperties events, RivetEventsClusterProperties properties,
			ObjectProvider<StreamSecrets> streams) {
		if (streams.getIfAvailable() != null && events.security().streamKey() == null) {
			store.checkStreamKey();
		}
		Runnable join = () -> {
			node.rehearse().block();
			node.start();
		};
		return new ClusterLifecycle(context, join, () -> node.handOver(properties.leaveTimeout()).block(), node::stop);
	}

}
