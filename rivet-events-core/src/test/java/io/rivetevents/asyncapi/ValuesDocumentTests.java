/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.asyncapi;

import java.io.IOException;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.protocol.ClientCodec;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.value.WireValues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The table of {@code docs/values.md} is true in both directions, in each encoding, and
 * of the types that the generator writes.
 */
class ValuesDocumentTests {

	private static final JsonMapper JACKSON = JsonMapper.builder().build();

	private static final ValueMapper MAPPER = new ValueMapper(JACKSON);

	private static final Pattern CODE = Pattern.compile("`([^`]+)`");

	private static final Path WRITER = Path.of("../rivet-events-client/bin/write.mjs");

	/** A value of each type of the table. */
	private static final Map<String, Sample> SAMPLES = new LinkedHashMap<>();

	private record Sample(Type type, Object value) {
	}

	static {
		add("boolean", boolean.class, true);
		add("byte, short, int", int.class, 7);
		add("long", long.class, 7L);
		add("long beyond 2^53", long.class, 9007199254740993L);
		add("float", float.class, 0.1f);
		add("double", double.class, 1.5);
		add("BigInteger", BigInteger.class, BigInteger.valueOf(5));
		add("BigDecimal", BigDecimal.class, new BigDecimal("0.25"));
		add("char", char.class, 'x');
		add("String", String.class, "hi");
		add("an enum", Suit.class, Suit.CLUBS);
		add("Month", Month.class, Month.MAY);
		add("byte[], ByteBuffer", byte[].class, new byte[] { 1, 2 });
		add("int[]", int[].class, new int[] { 1, 2 });
		add("char[]", char[].class, new char[] { 'a', 'b' });
		add("List, Set, Iterable, array", new TypeReference<List<String>>() {
		}.getType(), List.of("a", "b"));
		add("Map", new TypeReference<Map<String, Integer>>() {
		}.getType(), Map.of("a", 1));
		add("Optional", new TypeReference<Optional<String>>() {
		}.getType(), Optional.of("a"));
		add("OptionalInt", OptionalInt.class, OptionalInt.of(7));
		add("OptionalLong", OptionalLong.class, OptionalLong.of(7));
		add("UUID", UUID.class, UUID.fromString("75dc400e-bcc6-4172-87bd-2ea838e0c6bb"));
		add("Instant", Instant.class, Instant.parse("2024-01-02T03:04:05Z"));
		add("OffsetDateTime", OffsetDateTime.class, OffsetDateTime.of(2024, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC));
		add("LocalDateTime", LocalDateTime.class, LocalDateTime.of(2024, 1, 2, 3, 4, 5));
		add("LocalDate", LocalDate.class, LocalDate.of(2024, 1, 2));
		add("LocalTime", LocalTime.class, LocalTime.of(3, 4, 5));
		add("Duration", Duration.class, Duration.ofMinutes(5));
		add("Year", Year.class, Year.of(2024));
		add("YearMonth", YearMonth.class, YearMonth.of(2024, 1));
		add("Period", Period.class, Period.ofDays(1));
		add("ZoneId, ZoneOffset, TimeZone", ZoneId.class, ZoneId.of("Europe/Berlin"));
		add("Currency, Locale, Charset, Pattern", Currency.class, Currency.getInstance("EUR"));
		add("URI", URI.class, URI.create("https://example.com"));
		add("a record or bean", Point.class, new Point(1, 2));
		add("a record with @JsonFormat(shape = STRING) long n", Text.class, new Text(5));
		add("a record with @JsonFormat(shape = NUMBER) Suit n", Ordinal.class, new Ordinal(Suit.CLUBS));
		add("a type with @JsonTypeInfo", Shape.class, new Circle(1));
		add("JsonNode", JsonNode.class, WireValues.decodeJson("[1]"));
	}

	private static void add(String name, Type type, Object value) {
		SAMPLES.put(name, new Sample(type, value));
	}

	/**
	 * A row.
	 *
	 * @param type the Java type
	 * @param json what stands in a JSON message
	 * @param cbor what stands in a CBOR or BARE message, in diagnostic notation
	 * @param typeScript the type that is generated
	 * @param alsoRead other JSON that is read as the same value
	 * @param refused JSON that is not
	 */
	record Row(String type, String json, String cbor, String typeScript, List<String> alsoRead, List<String> refused) {

		@Override
		public String toString() {
			return this.type;
		}

	}

	static List<Row> rows() throws IOException {
		return Files.readAllLines(Path.of("../docs/values.md"))
			.stream()
			.dropWhile((line) -> !line.startsWith("| Java "))
			.skip(2)
			.takeWhile((line) -> line.startsWith("|"))
			.map(ValuesDocumentTests::row)
			.toList();
	}

	private static Row row(String line) {
		List<List<String>> cells = Stream.of(line.substring(1).split("(?<!\\\\)\\|"))
			.map(ValuesDocumentTests::codes)
			.toList();
		String type = line.split("\\|")[1].replace("`", "").strip();
		return new Row(type, cells.get(1).get(0), cells.get(2).get(0), cells.get(3).get(0), cells.get(4), cells.get(5));
	}

	private static List<String> codes(String cell) {
		return CODE.matcher(cell).results().map((code) -> code.group(1).replace("\\|", "|")).toList();
	}

