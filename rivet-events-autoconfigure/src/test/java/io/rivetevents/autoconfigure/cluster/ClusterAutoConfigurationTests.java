/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.autoconfigure.InvalidSettingException;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsChecksAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsRedisAutoConfiguration;
import io.rivetevents.autoconfigure.state.RivetEventsFileAutoConfiguration;
import io.rivetevents.autoconfigure.state.RivetEventsJdbcAutoConfiguration;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.cluster.directory.ClusterNode;
import io.rivetevents.cluster.engine.Discovery;
import io.rivetevents.cluster.engine.DnsDiscovery;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.cluster.status.Cluster;
import io.rivetevents.connection.ConnectionCounts;
import io.rivetevents.connection.Connections;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.Backplane;
import io.rivetevents.redis.RedisBackplane;
import io.rivetevents.transport.StreamSecrets;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A node of a cluster as the properties describe it.
 */
@ExtendWith(OutputCaptureExtension.class)
class ClusterAutoConfigurationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@TempDir
	private Path folder;

	private final ApplicationContextRunner withoutDatabase = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class,
				RivetEventsChecksAutoConfiguration.class, RivetEventsFileAutoConfiguration.class,
				RivetEventsJdbcAutoConfiguration.class, RivetEventsClusterAutoConfiguration.class));

	private final ApplicationContextRunner runner = this.withoutDatabase
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
		.withPropertyValues("spring.datasource.generate-unique-name=true");

	private final ApplicationContextRunner enabled = this.runner.withPropertyValues("rivet.events.cluster.enabled=true",
			"rivet.events.cluster.bind-address=127.0.0.1", "rivet.events.cluster.port=" + freePort());

	private static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void isOffByDefault() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(ClusterNode.class));
	}

	@Test
	void aNodeWithoutOthersWorksAlone() {
		this.enabled.withUserConfiguration(Room.class).run((context) -> {
			assertThat(context.getBean(ClusterNode.class).status().nodes()).isEqualTo(1);
			assertThat(context.getBean(ActorDirectory.class))
				.isNotSameAs(context.getBean("rivetLocalActorDirectory", ActorDirectory.class));
			assertThat(greeting(context)).isEqualTo("hello");
			StoredActor stored = context.getBean(ActorStateStore.class).list("default", "room", null, 10).get(0);
			assertThat(stored.owner()).isEqualTo(context.getBean(OutboundRegistry.class).node());
		});
	}

	/** The first instances of other nodes need not wait until its classes are loaded. */
	@Test
	void looksForAnInstanceBeforeItJoins() {
		this.enabled.withUserConfiguration(Room.class, Watched.class)
			.withPropertyValues("rivet.events.cluster.nodes=127.0.0.1:7800")
			.run((context) -> {
				Watched watched = context.getBean(Watched.class);
				assertThat(watched.loaded).filteredOn((address) -> address.name().equals("room"))
					.singleElement()
					.extracting(ActorAddress::namespace)
					.isEqualTo("rivet-check");
				assertThat(watched.joined).containsExactly(false);
			});
	}

	@Test
	void carriesEventsForAllNodes() {
		this.enabled.run((context) -> {
			Backplane backplane = context.getBean(Backplane.class);
			assertThat(backplane).isSameAs(context.getBean(ClusterNode.class).backplane());
			assertThat(backplane.status().connected()).isTrue();
			context.getBean(Connections.class).everywhere().send("news", 1);
			assertThat(backplane.status().published()).isOne();
		});
	}

	@Test
	void leavesEventsForAllNodesToRedisIfItIsChosen() {
		this.enabled
			.withConfiguration(
					AutoConfigurations.of(DataRedisAutoConfiguration.class, RivetEventsRedisAutoConfiguration.class))
			.withPropertyValues("rivet.events.backplane=redis")
			.run((context) -> {
				assertThat(context.getBean(Backplane.class)).isInstanceOf(RedisBackplane.class);
				assertThat(context).getBean(OtherNodes.class).isSameAs(context.getBean(ClusterNode.class).others());
			});
	}

	private static String greeting(ApplicationContext context) {
		return context.getBean(Actors.class).getOrCreate("room", "a").call("greet", String.class).block(PATIENCE);
	}

	@Test
	void isRefusedWithoutTheModule() {
		this.enabled.withClassLoader(new FilteredClassLoader("io.rivetevents.cluster.engine"))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("rivet.events.cluster.enabled")
				.hasMessageContaining("its module is missing"));
	}

	/** Nothing else is correct either: the store is named before what follows from it. */
	@ParameterizedTest
	@CsvSource({ "memory, the store \"memory\" belongs to one node, rivet-events-jdbc",
			", the store \"memory\" belongs to one node, rivet-events-jdbc",
			"file, the store \"file\" belongs to one node, rivet-events-jdbc",
			"jdbc, a DataSource is missing, spring.datasource.url",
			"redis, the store \"memory\" belongs to one node, rivet-events-redis" })
	void namesAStoreThatCannotBeShared(@Nullable String store, String problem, String action) {
		this.withoutDatabase
			.withInitializer((context) -> ((GenericApplicationContext) context).registerBean(Caller.class))
			.withClassLoader(new FilteredClassLoader("io.rivetevents.redis"))
			.withPropertyValues("rivet.events.cluster.enabled=true", "rivet.events.cluster.bind-address=none.invalid",
					"rivet.events.cluster.ssl.bundle=none", "rivet.events.cluster.discovery=static",
					"rivet.events.state.file.path=" + this.folder.resolve("rivet.db"),
					"rivet.events.state.store=" + ((store != null) ? store : ""))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidSettingException.class, (failure) -> {
					assertThat(failure.description()).contains(problem);
					assertThat(failure.action()).contains(action);
				}));
	}

	@Test
	void warnsOfADatabaseThatBelongsToOneProcess(CapturedOutput output) {
		this.enabled.run((context) -> assertThat(output).contains("Other nodes cannot use the database jdbc:h2:mem:"));
	}

	@Test
	void isRefusedWithAStoreThatLetsTwoNodesSave() {
		this.enabled.withUserConfiguration(Unfenced.class)
			.withPropertyValues("rivet.events.cluster.nodes=127.0.0.1:7800")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("has created an instance that existed"));
	}

	@Test
	void isRefusedIfTheStoreKeepsNoKeyOfStreams() {
		ApplicationContextRunner own = this.enabled.withUserConfiguration(Fenced.class)
			.withPropertyValues("rivet.events.cluster.nodes=127.0.0.1:7800");
		own.run((context) -> assertThat(context).getFailure()
			.rootCause()
			.isInstanceOf(InvalidSettingException.class)
			.hasMessageContaining("the nodes have no common key of streams"));
		own.withPropertyValues("rivet.events.security.stream-key=a key of all nodes")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(strings = { "static", "dns" })
	void isRefusedIfNoNodeCanBeFound(String discovery) {
		this.enabled.withPropertyValues("rivet.events.cluster.discovery=" + discovery)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("rivet.events.cluster.nodes"));
	}

	@Test
	void findsNodesByDnsIfThatIsChosen() {
		this.enabled
			.withPropertyValues("rivet.events.cluster.discovery=dns", "rivet.events.cluster.nodes=nodes.invalid")
			.run((context) -> {
				assertThat(context).getBean(Discovery.class).isInstanceOf(DnsDiscovery.class);
				assertThat(context.getBean(Cluster.class).status().nodes()).isOne();
			});
	}

	@Test
	void findsThePodsOfAServiceInKubernetes() {
		this.enabled
			.withPropertyValues("rivet.events.cluster.discovery=kubernetes", "spring.main.cloud-platform=kubernetes",
					"spring.application.name=shop")
			.run((context) -> {
				assertThat(context).getBean(Discovery.class).isInstanceOf(KubernetesDiscovery.class);
				assertThat(context.getBean(Cluster.class).status().nodes()).isOne();
			});
	}

	@Test
	void logsThatThereIsNoServiceWithThePods(CapturedOutput output) {
		Discovery discovery = new KubernetesDiscovery(List.of("shop-nodes"), (cluster) -> List.of());
		assertThat(discovery.find("shop")).isEmpty();
		assertThat(discovery.find("shop")).isEmpty();
		assertThat(output.getAll())
			.containsOnlyOnce("DNS has no pod of shop-nodes. Create a headless service of that name");
	}

	@ParameterizedTest
	@CsvSource({ "none, shop, rivet.events.cluster.discovery, does not run in Kubernetes",
			"kubernetes, My Shop, rivet.events.cluster.nodes, 'My Shop-nodes'" })
	void isRefusedIfNoServiceCanBeFound(String platform, String name, String property, String problem) {
		this.enabled
			.withPropertyValues("rivet.events.cluster.discovery=kubernetes", "spring.main.cloud-platform=" + platform,
					"spring.application.name=" + name)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining(property)
				.hasMessageContaining(problem));
	}

	@Test
	void queriesTheNodesOfTheCluster() {
		this.enabled.run((context) -> {
			assertThat(context).getBean(OtherNodes.class).isSameAs(context.getBean(ClusterNode.class).others());
			assertThat(context.getBean(Connections.class).countEverywhere(Duration.ofSeconds(5)).block())
				.isEqualTo(new ConnectionCounts(0, 0, true, Set.of()));
		});
	}

	@Test
	void isRefusedIfTheChosenDiscoveryIsNotThatOfTheStore() {
		this.enabled.withPropertyValues("rivet.events.cluster.discovery=redis")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("the store is not in Redis"));
	}

	@Test
	void reportsTheNodesInItsHealth() {
		this.enabled.withConfiguration(AutoConfigurations.of(RivetEventsClusterHealthAutoConfiguration.class))
			.run((context) -> {
				Health health = context.getBean(ClusterHealthIndicator.class).health();
				assertThat(health.getStatus()).isEqualTo(Status.UP);
				assertThat(health.getDetails()).containsEntry("nodes", 1).containsEntry("backlog", 0L);
				assertThat(health.getDetails()).containsKeys("pending", "links", "forwarded", "taken", "released",
						"fenced", "refused", "reconnected", "resynced", "smallerPart");
				assertThat(context.getBean(Cluster.class).status().nodes()).isEqualTo(1);
			});
	}

	@Test
	void hasNoHealthWithoutACluster() {
		this.runner.withConfiguration(AutoConfigurations.of(RivetEventsClusterHealthAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ClusterHealthIndicator.class));
	}

	@Test
	void namesThePortThatIsInUse() throws IOException {
		try (ServerSocket used = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.enabled.withPropertyValues("rivet.events.cluster.port=" + used.getLocalPort())
				.run((context) -> assertThat(context).getFailure()
					.hasRootCauseInstanceOf(BindException.class)
					.satisfies((failure) -> {
						FailureAnalysis analysis = new ClusterStartFailureAnalyzer().analyze(failure);
						assertThat(analysis).isNotNull();
						assertThat(analysis.getDescription()).contains("Port " + used.getLocalPort(), "cannot be used");
						assertThat(analysis.getAction()).contains("set rivet.events.cluster.port to another port");
					}));
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Unfenced {

		@Bean
		ActorStateStore store() {
			return new DelegatingActorStateStore(new MemoryActorStateStore()) {

				@Override
				public void commit(Change change) {
					// as a store that accepts each save
				}

			};
		}

	}

	/** A store that keeps instances only. */
	@Configuration(proxyBeanMethods = false)
	static class Fenced {

		@Bean
		ActorStateStore store() {
			return new DelegatingActorStateStore(new MemoryActorStateStore()) {

				@Override
				public String initialize(String name, String value) {
					return value;
				}

			};
		}

		@Bean
		StreamSecrets secrets() {
			return new StreamSecrets(StreamSecrets.newKey());
		}

	}

	/** A store with what was looked for, and whether the node had joined by then. */
	@Configuration(proxyBeanMethods = false)
	static class Watched {

		private final List<ActorAddress> loaded = new CopyOnWriteArrayList<>();

		private final List<Boolean> joined = new CopyOnWriteArrayList<>();

		@Bean
		ActorStateStore store(ObjectProvider<Membership> membership) {
			return new DelegatingActorStateStore(new MemoryActorStateStore()) {

				@Override
				public @Nullable StoredActor load(ActorAddress address) {
					Watched.this.loaded.add(address);
					if (address.name().equals("room")) {
						Watched.this.joined.add(membership.getObject().view() > 0);
					}
					return super.load(address);
				}

			};
		}

	}

	/** A bean of the application, created before those of the auto-configurations. */
	static class Caller {

		Caller(ActorDirectory directory) {
		}

	}

	@Actor("room")
	static class Room {

		@Action
		String greet() {
			return "hello";
		}

	}

}
