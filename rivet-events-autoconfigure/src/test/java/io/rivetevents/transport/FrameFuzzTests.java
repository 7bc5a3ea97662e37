/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.rivetevents.error.RivetException;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ClientCodec;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ExtendedClientCodec;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Random frames, valid and invalid: each call is answered once, each connection ends with
 * a close frame that contains the reason, and other connections are not affected.
 * <p>
 * {@code -Drivet.fuzz.frames} sets the number of frames for each encoding,
 * {@code -Drivet.fuzz.seed} the seed, {@code -Drivet.fuzz.encoding} the encoding.
 * {@code -Drivet.fuzz.round} replays one connection.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.rejection-delay=0ms", "rivet.events.websocket.max-frame-size=128KB" })
class FrameFuzzTests {

	private static final Log logger = LogFactory.getLog(FrameFuzzTests.class);

	private static final long FRAMES = Long.getLong("rivet.fuzz.frames", 20_000);

	private static final long SEED = Long.getLong("rivet.fuzz.seed", 20261127);

	private static final @Nullable String ONLY = System.getProperty("rivet.fuzz.encoding");

	private static final @Nullable Long ROUND = Long.getLong("rivet.fuzz.round");

	private static final int WORKERS = 2;

	private static final int MAX_MESSAGE = 64 * 1024;

	private static final int MAX_FRAME = 128 * 1024;

	private static final int MAX_BURST = 40;

	/** What is written before anything is read; the rest of a burst is left out. */
	private static final int MAX_BURST_BYTES = 96 * 1024;

	private static final long SENTINEL = 1L << 40;

	/** How long a client that does nothing wrong may wait. */
	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private static final int ROUNDS_PER_CHECK = 25;

	private static final Set<String> VIOLATION = Set.of("1002", "1007", "1009");

	/**
	 * RFC 6455, section 7.1.7: a client that has sent a close frame, even an invalid one,
	 * need not receive a close frame.
	 */
	private static final Set<String> OF_A_WRONG_CLOSE = Set.of("1002", "1007", "end");

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	private ServerWatch watch;

	private final LongAdder frames = new LongAdder();

	private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

	private final Map<String, LongAdder> endings = new ConcurrentSkipListMap<>();

	@BeforeEach
	void watch() {
		this.watch = new ServerWatch();
	}

