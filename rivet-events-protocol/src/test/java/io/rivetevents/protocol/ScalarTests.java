/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Currency;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.DoubleNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.conversion.AllowedValues;
import io.rivetevents.conversion.Misfit;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.value.WireValues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * No scalar is taken for another, a number is a number however it is written, and a
 * refusal names the field and what it must be.
 */
class ScalarTests {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private final JsonMapper application = JsonMapper.builder().build();

	private final ValueMapper mapper = new ValueMapper(this.application);

	private static final List<Class<?>> INTEGERS = List.of(int.class, Integer.class, long.class, Long.class,
			short.class, Short.class, byte.class, Byte.class, BigInteger.class, AtomicInteger.class, AtomicLong.class,
			OptionalInt.class, int[].class, long[].class, short[].class, byte[].class, Integer[].class,
			ListOfIntegers.class, MapOfIntegers.class, IntegerField.class, Optionals.class);

	private static final List<Class<?>> FRACTIONS = List.of(double.class, Double.class, float.class, Float.class,
			BigDecimal.class, double[].class, float[].class);

	private static final List<Class<?>> BOOLEANS = List.of(boolean.class, Boolean.class, AtomicBoolean.class,
			boolean[].class, BooleanField.class);

	private static final List<Class<?>> TEXTS = List.of(String.class, String[].class, TextField.class, UUID.class,
			URI.class, Locale.class, Instant.class, OffsetDateTime.class, ZonedDateTime.class, LocalDate.class,
			Duration.class, Date.class, Suit.class, char.class, Character.class);

	static Stream<Arguments> refused() {
		JsonNode binary = NODES.binaryNode(new byte[] { 1 });
		Map<List<Class<?>>, List<JsonNode>> all = Map.of(INTEGERS,
				nodes("1.5", "\"7\"", "true", "\"\"", "\" \"", "-0.1", "1e30", "\"NaN\""), FRACTIONS,
				nodes("\"7\"", "\"1.5\"", "true", "\"\"", "\" \""),
				List.of(double.class, Double.class, float.class, Float.class, BigDecimal.class),
				nodes("\"NaN\"", "\"Infinity\"", "\"-INF\""), BOOLEANS,
				nodes("0", "1", "1.5", "\"true\"", "\"1\"", "\"\"", "\"TRUE\""), TEXTS,
				Stream.concat(nodes("0", "7", "1.5", "true", "false", "1700000000000").stream(), Stream.of(binary))
					.toList());
		return all.entrySet()
			.stream()
			.flatMap((each) -> each.getKey()
				.stream()
				.flatMap((type) -> each.getValue().stream().map((value) -> Arguments.of(type, value))))
			// the largest of them holds it
			.filter((each) -> each.get()[0] != BigInteger.class || !String.valueOf(each.get()[1]).equals("1.0E30"));
	}

	private static List<JsonNode> nodes(String... json) {
		return Arrays.stream(json).map(WireValues::decodeJson).toList();
	}

