/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.asyncapi;

import java.io.File;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.Collection;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.SortedSet;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonFormat.Shape;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.ser.std.ToStringSerializer;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.protocol.value.WireValues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Whatever the type and the annotations: what is written is of the type that is
 * generated, and is read back as it was.
 */
class WrittenTypesTests {

	private static final JsonMapper JACKSON = JsonMapper.builder().build();

	private static final JsonMapper STAMPS = JsonMapper.builder()
		.enable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS, DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
		.build();

	/** Jackson writes them and cannot read them, or must not. */
	private static final Set<Class<?>> WRITTEN_ONLY = Set.of(Stream.class, IntStream.class, LongStream.class,
			DoubleStream.class, Iterator.class, Class.class);

	static Stream<Arguments> scalars() throws Exception {
		return Stream.of(arguments(boolean.class, true), arguments(Boolean.class, true),
				arguments(byte.class, (byte) -1), arguments(Byte.class, (byte) 1), arguments(short.class, (short) 1),
				arguments(Short.class, (short) 1), arguments(int.class, 1), arguments(Integer.class, 1),
				arguments(long.class, 1L), arguments(Long.class, Long.MAX_VALUE), arguments(float.class, 1.5f),
				arguments(Float.class, 1.5f), arguments(double.class, 1.5), arguments(Double.class, 1.5),
				arguments(char.class, 'c'), arguments(Character.class, 'c'), arguments(String.class, "s"),
				arguments(CharSequence.class, "s"), arguments(Number.class, 1),
				arguments(BigInteger.class, BigInteger.ONE), arguments(BigDecimal.class, new BigDecimal("1.5")),
				arguments(AtomicInteger.class, new AtomicInteger(1)), arguments(AtomicLong.class, new AtomicLong(1)),
				arguments(AtomicBoolean.class, new AtomicBoolean(true)),
				arguments(OptionalInt.class, OptionalInt.of(1)), arguments(OptionalInt.class, OptionalInt.empty()),
				arguments(OptionalLong.class, OptionalLong.of(1)),
				arguments(OptionalDouble.class, OptionalDouble.of(1.5)),
				arguments(Currency.class, Currency.getInstance("EUR")), arguments(Locale.class, Locale.GERMANY),
				arguments(URI.class, URI.create("http://a")),
				arguments(java.net.URL.class, new java.net.URI("http://a").toURL()),
				arguments(Pattern.class, Pattern.compile("a")), arguments(StringBuilder.class, new StringBuilder("a")),
				arguments(StringBuffer.class, new StringBuffer("a")),
				arguments(TimeZone.class, TimeZone.getTimeZone("UTC")), arguments(UUID.class, new UUID(0, 1)),
				arguments(Charset.class, StandardCharsets.UTF_8), arguments(File.class, new File("/a")),
				arguments(Path.class, Path.of("/a")), arguments(Class.class, String.class),
				arguments(InetAddress.class, InetAddress.getByName("127.0.0.1")),
				arguments(InetSocketAddress.class, InetSocketAddress.createUnresolved("localhost", 80)),
				arguments(ByteBuffer.class, ByteBuffer.wrap(new byte[] { 1, 2 })),
				arguments(byte[].class, new byte[] { 1 }), arguments(char[].class, new char[] { 'a', 'b' }),
				arguments(RoundingMode.class, RoundingMode.UP), arguments(TimeUnit.class, TimeUnit.DAYS),
				arguments(Ranked.class, Ranked.HIGH), arguments(Switched.class, Switched.ON),
				arguments(Numbered.class, Numbered.TWO));
	}