	@Test
	void listsEachType() throws IOException {
		assertThat(rows().stream().map(Row::type)).containsExactlyElementsOf(SAMPLES.keySet());
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("rows")
	void isWrittenAsTheTableSays(Row row) {
		JsonNode written = MAPPER.declared(sample(row).type()).toTree(sample(row).value());
		String json = new String(WireValues.encodeJson(written), StandardCharsets.UTF_8);
		assertThat(json).isEqualTo(row.json());
		byte[] cbor = Encoding.CBOR.codec().encodeActionResponse(written);
		assertThat(new Diagnostic(cbor).toString()).isEqualTo("{\"output\": %s}".formatted(row.cbor()));
		for (Encoding encoding : ClientCodec.PLAIN) {
			byte[] frame = encoding.codec().encode(new ToClient.ActionResponse(1, written));
			ToClient.ActionResponse read = (ToClient.ActionResponse) ClientCodec.decode(encoding, frame);
			byte[] back = ClientCodec.encode(encoding, new ToServer.ActionRequest(1, "a", List.of(read.output())));
			JsonNode arrived = ((ToServer.ActionRequest) encoding.codec().decode(back)).args().get(0);
			assertThat(read(row, arrived)).as("%s", encoding).isEqualTo(sample(row).value());
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("rows")
	void isReadAsTheTableSays(Row row) {
		assertThat(read(row, WireValues.decodeJson(row.json()))).isEqualTo(sample(row).value());
		for (String json : row.alsoRead()) {
			Object value = read(row, WireValues.decodeJson(json));
			assertThat(value).as(json).isEqualTo(sample(row).value());
		}
		for (String json : row.refused()) {
			assertThatExceptionOfType(JacksonException.class).as("%s from %s", row, json)
				.isThrownBy(() -> read(row, WireValues.decodeJson(json)));
		}
	}

	private static Sample sample(Row row) {
		return SAMPLES.get(row.type());
	}

	private static Object read(Row row, JsonNode node) {
		JavaType type = MAPPER.constructType(sample(row).type());
		return MAPPER.fromTree(node, type);
	}

	/** Those of the document about an actor, through the program that clients use. */
	@Test
	void isOfTheTypeThatIsGenerated() throws Exception {
		Schemas schemas = new Schemas(JACKSON);
		List<Row> rows = rows();
		List<JsonNode> asked = rows.stream().map((row) -> schemas.of(sample(row).type(), false)).toList();
		List<String> types = typeScript(asked, schemas.definitions());
		// what the annotations of an enum say, and a long, are told by a newer one
		boolean newer = Files.readString(WRITER).contains("int64");
		for (int i = 0; i < rows.size(); i++) {
			Row row = rows.get(i);
			if (newer || !(row.type().startsWith("long") || row.type().equals("an enum"))) {
				// two types of one name have a number
				assertThat(types.get(i).replaceAll("_\\d", "")).as("%s", row).isEqualTo(row.typeScript());
			}
		}
	}

	private static List<String> typeScript(List<JsonNode> schemas, JsonNode definitions) throws Exception {
		String script = """
				import { typeOf } from '%s';
				const definitions = %s;
				const resolved = (schema) => definitions[decodeURIComponent(schema.$ref?.split('/').pop())] ?? schema;
				console.log(JSON.stringify(%s.map((each) => typeOf(resolved(each)).replace(/\\s+/g, ' '))));
				""".formatted(WRITER.toAbsolutePath().normalize().toUri(), definitions,
				JACKSON.writeValueAsString(schemas));
		Process process;
		try {
			process = new ProcessBuilder("node", "--input-type=module", "-e", script).redirectErrorStream(true).start();
		}
		catch (IOException ex) {
			Assumptions.abort("There is no Node.js here: " + ex.getMessage());
			throw ex;
		}
		String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(out).isZero();
		return JACKSON.readValue(out, JACKSON.getTypeFactory().constructCollectionType(List.class, String.class));
	}

	/** CBOR in the notation of RFC 8949, section 8, as far as the server writes it. */
	private static final class Diagnostic {

		private final ByteBuffer in;

		Diagnostic(byte[] cbor) {
			this.in = ByteBuffer.wrap(cbor);
		}

		private String next() {
			int head = this.in.get() & 0xff;
			return switch (head) {
				case 0xf4 -> "false";
				case 0xf5 -> "true";
				case 0xf6 -> "null";
				case 0xfb -> this.in.getDouble() + "_3";
				default -> next(head >> 5, argument(head & 0x1f));
			};
		}

		private String next(int major, int argument) {
			return switch (major) {
				case 0 -> Integer.toString(argument);
				case 1 -> Integer.toString(-1 - argument);
				case 3 -> "\"%s\"".formatted(text(argument));
				case 4 -> "[%s]".formatted(String.join(", ", Stream.generate(this::next).limit(argument).toList()));
				case 5 -> "{%s}".formatted(
						String.join(", ", Stream.generate(() -> next() + ": " + next()).limit(argument).toList()));
				default -> throw new IllegalArgumentException("Major type " + major);
			};
		}

		private String text(int length) {
			byte[] bytes = new byte[length];
			this.in.get(bytes);
			return new String(bytes, StandardCharsets.UTF_8);
		}

		private int argument(int info) {
			return switch (info) {
				case 24 -> this.in.get() & 0xff;
				case 25 -> this.in.getShort() & 0xffff;
				case 26 -> this.in.getInt();
				default -> info;
			};
		}

		@Override
		public String toString() {
			return next();
		}

	}

	enum Suit {

		@JsonProperty("clubs")
		CLUBS, HEARTS

	}

	record Point(int x, int y) {
	}

	record Text(@JsonFormat(shape = JsonFormat.Shape.STRING) long n) {
	}

	record Ordinal(@JsonFormat(shape = JsonFormat.Shape.NUMBER) Suit n) {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
	@JsonSubTypes({ @JsonSubTypes.Type(value = Circle.class, name = "circle"),
			@JsonSubTypes.Type(value = Square.class, name = "square") })
	interface Shape {

	}

	record Circle(int r) implements Shape {
	}

	record Square(int a) implements Shape {
	}

}
