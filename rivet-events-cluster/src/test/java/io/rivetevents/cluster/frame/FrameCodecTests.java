/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.extension.Renewal;
import io.rivetevents.extension.Selection;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class FrameCodecTests {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private final FrameCodec codec = new FrameCodec(new ConnectRequestCodec(PrincipalCodec.BY_NAME));

	@Test
	void readsWhatItHasWritten() {
		FrameExamples.all().forEach((frame) -> assertSame(frame, decode(this.codec.encode(frame)), "frame"));
	}

	@Test
	void readsAFrameAfterAHeader() {
		byte[] frame = this.codec.encode(new Frame.Cancel(300));
		byte[] bytes = new byte[frame.length + 3];
		System.arraycopy(frame, 0, bytes, 3, frame.length);
		assertThat(this.codec.decode(bytes, 3)).isEqualTo(new Frame.Cancel(300));
	}

	@Test
	void beginsWithAByteThatIsNotZero() {
		FrameExamples.all().forEach((frame) -> assertThat(this.codec.encode(frame)[0]).isNotZero());
	}

	/** A new record needs an example, and a new component a value in one of them. */
	@Test
	void hasAnExampleOfEachRecordAndComponent() {
		Set<Class<?>> records = new HashSet<>();
		Set<String> filled = new TreeSet<>();
		FrameExamples.all().forEach((frame) -> collect(frame, records, filled));
		Set<Class<?>> expected = new HashSet<>();
		Stream
			.of(Frame.class, Operation.class, Result.class, ToClient.class, ToServer.class, ActorTarget.class,
					Selection.class)
			.map(Variants::permitted)
			.forEach(expected::addAll);
		expected.removeAll(Set.of(Selection.Where.class, Operation.Unknown.class));
		assertThat(records).containsAll(expected);
		Set<String> components = new TreeSet<>();
		records.forEach((type) -> Arrays.stream(type.getRecordComponents())
			.forEach((component) -> components.add(nameOf(type, component))));
		// its class depends on the application
		components.remove("Identity.user");
		// they stay on the node that has checked them
		components.remove("Authenticate.credentials");
		assertThat(filled).containsAll(components);
	}

	@Test
	void keepsTheNameOfAPrincipal() {
		Identity identity = new Identity(() -> "ada", "session");
		Frame.Request arrived = (Frame.Request) decode(
				this.codec.encode(new Frame.Request(1, new Operation.Authorize(new ActorTarget.ById("x"), identity))));
		Identity read = ((Operation.Authorize) arrived.operation()).identity();
		assertThat(read.principal()).isNotNull();
		assertThat(read.principal().getName()).isEqualTo("ada");
	}

	@Test
	void writesNoCredentials() {
		ActorAddress address = new ActorAddress("default", "room", ActorKey.of("k"));
		JsonNode credentials = NODES.objectNode().put("token", "secret");
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec
			.encode(new Frame.Deliver(address, "connection", new ToServer.Authenticate(credentials))));
		Frame checked = new Frame.Deliver(address, "connection",
				new ToServer.Authenticate(credentials, new Renewal(Identity.ANONYMOUS, null, true)));
		assertThat(new String(this.codec.encode(checked), StandardCharsets.ISO_8859_1)).doesNotContain("secret");
	}

	@Test
	void sendsANewIdentityOnlyToNodesThatReadIt() {
		ActorAddress address = new ActorAddress("default", "room", ActorKey.of("k"));
		ToServer renewal = new ToServer.Authenticate(null, new Renewal(Identity.ANONYMOUS, null, true));
		assertThat(new Frame.Deliver(address, "connection", renewal).since()).isEqualTo(Frame.RENEWS);
		assertThat(new Frame.Deliver(address, "connection", new ToServer.Cancel(1)).since()).isEqualTo(1);
	}

	@Test
	void rejectsAPredicate() {
		AddressedEvent event = new AddressedEvent(new Selection.Where((connection) -> true), true, "e", List.of(),
				Set.of(), false);
		Frame frame = new Frame.Request(1, new Operation.Dispatch(new ActorTarget.ById("x"), event));
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> this.codec.encode(frame))
			.satisfies((ex) -> assertThat(ex.group() + "." + ex.code()).isEqualTo("request.not_supported"));
	}

	@Test
	void rejectsAValueThatIsNestedTooDeeplyForTheReader() {
		assertSame(output(JsonValues.MAX_DEPTH), decode(this.codec.encode(output(JsonValues.MAX_DEPTH))), "frame");
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.encode(output(JsonValues.MAX_DEPTH + 1)));
	}

	private static Frame output(int depth) {
		ArrayNode value = NODES.arrayNode();
		for (int i = 0; i < depth; i++) {
			value = NODES.arrayNode().add(value);
		}
		return new Frame.Reply(1, new Result.Output(value));
	}

	@Test
	void writesJavaBytesAndRejectsOtherJavaObjects() {
		assertThat(decode(this.codec.encode(new Frame.Reply(1, new Result.Output(NODES.pojoNode(new byte[] { 5 }))))))
			.isEqualTo(new Frame.Reply(1, new Result.Output(NODES.binaryNode(new byte[] { 5 }))));
		Frame other = new Frame.Reply(1, new Result.Output(NODES.pojoNode(new Object())));
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.encode(other));
	}

	/** Except for a frame that ends where an older node ends it. */
	@Test
	void rejectsAFrameThatIsCut() {
		FrameExamples.all().forEach((frame) -> {
			byte[] bytes = this.codec.encode(frame);
			int whole = bytes.length - lengthOfLaterFields(frame);
			for (int length = 0; length < bytes.length; length++) {
				byte[] cut = Arrays.copyOf(bytes, length);
				if (length == whole) {
					assertThat(this.codec.decode(cut, 0)).hasSameClassAs(frame);
					continue;
				}
				assertThatIllegalArgumentException().as("%s cut to %d bytes", frame, length)
					.isThrownBy(() -> this.codec.decode(cut, 0));
			}
		});
	}

	private int lengthOfLaterFields(Frame frame) {
		if (frame instanceof Frame.Request request) {
			Frame before = new Frame.Request(request.id(), request.operation());
			return this.codec.encode(request).length - this.codec.encode(before).length;
		}
		return (frame instanceof Frame.Send send)
				? new FrameOutput().number(send.list()).number(send.first()).toBytes().length : 0;
	}

	/** Each wrong byte gives a frame, an unknown kind or one kind of exception. */
	@Test
	void survivesWrongBytes() {
		Random random = new Random(19);
		FrameExamples.all().forEach((frame) -> {
			byte[] bytes = this.codec.encode(frame);
			for (int i = 0; i < bytes.length; i++) {
				byte[] wrong = bytes.clone();
				wrong[i] = (byte) random.nextInt();
				readOrReject(wrong);
				wrong[random.nextInt(bytes.length)] = (byte) 0xff;
				readOrReject(wrong);
			}
		});
	}

	private void readOrReject(byte[] bytes) {
		try {
			this.codec.decode(bytes, 0);
		}
		catch (IllegalArgumentException ex) {
			assertThat(ex).hasMessageStartingWith("A frame of another node cannot be read");
		}
	}

	@Test
	void reservesNoMemoryForALengthThatIsNotThere() {
		byte[] huge = new FrameOutput().one(7).unsigned(Integer.MAX_VALUE).toBytes();
		byte[] negative = new FrameOutput().one(7).unsigned(-1).toBytes();
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.decode(huge, 0));
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.decode(negative, 0));
	}

	@Test
	void ignoresFieldsOfALaterVersion() {
		ToClient.Event event = new ToClient.Event("said", List.of(NODES.numberNode(1)));
		byte[] bytes = new FrameOutput().one(7)
			.list(List.of("c"), FrameOutput::id)
			.flag(false)
			.record(event, (record, value) -> {
				Messages.writeToClient(record, value);
				record.text("a later field");
			})
			.number(0)
			.number(0)
			.text("another later field")
			.toBytes();
		assertThat(decode(bytes)).isEqualTo(new Frame.Send(List.of("c"), event, false));
	}

	@Test
	void ignoresKindsOfALaterVersion() {
		assertThat(this.codec.decode(new byte[] { (byte) 200, 1, 2, 3 }, 0)).isNull();
	}

	@Test
	void ignoresCommandsOfALaterVersion() {
		byte[] command = new FrameOutput().one(13).record(99, (out, kind) -> out.one(kind).text("ada")).toBytes();
		assertThat(this.codec.decode(command, 0)).isNull();
	}

	/** The caller waits for an answer. */
	@Test
	void readsOperationsAndResultsOfALaterVersion() {
		byte[] operation = new FrameOutput().one(1).number(5).record(99, FrameOutput::one).toBytes();
		assertThat(decode(operation)).isEqualTo(new Frame.Request(5, new Operation.Unknown("Operation of kind 99")));
		byte[] target = new FrameOutput().one(1)
			.number(6)
			.record(98, (out, kind) -> out.one(3).record(kind, FrameOutput::one))
			.toBytes();
		assertThat(decode(target)).isEqualTo(new Frame.Request(6, new Operation.Unknown("ActorTarget of kind 98")));
		byte[] result = new FrameOutput().one(2).number(7).record(99, FrameOutput::one).toBytes();
		assertThat(decode(result)).isInstanceOfSatisfying(Frame.Reply.class, (reply) -> {
			assertThat(reply.id()).isEqualTo(7);
			assertThat(reply.result()).isInstanceOfSatisfying(Result.Failure.class,
					(failure) -> assertThat(failure.code()).isEqualTo("outcome_unknown"));
		});
	}

	/** Every frame may get fields; a request has those of its context before them. */
	@Test
	void ignoresFieldsAtTheEndOfEachFrame() {
		FrameExamples.all().forEach((frame) -> {
			byte[] bytes = this.codec.encode(frame);
			boolean shortened = frame instanceof Frame.Request request && request.context().isEmpty();
			byte[] later = Arrays.copyOf(bytes, bytes.length + (shortened ? 8 : 7));
			Arrays.fill(later, later.length - 7, later.length, (byte) 0xff);
			assertSame(frame, decode(later), "frame");
		});
	}

	/** The oldest nodes send neither a context nor lists of connections. */
	@Test
	void readsFramesOfAnOlderVersion() {
		ToClient.Event event = new ToClient.Event("said", List.of(NODES.numberNode(1)));
		byte[] send = new FrameOutput().one(7)
			.list(List.of("c"), FrameOutput::id)
			.flag(true)
			.record(event, Messages::writeToClient)
			.toBytes();
		assertThat(decode(send)).isEqualTo(new Frame.Send(List.of("c"), event, true));
	}

	@Test
	void ignoresConstantsOfALaterVersion() {
		byte[] bytes = this.codec.encode(FrameExamples.all()
			.filter((frame) -> frame instanceof Frame.Admit admit && admit.first() instanceof ToClient.Welcome welcome
					&& welcome.outcome().kind() == ToClient.ResumeOutcome.Kind.RESUMED)
			.findFirst()
			.orElseThrow());
		String text = new String(bytes, StandardCharsets.ISO_8859_1).replace("RESUMED", "PRESUME");
		assertThat(this.codec.decode(text.getBytes(StandardCharsets.ISO_8859_1), 0)).isNull();
	}

	@Test
	void rejectsATableThatDoesNotHaveEachRecordOnce() {
		Variants.Variant<ToServer.Cancel> cancel = new Variants.Variant<>(3, ToServer.Cancel.class, (out, value) -> {
		}, (in) -> new ToServer.Cancel(1));
		assertThatIllegalStateException().isThrownBy(() -> Variants.of(ToServer.class, cancel));
		assertThatIllegalStateException().isThrownBy(() -> Variants.of(ToServer.Cancel.class, cancel, cancel));
	}

	@Test
	void writesAnEventOnceForTwoNodes() {
		ToClient.Event event = new ToClient.Event("said", List.of(NODES.stringNode("x")));
		ToClient.Event other = new ToClient.Event("left", List.of());
		for (ToClient.Event each : List.of(event, event, other, event)) {
			Frame.Send send = new Frame.Send(List.of("c"), each, false);
			assertThat(decode(this.codec.encode(send))).isEqualTo(send);
		}
	}

	@Test
	void writesAnEventToManyConnectionsInLittleMoreThanTheirIds() {
		List<String> ids = Stream.generate(() -> UUID.randomUUID().toString()).limit(1000).toList();
		ToClient.Event event = new ToClient.Event("said", List.of(NODES.stringNode("x".repeat(95))));
		assertThat(this.codec.encode(new Frame.Send(ids, event, true))).hasSizeLessThan(17_000 + 120);
	}

	private Frame decode(byte[] bytes) {
		Frame frame = this.codec.decode(bytes, 0);
		assertThat(frame).isNotNull();
		return frame;
	}

	/** Compares component by component, since arrays and the class of numbers count. */
	private static void assertSame(@Nullable Object expected, @Nullable Object actual, String path) {
		if (expected instanceof Record && !(expected instanceof ActorAddress)) {
			assertThat(actual).as(path).hasSameClassAs(expected);
			for (RecordComponent component : expected.getClass().getRecordComponents()) {
				assertSame(valueOf(expected, component), valueOf(actual, component), path + "." + component.getName());
			}
		}
		else if (expected instanceof byte[] bytes) {
			assertThat((byte[]) actual).as(path).isEqualTo(bytes);
		}
		else {
			assertThat(actual).as(path).isEqualTo(expected);
			if (expected instanceof JsonNode node) {
				assertSameClasses(node, (JsonNode) actual, path);
			}
		}
	}

	private static void assertSameClasses(JsonNode expected, JsonNode actual, String path) {
		assertThat(actual).as(path).hasSameClassAs(expected).hasSameSizeAs(expected);
		if (expected.isNumber()) {
			assertThat(actual.asString()).as(path).isEqualTo(expected.asString());
		}
		expected.propertyNames()
			.forEach((name) -> assertSameClasses(expected.get(name), actual.get(name), path + "." + name));
		for (int i = 0; i < expected.size() && expected.isArray(); i++) {
			assertSameClasses(expected.get(i), actual.get(i), path + "." + i);
		}
	}

	private static void collect(@Nullable Object value, Set<Class<?>> records, Set<String> filled) {
		if (value instanceof Record record) {
			records.add(record.getClass());
			for (RecordComponent component : record.getClass().getRecordComponents()) {
				Object content = valueOf(record, component);
				if (isFilled(content)) {
					filled.add(nameOf(record.getClass(), component));
				}
				collect(content, records, filled);
			}
		}
		else if (value instanceof Collection<?> many && !(value instanceof JsonNode)) {
			many.forEach((each) -> collect(each, records, filled));
		}
		else if (value instanceof Map<?, ?> map) {
			collect(map.values(), records, filled);
		}
	}

	private static boolean isFilled(@Nullable Object content) {
		if (content == null || content instanceof Collection<?> many && many.isEmpty()) {
			return false;
		}
		return !Set.<Object>of("", false, 0, 0L, List.of(), Map.of()).contains(content);
	}

	private static String nameOf(Class<?> type, RecordComponent component) {
		return type.getSimpleName() + "." + component.getName();
	}

	private static @Nullable Object valueOf(Object record, RecordComponent component) {
		try {
			component.getAccessor().setAccessible(true);
			return component.getAccessor().invoke(record);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
