/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.connection.ConnectionInfo;
import io.rivetevents.connection.RequestHead;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.extension.Renewal;
import io.rivetevents.extension.Selection;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.extension.StreamRequest.StreamProof;
import io.rivetevents.inbound.InboundRequest;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.ActorSpecifier;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * Frames of each kind, with each field filled in one of them and each optional field
 * empty in another.
 */
final class FrameExamples {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	static final String UUID = "0f0e0d0c-0b0a-0908-8706-050403020100";

	private static final Position POSITION = new Position(UUID, 1L << 60);

	private static final ActorAddress ADDRESS = new ActorAddress("space", "räume", ActorKey.of("a/b", "", "\ud800x"));

	private static final ToClient.Error ERROR = new ToClient.Error("group", "code", "text", value(), -1L,
			new ActorSpecifier("actor", 3, "key"));

	private static final ToClient.Error SMALL_ERROR = new ToClient.Error("", "", "", null, null, null);

	private static final ConnectRequest REQUEST = new ConnectRequest("connection", value(),
			new Identity((Principal) null, "owner", "session", address()).withExpiry(Instant.ofEpochMilli(1234)), true,
			new StreamRequest(List.of(new ToServer.SubscriptionRequest("said", true, Set.of("a", "b"))), POSITION,
					StreamProof.PROVEN, "stream", "secret", new ToServer.Snapshot("list", List.of(value())), "contract",
					Duration.ofMillis(25_001)),
			"gateway",
			new RequestHead("/path", "query", Map.of("x", List.of("1")), Map.of("c", List.of("2")), address()));

	private static final ToServer.ActionRequest ACTION = new ToServer.ActionRequest(-7, "act",
			List.of(value(), MissingNode.getInstance()),
			new ToServer.CallOptions(true, Duration.ofNanos(-1_500_000_001L), "key"), 9);

	private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

	private static final ToServer.ActionRequest TRACED = new ToServer.ActionRequest(7, "act", List.of(),
			new ToServer.CallOptions(false, null, null, TRACE));

	private static final ActorTarget TARGET = new ActorTarget.Get(ADDRESS);

	private FrameExamples() {
	}

	static Stream<Frame> all() {
		return Stream.of(operations().map((each) -> new Frame.Request(Long.MAX_VALUE, each)),
				results().map((each) -> new Frame.Reply(Long.MIN_VALUE, each)),
				toServer().map((each) -> new Frame.Deliver(ADDRESS, UUID, each)),
				toClient().map((each) -> new Frame.Send(List.of(UUID, "other", "", UUID.toUpperCase()), each, true)),
				toClient().map((each) -> new Frame.Send(List.of(), each, false, 300, 0)),
				toClient().map((each) -> new Frame.Admit("c", each)),
				toServer().map((each) -> new Frame.GiveBack(UUID, each)),
				Stream.of(new Frame.Request(1, new Operation.Find(TARGET),
						Map.of("mdc", Map.of("user", "ada", "", "\ud800x"), "trace", "00-1"))),
				Stream.of(new Frame.Send(List.of(UUID), new ToClient.Init("a", "c"), true, Long.MAX_VALUE, 77),
						new Frame.Cancel(1), new Frame.Leaving(), new Frame.LeavingSeen(), new Frame.Moved(77),
						new Frame.KeepAlive(ADDRESS, UUID), new Frame.Disconnected(ActorAddress.of("a"), "x"),
						new Frame.Close(UUID, CloseReason.of(ErrorCode.RESTARTING)),
						new Frame.Publish(new AddressedEvent(new Selection.User("ada", "issuer"), true, "said",
								List.of(value()), Set.of("tag"), false)),
						new Frame.Publish(new AddressedEvent(Selection.ALL, false, "said", List.of(), Set.of(), false,
								"0193788b1a2b00004f6c2d9e8b7a1c3d")),
						new Frame.Publish(new AddressedEvent(Selection.ALL, false, "said", List.of(), Set.of(), false,
								null, TRACE)),
						new Frame.Command(new NodeCommand.CloseUser("ada", null)),
						new Frame.Command(new NodeCommand.CloseUser("ada", "issuer")),
						new Frame.Command(new NodeCommand.CloseSession("s")),
						new Frame.Command(new NodeCommand.DisconnectUser("ada", "issuer", "moved")),
						new Frame.Command(new NodeCommand.ReauthenticateUser("ada", "issuer")),
						new Frame.Command(new NodeCommand.RevokeConnections(Set.of(UUID))),
						new Frame.Command(new NodeCommand.Drain(UUID))))
			.flatMap((frames) -> frames);
	}

