/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.persistence.StateFormat;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.MigrateState;
import io.rivetevents.annotation.StateVersion;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.scheduling.CallerScope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * States that an earlier version of the application has stored.
 */
@ExtendWith(OutputCaptureExtension.class)
class OldStateTests {

	private static final AtomicInteger keys = new AtomicInteger();

	/** Failures of one address are logged once a minute. */
	private final String key = "k" + keys.incrementAndGet();

	private final ActorAddress room = ActorHarness.address(Room.class, this.key);

	private static final ActorAddress PLAIN = ActorHarness.address(Plain.class, "k");

	private final MemoryActorStateStore store = new MemoryActorStateStore();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, new Room(), new Plain(),
			new Clerk(), new Odd());

	@AfterEach
	void stop() {
		this.harness.close();
	}

	private void store(ActorAddress address, int format, String state) {
		this.store.save(StoredActor.builder("an-id", address)
			.version(4)
			.generation(2)
			.format(format)
			.state(state.getBytes(StandardCharsets.UTF_8))
			.build(), 0);
	}

	private StoredActor stored(ActorAddress address) {
		return this.store.load(address);
	}

	private String state(ActorAddress address) {
		return new String(stored(address).state(), StandardCharsets.UTF_8);
	}

	private String describe() {
		return this.harness.call(Room.class, this.key, "describe").stringValue();
	}

	@Test
	void aNewInstanceIsStoredInTheCurrentFormat() {
		describe();
		assertThat(stored(this.room).format()).isEqualTo(2);
		this.harness.call(Plain.class, "k", "get");
		assertThat(stored(PLAIN).format()).isZero();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			0 | {"topic":"tea","price":0.10}
			1 | {"topic":"tea","price":0.10,"tags":["x"]}
			2 | {"price":0.10,"tags":["x"],"title":"tea"}
			""")
	void aStateIsMigratedStepByStepInTheSaveOfTheWake(int format, String state) {
		store(this.room, format, state);
		assertThat(describe()).isEqualTo("tea 0.10 [x]");
		JsonNode migrated = this.harness.mapper().readStoredTree(stored(this.room).state());
		assertThat(migrated).hasToString("{\"price\":0.10,\"tags\":[\"x\"],\"title\":\"tea\"}");
		assertThat(stored(this.room)).returns(2, StoredActor::format)
			.returns(5L, StoredActor::version)
			.returns(3L, StoredActor::generation);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					3 | {"title":"secret","price":1,"tags":[]}       | the format is newer than the version
					2 | {"title":"secret","price":[7],"tags":[]}     | $.price: MismatchedInputException for java.math.BigDecimal
					2 | {"title":"secret","tags":[{"x":1}]}          | $.tags[0]: MismatchedInputException for java.lang.String
					2 | {"title":"secret"                            | it is not valid JSON at byte
					1 | {"title":"secret"                            | it is not valid JSON at byte
					1 | {"topic":"secret","price":0,"tags":[]}       | Room.rename failed with java.lang.IllegalStateException at
					1 | {"topic":"secret","price":1,"tag":[]}        | $.tag: UnrecognizedPropertyException
					1 | ["secret"]                                   | Room.rename takes no ARRAY
					1 | {"topic":"secret","price":99,"tags":[]}      | would differ after a save: $.price of
					""")
	void aStateThatCannotBeReadIsKeptAndLogged(int format, String state, String problem, CapturedOutput output) {
		store(this.room, format, state);
		for (int i = 0; i < 3; i++) {
			assertUnreadable(() -> describe());
		}
		assertUnreadable(() -> this.harness.connect(Room.class, this.key, null));
		assertUnreadable(() -> this.harness.directory()
			.resolve(ActorHarness.target(Room.class, this.key), ConnectRequest.stateless(null, Identity.ANONYMOUS))
			.block(ActorHarness.PATIENCE));
		assertThat(state(this.room)).isEqualTo(state);
		assertThat(stored(this.room)).returns(format, StoredActor::format).returns(4L, StoredActor::version);
		assertThat(output.toString().lines().filter((line) -> line.contains("Cannot read the state"))).singleElement()
			.asString()
			.contains("of Room[%s] (format %d, version 2 of ".formatted(this.key, format))
			.contains(problem);
		assertThat(output).doesNotContain("secret");
	}

	private static void assertUnreadable(ThrowingCallable request) {
		assertThat(catchThrowableOfType(RivetException.class, request)).isNotNull()
			.returns("actor", RivetException::group)
			.returns("state_unreadable", RivetException::code);
	}

	@Test
	void aVersionThatCanReadTheStateContinuesWithIt() {
		store(this.room, 3, "{\"title\":\"tea\",\"price\":1,\"tags\":[]}");
		assertUnreadable(this::describe);
		assertThat(
				this.harness.directory().find(ActorHarness.target(Room.class, this.key)).block(ActorHarness.PATIENCE))
			.isNotNull();
		StoredActor stored = stored(this.room);
		this.store.save(stored.toBuilder().format(2).version(5).build(), 4);
		assertThat(describe()).isEqualTo("tea 1 []");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anInstanceThatCannotBeReadCanBeDeleted(boolean byId) {
		store(this.room, 3, "{}");
		ActorTarget target = byId ? new ActorTarget.ById("an-id") : new ActorTarget.Get(this.room);
		assertUnreadable(() -> this.harness.directory().resolve(target).block(ActorHarness.PATIENCE));
		this.harness.directory().destroy(target).block(ActorHarness.PATIENCE);
		assertThat(this.store.load(this.room)).isNull();
		assertThat(this.store.loadById("an-id")).isNull();
		assertThat(describe()).isEqualTo("new 0 []");
		assertThat(stored(this.room).actorId()).isNotEqualTo("an-id");
	}

	@Test
	void anInstanceWithoutAStateGetsOneWhenItWakes() {
		this.store.save(StoredActor.builder("an-id", this.room).version(4).generation(2).build(), 0);
		assertThat(describe()).isEqualTo("new 0 []");
		assertThat(stored(this.room)).returns(2, StoredActor::format)
			.returns(5L, StoredActor::version)
			.returns("an-id", StoredActor::actorId);
		assertThat(state(this.room)).contains("\"title\":\"new\"");
	}

	@Test
	void aFailureOfADeserializerIsLoggedWithItsPlace(CapturedOutput output) {
		ActorAddress address = ActorHarness.address(Odd.class, this.key);
		store(address, 0, "\"secret\"");
		assertUnreadable(() -> this.harness.call(Odd.class, this.key, "work"));
		assertThat(output).contains("java.lang.ClassCastException at io.rivetevents.invocation.OldStateTests$OddReader")
			.doesNotContain("secret");
	}

	@Test
	void anActorWithoutAStateKeepsTheStateOfAnEarlierVersion() {
		ActorAddress clerk = ActorHarness.address(Clerk.class, "k");
		store(clerk, 0, "{\"count\":1}");
		this.harness.call(Clerk.class, "k", "work");
		this.harness.close();
		assertThat(state(clerk)).isEqualTo("{\"count\":1}");
	}

	@Test
	void anotherKeyIsNotAffected() {
		store(this.room, 3, "{}");
		assertThat(this.harness.call(Room.class, "other", "describe").stringValue()).isEqualTo("new 0 []");
	}

	@Test
	void aMigrationMayUseTheBean() {
		try (ActorHarness other = new ActorHarness(ActorSettings.DEFAULTS, this.store, new WithBean("lemon"))) {
			store(ActorHarness.address(WithBean.class, "k"), 0, "{}");
			assertThat(other.call(WithBean.class, "k", "get").stringValue()).isEqualTo("lemon");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aMigrationMayUseABeanBehindAProxy(boolean ofTheClass) {
		ProxyFactory factory = new ProxyFactory(new WithBean("lemon"));
		factory.setProxyTargetClass(ofTheClass);
		Object proxy = factory.getProxy();
		ValueMapper mapper = this.harness.mapper();
		StateFormat format = StateFormat.declared(WithBean.class, () -> proxy, mapper.declared(Text.class),
				CallerScope.NONE, (method, problem, action) -> new IllegalStateException(problem));
		assertThat(format.read("{}".getBytes(StandardCharsets.UTF_8), 0, mapper).value()).isEqualTo(new Text("lemon"));
	}

	@ParameterizedTest
	@ValueSource(classes = { Gap.class, NoLast.class, Twice.class, TooHigh.class, Unversioned.class, NegativeStep.class,
			NoTree.class, NoResult.class, Hidden.class, Zero.class, Stateless.class })
	void anInvalidDeclarationStopsTheStart(Class<?> actor) throws Exception {
		String expected = (String) actor.getDeclaredField("EXPECTED").get(null);
		Object bean = actor.getDeclaredConstructor().newInstance();
		assertThatExceptionOfType(InvalidActorException.class)
			.isThrownBy(() -> new ActorHarness(ActorSettings.DEFAULTS, bean))
			.withMessageContaining(actor.getName())
			.withMessageContaining(expected);
	}

	@Test
	void migrationsFromTheOldestVersionsMayBeMissing() {
		new ActorHarness(ActorSettings.DEFAULTS, new Recent()).close();
	}

	static class Room {

		@StateVersion(2)
		static class State {

			public String title = "new";

			public List<String> tags = List.of();

			private BigDecimal price = BigDecimal.ZERO;

			public BigDecimal getPrice() {
				return this.price;
			}

			/** The price 99 is not read back as it is written. */
			public void setPrice(BigDecimal price) {
				this.price = (price.intValue() >= 99) ? price.add(BigDecimal.ONE) : price;
			}

		}

		@CreateState
		State create() {
			return new State();
		}

		@MigrateState(from = 1)
		static JsonNode rename(ObjectNode state) {
			if (state.path("price").asInt(1) == 0 && !state.path("price").isBigDecimal()) {
				throw new IllegalStateException("No price: " + state);
			}
			state.set("title", state.remove("topic"));
			return state;
		}

		@MigrateState(from = 0)
		ObjectNode addTags(JsonNode state) {
			((ObjectNode) state).putArray("tags").add("x");
			return (ObjectNode) state;
		}

		@Action
		String describe(ActorContext<State, ?> c) {
			State state = c.state();
			return "%s %s %s".formatted(state.title, state.price, state.tags);
		}

	}

	static class Plain {

		@CreateState
		State create() {
			return new State();
		}

		@Action
		void get() {
		}

		static class State {

			@JsonIgnore
			public int ignored;

			public int count;

		}

	}

	static class Clerk {

		@Action
		void work(ActorContext<?, ?> c) {
			c.saveState();
		}

	}

	static class Odd {

		@CreateState
		OddState create() {
			return new OddState();
		}

		@Action
		void work() {
		}

		@JsonDeserialize(using = OddReader.class)
		static class OddState {

			public int count;

		}

	}

	static class OddReader extends ValueDeserializer<Odd.OddState> {

		@Override
		public Odd.OddState deserialize(JsonParser parser, DeserializationContext context) {
			throw new ClassCastException(parser.getString());
		}

	}

	@StateVersion(1)
	record Text(String text) {
	}

	@StateVersion(3)
	record Third(String text) {
	}

	/** A proxy may have the methods of an interface only. */
	interface Migration {

		JsonNode add(ObjectNode state);

	}

	static class WithBean implements Migration {

		private final String text;

		WithBean(String text) {
			this.text = text;
		}

		@CreateState
		Text create() {
			return new Text("");
		}

		@Override
		@MigrateState(from = 0)
		public JsonNode add(ObjectNode state) {
			return state.put("text", this.text);
		}

		@Action
		String get(ActorContext<Text, ?> c) {
			return c.state().text();
		}

	}

	static class Recent {

		@CreateState
		Third create() {
			return new Third("");
		}

		@MigrateState(from = 1)
		static JsonNode one(JsonNode state) {
			return state;
		}

		@MigrateState(from = 2)
		static JsonNode two(JsonNode state) {
			return state;
		}

	}

	static class Gap {

		static final String EXPECTED = "has @StateVersion(3), but no method has @MigrateState(from = 1)";

		@CreateState
		Third create() {
			return new Third("");
		}

		@MigrateState(from = 0)
		static JsonNode zero(JsonNode state) {
			return state;
		}

		@MigrateState(from = 2)
		static JsonNode two(JsonNode state) {
			return state;
		}

	}

	static class NoLast {

		static final String EXPECTED = "has @StateVersion(3), but no method has @MigrateState(from = 2)";

		@CreateState
		Third create() {
			return new Third("");
		}

	}

	static class Twice {

		static final String EXPECTED = " migrates from version 0, too";

		@CreateState
		Text create() {
			return new Text("");
		}

		@MigrateState(from = 0)
		static JsonNode one(JsonNode state) {
			return state;
		}

		@MigrateState(from = 0)
		static JsonNode other(JsonNode state) {
			return state;
		}

	}

	static class TooHigh {

		static final String EXPECTED = "it migrates from version 1, but the version of the state type is 1. Set";

		@CreateState
		Text create() {
			return new Text("");
		}

		@MigrateState(from = 0)
		static JsonNode zero(JsonNode state) {
			return state;
		}

		@MigrateState(from = 1)
		static JsonNode one(JsonNode state) {
			return state;
		}

	}

	static class Unversioned {

		static final String EXPECTED = "it migrates from version 0, but the version of the state type is 0. Set";

		@CreateState
		Plain.State create() {
			return new Plain.State();
		}

		@MigrateState(from = 0)
		static JsonNode zero(JsonNode state) {
			return state;
		}

	}

	static class NegativeStep {

		static final String EXPECTED = "it migrates from version -1, but";

		@CreateState
		Text create() {
			return new Text("");
		}

		@MigrateState(from = -1)
		static JsonNode one(JsonNode state) {
			return state;
		}

	}

	static class NoTree {

		static final String EXPECTED = "a method with @MigrateState must have one parameter of type JsonNode or a subclass,"
				+ " and return such a type";

		@CreateState
		Text create() {
			return new Text("");
		}

		@MigrateState(from = 0)
		static JsonNode one(String state, int more) {
			return null;
		}

	}

	static class NoResult {

		static final String EXPECTED = "a method with @MigrateState must have one parameter of type JsonNode or a subclass,"
				+ " and return such a type";

		@CreateState
		Text create() {
			return new Text("");
		}

		@MigrateState(from = 0)
		static void one(JsonNode state) {
		}

	}

	static class Hidden {

		static final String EXPECTED = "the method must not be private";

		@CreateState
		Text create() {
			return new Text("");
		}

		@MigrateState(from = 0)
		private JsonNode one(JsonNode state) {
			return state;
		}

	}

	static class Zero {

		static final String EXPECTED = "@StateVersion(0) of ";

		@StateVersion(0)
		record State(String text) {
		}

		@CreateState
		State create() {
			return new State("");
		}

	}

	static class Stateless {

		static final String EXPECTED = "it migrates from version 0, but the version of the state type is 0";

		@Action
		void work() {
		}

		@MigrateState(from = 0)
		static JsonNode one(JsonNode state) {
			return state;
		}

	}

}
