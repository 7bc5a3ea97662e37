/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import io.micrometer.context.ContextRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Selection;
import io.rivetevents.inbound.InboundRequest;
import io.rivetevents.observation.Tracing;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link Calls} against other nodes that the tests play.
 */
class CallsTests {

	private static final ActorAddress ADDRESS = ActorAddress.of("room", "k");

	private static final ActorTarget TARGET = new ActorTarget.Get(ADDRESS);

	private static final Operation FIND = new Operation.Find(TARGET);

	private static final Operation DESTROY = new Operation.Destroy(TARGET);

	private static final Result DONE = new Result.Done();

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final Membership membership = new Membership("self");

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final List<Sent> sent = new ArrayList<>();

	private boolean reachable = true;

	private Function<Operation, Mono<Result>> local = (operation) -> Mono.error(new AssertionError("not here"));

	private final Calls calls = calls(100, 1 << 20);

	private final List<Object> signals = new ArrayList<>();

	private record Sent(String node, Frame frame) {

		long id() {
			return (this.frame instanceof Frame.Request request) ? request.id() : ((Frame.Cancel) this.frame).id();
		}

	}

	private Calls calls(int maxPending, long maxBytes) {
		return new Calls(this.membership, this::send, (operation) -> this.local.apply(operation), Tracing.NONE,
				new CallSettings(PATIENCE, maxPending, maxBytes), this.timers, Schedulers.immediate());
	}

	private boolean send(String node, Frame frame) {
		if (this.reachable) {
			this.sent.add(new Sent(node, frame));
		}
		return this.reachable;
	}

	/** All addresses are owned by the named node. */
	private void owner(String node, long view) {
		this.membership.apply(new ClusterView(view, List.of(node), Set.of()));
	}

	private Disposable ask(Operation operation) {
		return record(this.calls.ask(ADDRESS, operation));
	}

	private Disposable record(Mono<Result> result) {
		return result.subscribe(this.signals::add, (ex) -> this.signals.add(error(ex)));
	}

	private static Object error(Throwable ex) {
		return (ex instanceof RivetException rejection) ? rejection.group() + "." + rejection.code() : ex;
	}

	private void reply(Result result) {
		Sent last = this.sent.get(this.sent.size() - 1);
		this.calls.received(last.node(), new Frame.Reply(last.id(), result));
	}

	private static Result rejection(ErrorCode code) {
		return new Rejections(new ValueMapper(JsonMapper.builder().build())).toResult(new RivetException(code),
				() -> "");
	}

	@Test
	void receivesTheResultOfTheOwner() {
		owner("b", 1);
		ask(DESTROY);
		assertThat(this.sent).singleElement().isEqualTo(new Sent("b", new Frame.Request(1, DESTROY)));
		assertThat(this.calls.pending()).isOne();
		reply(DONE);
		assertThat(this.signals).containsExactly(DONE);
		assertThat(this.calls.pending()).isZero();
	}

	@Test
	void sendsNothingBeforeTheSubscription() {
		owner("b", 1);
		Mono<Result> asked = this.calls.ask(ADDRESS, DESTROY);
		assertThat(this.sent).isEmpty();
		assertThat(this.calls.pending()).isZero();
		record(asked);
		record(asked);
		assertThat(this.sent).hasSize(2);
	}

	@Test
	void runsTheOperationHereIfThisNodeOwnsTheAddress() {
		owner("self", 1);
		this.local = (operation) -> Mono.just(DONE);
		ask(DESTROY);
		assertThat(this.signals).containsExactly(DONE);
		assertThat(this.sent).isEmpty();
	}

	@Test
	void failsWithTheRejectionOfTheOwner() {
		owner("b", 1);
		ask(DESTROY);
		reply(rejection(ErrorCode.ACTOR_NOT_FOUND));
		assertThat(this.signals).containsExactly("actor.not_found");
	}

	@Test
	void asksTheNextOwnerAtOnceAfterAChange() {
		owner("b", 1);
		ask(DESTROY);
		reply(new Result.NotOwner());
		assertThat(this.signals).isEmpty();
		owner("c", 2);
		assertThat(this.sent).last().extracting(Sent::node).isEqualTo("c");
		reply(DONE);
		assertThat(this.signals).containsExactly(DONE);
		assertThat(this.calls.pending()).isZero();
	}