	private static Stream<Operation> operations() {
		Stream<Operation> withTargets = Stream
			.of(new ActorTarget.ById(UUID), new ActorTarget.ById(UUID, ADDRESS), TARGET,
					new ActorTarget.GetOrCreate(ADDRESS, null),
					new ActorTarget.GetOrCreate(ADDRESS, new byte[] { 1, -1 }), new ActorTarget.Create(ADDRESS, null),
					new ActorTarget.Create(ADDRESS, new byte[] { 3 }))
			.map(Operation.Find::new);
		Stream<Operation> withSelections = Stream
			.of(Selection.ALL, new Selection.These(Set.of(UUID, "b")), new Selection.AllExcept(Set.of("c")),
					new Selection.User("ada", "issuer"), new Selection.User("ada"),
					new Selection.AllExceptUser("ada", "issuer"), new Selection.AllExceptUser("ada"))
			.map((selection) -> new Operation.Dispatch(TARGET,
					new AddressedEvent(selection, true, "said", List.of(value()), Set.of("tag"), true)));
		Stream<Operation> others = Stream.of(new Operation.Resolve(TARGET, null),
				new Operation.Resolve(TARGET, REQUEST), new Operation.Authorize(TARGET, REQUEST.identity()),
				new Operation.Connect(TARGET, REQUEST, new Gateway.Bounds(Encoding.EVENT_STREAM, 5, 1L << 40, "sse")),
				new Operation.Connect(TARGET, ConnectRequest.stateful(null, Identity.ANONYMOUS),
						new Gateway.Bounds(Encoding.JSON, Integer.MAX_VALUE, 0, "websocket")),
				new Operation.Call(TARGET, null, ACTION),
				new Operation.Call(TARGET, REQUEST, new ToServer.ActionRequest(0, "", List.of())),
				new Operation.Destroy(TARGET), new Operation.Predict(TARGET, UUID, ACTION),
				new Operation.Release(ADDRESS), new Operation.Query(new NodeQuery.OfUser("ada", null)),
				new Operation.Query(new NodeQuery.OfUser("ada", "issuer")), new Operation.Query(new NodeQuery.Count()),
				new Operation.Query(new NodeQuery.OfOperator("{}")));
		Stream<Operation> inbound = Stream.of(new InboundRequest.Messages(Long.MAX_VALUE, new byte[] { '[', ']' }),
				new InboundRequest.Messages(null, new byte[0]),
				new InboundRequest.Unreadable(CloseReason.of(ErrorCode.INCOMING_TOO_LONG)), new InboundRequest.Leave())
			.flatMap((content) -> Stream.of(new InboundRequest(UUID, "secret", "owner", content),
					new InboundRequest("other", null, null, content)))
			.map(Operation.Inbound::new);
		return Stream.of(withTargets, withSelections, others, inbound).flatMap((each) -> each);
	}

	private static Stream<Result> results() {
		Instant time = Instant.parse("2026-01-02T03:04:05.678901234Z");
		return Stream.of(new Result.Done(), new Result.Info(null),
				new Result.Info(new ActorInfo(UUID, ADDRESS, 8, time, Instant.EPOCH.minusNanos(1), true)),
				new Result.Info(new ActorInfo("id", ADDRESS, 0, time, null, false)), new Result.Output(value()),
				new Result.Output(MissingNode.getInstance()), new Result.Counts(5, 3),
				new Result.Failure("group", "code", 409, "text", value()), new Result.Failure("", "", 500, "", null),
				new Result.NotOwner(),
				new Result.Done(new HandOver(UUID, 3, "epoch", Long.MAX_VALUE, new byte[] { 1, -1 })),
				new Result.Done(new HandOver("id", 1, UUID, 0, null)),
				new Result.Done(new HandOver("id", 1, UUID, 0, null).withoutHistory()),
				new Result.Answer(new NodeAnswer.Found(List.of(), 0)),
				new Result.Answer(new NodeAnswer.Found(List.of(new ConnectionInfo(UUID, "räume", ADDRESS.key(), UUID),
						new ConnectionInfo("c", "", ActorKey.of(), "node-1")), 7)),
				new Result.Answer(new NodeAnswer.Counted(3, Set.of(Long.MIN_VALUE, -1L, 5L), 2)),
				new Result.Answer(new NodeAnswer.Document("{\"key\":\"ä\"}")),
				new Result.Answer(new NodeAnswer.Document(null)));
	}