	@AfterEach
	void stopWatching() {
		Awaitility.await().untilAsserted(() -> {
			assertThat(this.limits.requests().used()).as("connections and requests in memory").isZero();
			assertThat(this.limits.receiving().used()).as("bytes that have arrived").isZero();
			assertThat(this.limits.sending().used()).as("bytes that were not taken").isZero();
		});
		this.watch.close();
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE", "EXTENDED_JSON", "EXTENDED_CBOR" })
	void answersOrNamesWhatIsWrong(Encoding encoding) throws Exception {
		assumeThat(ONLY == null || ONLY.equals(encoding.name())).isTrue();
		long start = System.nanoTime();
		if (ROUND != null) {
			round(encoding, ROUND);
		}
		else {
			runAll(encoding);
		}
		Throwable first = this.failure.get();
		if (first != null) {
			throw new AssertionError(first.getMessage(), first);
		}
		this.watch.assertNothingLeaked();
		assertThat(this.watch.logged()).as("%s, seed %d", encoding, SEED).isEmpty();
		logger.info("%s: %d frames in %d ms, ends %s".formatted(encoding, this.frames.sum(),
				Duration.ofNanos(System.nanoTime() - start).toMillis(), new TreeMap<>(this.endings)));
	}

	private void runAll(Encoding encoding) throws InterruptedException {
		AtomicLong rounds = new AtomicLong();
		List<Thread> workers = new ArrayList<>();
		for (int i = 0; i < WORKERS; i++) {
			Thread worker = new Thread(() -> work(encoding, rounds), "fuzz-" + i);
			worker.start();
			workers.add(worker);
		}
		for (Thread worker : workers) {
			worker.join();
		}
	}

	private void work(Encoding encoding, AtomicLong rounds) {
		try (TestClient healthy = TestClient.connect("http://localhost:%d/rivet".formatted(this.port), encoding, "fuzz",
				"healthy")) {
			ask(healthy, 0); // the first call loads classes, which is not measured
			while (this.frames.sum() < FRAMES && this.failure.get() == null) {
				long round = rounds.getAndIncrement();
				round(encoding, round);
				if (round % ROUNDS_PER_CHECK < WORKERS) {
					checkHealth(healthy, round);
				}
			}
		}
		catch (Throwable ex) {
			this.failure.compareAndSet(null, ex);
		}
	}

	private void checkHealth(TestClient healthy, long round) {
		long start = System.nanoTime();
		ask(healthy, round);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
	}

	private static void ask(TestClient healthy, long id) {
		healthy.call(id, "echo", "are you there");
		ToClient.ActionResponse answer = healthy.next(ToClient.ActionResponse.class);
		assertThat(answer).as("answer to a healthy client").isNotNull();
		assertThat(answer.id()).isEqualTo(id);
	}

	/**
	 * One connection; what is sent on it depends on nothing but the seed and its number.
	 */
	private void round(Encoding encoding, long round) {
		SplittableRandom random = new SplittableRandom((SEED * 31 + encoding.ordinal()) * 1_000_003 + round);
		Round current = new Round(encoding, random);
		try {
			current.run();
			assertThat(this.watch.logged()).isEmpty();
		}
		catch (Throwable ex) {
			throw new AssertionError(
					"Frame %d of round %d: %s%nReplay: -Dtest=FrameFuzzTests -Drivet.fuzz.seed=%d -Drivet.fuzz.encoding=%s -Drivet.fuzz.round=%d%nSent: %s"
						.formatted(current.sent.size(), round, ex, SEED, encoding, round, describe(current.sent)),
					ex);
		}
		this.frames.add(current.sent.size());
	}

	private static List<String> describe(List<byte[]> frames) {
		return frames.stream().map((frame) -> {
			String text = new String(frame, StandardCharsets.UTF_8);
			boolean readable = text.chars().allMatch((next) -> next >= ' ' && next != '\ufffd');
			String shown = readable ? text : HexFormat.of().formatHex(frame);
			return (shown.length() > 600) ? shown.substring(0, 600) + "..." : shown;
		}).toList();
	}

	/** One connection from its handshake to its end. */
	private final class Round {

		private final Encoding encoding;

		private final SplittableRandom random;

		private final FuzzMessages messages;

		private final List<byte[]> sent = new ArrayList<>();

		/** How many answers to an id are still to come. */
		private final Map<Long, Integer> expected = new HashMap<>();

		/** How the server ends the connection, {@code null} if it must not. */
		private @Nullable Set<String> ending;

		private ByteArrayOutputStream out = new ByteArrayOutputStream();

		Round(Encoding encoding, SplittableRandom random) {
			this.encoding = encoding;
			this.random = random;
			this.messages = new FuzzMessages(encoding, random);
		}

		private boolean oneIn(int n) {
			return this.random.nextInt(n) == 0;
		}

		void run() throws IOException {
			boolean odd = oneIn(12);
			try (FrameSocket socket = FrameSocket.open(FrameFuzzTests.this.port, odd ? oddPath() : path("connect"),
					odd ? oddProtocols() : protocols())) {
				if (!socket.isOpen()) {
					this.sent.add(new byte[0]);
					assertThat(odd).as(socket.head()).isTrue();
					assertThat(socket.head()).startsWith("HTTP/1.1 4");
					return;
				}
				if (!greet(socket, odd)) {
					return;
				}
				for (int i = this.random.nextInt(3); i >= 0 && this.ending == null; i--) {
					burst(i);
					socket.write(this.out.toByteArray());
					this.out = new ByteArrayOutputStream();
					listen(socket, SENTINEL + i);
				}
			}
		}

		// Handshake

		private String path(String route) {
			return "/rivet" + TestClient.query("fuzz", "k" + this.random.nextInt(8), route);
		}

		private List<String> protocols() {
			List<String> protocols = new ArrayList<>(List.of("rivet", "rivet_encoding." + this.encoding.wireName()));
			if (this.encoding.isExtended()) {
				protocols.add("rivet_ext.1");
			}
			return protocols;
		}

		private String oddPath() {
			return oneIn(2) ? path("connect") : ascii(
					this.messages.mutate(path(oneIn(4) ? "sse" : "connect").getBytes(StandardCharsets.ISO_8859_1)));
		}

		private List<String> oddProtocols() {
			List<String> protocols = protocols();
			protocols.add(oneIn(2) ? "rivet_conn_params." + "%7B%22name%22:%22refused%22%7D"
					: "rivet_conn_params." + ascii(this.messages.mutate("%7B%22age%22:1%7D".getBytes())));
			if (oneIn(4)) {
				protocols.set(1, "rivet_encoding." + ascii(this.messages.mutate("json".getBytes())));
			}
			if (oneIn(4)) {
				protocols.add("rivet_actor." + ascii(this.messages.mutate("0a".getBytes())));
			}
			return protocols;
		}

		/** What can stand in a header and in a request line. */
		private static String ascii(byte[] bytes) {
			StringBuilder text = new StringBuilder();
			for (byte next : bytes) {
				text.append((next > ' ' && next < 0x7f) ? (char) next : '%');
			}
			return text.toString();
		}

		/**
		 * Wait for the welcome.
		 * @return whether it has come
		 */
		private boolean greet(FrameSocket socket, boolean odd) throws IOException {
			boolean refusable = odd;
			if (this.encoding.isExtended()) {
				boolean oddHello = oneIn(5);
				byte[] hello = oneIn(40) ? this.messages.next() : this.messages.hello(oddHello);
				this.sent.add(hello);
				FrameSocket.frame(this.out, opcode(), hello);
				socket.write(this.out.toByteArray());
				this.out = new ByteArrayOutputStream();
				refusable |= oddHello || !isHello(hello);
			}
			else {
				this.sent.add(new byte[0]);
			}
			while (true) {
				FrameSocket.Frame frame = socket.read();
				if (frame.opcode() == FrameSocket.CLOSE) {
					assertThat(refusable).as("closed with " + frame.closing()).isTrue();
					end(frame);
					return false;
				}
				if (odd) {
					return false; // whatever it has got, an answer is there
				}
				String tag = read(frame);
				if (tag.equals("Init")) {
					return true;
				}
			}
		}

		private boolean isHello(byte[] message) {
			try {
				return this.encoding.codec().decode(message) instanceof ToServer.Hello;
			}
			catch (RivetException ex) {
				return false;
			}
		}

		// What is sent

		private int opcode() {
			return this.encoding.isText() ? FrameSocket.TEXT : FrameSocket.BINARY;
		}

		/** Frames up to the first that ends the connection, or a call behind them. */
		private void burst(int number) {
			for (int i = this.random.nextInt(1, MAX_BURST); i > 0 && this.ending == null
					&& this.out.size() < MAX_BURST_BYTES; i--) {
				frame();
			}
			if (this.ending == null) {
				FrameSocket.frame(this.out, opcode(), this.messages.call(SENTINEL + number, "text", "end"));
				this.expected.merge(SENTINEL + number, 1, Integer::sum);
			}
		}

		private void frame() {
			int kind = this.random.nextInt(100);
			if (kind < 2) {
				violate();
			}
			else if (kind < 3) {
				leave();
			}
			else {
				byte[] message = oneIn(100) ? this.messages.nextWrong() : this.messages.next();
				this.sent.add(message);
				expect(message);
				if (kind < 8 && message.length < MAX_FRAME) {
					fragments(message);
				}
				else if (message.length > MAX_FRAME) {
					this.ending = VIOLATION;
					FrameSocket.frame(this.out, opcode(), message);
				}
				else {
					FrameSocket.frame(this.out, 0x80 | opcode(), message, this.random.nextInt());
				}
			}
		}

		private void expect(byte[] message) {
			if (message.length > MAX_MESSAGE) {
				this.ending = Set.of("1011 " + ErrorCode.INCOMING_TOO_LONG.reason());
				return;
			}
			try {
				ToServer read = this.encoding.codec().decode(message);
				if (read instanceof ToServer.Hello) {
					this.ending = Set.of("1011 " + ErrorCode.INVALID_REQUEST.reason());
				}
				else if (read instanceof ToServer.ActionRequest request && !request.options().oneWay()) {
					this.expected.merge(request.id(), 1, Integer::sum);
				}
			}
			catch (RivetException ex) {
				this.ending = (this.encoding.isText() && !isUtf8(message)) ? Set.of("1007")
						: Set.of("1011 " + ErrorCode.INVALID_REQUEST.reason());
			}
		}

		private static boolean isUtf8(byte[] message) {
			return Arrays.equals(new String(message, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8), message);
		}

		private void fragments(byte[] message) {
			int opcode = opcode();
			int start = 0;
			for (int i = this.random.nextInt(1, 4); i > 0; i--) {
				int end = this.random.nextInt(start, message.length + 1);
				FrameSocket.fragment(this.out, opcode, Arrays.copyOfRange(message, start, end));
				opcode = FrameSocket.CONTINUATION;
				start = end;
				if (oneIn(2)) {
					FrameSocket.frame(this.out, oneIn(2) ? FrameSocket.PING : FrameSocket.PONG,
							new byte[this.random.nextInt(126)]);
				}
			}
			FrameSocket.frame(this.out, opcode, Arrays.copyOfRange(message, start, message.length));
		}

		/** What RFC 6455 forbids. */
		private void violate() {
			this.ending = VIOLATION;
			byte[] some = new byte[this.random.nextInt(100)];
			ByteArrayOutputStream wrong = new ByteArrayOutputStream();
			int kind = this.random.nextInt(12);
			if (kind >= 6 && kind <= 9) {
				this.ending = OF_A_WRONG_CLOSE;
			}
			switch (kind) {
				case 0 -> FrameSocket.frame(wrong, this.random.nextInt(3, 8), some); // reserved
				case 1 -> FrameSocket.frame(wrong, this.random.nextInt(11, 16), some);
				case 2 -> FrameSocket.fragment(wrong, FrameSocket.PING, some);
				case 3 -> FrameSocket.frame(wrong, FrameSocket.PING, new byte[this.random.nextInt(126, 1000)]);
				case 4 -> FrameSocket.frame(wrong, FrameSocket.CONTINUATION, some); // of
				// nothing
				case 5 -> {
					FrameSocket.fragment(wrong, opcode(), some);
					FrameSocket.frame(wrong, opcode(), some); // within another
				}
				case 6 -> FrameSocket.frame(wrong, FrameSocket.CLOSE, new byte[] { 3 });
				case 7 -> FrameSocket.frame(wrong, FrameSocket.CLOSE, closing(this.random.nextInt(1000)));
				case 8 -> FrameSocket.frame(wrong, FrameSocket.CLOSE,
						new byte[] { 3, (byte) 0xe8, (byte) 0xc0, (byte) 0x80 });
				case 9 -> FrameSocket.frame(wrong, FrameSocket.CLOSE, closing(1005 + this.random.nextInt(2)));
				case 10 -> {
					wrong.write(0x80 | opcode());
					wrong.write(0x80 | 127);
					FrameSocket.number(wrong, oneIn(2) ? Long.MIN_VALUE : Long.MAX_VALUE, 8);
					FrameSocket.number(wrong, 0, 4);
				}
				default -> {
					wrong.write(0x80 | opcode());
					wrong.write(5); // without a mask
					wrong.writeBytes(new byte[5]);
				}
			}
			this.sent.add(wrong.toByteArray());
			this.out.writeBytes(wrong.toByteArray());
		}

		private static byte[] closing(int code) {
			return new byte[] { (byte) (code >> 8), (byte) code };
		}

		/** As a client does that has had enough. */
		private void leave() {
			byte[] payload = oneIn(3) ? new byte[0] : closing(oneIn(2) ? 1000 : 3000 + this.random.nextInt(2000));
			this.sent.add(payload);
			FrameSocket.frame(this.out, FrameSocket.CLOSE, payload);
			this.ending = Set.of(new FrameSocket.Frame(FrameSocket.CLOSE, payload).closing());
		}

		// What the server sends

		/** Read until all is answered, or the connection is closed if it must be. */
		private void listen(FrameSocket socket, long last) throws IOException {
			while (this.ending != null || !this.expected.isEmpty()) {
				FrameSocket.Frame frame = next(socket);
				if (frame == null) {
					return;
				}
				if (frame.opcode() == FrameSocket.CLOSE) {
					assertThat(this.ending).as("closed with " + frame.closing()).isNotNull().contains(frame.closing());
					end(frame);
					return;
				}
				read(frame);
			}
		}

		private FrameSocket.@Nullable Frame next(FrameSocket socket) throws IOException {
			try {
				return socket.read();
			}
			catch (EOFException ex) {
				if (this.ending == OF_A_WRONG_CLOSE) {
					return null;
				}
				throw ex;
			}
		}

		private void end(FrameSocket.Frame frame) {
			String closing = frame.closing();
			if (closing.startsWith("1011 ") || closing.startsWith("1003 ")) {
				known(closing.substring(5));
			}
			FrameFuzzTests.this.endings
				.computeIfAbsent(closing.replaceAll("^[34]\\d{3}$", "of the client"), (key) -> new LongAdder())
				.increment();
		}

		/** Read as a client does, and return what kind of message it is. */
		private String read(FrameSocket.Frame frame) {
			if (frame.opcode() == FrameSocket.PONG || frame.opcode() == FrameSocket.PING) {
				return "";
			}
			assertThat(frame.opcode()).isEqualTo(opcode());
			if (this.encoding.isExtended()) {
				ExtendedClientCodec.Received received = ExtendedClientCodec.decode(this.encoding, frame.payload());
				ToClient plain = received.plain();
				if (plain != null) {
					check(plain);
				}
				return received.tag();
			}
			ToClient message = ClientCodec.decode(this.encoding, frame.payload());
			check(message);
			return message.getClass().getSimpleName();
		}

		private void check(ToClient message) {
			if (message instanceof ToClient.ActionResponse response) {
				answered(response.id());
			}
			else if (message instanceof ToClient.Error error) {
				known(error.group() + "." + error.code());
				if (error.actionId() != null) {
					answered(error.actionId());
				}
			}
		}

		private void answered(long id) {
			assertThat(this.expected).as("answer to %d", id).containsKey(id);
			this.expected.computeIfPresent(id, (key, count) -> (count > 1) ? Integer.valueOf(count - 1) : null);
		}

		private void known(String reason) {
			boolean known = ErrorCode.ofReason(reason) != null || reason.startsWith("user.");
			assertThat(known && !reason.equals(ErrorCode.INTERNAL_ERROR.reason())).as(reason).isTrue();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, FuzzActor.class })
	static class Application {

	}

}
