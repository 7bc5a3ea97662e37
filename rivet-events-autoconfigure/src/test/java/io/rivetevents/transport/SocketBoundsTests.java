/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.Deflater;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Input of WebSocket clients that is too long, too slow or not a valid frame.
 */
class SocketBoundsTests {

	private static final int MAX_MESSAGE = 16 * 1024;

	private static final int MAX_FRAME = 128 * 1024;

	private static final int RECEIVING = 256 * 1024;

	private static final Map<Path, ConfigurableApplicationContext> APPLICATIONS = new EnumMap<>(Path.class);

	/** How a socket is served. */
	enum Path {

		DIRECT(), PORTABLE("rivet.events.direct-io=false"), COMPRESSED("rivet.events.websocket.compression=true"),
		PORTABLE_COMPRESSED("rivet.events.direct-io=false", "rivet.events.websocket.compression=true");

		private final String[] properties;

		Path(String... properties) {
			this.properties = properties;
		}

		private ConfigurableApplicationContext start() {
			return new SpringApplicationBuilder(Application.class).properties(this.properties)
				.properties("server.port=0", "spring.main.banner-mode=off",
						"rivet.events.websocket.max-message-size=" + MAX_MESSAGE + "B",
						"rivet.events.websocket.max-frame-size=" + MAX_FRAME + "B",
						"rivet.events.limits.node.receiving-size=" + RECEIVING + "B",
						"rivet.events.limits.body-timeout=3s", "rivet.events.websocket.rejection-delay=0ms")
				.run();
		}

		private ConfigurableApplicationContext application() {
			return APPLICATIONS.computeIfAbsent(this, Path::start);
		}

		private boolean compressed() {
			return ordinal() >= COMPRESSED.ordinal();
		}

		private int port() {
			return ((WebServerApplicationContext) application()).getWebServer().getPort();
		}

		private Limits limits() {
			return application().getBean(Limits.class);
		}

		private String[] headers() {
			return compressed() ? new String[] { "Sec-WebSocket-Extensions: permessage-deflate" } : new String[0];
		}

		private String handshake() {
			return RawSocket.handshake("bounds", headers());
		}

		private RawSocket open() throws IOException {
			RawSocket socket = RawSocket.webSocket(port(), "bounds", headers());
			assertThat(socket.readFrame(RawSocket.TEXT).payload()).isNotEmpty();
			return socket;
		}

	}

	@AfterEach
	void nothingIsKept() {
		for (Path path : APPLICATIONS.keySet()) {
			Awaitility.await()
				.atMost(Duration.ofSeconds(5))
				.untilAsserted(() -> assertThat(path.limits().receiving().used()).isZero());
		}
	}

	@AfterAll
	static void stop() {
		APPLICATIONS.values().forEach(ConfigurableApplicationContext::close);
		APPLICATIONS.clear();
	}

	private static byte[] call(String text) {
		return "{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":1,\"name\":\"echo\",\"args\":[\"%s\"]}}}"
			.formatted(text)
			.getBytes(StandardCharsets.UTF_8);
	}

	private static void assertAnswered(Path path, RawSocket socket, String text) throws IOException {
		RawSocket.Frame answer = socket.readFrame(RawSocket.TEXT);
		assertThat(answer.payload()).isNotEmpty();
		if (!path.compressed()) {
			assertThat(new String(answer.payload(), StandardCharsets.UTF_8)).contains("ActionResponse", text);
		}
	}

	/** As a client compresses a message: without the end that all have in common. */
	private static byte[] deflate(byte[] message) {
		Deflater deflater = new Deflater(9, true);
		deflater.setInput(message);
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		byte[] buffer = new byte[8192];
		int count = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
		while (count > 0) {
			out.write(buffer, 0, count);
			count = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
		}
		deflater.end();
		byte[] all = out.toByteArray();
		return java.util.Arrays.copyOf(all, all.length - 4);
	}