	@Test
	void sendsTheContextOfTheCallerEachTime() {
		ThreadLocal<Map<String, String>> mdc = new ThreadLocal<>();
		ContextRegistry.getInstance().registerThreadLocalAccessor("test.mdc", mdc);
		try {
			owner("b", 1);
			mdc.set(Map.of("user", "ada"));
			ask(DESTROY);
			mdc.remove();
			reply(new Result.NotOwner());
			this.timers.advanceTimeBy(Duration.ofMillis(500));
			assertThat(this.sent).hasSize(2)
				.extracting((sent) -> ((Frame.Request) sent.frame()).context())
				.containsOnly(Map.of("test.mdc", Map.of("user", "ada")));
		}
		finally {
			ContextRegistry.getInstance().removeThreadLocalAccessor("test.mdc");
		}
	}

	@Test
	void asksAgainIfTheViewOfTheOwnerIsLate() {
		owner("b", 1);
		ask(DESTROY);
		for (int i = 0; i < 5; i++) {
			reply(new Result.NotOwner());
			this.timers.advanceTimeBy(Duration.ofMillis(500));
		}
		assertThat(this.sent).hasSize(6);
		reply(DONE);
		assertThat(this.signals).containsExactly(DONE);
	}

	@Test
	void givesUpWhenItsPatienceHasEnded() {
		this.reachable = false;
		owner("b", 1);
		ask(DESTROY);
		this.timers.advanceTimeBy(PATIENCE.minusMillis(1));
		assertThat(this.signals).isEmpty();
		this.timers.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.signals).containsExactly("actor.restarting");
		assertThat(this.calls.pending()).isZero();
	}

	@Test
	void waitsForTheFirstView() {
		ask(DESTROY);
		assertThat(this.sent).isEmpty();
		owner("b", 1);
		reply(DONE);
		assertThat(this.signals).containsExactly(DONE);
	}

	@Test
	void endsWithAnUnknownOutcomeIfTheOwnerIsLost() {
		owner("b", 1);
		ask(DESTROY);
		this.calls.lost("c");
		assertThat(this.signals).isEmpty();
		this.calls.lost("b");
		assertThat(this.signals).containsExactly("actor.outcome_unknown");
		assertThat(this.calls.pending()).isZero();
	}

	private static Stream<Operation> repeated() {
		ConnectRequest request = ConnectRequest.stateful(null, Identity.ANONYMOUS);
		return Stream.of(FIND, new Operation.Authorize(TARGET, Identity.ANONYMOUS), new Operation.Resolve(TARGET, null),
				new Operation.Resolve(new ActorTarget.GetOrCreate(ADDRESS, null), request),
				new Operation.Connect(TARGET, request,
						new Gateway.Bounds(Encoding.JSON, 1000, 1000, "rivet.events.websocket")),
				new Operation.Release(ADDRESS), inbound(new InboundRequest.Messages(7L, new byte[0])),
				inbound(new InboundRequest.Leave()));
	}

	private static Operation inbound(InboundRequest.Content content) {
		return new Operation.Inbound(new InboundRequest("c1", "secret", null, content));
	}

	@ParameterizedTest
	@MethodSource("repeated")
	void asksTheNextOwnerIfTheOperationMayRunTwice(Operation operation) {
		owner("b", 1);
		ask(operation);
		this.calls.lost("b");
		owner("c", 2);
		assertThat(this.sent).last().isEqualTo(new Sent("c", new Frame.Request(2, operation)));
		reply(DONE);
		assertThat(this.signals).containsExactly(DONE);
	}

	private static Stream<Operation> once() {
		ToServer.ActionRequest keyed = new ToServer.ActionRequest(0, "pay", List.of(),
				new ToServer.CallOptions(false, null, "order-17"));
		return Stream.of(DESTROY, new Operation.Resolve(new ActorTarget.Create(ADDRESS, null), null),
				new Operation.Call(TARGET, null, keyed),
				new Operation.Call(TARGET, ConnectRequest.stateless(null, Identity.ANONYMOUS), keyed),
				new Operation.Predict(TARGET, "c1", keyed),
				new Operation.Dispatch(TARGET,
						new AddressedEvent(Selection.ALL, true, "said", List.of(), Set.of(), false)),
				inbound(new InboundRequest.Messages(null, new byte[0])));
	}

	/** An idempotency key belongs to a connection, which such a call has not. */
	@ParameterizedTest
	@MethodSource("once")
	void neverRepeatsAnyOtherOperation(Operation operation) {
		owner("b", 1);
		ask(operation);
		this.calls.lost("b");
		owner("c", 2);
		this.timers.advanceTimeBy(PATIENCE);
		assertThat(this.sent).hasSize(1);
		assertThat(this.signals).containsExactly("actor.outcome_unknown");
	}

	@Test
	void repeatsACallOfAClientThatWasRejectedByARestart() {
		owner("b", 1);
		ask(new Operation.Call(TARGET, ConnectRequest.stateless(null, Identity.ANONYMOUS),
				new ToServer.ActionRequest(0, "pay", List.of())));
		reply(rejection(ErrorCode.RESTARTING));
		owner("c", 2);
		reply(new Result.Output(JsonNodeFactory.instance.numberNode(1)));
		assertThat(this.signals).containsExactly(new Result.Output(JsonNodeFactory.instance.numberNode(1)));
	}

	/** The action itself may have failed with that error. */
	@Test
	void doesNotRepeatACallOfTheServerThatHasFailedWithARestart() {
		owner("b", 1);
		ask(new Operation.Call(TARGET, null, new ToServer.ActionRequest(0, "pay", List.of())));
		reply(rejection(ErrorCode.RESTARTING));
		owner("c", 2);
		assertThat(this.sent).hasSize(1);
		assertThat(this.signals).containsExactly("actor.restarting");
	}

	@Test
	void cancelsAtTheOwner() {
		owner("b", 1);
		Disposable asked = ask(DESTROY);
		asked.dispose();
		assertThat(this.sent).containsExactly(new Sent("b", new Frame.Request(1, DESTROY)),
				new Sent("b", new Frame.Cancel(1)));
		assertThat(this.calls.pending()).isZero();
		this.calls.received("b", new Frame.Reply(1, DONE));
		this.calls.lost("b");
		assertThat(this.signals).isEmpty();
	}

	@Test
	void cancelsAPause() {
		owner("b", 1);
		Disposable asked = ask(DESTROY);
		reply(new Result.NotOwner());
		asked.dispose();
		assertThat(this.calls.pending()).isZero();
		owner("c", 2);
		this.timers.advanceTimeBy(PATIENCE);
		assertThat(this.sent).hasSize(1);
	}

	/** A subscriber may cancel while the request is being sent. */
	@Test
	void cancelsAfterARequestThatIsSentDuringTheCancellation() {
		List<Frame> frames = new ArrayList<>();
		BaseSubscriber<Outcome> subscriber = new BaseSubscriber<>() {
		};
		new PendingRequests((node, frame) -> {
			if (frame instanceof Frame.Request) {
				subscriber.cancel();
			}
			return frames.add(frame);
		}, Tracing.NONE).send("b", DESTROY).subscribe(subscriber);
		assertThat(frames).containsExactly(new Frame.Cancel(1), new Frame.Request(1, DESTROY), new Frame.Cancel(1));
	}

	@Test
	void ignoresAnAnswerOfAnotherNode() {
		owner("b", 1);
		ask(DESTROY);
		this.calls.received("c", new Frame.Reply(1, DONE));
		assertThat(this.signals).isEmpty();
		this.calls.received("b", new Frame.Reply(1, DONE));
		assertThat(this.signals).containsExactly(DONE);
	}

	@Test
	void failsIfTheOperationCannotBeSent() {
		owner("b", 1);
		Calls broken = new Calls(this.membership, (node, frame) -> {
			throw new RivetException(ErrorCode.NOT_SUPPORTED);
		}, this.local, Tracing.NONE, CallSettings.DEFAULTS, this.timers, Schedulers.immediate());
		record(broken.ask(ADDRESS, DESTROY));
		assertThat(this.signals).containsExactly("request.not_supported");
		assertThat(broken.pending()).isZero();
	}

	@Test
	void boundsTheNumberOfPendingOperations() {
		owner("b", 1);
		Calls many = calls(10_000, 1L << 30);
		List<Disposable> asked = IntStream.range(0, 10_000)
			.mapToObj((i) -> record(many.ask(ADDRESS, DESTROY)))
			.toList();
		assertThat(this.signals).isEmpty();
		record(many.ask(ADDRESS, DESTROY));
		record(many.askNode("b", DESTROY));
		assertThat(this.signals).containsExactly("actor.overloaded", "actor.overloaded");
		asked.get(17).dispose();
		record(many.ask(ADDRESS, DESTROY));
		assertThat(this.signals).hasSize(2);
		many.lost("b");
		assertThat(this.signals).hasSize(10_002);
		assertThat(many.pending()).isZero();
	}

	/** Those that wait for an owner count as well. */
	@Test
	void boundsTheMemoryOfPendingOperations() {
		Calls few = calls(100, 20_000);
		ActorTarget large = new ActorTarget.GetOrCreate(ADDRESS, new byte[15_000]);
		Disposable first = record(few.ask(ADDRESS, new Operation.Resolve(large, null)));
		record(few.ask(ADDRESS, new Operation.Resolve(large, null)));
		assertThat(this.signals).containsExactly("actor.overloaded");
		first.dispose();
		record(few.ask(ADDRESS, new Operation.Resolve(large, null)));
		assertThat(this.signals).hasSize(1);
	}

	@Test
	void asksANodeOnce() {
		owner("c", 1);
		record(this.calls.askNode("b", new Operation.Release(ADDRESS)));
		reply(DONE);
		record(this.calls.askNode("b", FIND));
		this.calls.lost("b");
		record(this.calls.askNode("b", FIND));
		reply(rejection(ErrorCode.RESTARTING));
		this.reachable = false;
		record(this.calls.askNode("b", FIND));
		assertThat(this.signals).containsExactly(DONE, "actor.outcome_unknown", "actor.restarting", "actor.restarting");
	}

	@Test
	void asksTheHolderOfAConnection() {
		owner("b", 1);
		Operation posted = inbound(new InboundRequest.Messages(7L, new byte[0]));
		Supplier<String> node = () -> this.membership.contains("b") ? "b" : null;
		record(this.calls.askHolder(node, posted));
		this.calls.lost("b"); // the session, not the node
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		reply(DONE);
		record(this.calls.askHolder(node, posted));
		record(this.calls.askHolder(node, inbound(new InboundRequest.Messages(null, new byte[0]))));
		owner("c", 2);
		this.calls.lost("b");
		record(this.calls.askHolder(node, posted));
		assertThat(this.sent).hasSize(4);
		assertThat(this.signals).hasSize(4).startsWith(DONE).filteredOn("connection.not_found"::equals).hasSize(3);
		assertThat(this.calls.pending()).isZero();
	}

	@Test
	void asksThisNode() {
		this.local = (operation) -> Mono.just(DONE);
		record(this.calls.askNode("self", FIND));
		assertThat(this.signals).containsExactly(DONE);
	}

	@Test
	void endsAllWhenItStops() {
		owner("b", 1);
		ask(DESTROY);
		ask(FIND);
		this.calls.stop();
		ask(DESTROY);
		assertThat(this.signals).containsExactlyInAnyOrder("actor.outcome_unknown", "actor.restarting",
				"actor.restarting");
		assertThat(this.calls.pending()).isZero();
	}

	@Test
	void signalsOnAThreadThatMayBlock() {
		owner("b", 1);
		AtomicReference<String> thread = new AtomicReference<>();
		Calls threaded = new Calls(this.membership, this::send, this.local, Tracing.NONE, CallSettings.DEFAULTS,
				this.timers, Schedulers.boundedElastic());
		Mono<String> signalled = threaded.ask(ADDRESS, DESTROY).map((result) -> Thread.currentThread().getName());
		signalled.subscribe(thread::set);
		threaded.received("b", new Frame.Reply(1, DONE));
		Awaitility.await().until(() -> thread.get() != null);
		assertThat(thread.get()).startsWith("boundedElastic");
	}

}
