/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster;

import java.lang.reflect.RecordComponent;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.connection.RequestHead;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.PortablePrincipal;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.extension.PrincipalCodecException;
import io.rivetevents.extension.SerializedPrincipal;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.extension.StreamRequest.StreamProof;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer.Snapshot;
import io.rivetevents.protocol.ToServer.SubscriptionRequest;
import io.rivetevents.protocol.value.WireValues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ConnectRequestCodecTests {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private final Members members = new Members();

	private final ConnectRequestCodec codec = new ConnectRequestCodec(this.members);

	/** A request of which each component has a value of its own. */
	private static ConnectRequest whole() {
		ObjectNode params = NODES.objectNode().put("room", "a|b \"ö\"").put("n", 1.5).put("whole", 7).putNull("none");
		params.put("big", BigInteger.TWO.pow(70)).put("bytes", new byte[] { 0, -1 });
		params.putArray("$like").add("$BigInt").add("1");
		return new ConnectRequest("connection", params,
				new Identity(new Member("ada", 7), Identity.owner("ada|b", "https://a.example/|x%"), "session",
						address("192.0.2.1"))
					.withExpiry(Instant.parse("2026-01-01T00:00:00.123456789Z")),
				true, stream(StreamProof.PROVEN), "gateway",
				new RequestHead("/rivet/a%20b", "rvt-key=a", Map.of("Cookie", List.of("a=b", "c=d"), "x", List.of("")),
						Map.of("a", List.of("b")), address("192.0.2.2")));
	}

	private static StreamRequest stream(StreamProof proof) {
		return new StreamRequest(
				List.of(new SubscriptionRequest("said", true, Set.of("a", "b")),
						new SubscriptionRequest("left", false, Set.of())),
				new Position("epoch", Long.MAX_VALUE), proof, "stream", "secret",
				new Snapshot("list", List.of(NODES.nullNode(), NODES.numberNode(3), params("x"))), "contract",
				Duration.ofMillis(25_001));
	}

	private static JsonNode params(String text) {
		return NODES.objectNode().put("text", text);
	}

	private static InetAddress address(String text) {
		try {
			return InetAddress.getByName(text);
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	static Stream<ConnectRequest> requests() {
		StreamRequest bare = new StreamRequest(List.of(), null, StreamProof.NEW, "stream", "secret", null, null,
				Duration.ofSeconds(25));
		Set<String> many = IntStream.range(0, 100).mapToObj(Integer::toString).collect(Collectors.toSet());
		StreamRequest tagged = new StreamRequest(List.of(new SubscriptionRequest("said", true, many)), null,
				StreamProof.UNPROVEN, "stream", "secret", new Snapshot("now", List.of()), null, Duration.ofDays(400));
		return Stream
			.of(whole(), ConnectRequest.stateful(null, Identity.ANONYMOUS),
					ConnectRequest.stateless(params("x"), Identity.ANONYMOUS),
					ConnectRequest.stateful(NODES.nullNode(), new Identity(new Member("ada", 1), null)),
					ConnectRequest.stateful(NODES.stringNode("text"), new Identity(new Member("", 1), "session")),
					ConnectRequest.stateful(NODES.arrayNode().add("$Uint8Array").add("AA=="), Identity.ANONYMOUS),
					ConnectRequest.extended(null,
							new Identity((Principal) null, null, "session", address("2001:db8::1")), bare),
					ConnectRequest.extended(null, Identity.ANONYMOUS, tagged), whole().established());
	}

	@ParameterizedTest
	@MethodSource("requests")
	void readsWhatItHasWritten(ConnectRequest request) {
		assertThat(this.codec.fromJson(this.codec.toJson(request))).isEqualTo(request);
		assertThat(this.codec.readRequest(this.codec.write(request))).isEqualTo(request);
		assertThat(this.codec.readIdentity(this.codec.write(request.identity()))).isEqualTo(request.identity());
	}

	@ParameterizedTest
	@EnumSource
	void readsEachProof(StreamProof proof) {
		ConnectRequest request = ConnectRequest.extended(null, Identity.ANONYMOUS, stream(proof));
		assertThat(this.codec.fromJson(this.codec.toJson(request))).isEqualTo(request);
	}

	/**
	 * A component that is added needs a value in {@link #whole()}, and a place in the
	 * codec.
	 */
	@Test
	void coversEachComponent() {
		Set<Class<?>> records = new LinkedHashSet<>();
		ConnectRequest request = whole();
		ConnectRequest arrived = this.codec.fromJson(this.codec.toJson(request));
		compare(request, arrived, records);
		compare(request.identity().user().serialized(this.members), arrived.identity().user().serialized(this.members),
				records);
		assertThat(records).containsExactlyInAnyOrder(ConnectRequest.class, Identity.class, StreamRequest.class,
				SubscriptionRequest.class, Position.class, Snapshot.class, SerializedPrincipal.class,
				RequestHead.class);
	}

	private static void compare(Record sent, Record arrived, Set<Class<?>> records) {
		boolean first = records.add(sent.getClass());
		for (RecordComponent component : sent.getClass().getRecordComponents()) {
			Object before = value(component, sent);
			Object after = value(component, arrived);
			if (first) {
				assertThat(isGiven(before)).as("%s has a value", component).isTrue();
			}
			assertThat(after).as("%s", component).isEqualTo(before);
			if (before instanceof Record record) {
				compare(record, (Record) Objects.requireNonNull(after), records);
			}
			if (before instanceof Collection<?> all && all.iterator().next() instanceof Record record) {
				compare(record, (Record) ((Collection<?>) Objects.requireNonNull(after)).iterator().next(), records);
			}
		}
	}

	private static boolean isGiven(@Nullable Object value) {
		return value != null && !Boolean.FALSE.equals(value) && !"".equals(value)
				&& !(value instanceof Collection<?> all && all.isEmpty());
	}

	private static @Nullable Object value(RecordComponent component, Record of) {
		try {
			component.getAccessor().setAccessible(true);
			return component.getAccessor().invoke(of);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void refusesAListWithSomethingElseThanTexts() {
		ObjectNode tree = this.codec.write(whole());
		((ObjectNode) tree.at("/identity/user")).putArray("authorities").addNull();
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.readRequest(tree));
	}

	@Test
	void ignoresFieldsThatANewerNodeHasAdded() {
		ObjectNode tree = this.codec.write(whole());
		addEverywhere(tree);
		assertThat(this.codec.readRequest(tree)).isEqualTo(whole());
		assertThat(this.codec.fromJson(WireValues.encodeJson(tree))).isEqualTo(whole());
	}

	/** Not into what a client has sent. */
	private static void addEverywhere(JsonNode in) {
		if (in instanceof ObjectNode object) {
			object.properties()
				.stream()
				.filter((field) -> !Set.of("params", "args").contains(field.getKey()))
				.forEach((field) -> addEverywhere(field.getValue()));
			object.putObject("newer").put("x", 1);
		}
		else {
			in.forEach(ConnectRequestCodecTests::addEverywhere);
		}
	}

	@Test
	void takesDefaultsForWhatAnOlderNodeLeavesOut() {
		ObjectNode tree = this.codec.write(ConnectRequest.stateful(null, Identity.ANONYMOUS))
			.retain("connectionId", "identity");
		tree.set("identity", NODES.objectNode());
		ConnectRequest request = this.codec.readRequest(tree);
		assertThat(request.identity()).isEqualTo(Identity.ANONYMOUS);
		assertThat(request.stateless()).isFalse();
		assertThat(request.stream()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "connectionId", "identity", "identity.user.name", "stream.proof", "stream.stream",
			"stream.secret", "stream.keepAlive", "stream.resume.epoch", "stream.resume.sequence",
			"stream.snapshot.name" })
	void refusesARequestThatLacksAField(String path) {
		assertUnreadable(path, (at) -> at.remove(last(path)));
		assertUnreadable(path, (at) -> at.putNull(last(path)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "connectionId", "stateless", "identity.owner", "identity.session", "identity.address",
			"identity.expiresAt", "identity.user.name", "identity.user.authorities", "identity.user.json",
			"stream.proof", "stream.keepAlive", "stream.resume.sequence", "stream.subscriptions", "stream.contract" })
	void refusesAFieldOfAnotherType(String path) {
		assertUnreadable(path, (at) -> at.put(last(path), 1.5));
	}

	@ParameterizedTest
	@ValueSource(strings = { "identity.address", "stream.proof", "stream.keepAlive", "stream.resume.sequence" })
	void refusesATextThatIsNone(String path) {
		assertUnreadable(path, (at) -> at.put(last(path), "none"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{", "null", "[]", "{}", "\"text\"" })
	void refusesWhatIsNoRequest(String json) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.codec.fromJson(json.getBytes(StandardCharsets.UTF_8)));
	}

	private void assertUnreadable(String path, Consumer<ObjectNode> change) {
		ObjectNode tree = this.codec.write(whole());
		JsonNode at = tree;
		for (String field : path.substring(0, path.length() - last(path).length()).split("\\.")) {
			at = field.isEmpty() ? at : at.get(field);
		}
		change.accept((ObjectNode) at);
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.readRequest(tree));
	}

	private static String last(String path) {
		return path.substring(path.lastIndexOf('.') + 1);
	}

	@Test
	void writesAPrincipalOnceAndReadsItWhenItIsAskedFor() {
		ConnectRequest request = whole();
		byte[] json = this.codec.toJson(request);
		assertThat(this.codec.toJson(request)).isEqualTo(json);
		assertThat(this.members.written).hasValue(1);
		ConnectRequest arrived = this.codec.fromJson(json);
		// a third node gets what the first has written
		assertThat(this.codec.toJson(arrived)).isEqualTo(json);
		assertThat(arrived.identity().owner()).isEqualTo(request.identity().owner());
		assertThat(this.members.read).hasValue(0);
		assertThat(arrived.identity().principal()).isSameAs(arrived.identity().principal())
			.isEqualTo(new Member("ada", 7));
		assertThat(this.members.read).hasValue(1);
		assertThat(this.members.written).hasValue(1);
	}

	@Test
	void neverMakesAnUnreadablePrincipalAnonymous() {
		Identity identity = new Identity(
				new PortablePrincipal(new SerializedPrincipal("ada", List.of(), "wrong"), this.members), "ada", null,
				null, null);
		Identity arrived = this.codec.readIdentity(this.codec.write(identity));
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(PrincipalCodecException.class).isThrownBy(arrived::principal);
		}
		assertThat(arrived.owner()).isEqualTo("ada");
	}

	private record Member(String name, int points) implements Principal {

		@Override
		public String getName() {
			return this.name;
		}

	}

	/** Counts what it does. */
	private static final class Members implements PrincipalCodec {

		private final AtomicInteger written = new AtomicInteger();

		private final AtomicInteger read = new AtomicInteger();

		@Override
		public SerializedPrincipal write(Principal principal) {
			this.written.incrementAndGet();
			Member member = (Member) principal;
			return new SerializedPrincipal(member.name(), List.of("ROLE_USER"), Integer.toString(member.points()));
		}

		@Override
		public Principal read(SerializedPrincipal serialized) {
			this.read.incrementAndGet();
			try {
				return new Member(serialized.name(), Integer.parseInt(Objects.requireNonNull(serialized.json())));
			}
			catch (NumberFormatException ex) {
				throw new PrincipalCodecException("It cannot be read", ex);
			}
		}

	}

}
