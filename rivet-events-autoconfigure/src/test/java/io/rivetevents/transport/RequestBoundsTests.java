/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * HTTP input that is too long, too slow or never ends, and output that clients do not
 * read. The application's own routes on the same server have the same bounds, but their
 * handlers may take any time.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.limits.header-timeout=1s", "rivet.events.limits.body-timeout=2s",
				"rivet.events.limits.idle-timeout=2s", "rivet.events.limits.write-timeout=1s",
				"rivet.events.limits.node.receiving-size=128KB", "rivet.events.limits.node.sending-size=3MB" })
class RequestBoundsTests {

	private static final String ACTION = TestClient.query("slow", "k", "action/");

	/** How long a request with {@code X-Slow} takes. */
	private static final Duration SLOW = Duration.ofSeconds(2);

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	@AfterEach
	void nothingIsKept() {
		Awaitility.await().untilAsserted(() -> {
			assertThat(this.limits.receiving().used()).isZero();
			assertThat(this.limits.sending().used()).isZero();
		});
	}

	private long hits(Limit limit) {
		return this.limits.hits().count(limit);
	}

	private static String get(String path) {
		return "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path);
	}

	private static String post(String path, int length, String body) {
		return "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
			.formatted(path, length, body);
	}

	private static String action(String name, String args) {
		String body = "{\"args\":%s}".formatted(args);
		return post("/rivet" + ACTION.replace("action/", "action/" + name), body.length(), body);
	}

	private static String stream(String key) {
		return get("/rivet" + TestClient.query("room", key, "sse"));
	}

	// Heads and what comes before them

	@Test
	void closesConnectionsThatDoNotSayWhatTheyWant() throws IOException {
		long before = hits(Limit.HEADER_TIMEOUT);
		List<RawSocket> sockets = new ArrayList<>();
		for (String head : List.of("", "GET /rivet/health HT", "GET /rivet/health HTTP/1.1\r\nHost: localhost\r\n",
				"PRI * HTTP/2.0\r\n")) {
			RawSocket socket = new RawSocket(this.port);
			sockets.add(socket);
			socket.write(head);
		}
		for (RawSocket socket : sockets) {
			assertThat(socket.readAll()).isEmpty();
			socket.close();
		}
		assertThat(hits(Limit.HEADER_TIMEOUT)).isEqualTo(before + 4);
	}

