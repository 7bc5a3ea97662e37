/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules of RFC 6455 for what a client sends, one after the other, over a raw socket.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455">RFC 6455</a>
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "rivet.events.websocket.rejection-delay=0ms")
class Rfc6455Tests {

	private static final int CONTINUATION = 0x0;

	private static final int TEXT = RawSocket.TEXT;

	private static final int BINARY = RawSocket.BINARY;

	private static final int CLOSE = 0x8;

	private static final int PING = RawSocket.PING;

	private static final int PONG = 0xa;

	private static final int FINAL = RawSocket.FINAL;

	private static final int MAX_MESSAGE = 64 * 1024;

	private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

	private static final List<RawSocket> FAILED = new ArrayList<>();

	@LocalServerPort
	private int port;

	private RawSocket open() throws IOException {
		RawSocket socket = RawSocket.webSocket(this.port, "rfc");
		assertThat(socket.readFrame(TEXT).payload()).asString().contains("Init");
		return socket;
	}

	private static byte[] all(byte[]... parts) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		for (byte[] part : parts) {
			out.writeBytes(part);
		}
		return out.toByteArray();
	}

	private static byte[] frame(int first, byte[] payload) {
		return RawSocket.frame(first, payload);
	}

	private static byte[] frame(int first, String payload) {
		return RawSocket.frame(first, payload);
	}

	private static String call(String text) {
		return "{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":1,\"name\":\"echo\",\"args\":[\"%s\"]}}}"
			.formatted(text);
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static byte[] close(int code, String reason) {
		return all(new byte[] { (byte) (code >> 8), (byte) code }, utf8(reason));
	}

	private static void assertEcho(RawSocket socket, String text) throws IOException {
		assertThat(socket.readFrame(TEXT).payload()).asString(StandardCharsets.UTF_8)
			.contains("\"output\":\"%s\"".formatted(text));
	}

	/** The connection fails with a code, and the server ends it. */
	private void assertFails(int code, byte[] sent) throws IOException {
		RawSocket socket = open();
		FAILED.add(socket);
		socket.write(sent);
		// nothing that follows is looked at
		socket.tryWrite(frame(FINAL | TEXT, call("behind the failure")));
		RawSocket.Frame answer = socket.readFrame();
		assertThat(answer.opcode()).isEqualTo(CLOSE);
		assertThat(answer.closeCode()).isEqualTo(code);
	}

	/** The server waits a moment for the other half of the closing handshake. */
	@AfterAll
	static void allThatFailedAreEndedByTheServer() throws IOException {
		for (RawSocket socket : FAILED) {
			assertThat(socket.readAll()).isEmpty();
			socket.close();
		}
		FAILED.clear();
	}

	// Section 4.2: the handshake

	private String answer(String method, String version, String... headers) throws IOException {
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write("%s /rivet%s HTTP/%s\r\nHost: localhost\r\nSec-WebSocket-Protocol: rivet\r\n%s\r\n".formatted(
					method, TestClient.query("room", "rfc", "connect"), version,
					Stream.of(headers).map((header) -> header + "\r\n").reduce("", String::concat)));
			return socket.readHead();
		}
	}

	private static final String UPGRADE = "Upgrade: websocket";

	private static final String CONNECTION = "Connection: Upgrade";

	private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

	private static final String VERSION = "Sec-WebSocket-Version: 13";

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "Upgrade: websocket|Connection: Upgrade", "upgrade: WebSocket|connection: upgrade",
					"Upgrade: WEBSOCKET|Connection: keep-alive, Upgrade",
					"Upgrade: websocket|Connection: UPGRADE,keep-alive", "Upgrade:websocket|Connection:\tUpgrade" })
	void takesAHandshake(String upgrade, String connection) throws IOException {
		String head = answer("GET", "1.1", upgrade, connection, KEY, VERSION,
				"Sec-WebSocket-Extensions: x-unknown; a=1", "Origin: http://localhost");
		assertThat(head).startsWith("HTTP/1.1 101 ").containsIgnoringCase("\r\nupgrade: websocket\r\n");
		assertThat(head).containsIgnoringCase("\r\nconnection: upgrade\r\n");
		assertThat(head).containsIgnoringCase("\r\nsec-websocket-accept: " + ACCEPT + "\r\n");
		assertThat(head).containsIgnoringCase("\r\nsec-websocket-protocol: rivet\r\n");
		assertThat(head).doesNotContainIgnoringCase("sec-websocket-extensions");
	}

	/** Section 11.3.4. */
	@ParameterizedTest
	@ValueSource(strings = { "rivet|rivet_encoding.cbor", "rivet_encoding.cbor|rivet",
			"other, rivet_encoding.cbor|rivet", "other|rivet|rivet_encoding.cbor", "|rivet,rivet_encoding.cbor" })
	void readsAllLinesOfSubprotocols(String lines) throws IOException {
		String headers = Stream.of(lines.split("\\|"))
			.map((line) -> "Sec-WebSocket-Protocol: %s\r\n".formatted(line))
			.reduce("", String::concat);
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write("GET /rivet%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n%s\r\n%s\r\n%s\r\n%s\r\n"
				.formatted(TestClient.query("room", "rfc", "connect"), UPGRADE, CONNECTION, KEY, VERSION, headers));
			assertThat(socket.readHead()).startsWith("HTTP/1.1 101 ")
				.containsIgnoringCase("\r\nsec-websocket-protocol: rivet\r\n");
			assertThat(socket.readFrame().opcode()).isEqualTo(BINARY);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "Upgrade: x|Connection: Upgrade", "X: x|Connection: Upgrade", "Upgrade: websocket|X: x",
					"Upgrade: websocket|Connection: keep-alive", "Upgrade: websocket|Connection: NoUpgrade" })
	void refusesAHandshakeThatIsNone(String upgrade, String connection) throws IOException {
		assertThat(answer("GET", "1.1", upgrade, connection, KEY, VERSION)).startsWith("HTTP/1.1 4");
	}

	@ParameterizedTest
	@ValueSource(strings = { "X: x", "Sec-WebSocket-Key:", "Sec-WebSocket-Key: x",
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZTE=",
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ", "Sec-WebSocket-Key: !!!!IHNhbXBsZSBub25jZQ==" })
	void refusesAKeyThatIsNotOf16Bytes(String key) throws IOException {
		assertThat(answer("GET", "1.1", UPGRADE, CONNECTION, key, VERSION)).startsWith("HTTP/1.1 400 ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "X: x", "Sec-WebSocket-Version:", "Sec-WebSocket-Version: 0", "Sec-WebSocket-Version: 7",
			"Sec-WebSocket-Version: 8", "Sec-WebSocket-Version: 12", "Sec-WebSocket-Version: 14",
			"Sec-WebSocket-Version: x", "Sec-WebSocket-Version: 013" })
	void namesTheVersionThatItSpeaks(String version) throws IOException {
		String head = answer("GET", "1.1", UPGRADE, CONNECTION, KEY, version);
		assertThat(head).startsWith("HTTP/1.1 426 ").containsIgnoringCase("\r\nsec-websocket-version: 13\r\n");
	}

	@ParameterizedTest
	@CsvSource({ "POST,1.1", "PUT,1.1", "GET,1.0" })
	void refusesAnotherMethodOrAnOldVersionOfHttp(String method, String version) throws IOException {
		assertThat(answer(method, version, UPGRADE, CONNECTION, KEY, VERSION, "Content-Length: 0"))
			.matches("(?s)HTTP/1\\.[01] 4.*");
	}

	// Section 5.1 and 5.3: masks

	static Stream<Integer> opcodes() {
		return Stream.of(TEXT, BINARY, CLOSE, PING, PONG);
	}

	@ParameterizedTest
	@MethodSource("opcodes")
	void failsAFrameWithoutAMask(int opcode) throws IOException {
		assertFails(1002, new byte[] { (byte) (FINAL | opcode), 2, 3, (byte) 0xe8 });
	}

	@ParameterizedTest
	@ValueSource(strings = { "00000000", "ffffffff", "01020304", "80000000", "000000ff" })
	void takesAnyMask(String mask) throws IOException {
		byte[] bytes = HexFormat.of().parseHex(mask);
		byte[] payload = utf8(call("masked by " + mask));
		byte[] frame = frame(FINAL | TEXT, payload);
		System.arraycopy(bytes, 0, frame, frame.length - payload.length - 4, 4);
		for (int i = 0; i < payload.length; i++) {
			frame[frame.length - payload.length + i] = (byte) (payload[i] ^ bytes[i % 4]);
		}
		try (RawSocket socket = open()) {
			socket.write(frame);
			assertEcho(socket, "masked by " + mask);
		}
	}

	// Section 5.2: bits, opcodes, lengths

	static Stream<Arguments> reserved() {
		return IntStream.rangeClosed(1, 7)
			.boxed()
			.flatMap((bits) -> Stream.concat(opcodes(), Stream.of(CONTINUATION))
				.map((opcode) -> Arguments.of(bits, opcode)));
	}

	@ParameterizedTest
	@MethodSource("reserved")
	void failsAReservedBit(int bits, int opcode) throws IOException {
		byte[] wrong = frame(FINAL | bits << 4 | opcode, (opcode == CLOSE) ? close(1000, "") : utf8("x"));
		assertFails(1002, (opcode == CONTINUATION) ? all(frame(TEXT, "{"), wrong) : wrong);
	}

	static Stream<Integer> unknownOpcodes() {
		return IntStream.of(3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf).boxed();
	}

	@ParameterizedTest
	@MethodSource("unknownOpcodes")
	void failsAnUnknownOpcode(int opcode) throws IOException {
		assertFails(1002, frame(FINAL | opcode, "x"));
		assertFails(1002, frame(opcode, "x"));
		assertFails(1002, all(frame(TEXT, "{"), frame(FINAL | opcode, "")));
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 124, 125 })
	void failsALengthOf16BitsThatNeedsFewer(int length) throws IOException {
		assertFails(1002, new byte[] { (byte) 0x81, (byte) 0xfe, 0, (byte) length, 1, 2, 3, 4 });
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, 125, 126, 0xffff })
	void failsALengthOf64BitsThatNeedsFewer(long length) throws IOException {
		assertFails(1002, longHead(length));
	}

	@ParameterizedTest
	@ValueSource(longs = { Long.MIN_VALUE, -1, Long.MIN_VALUE | 5 })
	void failsALengthWhoseFirstBitIsSet(long length) throws IOException {
		assertFails(1002, longHead(length));
	}

	@ParameterizedTest
	@ValueSource(longs = { Long.MAX_VALUE, 1L << 32, (1L << 32) + 5, Integer.MAX_VALUE + 1L, 10_000_000 })
	void failsALengthThatIsTooLong(long length) throws IOException {
		assertFails(1009, longHead(length));
	}

	private static byte[] longHead(long length) {
		byte[] head = new byte[14];
		head[0] = (byte) 0x82;
		head[1] = (byte) 0xff;
		for (int i = 0; i < 8; i++) {
			head[2 + i] = (byte) (length >> (56 - 8 * i));
		}
		return head;
	}

	@ParameterizedTest
	@ValueSource(ints = { 125, 126, 127, 128, 255, 256, 65_534, 65_535, MAX_MESSAGE })
	void takesAnyLengthUpToTheLimit(int length) throws IOException {
		String text = "x".repeat(length - call("").length());
		try (RawSocket socket = open()) {
			byte[] message = utf8(call(text));
			assertThat(message).hasSize(length);
			socket.write(frame(FINAL | TEXT, message));
			assertEcho(socket, text);
		}
	}

	@Test
	void takesAFrameThatComesByteByByte() throws IOException {
		byte[] frames = all(frame(FINAL | PING, "a"), frame(FINAL | TEXT, call("slow")));
		try (RawSocket socket = open()) {
			for (byte next : frames) {
				socket.write(new byte[] { next });
			}
			assertThat(socket.readFrame().payload()).asString().isEqualTo("a");
			assertEcho(socket, "slow");
		}
	}

	@Test
	void takesManyFramesAtOnce() throws IOException {
		byte[] frames = all(frame(FINAL | TEXT, call("1")), frame(FINAL | TEXT, call("2")), frame(FINAL | PING, "p"),
				frame(FINAL | TEXT, call("3")));
		try (RawSocket socket = open()) {
			socket.write(frames);
			List<String> texts = new ArrayList<>();
			List<String> pongs = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				RawSocket.Frame frame = socket.readFrame();
				(frame.opcode() == PONG ? pongs : texts).add(new String(frame.payload(), StandardCharsets.UTF_8));
			}
			assertThat(pongs).containsExactly("p");
			assertThat(texts).hasSize(3);
			assertThat(texts.get(2)).contains("\"3\"");
		}
	}

	/** Section 5.2: a text that was sent as binary is read by its encoding. */
	@Test
	void takesAMessageAsBinary() throws IOException {
		try (RawSocket socket = open()) {
			socket.write(frame(FINAL | BINARY, call("binary")));
			assertEcho(socket, "binary");
		}
	}

	// Section 5.4: fragments

	static Stream<Arguments> cuts() {
		return Stream
			.of(List.of(0), List.of(1), List.of(20), List.of(20, 20), List.of(0, 0), List.of(1, 2, 3, 4, 5),
					List.of(1000), List.of(20, 1000, 1000))
			.flatMap((cuts) -> Stream.of(true, false).map((ping) -> Arguments.of(cuts, ping)));
	}

	@ParameterizedTest
	@MethodSource("cuts")
	void putsFragmentsTogether(List<Integer> cuts, boolean ping) throws IOException {
		byte[] message = utf8(call("in parts"));
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		int from = 0;
		int opcode = TEXT;
		for (int cut : cuts) {
			int to = Math.min(Math.max(from, cut), message.length);
			out.writeBytes(frame(opcode, Arrays.copyOfRange(message, from, to)));
			out.writeBytes(ping ? frame(FINAL | PING, "between") : new byte[0]);
			out.writeBytes(ping ? frame(FINAL | PONG, "unasked") : new byte[0]);
			from = to;
			opcode = CONTINUATION;
		}
		out.writeBytes(frame(FINAL, Arrays.copyOfRange(message, from, message.length)));
		try (RawSocket socket = open()) {
			socket.write(out.toByteArray());
			if (ping) {
				assertThat(socket.readFrame(PONG).payload()).asString().isEqualTo("between");
			}
			assertEcho(socket, "in parts");
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { CONTINUATION, FINAL })
	void failsAContinuationOfNothing(int first) throws IOException {
		assertFails(1002, frame(first, "x"));
		try (RawSocket socket = open()) {
			byte[] call = utf8(call("whole"));
			socket.write(
					all(frame(TEXT, Arrays.copyOf(call, 9)), frame(FINAL, Arrays.copyOfRange(call, 9, call.length))));
			assertEcho(socket, "whole");
			socket.write(frame(first, "x"));
			assertThat(socket.readFrame(CLOSE).closeCode()).isEqualTo(1002);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { TEXT, BINARY, FINAL | TEXT, FINAL | BINARY })
	void failsANewMessageWithinAnother(int first) throws IOException {
		assertFails(1002, all(frame(TEXT, "{"), frame(first, "x")));
		assertFails(1002, all(frame(BINARY, "{"), frame(CONTINUATION, "\"a\""), frame(first, "x")));
	}

	// Section 5.5: control frames

	@ParameterizedTest
	@ValueSource(ints = { CLOSE, PING, PONG })
	void failsAControlFrameInParts(int opcode) throws IOException {
		assertFails(1002, frame(opcode, ""));
		assertFails(1002, frame(opcode, close(1000, "")));
	}

	@ParameterizedTest
	@ValueSource(ints = { CLOSE, PING, PONG })
	void failsAControlFrameOfMoreThan125Bytes(int opcode) throws IOException {
		assertFails(1002, frame(FINAL | opcode, close(1000, "x".repeat(124))));
		assertFails(1002, RawSocket.head(FINAL | opcode, 126));
		assertFails(1002, RawSocket.head(FINAL | opcode, 70_000));
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 124, 125 })
	void answersAPingWithItsBytes(int length) throws IOException {
		byte[] payload = new byte[length];
		Arrays.fill(payload, (byte) 0xfe); // no UTF-8
		try (RawSocket socket = open()) {
			socket.write(frame(FINAL | PING, payload));
			RawSocket.Frame pong = socket.readFrame();
			assertThat(pong.opcode()).isEqualTo(PONG);
			assertThat(pong.payload()).isEqualTo(payload);
		}
	}

	@Test
	void answersPingsInTheirOrder() throws IOException {
		try (RawSocket socket = open()) {
			for (int i = 0; i < 10; i++) {
				socket.write(frame(FINAL | PING, "ping " + i));
				assertThat(socket.readFrame(PONG).payload()).asString().isEqualTo("ping " + i);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 125 })
	void ignoresAPongThatWasNotAskedFor(int length) throws IOException {
		try (RawSocket socket = open()) {
			socket.write(all(frame(FINAL | PONG, new byte[length]), frame(FINAL | TEXT, call("after a pong"))));
			assertEcho(socket, "after a pong");
		}
	}

	// Section 5.5.1, 7.1 and 7.4: the end

	static Stream<byte[]> farewells() {
		IntStream codes = IntStream.of(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000,
				3999, 4000, 4999);
		return Stream.concat(Stream.of(new byte[0], close(1000, "x".repeat(123)), close(1000, "\u20ac\ud83d\ude00")),
				codes.mapToObj((code) -> close(code, "")));
	}

	@ParameterizedTest
	@MethodSource("farewells")
	void answersAFarewellAndCloses(byte[] payload) throws IOException {
		try (RawSocket socket = open()) {
			// nothing that follows is looked at, not even a frame that is none
			socket.write(all(frame(FINAL | CLOSE, payload), frame(FINAL | PING, "ping"),
					frame(FINAL | TEXT, call("behind the farewell")), frame(FINAL | 0xf, "")));
			RawSocket.Frame answer = socket.readFrame();
			assertThat(answer.opcode()).isEqualTo(CLOSE);
			if (payload.length > 0 && answer.payload().length > 0) {
				assertThat(answer.closeCode()).isEqualTo((payload[0] & 0xff) << 8 | payload[1] & 0xff);
			}
			assertThat(socket.readAll()).isEmpty();
		}
	}

	@Test
	void answersAFarewellWithinAMessage() throws IOException {
		try (RawSocket socket = open()) {
			socket.write(all(frame(TEXT, "{"), frame(FINAL | CLOSE, close(1001, "bye"))));
			assertThat(socket.readClose().closeCode()).isEqualTo(1001);
			assertThat(socket.readAll()).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(
			ints = { 0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 5001, 32_767, 32_768, 65_535 })
	void failsACodeThatIsNotToBeSent(int code) throws IOException {
		assertFails(1002, frame(FINAL | CLOSE, close(code, "")));
		assertFails(1002, frame(FINAL | CLOSE, close(code, "reason")));
	}

	@Test
	void failsHalfACode() throws IOException {
		assertFails(1002, frame(FINAL | CLOSE, new byte[] { 3 }));
	}

	static Stream<byte[]> noUtf8() {
		return Stream
			.of("80", "bf", "c0", "c080", "c1bf", "c3", "c328", "e0", "e080af", "e09fbf", "e2", "e282", "e228a1",
					"e28228", "eda080", "edafbf", "edb080", "edbfbf", "eda080edb080", "f0", "f0808080", "f08fbfbf",
					"f09f98", "f0288cbc", "f4908080", "f7bfbfbf", "f8888080", "fc8480808080", "fe", "ff",
					"cebae1bdb9cf83cebcceb5eda080656469746564")
			.map(HexFormat.of()::parseHex);
	}

	@ParameterizedTest
	@MethodSource("noUtf8")
	void failsAReasonThatIsNoUtf8(byte[] wrong) throws IOException {
		assertFails(1007, frame(FINAL | CLOSE, all(close(1000, "x"), wrong)));
	}

	// Section 5.6 and 8.1: text

	private static byte[] callWith(byte[] argument) {
		String call = call("|");
		int at = call.indexOf('|');
		return all(utf8(call.substring(0, at)), argument, utf8(call.substring(at + 1)));
	}

	@ParameterizedTest
	@MethodSource("noUtf8")
	void failsATextThatIsNoUtf8(byte[] wrong) throws IOException {
		byte[] message = callWith(wrong);
		int at = call("|").indexOf('|');
		assertFails(1007, frame(FINAL | TEXT, message));
		for (int cut = at; cut <= at + wrong.length; cut++) {
			assertFails(1007, all(frame(TEXT, Arrays.copyOf(message, cut)), frame(FINAL | PING, "p"),
					frame(FINAL, Arrays.copyOfRange(message, cut, message.length))), 1);
		}
	}

	/** Some pongs come first. */
	private void assertFails(int code, byte[] sent, int pongs) throws IOException {
		try (RawSocket socket = open()) {
			socket.write(sent);
			for (int i = 0; i < pongs; i++) {
				assertThat(socket.readFrame().opcode()).isEqualTo(PONG);
			}
			assertThat(socket.readFrame(CLOSE).closeCode()).isEqualTo(code);
		}
	}

	/** It begins well, and its end has not come. */
	@Test
	void failsATextThatEndsWithinACharacter() throws IOException {
		for (int missing = 1; missing < 4; missing++) {
			byte[] text = utf8("{\"a\":\"\ud83d\ude00");
			assertFails(1007, frame(FINAL | TEXT, Arrays.copyOf(text, text.length - missing)));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\ufeff", "\ufffd", "\ufffe", "\uffff",
			"\ud800\udc00", "\ud83d\ude00", "\udbff\udfff", "\u03ba\u1f79\u03c3\u03bc\u03b5", "\u2028" })
	void takesATextWhereverItIsCut(String text) throws IOException {
		byte[] message = utf8(call(text));
		int at = call("|").indexOf('|');
		try (RawSocket socket = open()) {
			for (int cut = at; cut <= at + utf8(text).length; cut++) {
				socket.write(all(frame(TEXT, Arrays.copyOf(message, cut)),
						frame(FINAL, Arrays.copyOfRange(message, cut, message.length))));
				assertEcho(socket, text);
			}
		}
	}

	// Section 7.1: the server closes

	private RawSocket closing() throws IOException {
		RawSocket socket = open();
		socket.write(frame(FINAL | TEXT, call("bye").replace("echo", "close")));
		RawSocket.Frame frame = socket.readFrame();
		while (frame.opcode() == TEXT) {
			frame = socket.readFrame();
		}
		assertThat(frame.opcode()).isEqualTo(CLOSE);
		assertThat(frame.closeReason()).isEqualTo("bye");
		return socket;
	}

	@Test
	void closesWhenItsFarewellIsAnswered() throws IOException {
		try (RawSocket socket = closing()) {
			socket.write(frame(FINAL | CLOSE, close(1000, "bye")));
			assertThat(socket.readAll()).isEmpty();
		}
	}

	@Test
	void closesWhenAFailureIsAnswered() throws IOException {
		try (RawSocket socket = open()) {
			socket.write(frame(FINAL | 0xf, ""));
			assertThat(socket.readClose().closeCode()).isEqualTo(1002);
			socket.tryWrite(frame(FINAL | CLOSE, close(1002, "")));
			assertThat(socket.readAll()).isEmpty();
		}
	}

	@Test
	void closesWhenItsFarewellIsNotAnswered() throws IOException {
		try (RawSocket socket = closing()) {
			socket.tryWrite(frame(FINAL | PING, "no pong comes any more"));
			socket.tryWrite(frame(FINAL | TEXT, call("nor an answer")));
			assertThat(socket.readAll()).isEmpty();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

	}

}
