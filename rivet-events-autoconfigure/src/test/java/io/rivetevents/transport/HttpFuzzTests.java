/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random requests, valid and invalid: each is answered, never with a server error, and
 * other clients are not affected.
 * <p>
 * {@code -Drivet.fuzz.frames} sets the number of requests, {@code -Drivet.fuzz.seed} the
 * seed. {@code -Drivet.fuzz.round} replays one connection.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = {
		"rivet.events.security.allowed-origins=https://friend.example", "rivet.events.asyncapi.enabled=true" })
class HttpFuzzTests {

	private static final Log logger = LogFactory.getLog(HttpFuzzTests.class);

	/** Whether requests are sent before earlier ones are answered. */
	private static final boolean PIPELINED = Boolean.parseBoolean(System.getProperty("rivet.fuzz.pipelined", "true"));

	private static final long REQUESTS = Long.getLong("rivet.fuzz.frames", 20_000);

	private static final long SEED = Long.getLong("rivet.fuzz.seed", 20261127);

	private static final @Nullable Long ROUND = Long.getLong("rivet.fuzz.round");

	private static final int WORKERS = 4;

	/** Less than an idle connection is left open: none may be without its answer. */
	private static final int TIMEOUT_MILLIS = 20_000;

	private static final int MAX_PIPELINE = 12;

	private static final int MAX_PIPELINE_BYTES = 128 * 1024;

	/** Less than the length from which a request line or its headers are too long. */
	private static final int MAX_HEAD = 4000;

	private static final int ROUNDS_PER_CHECK = 25;

	/** What an error of a client may be called. */
	private static final Set<Integer> NOT_THE_SERVERS = Set.of(501, 503, 505);

	/** How long a client that does nothing wrong may wait. */
	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private static final List<Encoding> ENCODINGS = List.of(Encoding.JSON, Encoding.CBOR, Encoding.BARE,
			Encoding.EXTENDED_JSON);

	private static final List<String> METHODS = List.of("POST", "POST", "POST", "POST", "GET", "GET", "PUT", "DELETE",
			"PATCH", "OPTIONS", "HEAD", "TRACE", "CONNECTED", "post", "M-SEARCH");

	private static final List<String> QUERIES = List.of("rvt-namespace=default", "rvt-namespace=%00", "rvt-method=get",
			"rvt-method=getOrCreate", "rvt-method=x", "rvt-runner=default", "rvt-pool=default", "rvt-key=a",
			"rvt-key=a,b,,", "rvt-key=%2C%2F%5C", "rvt-key=%", "rvt-key=%zz", "rvt-key=%C0%80", "rvt-key=%ED%A0%80",
			"rvt-key=+%2B", "rvt-key=%0A%0D%00", "rvt-input=gQE", "rvt-input=gQE=", "rvt-input=!", "rvt-input=_w",
			"rvt-input=n____w", "rvt-input=", "rvt-region=x", "rvt-crash-policy=sleep", "rvt-crash-policy=x",
			"rvt-token=t", "rvt-skip-ready-wait=1", "rvt-skip-ready-wait=maybe", "rvt-=", "rvt-x=1", "=", "&",
			"event=e", "event=", "event=%0A", "tag=a", "snapshot=echo", "snapshot=text",
			"conn_params=%7B%22age%22:1%7D", "conn_params=%7B", "conn_params=%FF", "last-event-id=x-1",
			"last-event-id=x-99999999999999999999", "last-event-id=closed", "last-event-id=-", "name=fuzz", "name=",
			"key=a%2Fb", "key=", "key=%5C", "actor_ids=x,y", "actor_ids=,", "namespace=default", "namespace=", "%",
			"%%", "a=%E0%A4%A", "a;b=c");