	static Stream<Arguments> times() {
		return Stream.of(arguments(Year.class, Year.of(2024)), arguments(YearMonth.class, YearMonth.of(2024, 1)),
				arguments(MonthDay.class, MonthDay.of(1, 2)), arguments(Month.class, Month.MAY),
				arguments(DayOfWeek.class, DayOfWeek.MONDAY), arguments(ZoneOffset.class, ZoneOffset.UTC),
				arguments(ZoneId.class, ZoneId.of("Europe/Berlin")), arguments(Period.class, Period.ofDays(1)),
				arguments(Duration.class, Duration.ofMinutes(1)), arguments(Instant.class, Instant.EPOCH),
				arguments(OffsetTime.class, OffsetTime.of(1, 2, 3, 0, ZoneOffset.UTC)),
				arguments(OffsetDateTime.class, OffsetDateTime.of(2024, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC)),
				arguments(ZonedDateTime.class, ZonedDateTime.of(2024, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC)),
				arguments(LocalDate.class, LocalDate.EPOCH), arguments(LocalTime.class, LocalTime.of(1, 2, 3)),
				arguments(LocalDateTime.class, LocalDateTime.of(2024, 1, 2, 3, 4, 5)),
				arguments(ChronoUnit.class, ChronoUnit.DAYS), arguments(Date.class, new Date(0)),
				arguments(Calendar.class, new GregorianCalendar(TimeZone.getTimeZone("UTC"))),
				arguments(GregorianCalendar.class, new GregorianCalendar(TimeZone.getTimeZone("UTC"))));
	}

	/** An offset stands as a text among numbers. */
	static Stream<Arguments> timesAsNumbers() {
		return times().filter((each) -> each.get()[0] != OffsetTime.class);
	}

	static Stream<Arguments> containers() {
		return Stream.of(arguments(Byte[].class, new Byte[] { 1 }),
				arguments(Character[].class, new Character[] { 'a' }), arguments(short[].class, new short[] { 1 }),
				arguments(int[].class, new int[] { 1 }), arguments(long[].class, new long[] { 1 }),
				arguments(float[].class, new float[] { 1.5f }), arguments(double[].class, new double[] { 1.5 }),
				arguments(boolean[].class, new boolean[] { true }), arguments(String[].class, new String[] { "a" }),
				arguments(byte[][].class, new byte[][] { { 1 } }), arguments(char[][].class, new char[][] { { 'a' } }),
				arguments(IntStream.class, IntStream.of(1)), arguments(LongStream.class, LongStream.of(1)),
				arguments(DoubleStream.class, DoubleStream.of(1.5)), generic(new TypeReference<Stream<Point>>() {
				}, Stream.of(new Point(1))), generic(new TypeReference<Iterator<Point>>() {
				}, List.of(new Point(1)).iterator()), generic(new TypeReference<Iterable<Point>>() {
				}, List.of(new Point(1))), generic(new TypeReference<Iterable<List<Point>>>() {
				}, List.of(List.of(new Point(1)))), generic(new TypeReference<Collection<Point>>() {
				}, List.of(new Point(1))), generic(new TypeReference<Queue<String>>() {
				}, new ArrayDeque<>(List.of("a"))), generic(new TypeReference<ArrayBlockingQueue<String>>() {
				}, new ArrayBlockingQueue<>(4, false, List.of("a"))),
				generic(new TypeReference<CopyOnWriteArrayList<String>>() {
				}, new CopyOnWriteArrayList<>(List.of("a"))), generic(new TypeReference<SortedSet<String>>() {
				}, new TreeSet<>(List.of("a"))), generic(new TypeReference<EnumSet<Ranked>>() {
				}, EnumSet.of(Ranked.HIGH)), generic(new TypeReference<EnumMap<TimeUnit, Month>>() {
				}, new EnumMap<>(Map.of(TimeUnit.DAYS, Month.MAY))), generic(new TypeReference<Map<Integer, byte[]>>() {
				}, Map.of(1, new byte[] { 1 })), generic(new TypeReference<NavigableMap<String, Byte>>() {
				}, new TreeMap<>(Map.of("a", (byte) 1))), generic(new TypeReference<ConcurrentMap<String, Year>>() {
				}, new java.util.concurrent.ConcurrentHashMap<>(Map.of("a", Year.of(1)))),
				generic(new TypeReference<Map.Entry<String, Point>>() {
				}, Map.entry("a", new Point(1))), generic(new TypeReference<Optional<Year>>() {
				}, Optional.of(Year.of(1))), generic(new TypeReference<AtomicReference<Point>>() {
				}, new AtomicReference<>(new Point(1))), generic(new TypeReference<List<AtomicReference<byte[]>>>() {
				}, List.of(new AtomicReference<>(new byte[] { 1 }))));
	}

	private static Arguments generic(TypeReference<?> type, Object value) {
		return arguments(type.getType(), value);
	}