	/** A reset could overtake the close frame, which a slow client reads late. */
	@ParameterizedTest
	@EnumSource(Path.class)
	void isNotResetWhileItsClientStillSends(Path path) throws IOException {
		try (RawSocket socket = path.open()) {
			socket.write(RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT, "no message"));
			byte[] more = RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT, call("more"));
			AtomicInteger sent = new AtomicInteger();
			Awaitility.await()
				.pollInterval(Duration.ofMillis(250))
				.until(() -> socket.tryWrite(more) && sent.incrementAndGet() > 12);
			assertThat(socket.readFrame(0x8).closeReason()).isEqualTo("actor.invalid_request");
			Awaitility.await()
				.pollInterval(Duration.ofMillis(250))
				.atMost(Duration.ofSeconds(10))
				.until(() -> !socket.tryWrite(more) || sent.incrementAndGet() > 100);
			assertThat(sent.get()).as("waits for 6 s at the most").isBetween(16, 32);
		}
	}

	@ParameterizedTest
	@EnumSource(Path.class)
	void readsAMessageInFramesAndPiecesOfAnySize(Path path) throws IOException, InterruptedException {
		try (RawSocket socket = path.open()) {
			byte[] call = call("x".repeat(9000));
			ByteArrayOutputStream frames = new ByteArrayOutputStream();
			frames.writeBytes(RawSocket.frame(RawSocket.TEXT, java.util.Arrays.copyOf(call, 1)));
			frames.writeBytes(RawSocket.frame(RawSocket.FINAL | RawSocket.PING, "between"));
			frames.writeBytes(RawSocket.frame(0, java.util.Arrays.copyOfRange(call, 1, 8002)));
			frames.writeBytes(RawSocket.frame(0, new byte[0]));
			frames.writeBytes(RawSocket.frame(RawSocket.FINAL, java.util.Arrays.copyOfRange(call, 8002, call.length)));
			byte[] all = frames.toByteArray();
			for (int from = 0; from < all.length; from += (from < 40) ? 1 : 1021) {
				socket.write(
						java.util.Arrays.copyOfRange(all, from, Math.min(all.length, from + ((from < 40) ? 1 : 1021))));
				Thread.sleep(1);
			}
			assertThat(socket.readFrame(0xa).payload()).asString().isEqualTo("between");
			assertAnswered(path, socket, "x".repeat(9000));
			socket.write(RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT, call("again")));
			assertAnswered(path, socket, "again");
		}
	}

	@ParameterizedTest
	@EnumSource(value = Path.class, names = { "COMPRESSED", "PORTABLE_COMPRESSED" })
	void inflatesOneMessageAfterTheOther(Path path) throws IOException {
		try (RawSocket socket = path.open()) {
			socket.write(RawSocket.frame(RawSocket.FINAL | RawSocket.COMPRESSED | RawSocket.TEXT,
					deflate(call("y".repeat(16_000)))));
			assertThat(socket.readFrame().payload()).isNotEmpty(); // itself compressed
			byte[] second = deflate(call("second"));
			socket.write(RawSocket.frame(RawSocket.COMPRESSED | RawSocket.TEXT, java.util.Arrays.copyOf(second, 5)));
			socket.write(RawSocket.frame(RawSocket.FINAL, java.util.Arrays.copyOfRange(second, 5, second.length)));
			assertThat(socket.readFrame().payload()).isNotEmpty();
			socket.write(RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT, call("plain")));
			assertThat(socket.readFrame().payload()).isNotEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource(value = Path.class, names = { "COMPRESSED", "PORTABLE_COMPRESSED" })
	void endsWhatInflatesTooFarAtOnce(Path path) throws IOException {
		ByteArrayOutputStream bomb = new ByteArrayOutputStream();
		bomb.writeBytes(deflate(new byte[64 * MAX_MESSAGE]));
		// the end of the block, and an invalid one, which only a server that inflates all
		// finds
		bomb.writeBytes(new byte[] { 0, 0, -1, -1, 7 });
		long before = path.limits().hits().count(Limit.MESSAGE_SIZE);
		try (RawSocket socket = path.open()) {
			socket.write(RawSocket.frame(RawSocket.FINAL | RawSocket.COMPRESSED | RawSocket.TEXT, bomb.toByteArray()));
			assertThat(socket.readClose().closeCode()).isEqualTo(1009);
		}
		assertThat(path.limits().hits().count(Limit.MESSAGE_SIZE)).isGreaterThan(before);
	}

	@ParameterizedTest
	@EnumSource(Path.class)
	void refusesFragmentsThatAreTooLongTogether(Path path) throws IOException {
		try (RawSocket socket = path.open()) {
			socket.write(RawSocket.frame(RawSocket.TEXT, new byte[MAX_MESSAGE - 10]));
			socket.write(RawSocket.frame(0, new byte[5]));
			socket.write(RawSocket.head(0, 6)); // and not its payload
			assertThat(socket.readClose().closeReason()).isEqualTo("message.incoming_too_long");
		}
	}

	/** They have no size, and come faster than the deadline of the message. */
	@ParameterizedTest
	@EnumSource(Path.class)
	void refusesAMessageOfTooManyEmptyFragments(Path path) throws IOException {
		byte[] call = call("with empty fragments");
		ByteArrayOutputStream most = new ByteArrayOutputStream();
		most.writeBytes(RawSocket.frame(RawSocket.TEXT, call));
		for (int i = 0; i < 1000; i++) {
			most.writeBytes(RawSocket.frame(0, new byte[0]));
		}
		long before = path.limits().hits().count(Limit.MESSAGE_SIZE);
		try (RawSocket socket = path.open()) {
			for (int message = 0; message < 2; message++) {
				socket.write(most.toByteArray());
				socket.write(RawSocket.frame(RawSocket.FINAL, new byte[0]));
				assertAnswered(path, socket, "with empty fragments");
			}
			assertThat(path.limits().hits().count(Limit.MESSAGE_SIZE)).isEqualTo(before);
			socket.write(most.toByteArray());
			socket.write(RawSocket.frame(0, new byte[0]));
			assertThat(socket.readClose().closeReason()).isEqualTo("message.incoming_too_long");
		}
		assertThat(path.limits().hits().count(Limit.MESSAGE_SIZE)).isEqualTo(before + 1);
	}

	@ParameterizedTest
	@EnumSource(Path.class)
	void refusesAMessageThatIsTooLongByItsHead(Path path) throws IOException {
		try (RawSocket socket = path.open()) {
			socket.write(RawSocket.head(RawSocket.FINAL | RawSocket.TEXT, MAX_MESSAGE + 1));
			assertThat(socket.readClose().closeReason()).isEqualTo("message.incoming_too_long");
		}
		try (RawSocket socket = path.open()) {
			socket.write(RawSocket.head(RawSocket.FINAL | RawSocket.TEXT, MAX_FRAME + 1));
			assertThat(socket.readClose().closeCode()).isEqualTo(1009);
		}
	}

	@ParameterizedTest
	@EnumSource(Path.class)
	void holdsNoMoreOfAllPartsThanTheNodeMay(Path path) throws IOException {
		List<RawSocket> sockets = new ArrayList<>();
		// all of them first, or the deadline of the first message may pass meanwhile
		for (int i = 0; i < 25; i++) {
			sockets.add(path.open());
		}
		Limits limits = path.limits();
		long before = limits.hits().count(Limit.NODE_RECEIVING);
		long most = 0;
		for (RawSocket socket : sockets) {
			long used = limits.receiving().used();
			long refused = limits.hits().count(Limit.NODE_RECEIVING);
			socket.tryWrite(RawSocket.frame(RawSocket.TEXT, new byte[15_000]));
			Awaitility.await()
				.until(() -> limits.receiving().used() > used || limits.hits().count(Limit.NODE_RECEIVING) > refused);
			most = Math.max(most, limits.receiving().used());
		}
		assertThat(sockets.get(24).readClose().closeReason()).isEqualTo("actor.overloaded");
		assertThat(limits.hits().count(Limit.NODE_RECEIVING)).isGreaterThan(before);
		// a requested amount counts for a moment, whether it is granted or not
		assertThat(most).isBetween(RECEIVING / 2L, RECEIVING + 4L * MAX_MESSAGE);
		for (RawSocket socket : sockets) {
			socket.close();
		}
	}

	/** Bytes that come one by one are no reason to wait for ever. */
	@Test
	void closesMessagesThatNeverEndHoweverTheyAreServed() throws IOException {
		Map<Path, Long> before = new EnumMap<>(Path.class);
		List<RawSocket> trickles = new ArrayList<>();
		List<RawSocket> empties = new ArrayList<>();
		for (Path path : Path.values()) {
			before.put(path, path.limits().hits().count(Limit.BODY_TIMEOUT));
			RawSocket trickle = path.open();
			trickle.write(RawSocket.head(RawSocket.FINAL | RawSocket.TEXT, 1000));
			trickles.add(trickle);
			RawSocket empty = path.open();
			empty.write(RawSocket.frame(RawSocket.TEXT, "{"));
			empties.add(empty);
		}
		Awaitility.await().pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
			trickles.forEach((trickle) -> trickle.tryWrite(new byte[1]));
			empties.forEach((empty) -> empty.tryWrite(RawSocket.frame(0, new byte[0])));
			before.forEach((path, count) -> assertThat(path.limits().hits().count(Limit.BODY_TIMEOUT)).as("%s", path)
				.isEqualTo(count + 2));
		});
		for (RawSocket socket : Stream.concat(trickles.stream(), empties.stream()).toList()) {
			assertThat(socket.readClose().closeReason()).isEqualTo("request.timed_out");
			socket.close();
		}
	}

	@ParameterizedTest
	@EnumSource(Path.class)
	void hasOnePongWaitForAClientThatDoesNotRead(Path path) throws IOException {
		long before = path.limits().hits().count(Limit.PONGS);
		try (RawSocket deaf = path.open(); RawSocket other = path.open()) {
			ByteArrayOutputStream pings = new ByteArrayOutputStream();
			for (int i = 0; i < 1000; i++) {
				pings.writeBytes(RawSocket.frame(RawSocket.FINAL | RawSocket.PING, new byte[125]));
			}
			// ten megabytes: more than the system keeps for the socket
			for (int i = 0; i < 80; i++) {
				deaf.write(pings.toByteArray());
			}
			Awaitility.await()
				.untilAsserted(
						() -> assertThat(path.limits().hits().count(Limit.PONGS) - before).isGreaterThan(40_000));
			other.write(RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT, call("well")));
			assertThat(other.readFrame(RawSocket.TEXT).payload()).isNotEmpty();
			int pongs = 0;
			deaf.write(RawSocket.frame(RawSocket.FINAL | RawSocket.PING, "last"));
			RawSocket.Frame pong = deaf.readFrame(0xa);
			while (!new String(pong.payload()).equals("last")) {
				pongs++;
				pong = deaf.readFrame(0xa);
			}
			assertThat(pongs).isLessThan(40_000);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 0x81 | 0x20, 0x83, 0x8b, 0x80, 0x09, 0x89 | 0x40, 0x81 | 0x40 })
	void endsWhatIsNoFrameOfAClient(int first) throws IOException {
		for (Path path : List.of(Path.DIRECT, Path.PORTABLE)) {
			try (RawSocket socket = path.open()) {
				socket.write(RawSocket.frame(first, "x"));
				assertThat(socket.readClose().closeCode()).isEqualTo(1002);
			}
		}
	}

	@ParameterizedTest
	@EnumSource(Path.class)
	void endsWhatBreaksTheRulesOfFrames(Path path) throws IOException {
		byte[] withoutMask = { (byte) 0x81, 1, 'x' };
		byte[] longerThanItNeedBe = { (byte) 0x81, (byte) 0xfe, 0, 5 };
		byte[] negativeLength = { (byte) 0x81, (byte) 0xff, -1, 0, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4 };
		byte[] halfACloseCode = RawSocket.frame(0x88, new byte[1]);
		byte[] codeThatIsNeverSent = RawSocket.frame(0x88, new byte[] { 3, (byte) 0xed });
		byte[] pingTooLong = RawSocket.head(0x89, 126);
		List<RawSocket> sockets = new ArrayList<>();
		for (byte[] wrong : List.of(withoutMask, longerThanItNeedBe, negativeLength, halfACloseCode,
				codeThatIsNeverSent, pingTooLong)) {
			RawSocket socket = path.open();
			sockets.add(socket);
			socket.write(wrong);
		}
		sockets.get(1).write(new byte[] { 1, 2, 3, 4 }); // its mask
		for (RawSocket socket : sockets) {
			assertThat(socket.readClose().closeCode()).isEqualTo(1002);
		}
		// the server waits a second for the other half of the closing handshake
		for (RawSocket socket : sockets) {
			socket.readAll();
			socket.close();
		}
	}

	@ParameterizedTest
	@EnumSource(Path.class)
	void endsATextThatIsNoUtf8WhicheverTheEncoding(Path path) throws IOException {
		byte[] wrong = call("\u20ac");
		int euro = new String(wrong, StandardCharsets.ISO_8859_1).indexOf('\u00e2');
		wrong[euro + 2] = 'x';
		for (String encoding : List.of("json", "json, rivet_ext.1", "cbor", "bare")) {
			for (int split : new int[] { 0, euro, euro + 1, euro + 2 }) {
				try (RawSocket socket = new RawSocket(path.port())) {
					socket.write(path.handshake().replace("_encoding.json", "_encoding." + encoding));
					assertThat(socket.readHead()).startsWith("HTTP/1.1 101");
					writeInTwo(socket, RawSocket.TEXT, wrong, split);
					RawSocket.Frame close = socket.readClose();
					assertThat(close.closeCode()).as("%s at %d", encoding, split).isEqualTo(1007);
					assertThat(close.closeReason()).isEqualTo("actor.invalid_request");
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource(Path.class)
	void readsATextWhoseCharactersComeInParts(Path path) throws IOException {
		byte[] call = call("\u20ac");
		int euro = new String(call, StandardCharsets.ISO_8859_1).indexOf('\u00e2');
		try (RawSocket socket = path.open()) {
			for (int split = euro; split < euro + 4; split++) {
				writeInTwo(socket, RawSocket.TEXT, call, split);
				assertAnswered(path, socket, "\u20ac");
			}
		}
		for (byte[] other : List.of(RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT, "\u20ac"),
				RawSocket.frame(RawSocket.FINAL | RawSocket.BINARY, new byte[] { (byte) 0xe2 }))) {
			try (RawSocket socket = path.open()) {
				socket.write(other);
				assertThat(socket.readClose().closeCode()).isEqualTo(1011);
			}
		}
	}

	private static void writeInTwo(RawSocket socket, int opcode, byte[] message, int split) throws IOException {
		if (split == 0) {
			socket.write(RawSocket.frame(RawSocket.FINAL | opcode, message));
			return;
		}
		socket.write(RawSocket.frame(opcode, java.util.Arrays.copyOf(message, split)));
		socket.write(RawSocket.frame(RawSocket.FINAL, java.util.Arrays.copyOfRange(message, split, message.length)));
	}

	@ParameterizedTest
	@EnumSource(Path.class)
	void answersTheClosingHandshakeOnce(Path path) throws IOException {
		try (RawSocket socket = path.open()) {
			byte[] close = RawSocket.frame(0x88, new byte[] { 3, (byte) 0xe8 });
			socket.write(close);
			socket.tryWrite(close);
			assertThat(socket.readClose().closeCode()).isEqualTo(1000);
			assertThat(socket.readAll()).isEmpty();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

	}

}