	/**
	 * Not {@code Expect: 100-continue}: Netty 4.2.15 counts the interim answer as one, so
	 * that the next lacks its body if a {@code HEAD} is pipelined behind it.
	 */
	private static final Map<String, List<String>> HEADERS = Map.ofEntries(
			Map.entry("Content-Type", List.of("a", ";", "*/*", "application/json; charset=none", "application/json;",
					"application/json; charset=\"", "text/plain", "/", "a/b/c", "application/x-www-form-urlencoded",
					"multipart/form-data; boundary=", "application/*+json", "application/json, text/plain", "é", "",
					"application/json; q=2", "application/json;charset=utf-8;charset=x")),
			Map.entry("Origin",
					List.of("http://a:99999999999", "null", "http://a:-1", "http://[::1", "http://", "a", "",
							"https://friend.example", "https://evil.example", "http://a b", "http://%zz", "http://a:b",
							"é", "file:///", "https://friend.example, https://friend.example", "http://localhost:0")),
			Map.entry("Accept", List.of("a", "*/*;q=x", ";", "text/event-stream", ",,,", "a/b;q=9", "é")),
			Map.entry("Accept-Encoding", List.of("gzip", "x;q=z", ";")),
			Map.entry("Accept-Language", List.of("xx-yy-zz-aaaaaaaaaaaaaaaaaaaaa", "*;q=x", ";", "de-DE-é")),
			Map.entry("x-rivet-encoding", List.of("json", "cbor", "bare", "JSON", "", "yaml", "\u0001", "é")),
			Map.entry("x-rivet-conn-params",
					List.of("{\"name\":\"refused\"}", "{\"age\":1e99}", "{", "", "\"", "null", "{\"since\":[1,2,3]}",
							"{\"since\":\"+1000000000-12-31T23:59:59Z\"}", "é", "[".repeat(600), "7",
							"{\"age\":[\"$Uint8Array\",\"AAAA\"]}", "{\"since\":[\"$Uint8Array\",\"AAAA\"]}")),
			Map.entry("x-rivet-secret", List.of("", "s", "é", "s".repeat(5000))),
			Map.entry("x-rivet-sequence", List.of("1", "-1", "x", "99999999999999999999", "", "1e3", "\u0661")),
			Map.entry("last-event-id", List.of("closed", "x-1", "-", "x-99999999999999999999", "é", "")),
			Map.entry("Upgrade", List.of("websocket", "h2c", "x", "WebSocket", "websocket, h2c", "")),
			Map.entry("Connection", List.of("Upgrade", "keep-alive", "x", "Upgrade, HTTP2-Settings")),
			Map.entry("Sec-WebSocket-Key", List.of("", "x", "dGhlIHNhbXBsZSBub25jZQ==", "é")),
			Map.entry("Sec-WebSocket-Version", List.of("13", "12", "x", "", "99999999999")),
			Map.entry("Sec-WebSocket-Protocol",
					List.of("rivet", ",", "", "rivet, rivet_encoding.json", "é",
							"rivet,rivet_encoding.cbor,rivet_ext.1,rivet_conn_params.%")),
			Map.entry("Sec-WebSocket-Extensions", List.of("permessage-deflate", "x;=;", "permessage-deflate; x=99")),
			Map.entry("HTTP2-Settings", List.of("x", "AAMAAABkAAQAAP__")), Map.entry("Expect", List.of("x")),
			Map.entry("Range", List.of("bytes=0-", "x", "bytes=9-1")),
			Map.entry("Cookie", List.of("SESSION=x", "=", "a=b; a=b; =;", "é", "SESSION=" + "x".repeat(3000))),
			Map.entry("Authorization", List.of("Basic", "Basic !", "Basic eA==", "Bearer", "Bearer é", "x")),
			Map.entry("If-Modified-Since", List.of("x", "Thu, 99 Jan 1970 00:00:00 GMT")),
			Map.entry("Access-Control-Request-Method", List.of("POST", "x", "", "\u0001")),
			Map.entry("Access-Control-Request-Headers", List.of("a", ",", "", "é")),
			Map.entry("X-Forwarded-For", List.of("x", "1.2.3.4:99999999", "[::")),
			Map.entry("Forwarded", List.of("for=;host=:", "host=a:99999999999", "proto=é")),
			Map.entry("Sec-Fetch-Site", List.of("none", "same-origin", "x")), Map.entry("Date", List.of("x")),
			Map.entry("Host", List.of("a:99999999999", "a b", "[::1", "", "é")));

	private static final List<String> HEADER_NAMES = HEADERS.keySet().stream().sorted().toList();