	@ParameterizedTest(name = "{0} from {1}")
	@MethodSource("refused")
	void refusesAScalarOfAnotherKind(Class<?> type, JsonNode scalar) {
		JsonNode value = in(type, scalar);
		assertThatExceptionOfType(RivetException.class).as("%s from %s", type, value)
			.isThrownBy(() -> this.mapper.convert(value, type))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("validation_error"));
	}

	/** The value where the type has a scalar. */
	private static JsonNode in(Class<?> type, JsonNode value) {
		if (type.isArray() || type == ListOfIntegers.class) {
			return NODES.arrayNode().add(value);
		}
		return (Fielded.class.isAssignableFrom(type) || type == MapOfIntegers.class)
				? NODES.objectNode().set("value", value) : value;
	}

	/** JavaScript has one kind of number: 3, 3.0 and 3n are the same. */
	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void wholeNumbersAreIntegersHoweverTheyAreWritten(Encoding encoding) {
		for (Class<?> type : INTEGERS) {
			Object expected = this.mapper.convert(in(type, NODES.numberNode(3)), type);
			assertThat(expected).isNotNull();
			for (JsonNode three : List.of(NODES.numberNode(3.0), NODES.numberNode(3f),
					NODES.numberNode(new BigDecimal("3.00")), NODES.numberNode(BigInteger.valueOf(3)),
					NODES.numberNode(3L), NODES.numberNode((short) 3))) {
				assertThat(this.mapper.convert(in(type, three), type)).as("%s of %s", type, three.getClass())
					.usingRecursiveComparison()
					.isEqualTo(expected);
				assertThat(this.mapper.convert(in(type, sent(encoding, three)), type)).as("%s of %s", type, three)
					.usingRecursiveComparison()
					.isEqualTo(expected);
			}
		}
		assertThat(this.mapper.convert(sent(encoding, NODES.numberNode(3)), double.class)).isEqualTo(3.0);
		assertThat(this.mapper.convert(sent(encoding, NODES.numberNode(3)), BigDecimal.class))
			.isEqualByComparingTo("3");
	}

	/** What a JavaScript number holds beyond 2^53 is a whole number, too. */
	@Test
	void wholeNumbersBeyondTheSafeOnesAreThemselvesInEachEncoding() {
		byte[] float64 = { (byte) 0xfb, 0x43, 0x76, 0x34, 0x57, (byte) 0x85, (byte) 0xd8, (byte) 0xa0, 0 };
		double number = 100_000_000_000_000_000.0;
		assertThat(WireValues.decodeCbor(float64)).isInstanceOf(DoubleNode.class);
		assertThat(WireValues.decodeCbor(float64).doubleValue()).isEqualTo(number);
		for (JsonNode value : List.of(WireValues.decodeCbor(float64), WireValues.decodeJson("100000000000000000"),
				WireValues.decodeJson("1e17"), WireValues.decodeJson("[\"$BigInt\",\"100000000000000000\"]"))) {
			assertThat(this.mapper.convert(value, long.class)).isEqualTo(100_000_000_000_000_000L);
			assertThat(this.mapper.convert(NODES.arrayNode().add(value), long[].class))
				.containsExactly(100_000_000_000_000_000L);
			assertThat(this.mapper.convert(value, BigInteger.class)).isEqualTo("100000000000000000");
			assertThat(this.mapper.convert(value, double.class)).isEqualTo(number);
		}
		assertThat(this.mapper.convert(WireValues.decodeJson("1e20"), BigInteger.class))
			.isEqualTo("100000000000000000000");
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.mapper.convert(WireValues.decodeJson("1e20"), long.class));
	}

	@ParameterizedTest
	@CsvSource({ "byte,127,128", "byte,-128,-129", "short,32767,32768", "int,2147483647,2147483648",
			"int,-2147483648,-2147483649", "long,9223372036854775807,9223372036854775808", "float,3.4e38,3.5e38",
			"float,-3.4e38,-1e300" })
	void refusesWhatIsOutOfRange(String type, String in, String out) {
		Class<?> primitive = this.mapper
			.constructType(Map.<String, Class<?>>of("byte", byte.class, "short", short.class, "int", int.class, "long",
					long.class, "float", float.class)
				.get(type))
			.getRawClass();
		assertThat(this.mapper.convert(WireValues.decodeJson(in), primitive)).isNotNull();
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.mapper.convert(WireValues.decodeJson(out), primitive))
			.withMessageContaining("must be a");
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE", "EXTENDED_JSON", "EXTENDED_CBOR" })
	void aFloatIsItsShortestDigits(Encoding encoding) {
		for (Object value : List.of(0.1f, new float[] { 0.1f }, Map.of("a", 0.1f), List.of(Optional.of(0.1f)))) {
			byte[] frame = encoding.codec().encode(new ToClient.Event("e", List.of(this.mapper.toTree(value))));
			ToClient message = encoding.isExtended() ? ExtendedClientCodec.decode(encoding, frame).plain()
					: ClientCodec.decode(encoding, frame);
			assertThat(String.valueOf(((ToClient.Event) message).args())).contains("0.1").doesNotContain("0.10");
		}
	}

	@Test
	void eachFloatComesBackAsItWas() {
		Random random = new Random(7);
		Stream
			.concat(Stream.of(0f, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.MIN_NORMAL, 16777216f, 1e10f, 1.0E15f),
					random.ints(100_000).mapToObj(Float::intBitsToFloat).filter(Float::isFinite))
			.forEach((number) -> {
				JsonNode sent = WireValues.decodeJson(WireValues.encodeJson(NODES.numberNode(number)));
				assertThat(this.mapper.convert(sent, float.class)).isEqualTo((number == 0) ? Float.valueOf(0) : number);
			});
	}

	/** As the documentation says: a text or a bigint keeps them all. */
	@Test
	void aDecimalKeepsTheDigitsOfADouble() {
		BigDecimal number = new BigDecimal("0.1234567890123456789");
		byte[] json = WireValues.encodeJson(this.mapper.toTree(number));
		assertThat(json).asString().isEqualTo("0.12345678901234568");
		assertThat(this.mapper.convert(WireValues.decodeJson(json), BigDecimal.class))
			.isEqualTo(new BigDecimal("0.12345678901234568"));
		assertThat(WireValues.encodeJson(this.mapper.toTree(new Precise(number)))).asString()
			.isEqualTo("{\"number\":\"0.1234567890123456789\"}");
	}

	@Test
	void valuesThatAreWrittenAsATextComeBack() {
		for (Object value : List.of(URI.create(""), URI.create("http://a"), Locale.ROOT, Locale.GERMANY, "", " ",
				Instant.EPOCH, Duration.ofMillis(1), UUID.randomUUID(), LocalDate.EPOCH, Suit.HEARTS, 'x')) {
			assertThat(this.mapper.convert(this.mapper.toTree(value), value.getClass())).isEqualTo(value);
		}
		assertThat(this.mapper.convert(this.mapper.toTree(Numbered.TWO), Numbered.class)).isEqualTo(Numbered.TWO);
		assertThat(this.mapper.convert(NODES.binaryNode(new byte[] { 1, 2 }), byte[].class)).containsExactly(1, 2);
		assertThat(this.mapper.convert(NODES.binaryNode(new byte[16]), UUID.class)).isEqualTo(new UUID(0, 0));
	}

	@Test
	void timesThatAreWrittenAsNumbersAreReadFromThem() {
		JsonMapper stamps = JsonMapper.builder()
			.enable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS, DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
			.build();
		ValueMapper numbers = new ValueMapper(stamps);
		Instant at = Instant.ofEpochSecond(1_700_000_000);
		assertThat(numbers.convert(numbers.toTree(at), Instant.class)).isEqualTo(at);
		assertThat(numbers.convert(numbers.toTree(Duration.ofSeconds(3)), Duration.class)).hasSeconds(3);
		Stamped stamped = new Stamped(Date.from(at));
		assertThat(this.mapper.toTree(stamped).get("at").isNumber()).isTrue();
		assertThat(this.mapper.convert(this.mapper.toTree(stamped), Stamped.class)).isEqualTo(stamped);
	}

	@Test
	void deserializersOfTheApplicationDecideForThemselves() {
		SimpleModule lenient = new SimpleModule("lenient").addDeserializer(Integer.class,
				new tools.jackson.databind.deser.std.StdDeserializer<>(Integer.class) {

					@Override
					public Integer deserialize(tools.jackson.core.JsonParser parser,
							tools.jackson.databind.DeserializationContext context) {
						return Integer.valueOf(parser.getString());
					}

				});
		ValueMapper own = new ValueMapper(JsonMapper.builder().addModule(lenient).build());
		assertThat(own.convert(NODES.stringNode("7"), Integer.class)).isEqualTo(7);
	}

	/** What is stored is the application's own, and may be older than its types. */
	@Test
	void whatIsStoredIsReadAsTheApplicationsMapperDoes() {
		assertThat(this.mapper.read("\"7\"".getBytes(), int.class)).isEqualTo(7);
		assertThat(this.mapper.read("{\"value\":1.0}".getBytes(), IntegerField.class)).isEqualTo(new IntegerField(1));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\0',
			textBlock = """
					{"suit":"joker"}                    | .suit      | must be one of "clubs", "HEARTS"
					{"suit":0}                          | .suit      | must be one of "clubs", "HEARTS"
					{"suit":""}                         | .suit      | must be one of "clubs", "HEARTS"
					{"bySuit":{"joker":1}}              | .bySuit    | has a key that must be one of "clubs", "HEARTS"
					{"numbered":7}                      | .numbered  | must be one of 1, 2
					{"shape":{"kind":"blob"}}           | .shape     | needs "kind", which must be one of "circle", "square"
					{"shape":{}}                        | .shape     | needs "kind", which must be one of "circle", "square"
					{"shapes":[{"kind":"circle"},{}]}   | .shapes[1] | needs "kind", which must be one of "circle", "square"
					{"flags":{}}                        | .flags.on  | is missing
					{"flags":{"on":null,"n":1}}         | .flags.on  | must not be null
					{"flags":{"on":true}}               | .flags.n   | is missing
					{"flags":{"on":1,"n":1}}            | .flags.on  | must be true or false
					{"flags":{"on":true,"n":1.5}}       | .flags.n   | must be a whole number from -2147483648 to 2147483647
					{"flags":{"on":true,"n":3000000000}}| .flags.n   | must be a whole number from -2147483648 to 2147483647
					{"text":5}                          | .text      | must be a string
					{"list":[1,"a"]}                    | .list[1]   | must be a whole number from -9223372036854775808 to 9223372036854775807
					{"at":"yesterday"}                  | .at        | must be of the form "2024-01-02T03:04:05Z"
					{"at":7}                            | .at        | must be of the form "2024-01-02T03:04:05Z"
					{"list":"a"}                        | .list      | must be an array
					{"bySuit":[]}                       | .bySuit    | must be an object
					""")
	void namesTheFieldAndWhatIsAllowed(String json, String path, String message) {
		JsonNode value = WireValues.decodeJson(json);
		try {
			this.mapper.fromTree(value, this.mapper.constructType(Everything.class));
			throw new AssertionError("It is taken");
		}
		catch (tools.jackson.core.JacksonException ex) {
			assertThat(this.mapper.misfit(value, ex)).isEqualTo(new Misfit(path, message));
		}
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> this.mapper.convert(value, Everything.class))
			.withMessage("The value does not fit Everything: %s %s.", path.substring(1), message);
	}

	/** With the example that is told, the value is taken. */
	@ParameterizedTest
	@ValueSource(classes = { Instant.class, OffsetDateTime.class, ZonedDateTime.class, LocalDateTime.class,
			LocalDate.class, LocalTime.class, Duration.class, Period.class, YearMonth.class, MonthDay.class, UUID.class,
			Currency.class })
	void showsTheFormOfATextThatIsNone(Class<?> type) {
		JsonNode wrong = NODES.stringNode("!");
		try {
			this.mapper.fromTree(wrong, this.mapper.constructType(type));
			throw new AssertionError("It is taken");
		}
		catch (tools.jackson.core.JacksonException ex) {
			String message = this.mapper.misfit(wrong, ex).message();
			assertThat(message).startsWith("must be of the form \"");
			JsonNode example = WireValues.decodeJson(message.substring("must be of the form ".length()));
			assertThat(this.mapper.convert(example, type)).isNotNull();
		}
	}

	@Test
	void listsNoMoreThanAReaderTakes() {
		assertThat(AllowedValues.list(java.util.stream.IntStream.range(0, 60).boxed().toList()))
			.endsWith("\"49\" and 10 more");
	}

	private static JsonNode sent(Encoding encoding, JsonNode value) {
		byte[] frame = ClientCodec.encode(encoding, new ToServer.ActionRequest(1, "a", List.of(value)));
		return ((ToServer.ActionRequest) encoding.codec().decode(frame)).args().get(0);
	}

	interface Fielded {

	}

	static class ListOfIntegers extends java.util.ArrayList<Integer> {

	}

	static class MapOfIntegers extends java.util.HashMap<String, Integer> {

	}

	record IntegerField(int value) implements Fielded {
	}

	record Optionals(Optional<Integer> value) implements Fielded {
	}

	record BooleanField(boolean value) implements Fielded {
	}

	record TextField(String value) implements Fielded {
	}

	record Precise(@JsonFormat(shape = JsonFormat.Shape.STRING) BigDecimal number) {
	}

	record Stamped(@JsonFormat(shape = JsonFormat.Shape.NUMBER) Date at) {
	}

	enum Suit {

		@JsonProperty("clubs")
		CLUBS, HEARTS

	}

	enum Numbered {

		ONE, TWO;

		@JsonValue
		int number() {
			return ordinal() + 1;
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
	@JsonSubTypes({ @JsonSubTypes.Type(value = Circle.class, name = "circle"),
			@JsonSubTypes.Type(value = Square.class, name = "square") })
	interface Shape {

	}

	record Circle(@Nullable Integer r) implements Shape {
	}

	record Square(@Nullable Integer a) implements Shape {
	}

	record Flags(boolean on, int n) {
	}

	record Everything(@Nullable Suit suit, @Nullable Map<Suit, Integer> bySuit, @Nullable Numbered numbered,
			@Nullable Shape shape, @Nullable List<Shape> shapes, @Nullable Flags flags, @Nullable String text,
			@Nullable Set<Long> set, @Nullable List<Long> list, @Nullable Instant at) {
	}

}
