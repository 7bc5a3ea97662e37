/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What pages of other sites can cause, and what they cannot, on each transport.
 */
@ExtendWith(OutputCaptureExtension.class)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.security.allowed-origins=https://friend.example",
				"rivet.events.security.allowed-hosts=localhost,*.friend.example,WWW.Other.example",
				"rivet.events.shutdown.spread=0s" })
class CrossSiteIntegrationTests {

	private static final AtomicInteger RUNS = new AtomicInteger();

	private static final AtomicInteger CONNECTS = new AtomicInteger();

	private final HttpClient http = HttpClient.newHttpClient();

	@LocalServerPort
	private int port;

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	@ParameterizedTest
	@CsvSource({ "cross-site,,403", "same-site,,403", "CROSS-SITE,,403", "anything,,403", "same-origin,,200",
			"none,,200", ",,200", "cross-site,https://friend.example,200", "cross-site,https://evil.example,403",
			"same-site,https://evil.example,403", ",https://evil.example,403", "cross-site,null,403",
			",https://evil.example:99999999999,403" })
	void refusesWhatAPageOfAnotherSiteCauses(@Nullable String site, @Nullable String origin, int status)
			throws Exception {
		for (String path : List.of(TestClient.query("desk", "k", "sse"), "/metadata", "/health",
				"/actors?name=desk&key=k")) {
			HttpResponse<?> answer = get(path, site, origin);
			assertThat(answer.statusCode()).as(path).isEqualTo(status);
			if (status == 403) {
				assertThat(answer.headers().firstValue("x-rivet-error")).contains("auth.forbidden");
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "cross-site,,false", "same-site,,false", "same-origin,,true", ",,true",
			"cross-site,https://friend.example,true", "cross-site,https://evil.example,false" })
	void refusesHandshakesOfAnotherSite(@Nullable String site, @Nullable String origin, boolean letIn)
			throws Exception {
		StringBuilder headers = new StringBuilder();
		if (site != null) {
			headers.append("Sec-Fetch-Site: %s\r\n".formatted(site));
		}
		if (origin != null) {
			headers.append("Origin: %s\r\n".formatted(origin));
		}
		assertThat(handshake(headers.toString())).isEqualTo(letIn ? 101 : 403);
	}

	private int handshake(String headers) throws Exception {
		String request = "GET /rivet%s HTTP/1.1\r\n".formatted(TestSocket.query("desk", "k"))
				+ "Host: localhost:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n".formatted(this.port)
				+ "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
				+ "Sec-WebSocket-Protocol: rivet, rivet_encoding.json\r\n" + headers + "\r\n";
		try (Socket socket = new Socket("localhost", this.port)) {
			socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
			byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 101".length());
			return Integer.parseInt(new String(status, StandardCharsets.US_ASCII).substring("HTTP/1.1 ".length()));
		}
	}

	@ParameterizedTest
	@CsvSource({ "navigate,document,none", "navigate,document,same-origin", "NAVIGATE,,none", "navigate,,",
			"navigate,iframe,same-origin", "nested-navigate,,same-origin", "no-cors,image,same-origin", ",image,",
			"no-cors,empty,same-origin", "cors,script,same-origin", "anything,empty,same-origin", "cors,anything," })
	void actsForNoNavigationAndNoElementOfAPage(@Nullable String mode, @Nullable String dest, @Nullable String site)
			throws Exception {
		int connects = CONNECTS.get();
		String[] headers = metadata(mode, dest, site);
		for (String path : List.of(TestClient.query("desk", "linked", "sse"),
				TestClient.query("desk", "linked", "action/read"), "/connections/any", "/connect")) {
			HttpResponse<InputStream> answer = fetch(path, headers);
			answer.body().close();
			assertThat(answer.statusCode()).as(path).isEqualTo(403);
			assertThat(answer.headers().firstValue("x-rivet-error")).contains("auth.forbidden");
		}
		assertThat(handshake(lines(headers))).isEqualTo(403);
		assertThat(CONNECTS).hasValue(connects);
		try (InputStream found = fetch("/actors?name=desk&key=linked", "Sec-Fetch-Mode", "cors").body()) {
			assertThat(found).hasContent("{\"actors\":[]}");
		}
		for (String path : List.of("/metadata", "/health", "/actors?name=desk&key=linked")) {
			assertThat(fetch(path, headers).statusCode()).as(path).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@CsvSource({ "cors,empty,same-origin", "same-origin,empty,same-origin", "CORS,Empty,same-origin", "cors,,",
			",empty,", "websocket,websocket,same-origin", "websocket,empty,same-origin" })
	void actsForScripts(@Nullable String mode, @Nullable String dest, @Nullable String site) throws Exception {
		String[] headers = metadata(mode, dest, site);
		try (InputStream stream = fetch(TestClient.query("desk", "k", "sse"), headers).body()) {
			assertThat(new String(stream.readNBytes(": welcome".length()), StandardCharsets.UTF_8))
				.isEqualTo(": welcome");
		}
		assertThat(handshake(lines(headers))).isEqualTo(101);
	}

	private static String[] metadata(@Nullable String mode, @Nullable String dest, @Nullable String site) {
		List<String> headers = new ArrayList<>();
		add(headers, "Sec-Fetch-Mode", mode);
		add(headers, "Sec-Fetch-Dest", dest);
		add(headers, "Sec-Fetch-Site", site);
		return headers.toArray(String[]::new);
	}

	private static void add(List<String> headers, String name, @Nullable String value) {
		if (value != null) {
			headers.addAll(List.of(name, value));
		}
	}

	private static String lines(String[] headers) {
		StringBuilder lines = new StringBuilder();
		for (int i = 0; i < headers.length; i += 2) {
			lines.append("%s: %s\r\n".formatted(headers[i], headers[i + 1]));
		}
		return lines.toString();
	}

	@Test
	void runsNoActionForANavigation() throws Exception {
		int before = RUNS.get();
		get(TestClient.query("desk", "k", "sse") + "&snapshot=read", "cross-site", null);
		get(TestClient.query("desk", "k", "sse") + "&snapshot=run", "cross-site", null);
		assertThat(RUNS).hasValue(before);
	}

	@Test
	void tellsTheOperatorOnceAMinuteWhichPropertyAllowsAnOrigin(CapturedOutput output) throws Exception {
		for (int i = 0; i < 20; i++) {
			get("/health", null, "https://noisy.example");
		}
		assertThat(output.getOut().lines().filter((line) -> line.contains("https://noisy.example"))).hasSize(1)
			.allMatch((line) -> line.contains("WARN") && line.contains("rivet.events.security.allowed-origins")
					&& line.contains("localhost:" + this.port));
	}

	@ParameterizedTest
	@CsvSource({ "localhost,200", "LOCALHOST,200", "www.friend.example,200", "friend.example,403", "evil.example,403",
			"evilfriend.example,403", "evillocalhost,403", "localhost.evil.example,403", "www.other.example,200",
			"127.0.0.1,403" })
	void refusesHostsThatAreNotAllowed(String host, int status) throws Exception {
		try (Socket socket = new Socket("localhost", this.port)) {
			socket.getOutputStream()
				.write("GET /rivet/health HTTP/1.1\r\nHost: %s:%d\r\nOrigin: http://%s:%d\r\nConnection: close\r\n\r\n"
					.formatted(host, this.port, host, this.port)
					.getBytes(StandardCharsets.US_ASCII));
			String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(answer).startsWith("HTTP/1.1 " + status);
			if (status == 403) {
				assertThat(answer).contains("allowed-hosts");
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void answersSnapshotsOfActionsThatAreDeclaredForIt(Encoding encoding) {
		try (TestClient client = TestClient.connect(base(), encoding, "desk", "k", snapshot("read"))) {
			assertThat(client.next("Init").text("snapshot")).isEqualTo("read");
		}
		int before = RUNS.get();
		try (TestClient client = TestClient.connect(base(), encoding, "desk", "k", snapshot("run"))) {
			var error = client.next("Init").value().get("snapshotError");
			assertThat(error.get("code").stringValue()).isEqualTo("forbidden");
			assertThat(error.get("message").stringValue()).contains("snapshot = true");
		}
		assertThat(RUNS).hasValue(before);
	}

	@Test
	void answersNoSnapshotOfOtherActionsToAnEventSource() {
		int before = RUNS.get();
		try (TestStream stream = TestStream.get(base(), TestClient.query("desk", "k", "sse") + "&snapshot=run")) {
			assertThat(stream.next("Init").value().get("snapshotError").get("message").stringValue())
				.contains("snapshot = true");
		}
		assertThat(RUNS).hasValue(before);
	}

	@Test
	void writesNothingOfAClientOnALineOfItsOwn(CapturedOutput output) throws Exception {
		String key = "k%0AFORGED%0DFORGED%E2%80%A8FORGED" + "x".repeat(700);
		HttpRequest request = HttpRequest
			.newBuilder(URI.create(base() + TestClient.query("desk", "@", "action/fail").replace("@", key)))
			.header("content-type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString("{\"args\":[]}"))
			.build();
		assertThat(this.http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(500);
		assertThat(output.getOut()).contains("desk[k\\nFORGED\\rFORGED\\u2028FORGED")
			.doesNotContainPattern("(?m)^FORGED")
			.doesNotContain("x".repeat(300));
	}

	private static ToServer.Hello snapshot(String action) {
		return new ToServer.Hello(List.of(), null, new ToServer.Snapshot(action, List.of()), null, null, null);
	}

	private HttpResponse<?> get(String path, @Nullable String site, @Nullable String origin) throws Exception {
		List<String> headers = new ArrayList<>();
		add(headers, "Sec-Fetch-Site", site);
		add(headers, "Origin", origin);
		HttpResponse<InputStream> answer = fetch(path, headers.toArray(String[]::new));
		answer.body().close();
		return answer;
	}

	private HttpResponse<InputStream> fetch(String path, String... headers) throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base() + path))
			.version(HttpClient.Version.HTTP_1_1);
		if (headers.length > 0) {
			request.headers(headers);
		}
		return this.http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
	}

	@Actor("desk")
	static class Desk {

		@OnConnect
		void connect() {
			CONNECTS.incrementAndGet();
		}

		@Action
		String run() {
			RUNS.incrementAndGet();
			return "run";
		}

		@Action
		void fail() {
			throw new IllegalStateException("on purpose");
		}

		@Action(snapshot = true)
		String read(ActorContext<?, ?> c) {
			return "read";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, Desk.class })
	static class Application {

	}

}