	private static final Pattern CONNECTION_ID = Pattern.compile("\"connectionId\":\"([^\"]+)\"");

	/** As the server sees it, which looks past what is before the line. */
	private static final Pattern HEAD = Pattern.compile("[\\x00-\\x20\\x7f-\\xa0]*HEAD\\s");

	private static final Pattern SECRET = Pattern.compile("\"secret\":\"([^\"]+)\"");

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	private ServerWatch watch;

	private final LongAdder requests = new LongAdder();

	private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

	private final Map<Integer, LongAdder> statuses = new ConcurrentSkipListMap<>();

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

	@Test
	void answersEachRequestWithoutAnErrorOfItsOwn() throws Exception {
		long start = System.nanoTime();
		if (ROUND != null) {
			round(ROUND);
		}
		else {
			call(); // the first call loads classes, which is not measured
			runAll();
		}
		Throwable first = this.failure.get();
		if (first != null) {
			throw new AssertionError(first.getMessage(), first);
		}
		this.watch.assertNothingLeaked();
		assertThat(this.watch.logged()).as("seed %d", SEED).isEmpty();
		logger.info("%d requests in %d ms, answers %s".formatted(this.requests.sum(),
				Duration.ofNanos(System.nanoTime() - start).toMillis(), this.statuses));
	}

	private void runAll() throws InterruptedException {
		AtomicLong rounds = new AtomicLong();
		List<Thread> workers = new ArrayList<>();
		for (int i = 0; i < WORKERS; i++) {
			Thread worker = new Thread(() -> work(rounds), "fuzz-" + i);
			worker.start();
			workers.add(worker);
		}
		for (Thread worker : workers) {
			worker.join();
		}
	}

	private void work(AtomicLong rounds) {
		try {
			while (this.requests.sum() < REQUESTS && this.failure.get() == null) {
				long round = rounds.getAndIncrement();
				round(round);
				if (round % ROUNDS_PER_CHECK < WORKERS) {
					checkHealth();
				}
			}
		}
		catch (Throwable ex) {
			this.failure.compareAndSet(null, ex);
		}
	}

	private void checkHealth() throws IOException {
		long start = System.nanoTime();
		call();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
	}

