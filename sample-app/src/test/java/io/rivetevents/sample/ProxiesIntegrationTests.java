/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.sample.BrowserRequired.Tool;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The snippets of {@code docs/behind-a-proxy.md}, with other ports and times: each proxy
 * runs in front of the sample, and our client connects through it. The times are those of
 * the documents, divided: a keep-alive that is shorter than the read timeout of the
 * proxy, and a pause that is longer. Skipped without Node, unless
 * {@code RIVET_NODE_REQUIRED=true}; those of nginx also without nginx, unless
 * {@code RIVET_NGINX_REQUIRED=true}.
 */
@Tag("alone")
@ExtendWith(Npm.Condition.class)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.keep-alive=1s", "rivet.events.sse.keep-alive=1s" })
class ProxiesIntegrationTests {

	private static final Path PAGE = Path.of("../docs/behind-a-proxy.md");

	private static final String PASSWORD = "changeit";

	private static final String READ_TIMEOUT_SECONDS = "6";

	private static final String PAUSE_MILLIS = "8000";

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final String INDEX = "<!doctype html><title>Behind a proxy</title>";

	@TempDir
	private static Path keys;

	@TempDir
	private Path folder;

	@LocalServerPort
	private int port;

	/** Those of the page. */
	@DynamicPropertySource
	static void documented(DynamicPropertyRegistry registry) throws IOException {
		for (String snippet : snippets("properties")) {
			Properties properties = new Properties();
			properties.load(new StringReader(snippet));
			properties.forEach((name, value) -> registry.add((String) name, () -> value));
		}
	}

	@BeforeAll
	static void prepare() throws Exception {
		Npm.installClient();
		writeKeys();
	}

	/** First calls of a server are slow, and the read timeout is short. */
	@BeforeEach
	void connectsDirectly() throws Exception {
		connect("http://localhost:%d/rivet".formatted(this.port));
	}

	@Test
	@Nginx.Required
	void passesNginx() throws Exception {
		int proxyPort = freePort();
		List<String> snippets = snippets("nginx");
		assertThat(snippets).hasSize(2);
		String server = replaceReadTimeout(snippets.get(0), "proxy_read_timeout (\\d+)s;");
		server = replace(server, "listen 443 ssl", "listen %d ssl".formatted(proxyPort));
		server = replace(server, "/etc/ssl/example.org.pem", certificate().toString());
		server = replace(server, "/etc/ssl/example.org.key", key().toString());
		String http = replace(server, "(?s)\\}\\s*$", Matcher.quoteReplacement(snippets.get(1)) + "}");
		http = replace(http, "127\\.0\\.0\\.1:8080", "127.0.0.1:" + this.port);
		try (Nginx nginx = Nginx.start(this.folder, http, proxyPort)) {
			connect("https://localhost:%d/rivet".formatted(proxyPort), "--idle", PAUSE_MILLIS, "--forwarded");
			connect("https://localhost:%d/shop/rivet".formatted(proxyPort));
		}
	}

	@Test
	@Nginx.Required
	void passesTheIngressOfKubernetes() throws Exception {
		int proxyPort = freePort();
		List<Map<String, Object>> objects = new ArrayList<>();
		for (String snippet : snippets("yaml")) {
			String yaml = snippet.replace("example.org", "localhost").replace("number: 8080", "number: " + this.port);
			objects.add(new Yaml().load(yaml.contains("kind: Ingress")
					? replaceReadTimeout(yaml, "proxy-read-timeout: \"(\\d+)\"") : yaml));
		}
		String http = IngressNginx.generate(objects, proxyPort, certificate(), key());
		try (Nginx nginx = Nginx.start(this.folder, http, proxyPort)) {
			connect("https://localhost:%d/rivet".formatted(proxyPort), "--idle", PAUSE_MILLIS, "--forwarded");
		}
	}

