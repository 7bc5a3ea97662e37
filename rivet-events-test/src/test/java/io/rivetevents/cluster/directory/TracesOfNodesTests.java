/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.call.CallSettings;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.cluster.link.LinkTimes;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.cluster.membership.SmallerPart;
import io.rivetevents.cluster.ownership.ClusterOwnership;
import io.rivetevents.cluster.peer.PeerSettings;
import io.rivetevents.delivery.TargetServices;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Outbox;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.placement.DirectoryActors;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;
import io.rivetevents.test.network.SimulatedNetwork;
import io.rivetevents.tracing.ObservationTracing;
import io.rivetevents.tracing.TestSpans;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A trace that begins at one node and ends at another one is one trace.
 */
class TracesOfNodesTests {

	private static final String KEY = "k";

	private static final ActorAddress ADDRESS = ActorHarness.address(Room.class, KEY);

	private final SimulatedNetwork network = SimulatedNetwork.immediate();

	private final ActorStateStore store = new MemoryActorStateStore();

	private final ExecutorService writers = Executors.newCachedThreadPool();

	private final Scheduler timers = Schedulers.newSingle("cluster-timers", true);

	private final Scheduler workers = Schedulers.newBoundedElastic(16, 10_000, "cluster-worker", 5, true);

	private final TestSpans spans = new TestSpans();

	private final ObservationRegistry registry = this.spans.registry();

	private final List<Member> members = List.of(new Member(), new Member());

	@BeforeEach
	void start() {
		this.members.forEach((member) -> member.node.start());
		Awaitility.await().until(() -> this.members.stream().allMatch((member) -> member.node.status().nodes() == 2));
	}

	@AfterEach
	void close() {
		this.members.forEach(Member::close);
		this.writers.shutdownNow();
		this.timers.dispose();
		this.workers.dispose();
	}

	/** The node that does not have the instance. */
	private Member other() {
		return this.members.stream().filter((member) -> !member.membership.owns(ADDRESS)).findFirst().orElseThrow();
	}

	/** Does something within an observation of the other node, in its Reactor context. */
	private TestSpans.Span within(Function<Member, Mono<?>> work) {
		Observation request = Observation.start("request", this.registry);
		work.apply(other())
			.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, request))
			.block(ActorHarness.PATIENCE);
		request.stop();
		return TestSpans.span(request);
	}

	private TestSpans.Span await(String name) {
		Awaitility.await().until(() -> !this.spans.stopped(name).isEmpty());
		return this.spans.stopped(name).get(0);
	}

	private void assertChild(String name, TestSpans.Span parent) {
		assertThat(await(name).trace()).isEqualTo(parent.trace());
		assertThat(await(name).parent()).isEqualTo(parent.id());
	}

	@Test
	void aCallOverHttpIsAChildOfItsRequest() {
		TestSpans.Span request = within((member) -> member.node.directory()
			.call(ActorHarness.target(Room.class, KEY), ConnectRequest.stateless(null, Identity.ANONYMOUS),
					member.harness.request(0, "say")));
		assertChild("rivet.action", request);
		assertChild("rivet.broadcast", await("rivet.action"));
	}

	@Test
	void aConnectIsAChildOfItsRequest() {
		TestSpans.Span request = within((member) -> member.connect(new Client()));
		assertChild("rivet.connection", request);
	}

	@Test
	void aCallOfTheServerIsAChildOfItsCaller() {
		TestSpans.Span caller = within((member) -> member.actors().getOrCreate("Room", KEY).call("say", Void.class));
		assertChild("rivet.action", caller);
	}

	@Test
	void aCallOfTheThreadIsAChildOfItsCaller() {
		Observation caller = Observation.start("caller", this.registry);
		caller.scoped(() -> other().actors().getOrCreate("Room", KEY).call("say", Void.class).block());
		assertChild("rivet.action", TestSpans.span(caller));
	}

	@Test
	void aCallOfAConnectedClientAndItsEventAreOneTrace() {
		Client client = new Client();
		other().connect(client).block(ActorHarness.PATIENCE);
		TestSpans.Span click = new TestSpans.Span("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", null);
		other().node.directory()
			.deliver(ADDRESS, client.id, new ToServer.ActionRequest(1, "say", List.of(),
					new ToServer.CallOptions(false, null, null, click.text())));
		assertChild("rivet.action", click);
		assertChild("rivet.broadcast", await("rivet.action"));
		Awaitility.await().until(() -> !client.events.isEmpty());
		assertThat(client.events).extracting(ToClient.Event::traceparent)
			.containsExactly(await("rivet.broadcast").text());
	}

	/** A client of the extended mode. */
	private static final class Client implements Outbound {

		private final List<ToClient.Event> events = new CopyOnWriteArrayList<>();

		private volatile String id = "";

		@Override
		public Outcome send(OutgoingMessage message) {
			if (message.message() instanceof ToClient.Event event) {
				this.events.add(event);
			}
			return Outcome.QUEUED;
		}

		@Override
		public Gateway.Bounds bounds() {
			return new Gateway.Bounds(Encoding.EXTENDED_JSON, 1_000_000, 1_000_000, "test");
		}

		@Override
		public void close(CloseReason reason) {
		}

	}

	/** A node of the cluster. */
	private final class Member {

		private final ObservationTracing tracing = TracesOfNodesTests.this.spans
			.tracing(new ObservationTracing.Conventions(null, null, null, null));

		private final ActorHarness harness;

		private final Membership membership;

		private final ClusterOwnership ownership;

		private final ClusterNode node;

		Member() {
			TracesOfNodesTests tests = TracesOfNodesTests.this;
			this.harness = ActorHarness.withTracing(this.tracing, createdLater(), tests.store, new Room());
			String name = this.harness.connections().node();
			this.membership = new Membership(name, SmallerPart.WAIT, Duration.ofSeconds(30), tests.timers);
			this.ownership = new ClusterOwnership(this.membership,
					(other, operation) -> self().askNode(other, operation), tests.timers, LinkTimes.DEFAULTS.grace());
			this.node = new ClusterNode(
					new ClusterNode.Parts(tests.network.engine(name), this.membership, this.ownership,
							new FrameCodec(new ConnectRequestCodec(PrincipalCodec.BY_NAME)), this.harness.mapper(),
							this.tracing, this.harness.connections(), this.harness.directory(), this.harness::node,
							tests.timers, tests.workers, tests.writers),
					new ClusterNode.Settings(PeerSettings.DEFAULT, CallSettings.DEFAULTS, LinkTimes.DEFAULTS,
							Duration.ofSeconds(20)));
		}

		/** The ownership, which requires the name of the harness. */
		private Ownership createdLater() {
			return (Ownership) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Ownership.class },
					(proxy, method, args) -> method.invoke(this.ownership, args));
		}

		private ClusterNode self() {
			return this.node;
		}

		/** Handles on instances of all nodes. */
		Actors actors() {
			return new DirectoryActors(this.node::directory, this.harness.types(), this.harness.listeners(),
					new TargetServices(this.harness.mapper(), this.harness.contracts()), Outbox.NONE, this.tracing);
		}

		Mono<?> connect(Client client) {
			ConnectRequest request = this.harness.extended("said").withGateway(this.harness.connections().node());
			client.id = request.connectionId();
			this.harness.connections().register(request, client);
			return this.node.directory().connect(ActorHarness.target(Room.class, KEY), request);
		}

		void close() {
			this.node.stop();
			this.harness.close();
		}

	}

	/** An actor that answers with an event. */
	static final class Room {

		@Action
		void say(ActorContext<?, ?> c) {
			c.broadcast("said");
		}

	}

}