	private void call() throws IOException {
		try (Exchange exchange = new Exchange(this.port)) {
			exchange.write(request("POST", "/rivet" + TestClient.query("fuzz", "healthy", "action/echo"),
					Map.of("Content-Type", "application/json"), "{\"args\":[\"there\"]}".getBytes()));
			Answer answer = exchange.read("POST");
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.body()).asString().isEqualTo("{\"output\":\"there\"}");
		}
	}

	/**
	 * One connection; what is sent on it depends on nothing but the seed and its number.
	 */
	private void round(long round) {
		Round current = new Round(new SplittableRandom(SEED * 1_000_003 + round));
		try {
			current.run();
			assertThat(this.watch.logged()).isEmpty();
		}
		catch (Throwable ex) {
			throw new AssertionError(
					"Request %d of round %d: %s%nReplay: -Dtest=HttpFuzzTests -Drivet.fuzz.seed=%d -Drivet.fuzz.round=%d%nSent: %s"
						.formatted(current.answered + 1, round, ex, SEED, round,
								current.sent.stream().map(HttpFuzzTests::describe).toList()),
					ex);
		}
		this.requests.add(current.sent.size());
	}

	private static String describe(byte[] request) {
		String text = new String(request, StandardCharsets.ISO_8859_1).replace("\r", "\\r").replace("\n", "\\n");
		return (text.length() > 900) ? text.substring(0, 900) + "..." : text;
	}

	private static byte[] request(String method, String target, Map<String, String> headers, byte[] body) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		StringBuilder head = new StringBuilder("%s %s HTTP/1.1\r\n".formatted(method, target));
		head.append(headers.containsKey("Host") ? "" : "Host: localhost\r\n");
		headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
		head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
		out.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
		out.writeBytes(body);
		return out.toByteArray();
	}

	/** One connection, and the requests on it. */
	private final class Round {

		private final SplittableRandom random;

		private final Encoding encoding;

		private final FuzzMessages messages;

		private final List<byte[]> sent = new ArrayList<>();

		private final List<String> methods = new ArrayList<>();

		private int answered;

		Round(SplittableRandom random) {
			this.random = random;
			this.encoding = ENCODINGS.get(random.nextInt(ENCODINGS.size()));
			this.messages = new FuzzMessages(this.encoding, random);
		}

		private boolean oneIn(int n) {
			return this.random.nextInt(n) == 0;
		}

		private <T> T oneOf(List<T> list) {
			return list.get(this.random.nextInt(list.size()));
		}

		void run() throws IOException {
			if (oneIn(12)) {
				talkToStream();
				return;
			}
			boolean broken = oneIn(6);
			pipeline(broken);
			int whole = this.sent.size() - (broken ? 1 : 0);
			for (int from = 0; from < this.sent.size();) {
				int to = from + 1;
				while (to < whole && !hasLongHead(this.sent.get(to))) {
					to++;
				}
				converse(from, to, from == whole);
				from = to;
			}
		}

		private void pipeline(boolean broken) {
			int size = 0;
			for (int i = this.random.nextInt(1, MAX_PIPELINE); i > 0 && size < MAX_PIPELINE_BYTES; i--) {
				byte[] request = request();
				size += request.length;
				this.sent.add(request);
			}
			if (broken) {
				this.sent.add(broken());
				this.methods.add("POST");
			}
		}

		// What is answered

		/**
		 * Send requests on one connection until it ends. One that the server cannot
		 * decode stands at the beginning: Reactor Netty 1.3.7 answers none of those that
		 * wait when it reads one after which the connection closes, and leaves the
		 * connection open if that was between an answer and the next request.
		 */
		private void converse(int from, int to, boolean broken) throws IOException {
			try (Exchange exchange = new Exchange(HttpFuzzTests.this.port)) {
				if (PIPELINED) {
					this.sent.subList(from, to).forEach(exchange::write);
				}
				readAll(exchange, from, to, broken);
			}
		}

		private void readAll(Exchange exchange, int from, int to, boolean broken) throws IOException {
			for (int i = from; i < to; i++) {
				this.answered = i;
				if (!PIPELINED) {
					exchange.write(this.sent.get(i));
				}
				if (broken) {
					exchange.end(); // not before: the server takes it for the end of all
				}
				Answer answer = broken ? readIfAny(exchange) : exchange.read(this.methods.get(i));
				if (answer == null || !goesOn(answer)) {
					return;
				}
			}
		}

		/** Whether the server may refuse it for its length, before any handler. */
		private static boolean hasLongHead(byte[] request) {
			return new String(request, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") > MAX_HEAD;
		}

		/** A request that is incomplete or has no clear boundary may get no answer. */
		private @Nullable Answer readIfAny(Exchange exchange) throws IOException {
			return exchange.isAnswered() ? exchange.read(methodOf(this.sent.get(this.answered))) : null;
		}

		private static String methodOf(byte[] request) {
			return HEAD.matcher(new String(request, StandardCharsets.ISO_8859_1)).lookingAt() ? "HEAD" : "POST";
		}

		private boolean goesOn(Answer answer) {
			check(answer);
			return answer.status() != 101 && !answer.isStream()
					&& !"close".equalsIgnoreCase(answer.headers().get("connection"));
		}

		private void check(Answer answer) {
			HttpFuzzTests.this.statuses.computeIfAbsent(answer.status(), (key) -> new LongAdder()).increment();
			assertThat(answer.status() < 500 || NOT_THE_SERVERS.contains(answer.status())).as(answer.toString())
				.isTrue();
			String error = answer.headers().get("x-rivet-error");
			if (error != null) {
				boolean known = ErrorCode.ofReason(error) != null || error.startsWith("user.");
				assertThat(known && !error.equals(ErrorCode.INTERNAL_ERROR.reason())).as(error).isTrue();
			}
		}

		// What is sent

		private byte[] request() {
			String method = oneOf(METHODS);
			Map<String, String> headers = new HashMap<>();
			String target = target();
			byte[] body = oneIn(5) ? management() : oneIn(40) ? new byte[this.random.nextInt(100_000)] : body();
			headers.put("Content-Type", this.encoding.contentType());
			headers.put("x-rivet-encoding", this.encoding.wireName());
			for (int i = this.random.nextInt(3); i > 0; i--) {
				String name = oneOf(HEADER_NAMES);
				headers.put(name, oneIn(4) ? text(this.messages.mutate(utf8(oneOf(HEADERS.get(name)))), ' ')
						: oneOf(HEADERS.get(name)));
				if (oneIn(10)) {
					headers.put(name.toLowerCase(Locale.ROOT), oneOf(HEADERS.get(name))); // twice
				}
			}
			this.methods.add(method);
			return HttpFuzzTests.request(method, target, headers, body);
		}

		private byte[] body() {
			return (this.encoding == Encoding.EXTENDED_JSON) ? oneIn(2) ? this.messages.hello(true) : batch()
					: this.messages.body();
		}

		private byte[] batch() {
			ByteArrayOutputStream out = new ByteArrayOutputStream();
			out.write('[');
			for (int i = this.random.nextInt(4); i >= 0; i--) {
				out.writeBytes(this.messages.next());
				out.write((i > 0) ? ',' : ']');
			}
			return out.toByteArray();
		}

		private byte[] management() {
			byte[] body = utf8("{\"name\":\"%s\",\"key\":\"%s\",\"input\":\"%s\"}".formatted(oneIn(3) ? "x" : "fuzz",
					oneOf(List.of("a", "", "/", "a/b", "\\\\", "\\u0000", "\\ud800")),
					oneOf(List.of("gQE=", "gQE", "!", "/w==", "nw=="))));
			return oneIn(2) ? this.messages.mutate(body) : body;
		}

		private static byte[] utf8(String text) {
			return text.getBytes(StandardCharsets.UTF_8);
		}

		private String target() {
			String path = switch (this.random.nextInt(14)) {
				case 0, 1, 2, 3 -> action();
				case 4 -> TestClient.query("fuzz", "k" + this.random.nextInt(8), "sse");
				case 5 ->
					"/gateway/" + oneOf(List.of("fuzz", "x", "fuzz@t", "@", "%00", "a%2Fb", "..", "%2e%2e", "")) + "/"
							+ oneOf(List.of("sse", "connect", "action/echo", "action/", "health", "metadata", "queue/x",
									"request/x", "", "inspector", "action/%", "action/%zz", "action/a%2Fb", "sse/"));
				case 6 -> "/gateway/fuzz/" + oneOf(List.of("sse", "action/text", "connect", "x")) + query();
				case 7 -> "/actors" + query();
				case 8 -> "/actors/" + oneOf(List.of("x", "%", "%zz", "%2F", "", "..", "%C3"));
				case 9 -> "/connections/" + oneOf(List.of("x", "", "%", "x/y", "%00"));
				case 10 ->
					oneOf(List.of("/metadata", "/health", "/asyncapi.json", "/connect", "/websocket", "/request"));
				case 11 -> "/metadata" + oneOf(List.of("/", ";a=b", "//", "/..", "%", "?", "#x", "%2e", "\\"));
				case 12 -> "/" + "x".repeat(this.random.nextInt(15_000));
				default -> action() + "&" + query().substring(1);
			};
			String target = oneIn(200) ? "http://localhost/rivet" + path : oneIn(200) ? "*" : "/rivet" + path;
			return oneIn(5) ? text(this.messages.mutate(utf8(target)), '%') : target;
		}

		private String action() {
			return TestClient.query("fuzz", "k" + this.random.nextInt(8), "action/" + oneOf(FuzzActor.ACTIONS));
		}

		private String query() {
			StringBuilder query = new StringBuilder("?");
			for (int i = this.random.nextInt(6); i >= 0; i--) {
				query.append(oneOf(QUERIES)).append((i > 0) ? "&" : "");
			}
			return query.toString();
		}

		/** What ends neither a line nor a word. */
		private static String text(byte[] bytes, char otherwise) {
			StringBuilder text = new StringBuilder();
			for (byte next : bytes) {
				boolean whole = (next >= '!' && next < 0x7f) || (next < 0 && otherwise == ' ');
				text.append(whole ? (char) (next & 0xff) : otherwise);
			}
			return text.isEmpty() ? "/" : text.toString();
		}

		/** Bytes that are no request, or whose end is not where it seems. */
		private byte[] broken() {
			String line = "POST /rivet%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".formatted(action());
			return switch (this.random.nextInt(16)) {
				case 0 ->
					ascii(line + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n0\r\n\r\n");
				case 1 -> ascii(line + "Content-Length: 5\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
				case 2 -> ascii(line + "Content-Length: "
						+ oneOf(List.of("-1", "x", "99999999999999999999", "+5", "5 5")) + "\r\n\r\n{}");
				case 3 ->
					ascii(line + "Transfer-Encoding: " + oneOf(List.of("x", "chunked, x", "gzip, chunked", "CHUNKED"))
							+ "\r\n\r\n2\r\n{}\r\n0\r\n\r\n");
				case 4 -> ascii(line + "Transfer-Encoding: chunked\r\n\r\n"
						+ oneOf(List.of("-1", "x", "ffffffffffffffff", "7fffffff", "2;a=b", ""))
						+ "\r\n{}\r\n0\r\n\r\n");
				case 5 -> ascii(line + "Content-Length: 50000\r\n\r\n{\"args\":["); // cut
																					// off
				case 6 -> ascii(line); // before its end
				case 7 -> ascii(line + "a\0b: c\r\nno colon\r\n : x\r\n\r\n");
				case 8 -> ascii(line + "Content-Type\r\n folded: x\r\nContent-Length: 0\r\n\r\n");
				case 9 -> ascii(line + "X: " + "x".repeat(40_000) + "\r\n\r\n");
				case 10 -> ascii("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
				case 11 -> ascii(oneOf(List.of("GET /rivet/health\r\n\r\n", "GET  HTTP/1.1\r\n\r\n", "\r\n\r\n\r\n",
						"GET /rivet/health HTTP/9.9\r\nHost: x\r\n\r\n", "GET /rivet/health HTTP/2.0\r\n\r\n",
						"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /rivet/health HTTP/1.0\r\n\r\n",
						"GET /rivet/health HTTP/1.1\r\n\r\n", "GET /rivet/\0 HTTP/1.1\r\nHost: x\r\n\r\n",
						"GET /rivet/a b HTTP/1.1\r\nHost: x\r\n\r\n", "GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
						"GET /rivet/health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
						"\u0016\u0003\u0001\0\u00a5\u0001")));
				case 12 -> ascii("GET /rivet" + TestClient.query("fuzz", "k", "sse") + " HTTP/1.0\r\nHost: x\r\n\r\n");
				default -> this.messages.mutate(request());
			};
		}

		private static byte[] ascii(String text) {
			return text.getBytes(StandardCharsets.ISO_8859_1);
		}

		// Event streams

		/** Messages to a stream of one's own, on another connection. */
		private void talkToStream() throws IOException {
			try (Exchange stream = new Exchange(HttpFuzzTests.this.port);
					Exchange exchange = new Exchange(HttpFuzzTests.this.port)) {
				stream.write(HttpFuzzTests.request("GET",
						"/rivet" + TestClient.query("fuzz", "k" + this.random.nextInt(8), "sse") + "&event=e1&event=e2",
						Map.of("Accept", "text/event-stream"), new byte[0]));
				Answer opened = stream.read("GET");
				assertThat(opened.isStream()).as(opened.toString()).isTrue();
				String init = stream.readStream("\"secret\"");
				String path = "/rivet/connections/" + find(CONNECTION_ID, init);
				FuzzMessages json = new FuzzMessages(Encoding.EXTENDED_JSON, this.random);
				boolean open = true;
				for (int i = this.random.nextInt(1, MAX_PIPELINE); i > 0 && open; i--) {
					byte[] body = oneIn(10) ? json.nextWrong() : batchOf(json);
					Map<String, String> headers = new HashMap<>(
							Map.of("Content-Type", "application/json", "x-rivet-secret", find(SECRET, init),
									"x-rivet-sequence", String.valueOf(this.sent.size())));
					if (oneIn(20)) {
						headers.put("x-rivet-sequence", oneOf(HEADERS.get("x-rivet-sequence")));
					}
					byte[] request = HttpFuzzTests.request(oneIn(30) ? "DELETE" : "POST", path, headers, body);
					this.sent.add(request);
					exchange.write(request);
					this.answered = this.sent.size() - 1;
					open = goesOn(exchange.read("POST"));
				}
			}
		}

		private byte[] batchOf(FuzzMessages json) {
			ByteArrayOutputStream out = new ByteArrayOutputStream();
			out.write('[');
			for (int i = this.random.nextInt(4); i >= 0; i--) {
				out.writeBytes(json.next());
				out.write((i > 0) ? ',' : ']');
			}
			return out.toByteArray();
		}

		private static String find(Pattern pattern, String text) {
			Matcher matcher = pattern.matcher(text);
			assertThat(matcher.find()).as(text).isTrue();
			return matcher.group(1);
		}

	}

	/**
	 * What the server has answered.
	 */
	private record Answer(int status, Map<String, String> headers, byte[] body) {

		boolean isStream() {
			return this.headers.getOrDefault("content-type", "").startsWith("text/event-stream");
		}

		@Override
		public String toString() {
			return "%d %s %s".formatted(this.status, this.headers, new String(this.body, StandardCharsets.UTF_8));
		}

	}

	/** A connection that sends what no client library sends. */
	private static final class Exchange implements AutoCloseable {

		private final Socket socket;

		private final InputStream in;

		private @Nullable Answer before;

		Exchange(int port) throws IOException {
			this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
			this.socket.setSoTimeout(TIMEOUT_MILLIS);
			this.socket.setTcpNoDelay(true);
			this.in = new BufferedInputStream(this.socket.getInputStream(), 16 * 1024);
		}

		void write(byte[] request) {
			try {
				this.socket.getOutputStream().write(request);
			}
			catch (IOException ex) {
				// closed after an answer that is still to be read
			}
		}

		/** Ends the output. */
		void end() {
			try {
				this.socket.shutdownOutput();
			}
			catch (IOException ex) {
				// closed already
			}
		}

		/** Whether there is a byte of an answer before the end. */
		boolean isAnswered() throws IOException {
			try {
				this.in.mark(1);
				boolean any = this.in.read() >= 0;
				this.in.reset();
				return any;
			}
			catch (SocketException ex) {
				return false;
			}
		}

		Answer read(String method) throws IOException {
			String line = line();
			assertThat(line).as("after %s", this.before).startsWith("HTTP/");
			int status = Integer.parseInt(line.substring(9, 12));
			Map<String, String> headers = new HashMap<>();
			for (String header = line(); !header.isEmpty(); header = line()) {
				int colon = header.indexOf(':');
				headers.put(header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).trim());
			}
			if (status == 100) {
				return read(method);
			}
			boolean bodiless = method.equals("HEAD") || status < 200 || status == 204 || status == 304;
			Answer head = new Answer(status, headers, new byte[0]);
			this.before = (bodiless || head.isStream()) ? head : new Answer(status, headers, body(headers));
			return this.before;
		}

		private byte[] body(Map<String, String> headers) throws IOException {
			String length = headers.get("content-length");
			if (length != null) {
				byte[] body = this.in.readNBytes(Integer.parseInt(length));
				assertThat(body).hasSize(Integer.parseInt(length));
				return body;
			}
			if (!"chunked".equals(headers.get("transfer-encoding"))) {
				return this.in.readAllBytes();
			}
			ByteArrayOutputStream body = new ByteArrayOutputStream();
			while (true) {
				int size = Integer.parseInt(line(), 16);
				body.writeBytes(this.in.readNBytes(size));
				line();
				if (size == 0) {
					return body.toByteArray();
				}
			}
		}

		/** Read a stream up to the line that holds a text. */
		String readStream(String text) throws IOException {
			String line = line();
			while (!line.contains(text)) {
				line = line();
			}
			return line;
		}

		private String line() throws IOException {
			StringBuilder line = new StringBuilder();
			for (int next = this.in.read(); next != '\n'; next = this.in.read()) {
				if (next < 0) {
					throw new EOFException("The server has ended the connection after: " + line);
				}
				line.append((char) next);
			}
			return line.toString().stripTrailing();
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, FuzzActor.class })
	static class Application {

	}

}