	@Test
	void passesVite() throws Exception {
		int proxyPort = freePort();
		String config = replace(snippets("js").get(0), "http://localhost:8080", "http://localhost:" + this.port);
		Path file = Files.writeString(this.folder.resolve("vite.config.mjs"), config);
		Files.writeString(this.folder.resolve("index.html"), INDEX);
		Path log = this.folder.resolve("vite.log");
		Process vite = new ProcessBuilder(Tool.NODE.find().orElseThrow(), "node_modules/vite/bin/vite.js",
				this.folder.toString(), "--config", file.toString(), "--host", "127.0.0.1", "--port",
				Integer.toString(proxyPort), "--strictPort")
			.directory(Npm.CLIENT)
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		try {
			Awaitility.await().atMost(PATIENCE).ignoreException(ConnectException.class).until(() -> {
				assertThat(vite.isAlive()).as(Files.readString(log)).isTrue();
				return get("http://127.0.0.1:" + proxyPort).contains("Behind a proxy");
			});
			connect("http://localhost:%d/rivet".formatted(proxyPort));
		}
		finally {
			vite.destroy();
			vite.waitFor();
		}
	}

	/** Has our client connect, call and listen, as a page of the proxy's origin. */
	private void connect(String url, String... options) throws IOException, InterruptedException {
		ProcessBuilder builder = new ProcessBuilder(Tool.NODE.find().orElseThrow(), "test/proxy-check.mjs", url);
		builder.command().addAll(Arrays.asList(options));
		builder.environment().put("NODE_EXTRA_CA_CERTS", certificate().toString());
		Path log = this.folder.resolve("client.log");
		Process client = builder.directory(Npm.CLIENT).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		try {
			assertThat(client.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as(Files.readString(log)).isTrue();
			assertThat(client.exitValue()).as(Files.readString(log)).isZero();
		}
		finally {
			client.destroy();
		}
	}

	private static String get(String url) throws IOException, InterruptedException {
		// an upgrade to HTTP/2 would be forwarded as one to WebSocket
		HttpRequest request = HttpRequest.newBuilder(URI.create(url)).version(HttpClient.Version.HTTP_1_1).build();
		return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
	}

	/** That of the documents must be longer than the keep-alive, and so must this. */
	private static String replaceReadTimeout(String snippet, String pattern) throws IOException {
		Matcher matcher = Pattern.compile(pattern).matcher(snippet);
		assertThat(matcher.find()).as(pattern).isTrue();
		assertThat(Duration.ofSeconds(Integer.parseInt(matcher.group(1)))).isGreaterThan(defaultKeepAlive());
		return new StringBuilder(snippet).replace(matcher.start(1), matcher.end(1), READ_TIMEOUT_SECONDS).toString();
	}

	private static Duration defaultKeepAlive() throws IOException {
		URL metadata = ErrorCode.class.getResource("/META-INF/spring-configuration-metadata.json");
		return new JsonMapper().readTree(metadata.openStream())
			.path("properties")
			.valueStream()
			.filter((property) -> property.path("name").stringValue().endsWith("keep-alive"))
			.map((property) -> DurationStyle.detectAndParse(property.path("defaultValue").stringValue()))
			.max(Duration::compareTo)
			.orElseThrow();
	}

	private static String replace(String snippet, String pattern, String replacement) {
		String replaced = snippet.replaceAll(pattern, replacement);
		assertThat(replaced).as(pattern).isNotEqualTo(snippet);
		return replaced;
	}

	private static List<String> snippets(String language) {
		try {
			return Pattern.compile("(?s)```%s\n(.*?)```".formatted(language))
				.matcher(Files.readString(PAGE))
				.results()
				.map((MatchResult found) -> found.group(1))
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Path certificate() {
		return keys.resolve("localhost.pem");
	}

	private static Path key() {
		return keys.resolve("localhost.key");
	}

	private static void writeKeys() throws IOException, InterruptedException, GeneralSecurityException {
		Path store = keys.resolve("localhost.p12");
		Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
		Process process = new ProcessBuilder(keytool.toString(), "-genkeypair", "-alias", "localhost", "-keyalg", "EC",
				"-groupname", "secp256r1", "-dname", "CN=localhost", "-ext", "san=dns:localhost", "-validity", "2",
				"-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD)
			.redirectErrorStream(true)
			.redirectOutput(keys.resolve("keytool.log").toFile())
			.start();
		assertThat(process.waitFor()).as(Files.readString(keys.resolve("keytool.log"))).isZero();
		KeyStore keyStore = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
		writePem(certificate(), "CERTIFICATE", keyStore.getCertificate("localhost").getEncoded());
		writePem(key(), "PRIVATE KEY", keyStore.getKey("localhost", PASSWORD.toCharArray()).getEncoded());
	}

	private static void writePem(Path file, String type, byte[] content) throws IOException {
		String base64 = Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(content);
		Files.writeString(file, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(type, base64));
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

}