	private static Stream<ToServer> toServer() {
		return Stream.of(ACTION, TRACED, new ToServer.SubscriptionRequest("said", true, Set.of("a", "b"), 4),
				new ToServer.Cancel(5, 6),
				new ToServer.Hello(List.of(new ToServer.SubscriptionRequest("said", true)),
						new ToServer.Resume(POSITION, UUID, "secret"), new ToServer.Snapshot("list", List.of(value())),
						value(), value(), "contract"),
				new ToServer.Hello(List.of(), new ToServer.Resume(POSITION, null, null), null, null, null, null),
				new ToServer.Hello(List.of(), null, null, null, null, null),
				new ToServer.Authenticate(null, new Renewal(REQUEST.identity(), 300_000L, true)),
				new ToServer.Authenticate(null, new Renewal(Identity.ANONYMOUS, null, false)));
	}

	private static Stream<ToClient> toClient() {
		return Stream.of(new ToClient.Init(UUID, "c"), ERROR, SMALL_ERROR, new ToClient.ActionResponse(-3, value()),
				new ToClient.ActionResponse(3, null),
				new ToClient.Event("said", List.of(value()), POSITION, Set.of("t")),
				new ToClient.Event("said", List.of(value()), null, Set.of(), "0193788b1a2b00004f6c2d9e8b7a1c3d"),
				new ToClient.Event("", List.of()), new ToClient.Event("said", List.of(), null, Set.of(), null, TRACE),
				new ToClient.Welcome(UUID, "c", POSITION, "stream", "secret", ToClient.ResumeOutcome.resumed(4), 25_000,
						new ToClient.SnapshotResult(value(), ERROR), Map.of("said", ERROR), true),
				new ToClient.Welcome(UUID, "c", POSITION, "", "", ToClient.ResumeOutcome.resynced("gone"), 0,
						new ToClient.SnapshotResult(null, null), Map.of(), false),
				new ToClient.Welcome(UUID, "c", POSITION, "", "", ToClient.ResumeOutcome.FRESH, 0, null, Map.of(),
						false),
				new ToClient.SubscriptionResponse("said", true, POSITION, ERROR),
				new ToClient.SubscriptionResponse("said", false, POSITION, null),
				new ToClient.Gap(ToClient.Gap.DROPPED, Set.of("a", "b"), POSITION), new ToClient.KeepAlive(POSITION),
				new ToClient.Expiring(30_000), new ToClient.AuthenticateResponse(300_000L, null),
				new ToClient.AuthenticateResponse(null, SMALL_ERROR), new ToClient.GoingAway(5),
				new ToClient.Close(CloseReason.disconnected("bye"), 7L),
				new ToClient.Close(CloseReason.invalidText(), null));
	}

	/** Returns a value that has all kinds of values. */
	static JsonNode value() {
		ObjectNode object = NODES.objectNode();
		object.set("undefined", MissingNode.getInstance());
		object.putNull("null").put("yes", true).put("no", false).put("", "").put("täxt", "\ud83d\ude00 \udc00");
		object.put("bytes", new byte[] { 0, -1 }).set("empty", NODES.objectNode());
		ArrayNode numbers = object.putArray("numbers");
		numbers.add(0).add(-1).add(Integer.MIN_VALUE).add(5L).add(Long.MAX_VALUE).add(Long.MIN_VALUE);
		numbers.add(BigInteger.ONE).add(BigInteger.TWO.pow(9000).negate());
		numbers.add(new BigDecimal("12345678901234567890.120")).add(new BigDecimal("-1e-2000"));
		numbers.add(1.0).add(-0.0).add(Double.NaN).add(Double.NEGATIVE_INFINITY).add(Double.MIN_VALUE);
		numbers.add(0.1f).add(Float.NaN);
		object.putArray("like a marker").add("$BigInt").add("1");
		object.putArray("holes").add(MissingNode.getInstance()).addNull();
		return object;
	}

	private static InetAddress address() {
		try {
			return InetAddress.getByAddress(new byte[] { 10, 0, 0, -1 });
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