	/** Each has one component, and the JSON that it is refused from. */
	static Stream<Arguments> properties() throws UnknownHostException {
		return Stream.of(arguments(new TextLong(5), "5"), arguments(new TextLong(Long.MIN_VALUE), "\"1e3\""),
				arguments(new TextLong(7), "\"9223372036854775808\""), arguments(new TextBoxedLong(5L), "\"\""),
				arguments(new TextInt(5), "\"5.5\""), arguments(new TextShort((short) 5), "\"x\""),
				arguments(new TextByte((byte) 5), "\"200\""), arguments(new TextFloat(0.1f), "\"1e300\""),
				arguments(new TextDouble(Double.NaN), "0.1"), arguments(new TextDouble(1e300), "\"1e\""),
				arguments(new TextDecimal(new BigDecimal("0.1234567890123456789")), "0.5"),
				arguments(new TextBigInteger(BigInteger.TEN), "10"), arguments(new TextNumber(5), "5"),
				arguments(new TextBoolean(true), "true"), arguments(new TextBoolean(false), "\"\""),
				arguments(new TextList(List.of(5L)), "[5]"), arguments(new TextOptional(Optional.of(5L)), "5"),
				arguments(new HexInt(255), "255"), arguments(new HexInt(-1), "\"xyz\""),
				arguments(new HexByte((byte) 0x7f), "\"\""), arguments(new ToStringLong(5), "5"),
				arguments(new ContentToString(List.of(5L)), "[5]"), arguments(new NumberBoolean(true), "true"),
				arguments(new NumberBoolean(false), "2"), arguments(new NumberEnum(Suit.B), "\"B\""),
				arguments(new NumberEnum(Suit.A), "2"), arguments(new NumberEnum(Suit.A), "\"0\""),
				arguments(new NumberEnums(List.of(Suit.B)), "[\"B\"]"),
				arguments(new NumberValues(Map.of("a", Suit.B)), "{\"a\":\"B\"}"),
				arguments(new NumberInstant(Instant.EPOCH), "true"), arguments(new NumberDate(new Date(0)), "true"),
				arguments(new NumberDuration(Duration.ofDays(1)), "true"),
				arguments(new NumberLocalDate(LocalDate.EPOCH), "1.5"),
				arguments(new ArrayLocalDate(LocalDate.EPOCH), "19724"),
				arguments(new NumberMonth(Month.MAY), "\"MAY\""), arguments(new TextYear(Year.of(2024)), "true"),
				arguments(new BinaryUuid(new UUID(0, 1)), "7"), arguments(new PatternLocalDate(LocalDate.EPOCH), "7"),
				arguments(new NumberAddress(InetAddress.getByName("127.0.0.1")), "\"localhost\""),
				arguments(new Referred(new AtomicReference<>(new Point(1))), "7"));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource({ "scalars", "times", "containers" })
	void aTypeIsWrittenAsGeneratedAndReadBack(Type type, Object value) {
		assertWritten(JACKSON, type, value);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("timesAsNumbers")
	void aTimeIsWrittenAsGeneratedAndReadBackIfItIsANumber(Type type, Object value) {
		assertWritten(STAMPS, type, value);
	}

	@ParameterizedTest(name = "{0}, not {1}")
	@MethodSource("properties")
	void aPropertyIsWrittenAsGeneratedAndReadBack(Record value, String refused) {
		assertWritten(JACKSON, value.getClass(), value);
		RecordComponent component = value.getClass().getRecordComponents()[0];
		JsonNode node = WireValues.decodeJson("{\"%s\":%s}".formatted(component.getName(), refused));
		ValueMapper mapper = new ValueMapper(JACKSON);
		assertThatExceptionOfType(JacksonException.class).as("%s from %s", value, node)
			.isThrownBy(() -> mapper.fromTree(node, mapper.constructType(value.getClass())))
			.satisfies((ex) -> assertThat(mapper.misfit(node, ex).path()).startsWith(".value"));
	}

	@Test
	void anUnknownNumberIsTheDefaultOfAnEnumIfTheMapperSaysSo() {
		ValueMapper mapper = new ValueMapper(
				JsonMapper.builder().enable(EnumFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE).build());
		assertThat(mapper.convert(WireValues.decodeJson("7"), Defaulted.class)).isEqualTo(Defaulted.OTHER);
		assertThat(mapper.convert(WireValues.decodeJson("1"), Defaulted.class)).isEqualTo(Defaulted.KNOWN);
	}

	@ParameterizedTest
	@MethodSource("messages")
	void aRefusalNamesWhatIsWritten(Class<?> type, String json, String message) {
		ValueMapper mapper = new ValueMapper(JACKSON);
		JsonNode node = WireValues.decodeJson(json);
		assertThatExceptionOfType(JacksonException.class)
			.isThrownBy(() -> mapper.fromTree(node, mapper.constructType(type)))
			.satisfies((ex) -> assertThat(mapper.misfit(node, ex).message()).isEqualTo(message));
	}

	static Stream<Arguments> messages() {
		return Stream.of(arguments(NumberEnum.class, "{\"value\":\"B\"}", "must be one of 0, 1"),
				arguments(Ranked.class, "\"HIGH\"", "must be one of 0, 1"),
				arguments(Switched.class, "\"ON\"", "must be one of true, false"),
				arguments(TextLong.class, "{\"value\":5}", "must be a string that contains a number"),
				arguments(TextBoolean.class, "{\"value\":true}", "must be \"true\" or \"false\""),
				arguments(NumberBoolean.class, "{\"value\":true}", "must be 0 or 1"));
	}

	private static void assertWritten(JsonMapper application, Type type, Object value) {
		Schemas schemas = new Schemas(application);
		JsonNode schema = schemas.of(type, false);
		ValueMapper mapper = new ValueMapper(application);
		JsonNode written = WireValues.decodeJson(WireValues.encodeJson(mapper.declared(type).toTree(value)));
		assertThat(problem(written, schema, schemas.definitions())).as("%s of %s", written, schema).isNull();
		if (!WRITTEN_ONLY.contains(mapper.constructType(type).getRawClass())) {
			Object back = mapper.fromTree(written, mapper.constructType(type));
			assertThat(WireValues.encodeJson(mapper.declared(type).toTree(back)))
				.isEqualTo(WireValues.encodeJson(written));
			if (value instanceof Comparable<?> && !(value instanceof CharSequence)) {
				assertThat(back).isEqualTo(value);
			}
		}
	}

	/** Why a value is not of a type that says all of it, {@code null} if it is. */
	private static @Nullable String problem(JsonNode value, JsonNode schema, JsonNode definitions) {
		if (schema.has("$ref")) {
			String name = schema.get("$ref").stringValue().replaceFirst(".*/", "");
			return problem(value, definitions.get(java.net.URLDecoder.decode(name, StandardCharsets.UTF_8)),
					definitions);
		}
		if (schema.has("anyOf")) {
			List<String> problems = new ArrayList<>();
			schema.get("anyOf").forEach((each) -> problems.add(problem(value, each, definitions)));
			return problems.contains(null) ? null : problems.toString();
		}
		if (schema.has("enum")) {
			return schema.get("enum").valueStream().anyMatch((each) -> each.toString().equals(value.toString())) ? null
					: value + " is no constant of " + schema;
		}
		List<String> types = schema.path("type").isArray()
				? schema.get("type").valueStream().map(JsonNode::stringValue).toList()
				: List.of(schema.path("type").asString("unknown"));
		boolean right = types.stream().anyMatch((type) -> isOf(value, type, schema.path("format").asString("")));
		return right ? problemWithin(value, schema, definitions) : value + " is not of " + schema;
	}

	private static boolean isOf(JsonNode value, String type, String format) {
		return switch (type) {
			case "string" -> format.equals("bytes") ? value.isBinary() : value.isString();
			case "integer" -> format.isEmpty() ? value.isInt()
					: value.isIntegralNumber() && (!format.equals("bigint") || value.isBigInteger());
			case "number" -> value.isNumber();
			case "boolean" -> value.isBoolean();
			case "null" -> value.isNull();
			case "array" -> value.isArray();
			case "object" -> value.isObject();
			default -> false;
		};
	}

	private static @Nullable String problemWithin(JsonNode value, JsonNode schema, JsonNode definitions) {
		if (value.isArray()) {
			return value.valueStream()
				.map((each) -> problem(each, schema.get("items"), definitions))
				.filter((each) -> each != null)
				.findFirst()
				.orElse(null);
		}
		for (Map.Entry<String, JsonNode> property : value.properties()) {
			JsonNode of = schema.path("properties").path(property.getKey());
			String problem = problem(property.getValue(), of.isMissingNode() ? schema.path("additionalProperties") : of,
					definitions);
			if (problem != null) {
				return property.getKey() + ": " + problem;
			}
		}
		return null;
	}

	enum Suit {

		A, B

	}

	@JsonFormat(shape = Shape.NUMBER)
	enum Ranked {

		LOW, HIGH

	}

	@JsonFormat(shape = Shape.NUMBER)
	enum Defaulted {

		@JsonEnumDefaultValue
		OTHER, KNOWN

	}

	enum Switched {

		ON, OFF;

		@JsonValue
		boolean value() {
			return this == ON;
		}

	}

	enum Numbered {

		ONE, TWO;

		@JsonValue
		int value() {
			return ordinal() + 1;
		}

	}

	record Point(int x) {
	}

	record TextLong(@JsonFormat(shape = Shape.STRING) long value) {
	}

	record TextBoxedLong(@JsonFormat(shape = Shape.STRING) Long value) {
	}

	record TextInt(@JsonFormat(shape = Shape.STRING) int value) {
	}

	record TextShort(@JsonFormat(shape = Shape.STRING) short value) {
	}

	record TextByte(@JsonFormat(shape = Shape.STRING) byte value) {
	}

	record TextFloat(@JsonFormat(shape = Shape.STRING) float value) {
	}

	record TextDouble(@JsonFormat(shape = Shape.STRING) double value) {
	}

	record TextDecimal(@JsonFormat(shape = Shape.STRING) BigDecimal value) {
	}

	record TextBigInteger(@JsonFormat(shape = Shape.STRING) BigInteger value) {
	}

	record TextNumber(@JsonFormat(shape = Shape.STRING) Number value) {
	}

	record TextBoolean(@JsonFormat(shape = Shape.STRING) boolean value) {
	}

	record TextList(@JsonFormat(shape = Shape.STRING) List<Long> value) {
	}

	record TextOptional(@JsonFormat(shape = Shape.STRING) Optional<Long> value) {
	}

	record HexInt(@JsonFormat(shape = Shape.STRING, pattern = "16") int value) {
	}

	record HexByte(@JsonFormat(shape = Shape.STRING, pattern = "16") byte value) {
	}

	record ToStringLong(@JsonSerialize(using = ToStringSerializer.class) long value) {
	}

	record ContentToString(@JsonSerialize(contentUsing = ToStringSerializer.class) List<Long> value) {
	}

	record NumberBoolean(@JsonFormat(shape = Shape.NUMBER) boolean value) {
	}

	record NumberEnum(@JsonFormat(shape = Shape.NUMBER) Suit value) {
	}

	record NumberEnums(@JsonFormat(shape = Shape.NUMBER) List<Suit> value) {
	}

	record NumberValues(@JsonFormat(shape = Shape.NUMBER) Map<String, Suit> value) {
	}

	record NumberInstant(@JsonFormat(shape = Shape.NUMBER) Instant value) {
	}

	record NumberDate(@JsonFormat(shape = Shape.NUMBER) Date value) {
	}

	record NumberDuration(@JsonFormat(shape = Shape.NUMBER) Duration value) {
	}

	record NumberLocalDate(@JsonFormat(shape = Shape.NUMBER_INT) LocalDate value) {
	}

	record ArrayLocalDate(@JsonFormat(shape = Shape.ARRAY) LocalDate value) {
	}

	record NumberMonth(@JsonFormat(shape = Shape.NUMBER) Month value) {
	}

	record TextYear(@JsonFormat(shape = Shape.STRING) Year value) {
	}

	record BinaryUuid(@JsonFormat(shape = Shape.BINARY) UUID value) {
	}

	record PatternLocalDate(@JsonFormat(pattern = "yyyy/MM/dd") LocalDate value) {
	}

	record NumberAddress(@JsonFormat(shape = Shape.NUMBER) InetAddress value) {
	}

	record Referred(AtomicReference<Point> value) {
	}

}