	@Test
	void bytesOneByOneGiveAHeadNoMoreTime() throws IOException {
		long before = hits(Limit.HEADER_TIMEOUT);
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(get("/rivet/health"));
			assertThat(socket.readHead()).startsWith("HTTP/1.1 200");
			Awaitility.await()
				.atMost(Duration.ofSeconds(5))
				.pollInterval(Duration.ofMillis(50))
				.until(() -> !socket.tryWrite(new byte[] { 'G' }));
		}
		assertThat(hits(Limit.HEADER_TIMEOUT)).isGreaterThan(before);
	}

	@Test
	void closesAConnectionThatSendsNoFurtherRequest() throws IOException {
		long before = hits(Limit.IDLE_TIMEOUT);
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(get("/rivet/health"));
			assertThat(socket.readHead()).startsWith("HTTP/1.1 200");
			socket.readAll();
		}
		assertThat(hits(Limit.IDLE_TIMEOUT)).isGreaterThan(before);
	}

	@Test
	void leavesAnAnswerOfTheApplicationAllItsTime() throws IOException {
		try (RawSocket slow = new RawSocket(this.port); RawSocket events = new RawSocket(this.port)) {
			slow.write(get("/app/slow"));
			events.write(get("/app/events"));
			assertThat(events.readUntil("first\n\n\r\n")).startsWith("HTTP/1.1 200");
			assertThat(slow.readHead()).startsWith("HTTP/1.1 200");
			assertThat(events.isOpenFor(Duration.ofSeconds(1))).isTrue();
		}
	}

	@Test
	void leavesAStreamOfEventsAndASlowActionAllTheirTime() throws IOException {
		try (RawSocket stream = new RawSocket(this.port); RawSocket call = new RawSocket(this.port)) {
			stream.write(stream("time"));
			call.write(action("sleep", "[3000]"));
			assertThat(stream.readHead()).startsWith("HTTP/1.1 200");
			assertThat(call.readHead()).startsWith("HTTP/1.1 200");
			assertThat(stream.isOpenFor(Duration.ofMillis(500))).isTrue();
		}
	}

	@Test
	void leavesAWebSocketOfOursAllItsTime() throws IOException {
		try (RawSocket socket = RawSocket.webSocket(this.port, "time")) {
			socket.readFrame(RawSocket.TEXT);
			assertThat(socket.isOpenFor(Duration.ofSeconds(3))).isTrue();
		}
	}

	// Requests behind others

	@ParameterizedTest
	@ValueSource(strings = { "ours", "/app/events" })
	void closesAConnectionWithTooManyRequestsBehindAStream(String path) throws IOException {
		try (RawSocket socket = new RawSocket(this.port)) {
			long before = hits(Limit.PIPELINED_REQUESTS);
			socket.write(path.equals("ours") ? stream("pipeline") : get(path));
			assertThat(socket.readHead()).startsWith("HTTP/1.1 200");
			byte[] more = ("GET /rivet/health HTTP/1.1\r\nHost: x\r\nX-A: " + "a".repeat(3000) + "\r\n\r\n").repeat(50)
				.getBytes();
			int sent = 0;
			while (sent < 1000 && socket.tryWrite(more)) {
				sent++;
			}
			assertThat(sent).isLessThan(1000);
			assertThat(hits(Limit.PIPELINED_REQUESTS)).isGreaterThan(before);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "action", "/app/slow" })
	void readsNoMoreRequestsThanMayWaitAndThenAnswersThemAll(String path) throws Exception {
		try (RawSocket socket = new RawSocket(this.port)) {
			long before = hits(Limit.PIPELINED_REQUESTS);
			socket.write(path.equals("action") ? action("sleep", "[2000]") : get(path));
			String next = "GET /rivet/health HTTP/1.1\r\nHost: x\r\nX-A: " + "a".repeat(3000) + "\r\n\r\n";
			int count = 2000;
			Thread writer = new Thread(() -> {
				for (int i = 0; i < count; i++) {
					socket.tryWrite(next.getBytes());
				}
			});
			writer.start();
			Awaitility.await().untilAsserted(() -> assertThat(hits(Limit.PIPELINED_REQUESTS)).isGreaterThan(before));
			for (int i = 0; i <= count; i++) {
				assertThat(socket.readHead()).contains("HTTP/1.1 200");
			}
			writer.join();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET /rivet/health HTTP/2.0\r\nHost: x\r\n\r\n", "GET /x HTTP/9.9\r\nHost: x\r\n\r\n",
			"PRI * HTTP/2.0\r\n\r\n", "GET / x HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\0: x\r\n\r\n",
			"\u0016\u0003\r\n\r\n" })
	void refusesWhatIsNoRequestAfterTheAnswersBeforeIt(String broken) throws IOException {
		try (ServerWatch watch = new ServerWatch(); RawSocket socket = new RawSocket(this.port)) {
			socket.write(action("sleep", "[300]") + get("/app/next") + broken);
			assertThat(socket.readUntil("\"slept\"}")).startsWith("HTTP/1.1 200");
			assertThat(socket.readUntil("the next")).startsWith("HTTP/1.1 200");
			assertThat(socket.readAll()).startsWith("HTTP/1.1 400");
			assertThat(watch.logged()).isEmpty();
		}
	}

	@Test
	void readsNoFloodOfSmallRequestsBehindASlowOne() throws IOException {
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(action("sleep", "[2000]"));
			byte[] more = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(40_000).getBytes();
			assertThat(socket.tryWrite(more) && socket.tryWrite(more) && socket.tryWrite(more) && socket.tryWrite(more)
					&& socket.tryWrite(more) && socket.tryWrite(more) && socket.tryWrite(more) && socket.tryWrite(more))
				.isFalse();
		}
	}

	/** Such as frames of a client that does not wait for the answer to its handshake. */
	@Test
	void readsNoMoreThanMayWaitBehindAHandshakeThatTakesLong() throws IOException {
		long before = hits(Limit.PIPELINED_REQUESTS);
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(RawSocket.handshake("behind", "X-Slow: yes"));
			byte[] more = post("/rivet/health", 50_000, "x".repeat(50_000)).getBytes();
			long start = System.nanoTime();
			int sent = 0;
			while (sent < 1000 && socket.tryWrite(more)) {
				sent++;
			}
			boolean waited = System.nanoTime() - start >= SLOW.toNanos() - Duration.ofMillis(200).toNanos();
			assertThat(sent < 1000 || waited).as("reads on before it has answered").isTrue();
		}
		assertThat(hits(Limit.PIPELINED_REQUESTS)).isGreaterThan(before);
	}

	/**
	 * Most are refused by the firewall before anything is asynchronous: answered before
	 * their ends have left the queue of Reactor Netty, which then does not read on.
	 */
	@ParameterizedTest
	@MethodSource("thatWaited")
	void readsOnAfterRequestsThatWaited(int count, String waiting, String rest) throws IOException {
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(action("sleep", "[200]") + waiting.repeat(count));
			for (int i = 0; i <= count; i++) {
				assertThat(socket.readHead()).contains("HTTP/1.1 ");
			}
			for (int i = 0; i < 3; i++) {
				socket.write(((i == 0) ? rest : "") + get("/app/next"));
				assertThat(socket.readUntil("the next")).contains("HTTP/1.1 200");
			}
		}
	}

	static Stream<Arguments> thatWaited() {
		String refused = post("/%2e", 10, "");
		String chunked = refused.replace("Content-Length: 10", "Transfer-Encoding: chunked");
		return Stream.of(Arguments.of(1, get("/%2e"), ""), Arguments.of(7, get("/%2e"), ""),
				Arguments.of(1, get("/rivet/health").replace("GET", "M-SEARCH"), ""),
				Arguments.of(3, refused + "0123456789", ""), Arguments.of(1, refused, "0123456789"),
				Arguments.of(1, refused + "01234", "56789"), Arguments.of(1, chunked + "5\r\n01", "234\r\n0\r\n\r\n"),
				Arguments.of(7, get("/rivet/health"), ""));
	}

	@Test
	void closesTheConnectionOfAStreamThatHasEnded() throws IOException {
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(stream("x".repeat(2000))); // refused by its key
			assertThat(socket.readAll()).contains("key_too_large");
		}
	}

	@Test
	void answersATypeOfContentThatTheWebStackCannotRead() throws IOException {
		try (RawSocket socket = new RawSocket(this.port)) {
			for (String type : List.of("a", "\"/x*", "a/b;", "/", "text/*")) {
				socket.write(action("echo", "[1]").replace("application/json", type));
				assertThat(socket.readUntil("}")).startsWith("HTTP/1.1 4");
				socket.write(get("/rivet/health"));
				assertThat(socket.readUntil("}")).contains("HTTP/1.1 200");
			}
		}
	}

	// Bodies

	@Test
	void answersBodiesThatNeverEndAndCloses() throws IOException {
		long before = hits(Limit.BODY_TIMEOUT);
		List<RawSocket> sockets = new ArrayList<>();
		for (String path : List.of(TestClient.query("room", "b", "action/echo"), "/actors",
				TestClient.query("room", "b", "sse"))) {
			RawSocket socket = new RawSocket(this.port);
			sockets.add(socket);
			socket.write(post("/rivet" + path, 10_000, "["));
		}
		Awaitility.await().atMost(Duration.ofSeconds(5)).pollInterval(Duration.ofMillis(50)).until(() -> {
			sockets.forEach((socket) -> socket.tryWrite(new byte[] { ' ' }));
			return hits(Limit.BODY_TIMEOUT) == before + 3;
		});
		for (RawSocket socket : sockets) {
			assertThat(socket.readAll()).contains("HTTP/1.1 408", "timed_out");
			socket.close();
		}
	}

	/** Whether the application reads the body or answers without it. */
	@ParameterizedTest
	@ValueSource(strings = { "/app/whole", "/app/none" })
	void refusesABodyThatComesTooSlowlyForARouteOfTheApplication(String path) throws IOException {
		long before = hits(Limit.BODY_TIMEOUT);
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(post(path, 10_000, "["));
			Awaitility.await().atMost(Duration.ofSeconds(8)).pollInterval(Duration.ofMillis(50)).until(() -> {
				socket.tryWrite(new byte[] { ' ' });
				return hits(Limit.BODY_TIMEOUT) > before;
			});
			if (path.equals("/app/whole")) {
				assertThat(socket.readHead()).startsWith("HTTP/1.1 408").contains("connection: close");
			}
			socket.readAll();
		}
	}

	@Test
	void leavesABodyThatComesAtAFairRateAllItsTime() throws IOException {
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(post("/app/whole", 16 * 1024, ""));
			for (int i = 0; i < 16; i++) {
				assertThat(socket.isOpenFor(Duration.ofMillis(300))).isTrue();
				socket.write(new byte[1024]);
			}
			assertThat(socket.readUntil("16384")).startsWith("HTTP/1.1 200");
		}
	}

	@Test
	void countsNoTimeInWhichTheApplicationDoesNotRead() throws IOException {
		try (RawSocket socket = new RawSocket(this.port)) {
			int size = 1024 * 1024;
			socket.write(post("/app/busy", size, "") + "x".repeat(size));
			assertThat(socket.readUntil(String.valueOf(size))).startsWith("HTTP/1.1 200");
		}
	}

	@Test
	void closesATalkInWhichNobodySaysAnything() throws IOException {
		long before = hits(Limit.BODY_TIMEOUT);
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(post("/app/talk", 100, ""));
			for (int i = 0; i < 12; i++) {
				socket.write("x");
				assertThat(socket.readUntil("1\r\nx\r\n")).isNotNull();
				assertThat(socket.isOpenFor(Duration.ofMillis(400))).isTrue();
			}
			assertThat(hits(Limit.BODY_TIMEOUT)).isEqualTo(before);
			assertThat(socket.readAll()).doesNotContain("408");
		}
		assertThat(hits(Limit.BODY_TIMEOUT)).isGreaterThan(before);
	}

	@Test
	void leavesATalkInWhichTheServerGoesOnAllItsTime() throws IOException {
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(post("/app/ticks", 100, ""));
			for (int i = 0; i < 12; i++) {
				assertThat(socket.readUntil("4\r\ntick\r\n")).isNotNull();
			}
		}
	}

	@Test
	void holdsNoMoreOfAllBodiesThanTheNodeMay() throws IOException {
		List<RawSocket> sockets = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			RawSocket socket = new RawSocket(this.port);
			sockets.add(socket);
			socket.write(post("/rivet/gateway/room/action/echo?rvt-namespace=default&rvt-method=getOrCreate"
					+ "&rvt-runner=d&rvt-key=b", 40_000, "[" + " ".repeat(30_000)));
		}
		List<String> heads = new ArrayList<>();
		for (RawSocket socket : sockets) {
			heads.add(socket.readHead());
		}
		// which of them have room is left to the threads that read them
		assertThat(heads).filteredOn((head) -> head.contains("HTTP/1.1 503") && head.contains("actor.overloaded"))
			.hasSizeGreaterThan(4);
		assertThat(hits(Limit.NODE_RECEIVING)).isPositive();
		for (RawSocket socket : sockets) {
			socket.close();
		}
	}

	@Test
	void refusesABodyByWhatItsHeadSays() throws IOException {
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(post("/rivet/actors", 8 * 1024 * 1024, "{"));
			assertThat(socket.readHead()).contains("HTTP/1.1 400", "message.incoming_too_long");
			socket.readAll(); // whatever follows
		}
		assertThat(hits(Limit.BODY_TIMEOUT)).isPositive();
	}

	@Test
	void readsNoMoreThanSomeMegabytesOfABodyThatHasBeenAnswered() throws IOException {
		long before = hits(Limit.MESSAGE_SIZE);
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(post("/rivet/actors", 1024 * 1024 * 1024, "{"));
			assertThat(socket.readHead()).contains("HTTP/1.1 400", "message.incoming_too_long");
			byte[] more = new byte[64 * 1024];
			int sent = 0;
			while (sent < 1000 && socket.tryWrite(more)) {
				sent++;
			}
			assertThat(sent).isLessThan(1000);
		}
		assertThat(hits(Limit.MESSAGE_SIZE)).isGreaterThanOrEqualTo(before + 1);
	}

	@Test
	void answersTheNextRequestBehindABodyThatWasTooLong() throws IOException {
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(post("/rivet/actors", 1024 * 1024, "{"));
			assertThat(socket.readHead()).contains("HTTP/1.1 400", "message.incoming_too_long");
			for (int i = 0; i < 16; i++) {
				assertThat(socket.tryWrite(new byte[(i < 15) ? 65536 : 65535])).isTrue();
			}
			socket.write(get("/rivet/health"));
			assertThat(socket.readUntil("HTTP/1.1 200")).isNotNull();
		}
	}

	// Answers

	@Test
	void holdsNoMoreAnswersThanTheNodeMayAndClosesThoseThatNobodyReads() throws IOException {
		long before = hits(Limit.WRITE_TIMEOUT);
		List<RawSocket> deaf = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			RawSocket socket = new RawSocket(this.port);
			deaf.add(socket);
			// the first fill the buffers of the socket
			for (int j = 0; j < 8; j++) {
				socket.tryWrite(action("make", "[900000]").getBytes());
			}
		}
		Awaitility.await().untilAsserted(() -> assertThat(hits(Limit.NODE_SENDING)).isPositive());
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.limits.sending().used()).isBetween(900_000L, 3L * 1024 * 1024));
		try (RawSocket other = new RawSocket(this.port)) {
			other.write(action("make", "[10]"));
			assertThat(other.readHead()).startsWith("HTTP/1.1 200");
		}
		Awaitility.await().untilAsserted(() -> assertThat(hits(Limit.WRITE_TIMEOUT)).isGreaterThan(before));
		Awaitility.await().untilAsserted(() -> assertThat(this.limits.sending().used()).isZero());
		for (RawSocket socket : deaf) {
			socket.close();
		}
	}

	@Actor("slow")
	static class Slow {

		@Action
		String sleep(int millis) throws InterruptedException {
			Thread.sleep(millis);
			return "slept";
		}

		@Action
		String make(int size) {
			return "x".repeat(size);
		}

	}

	@RestController
	static class Routes {

		@GetMapping("/app/next")
		String next() {
			return "the next";
		}

		@GetMapping("/app/slow")
		Mono<String> slow() {
			return Mono.delay(Duration.ofSeconds(3)).thenReturn("slow");
		}

		@PostMapping("/app/whole")
		Mono<String> whole(@RequestBody Mono<byte[]> body) {
			return body.map((bytes) -> String.valueOf(bytes.length));
		}

		@PostMapping("/app/busy")
		Mono<String> busy(ServerWebExchange exchange) {
			return Mono.delay(Duration.ofSeconds(5))
				.thenMany(exchange.getRequest().getBody())
				.map(Routes::release)
				.reduce(0, Integer::sum)
				.map(String::valueOf);
		}

		@PostMapping("/app/talk")
		Mono<Void> talk(ServerWebExchange exchange) {
			return exchange.getResponse().writeAndFlushWith(exchange.getRequest().getBody().map(Mono::just));
		}

		@PostMapping("/app/ticks")
		Mono<Void> ticks(ServerWebExchange exchange) {
			ServerHttpResponse response = exchange.getResponse();
			return response.writeAndFlushWith(Flux.interval(Duration.ofMillis(400))
				.map((tick) -> Mono.just(response.bufferFactory().wrap("tick".getBytes()))));
		}

		private static int release(DataBuffer part) {
			int count = part.readableByteCount();
			DataBufferUtils.release(part);
			return count;
		}

		@GetMapping(path = "/app/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> events() {
			return Flux.concat(Mono.just("first"), Mono.never());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenRoutes.class, TestActors.Room.class, Slow.class, Routes.class })
	static class Application {

		@Bean
		WebFilter delay() {
			return (exchange, chain) -> exchange.getRequest().getHeaders().containsHeader("X-Slow")
					? Mono.delay(SLOW).then(chain.filter(exchange)) : chain.filter(exchange);
		}

	}

}
