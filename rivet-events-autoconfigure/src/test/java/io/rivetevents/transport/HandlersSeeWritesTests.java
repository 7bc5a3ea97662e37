/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.logging.LogLevel;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.web.server.Compression;
import org.springframework.boot.web.server.Http2;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.unit.DataSize;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.WebsocketClientSpec;
import reactor.netty.http.server.ProxyProtocolSupportType;
import reactor.netty.resources.ConnectionProvider;

import io.rivetevents.actor.Actors;
import io.rivetevents.transport.webflux.LinkIo;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Writes that bypass the web stack still pass through each handler that the server or the
 * application has added to the pipeline, whenever it was added: a client reads each event
 * as it was sent, and a handler sees it.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class HandlersSeeWritesTests {

	private static final int EVENTS = 30;

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Map<Server, WebServer> SERVERS = new EnumMap<>(Server.class);

	/** What a handler of the application has seen. */
	private static final StringBuffer SEEN = new StringBuffer();

	/** The last one that was connected. */
	private static final AtomicReference<@Nullable Channel> CHANNEL = new AtomicReference<>();

	@TempDir
	static Path folder;

	@Autowired
	private HttpHandler handler;

	@Autowired
	private List<NettyServerCustomizer> customizers;

	@Autowired
	private Actors actors;

	/** How a server is set up, as by properties or customizers of Boot. */
	enum Server {

		PLAIN(HttpProtocol.HTTP11, (factory) -> {
		}), COMPRESSION(HttpProtocol.HTTP11, (factory) -> factory.setCompression(compression("text/*"))),
		COMPRESSION_OF_OTHERS(HttpProtocol.HTTP11, (factory) -> factory.setCompression(compression("text/html"))),
		COMPRESSION_OF_ALL(HttpProtocol.HTTP11, customized((server) -> server.compress(true))),
		COMPRESSION_SECURE(HttpProtocol.HTTP11, (factory) -> {
			factory.setCompression(compression("text/*"));
			factory.setSsl(ssl());
		}), ACCESS_LOG(HttpProtocol.HTTP11, customized((server) -> server.accessLog(true))),
		METRICS(HttpProtocol.HTTP11, customized((server) -> server.metrics(true, (uri) -> "uri"))),
		WIRETAP(HttpProtocol.HTTP11, customized((server) -> server.wiretap("wire", LogLevel.TRACE))),
		TIMEOUTS(HttpProtocol.HTTP11,
				customized((server) -> server.idleTimeout(Duration.ofSeconds(5))
					.readTimeout(Duration.ofSeconds(5))
					.requestTimeout(Duration.ofSeconds(5))
					.maxKeepAliveRequests(1))),
		HANDLER(HttpProtocol.HTTP11,
				customized((server) -> server
					.doOnConnection((connection) -> connection.addHandlerLast("app.observer", new Observer())))),
		SECURE(HttpProtocol.HTTP11, (factory) -> factory.setSsl(ssl())), HTTP2(HttpProtocol.H2, (factory) -> {
			factory.setSsl(ssl());
			factory.setHttp2(http2());
			factory.setCompression(compression("text/*"));
		}), HTTP2_CLEARTEXT(HttpProtocol.H2C, (factory) -> {
			factory.setHttp2(http2());
			factory.setCompression(compression("text/*"));
		}), BESIDE_HTTP2_CLEARTEXT(HttpProtocol.HTTP11, (factory) -> {
			factory.setHttp2(http2());
			factory.setCompression(compression("text/*"));
		});

		private final HttpProtocol protocol;

		private final Consumer<NettyReactiveWebServerFactory> customizer;

		Server(HttpProtocol protocol, Consumer<NettyReactiveWebServerFactory> customizer) {
			this.protocol = protocol;
			this.customizer = customizer;
		}

		private static Consumer<NettyReactiveWebServerFactory> customized(NettyServerCustomizer customizer) {
			return (factory) -> factory.addServerCustomizers(customizer);
		}

		private static Compression compression(String types) {
			Compression compression = new Compression();
			compression.setEnabled(true);
			compression.setMimeTypes(new String[] { types });
			compression.setMinResponseSize(DataSize.ofBytes(1));
			return compression;
		}

		private static Http2 http2() {
			Http2 http2 = new Http2();
			http2.setEnabled(true);
			return http2;
		}

		private static Ssl ssl() {
			Ssl ssl = new Ssl();
			ssl.setKeyStore(folder.resolve("test.p12").toString());
			ssl.setKeyStorePassword("changeit");
			ssl.setKeyStoreType("PKCS12");
			return ssl;
		}

		private boolean isSecure() {
			return name().contains("SECURE") || this == HTTP2;
		}

		private boolean compresses() {
			return this == COMPRESSION || this == COMPRESSION_OF_ALL || this == COMPRESSION_SECURE
					|| name().contains("HTTP2");
		}

	}

	/** Of the application. */
	private static final class Observer extends ChannelOutboundHandlerAdapter {

		@Override
		public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
			ByteBuf bytes = (message instanceof ByteBufHolder holder) ? holder.content()
					: (message instanceof ByteBuf found) ? found : null;
			if (bytes != null) {
				SEEN.append(bytes.toString(StandardCharsets.UTF_8));
			}
			context.write(message, promise);
		}

	}

	@BeforeEach
	void forget() {
		SEEN.setLength(0);
	}

	@AfterAll
	static void stop() {
		SERVERS.values().forEach(WebServer::stop);
		SERVERS.clear();
	}

	private int port(Server server) {
		return SERVERS.computeIfAbsent(server, this::start).getPort();
	}

	private WebServer start(Server server) {
		if (server.isSecure()) {
			TestCertificate.create(folder.resolve("test.p12"));
		}
		NettyReactiveWebServerFactory factory = new NettyReactiveWebServerFactory(0);
		factory.setAddress(InetAddress.getLoopbackAddress());
		factory.addServerCustomizers(this.customizers.toArray(NettyServerCustomizer[]::new));
		factory.addServerCustomizers(
				(customized) -> customized.doOnChannelInit((observer, channel, remote) -> CHANNEL.set(channel)));
		server.customizer.accept(factory);
		WebServer started = factory.getWebServer(this.handler);
		started.start();
		return started;
	}

	private HttpClient client(Server server) {
		HttpClient client = HttpClient.create(ConnectionProvider.newConnection())
			.protocol(server.protocol)
			.responseTimeout(PATIENCE)
			.baseUrl("%s://localhost:%d/rivet".formatted(server.isSecure() ? "https" : "http", port(server)));
		if (!server.isSecure()) {
			return client;
		}
		return client.secure((ssl) -> ssl.sslContext((server.protocol == HttpProtocol.H2)
				? Http2SslContextSpec.forClient()
					.configure((builder) -> builder.trustManager(InsecureTrustManagerFactory.INSTANCE))
				: Http11SslContextSpec.forClient()
					.configure((builder) -> builder.trustManager(InsecureTrustManagerFactory.INSTANCE))));
	}

	private void say(String key) {
		for (int i = 0; i < EVENTS; i++) {
			this.actors.get("room", key).broadcast("said", "number " + i);
		}
	}

	private static String[] numbers() {
		return IntStream.range(0, EVENTS).mapToObj((i) -> "\"number " + i + "\"").toArray(String[]::new);
	}

	/** Reads a stream until the last event, and has the events sent after the welcome. */
	private String readStream(HttpClient client, String key) {
		StringBuilder text = new StringBuilder();
		client.get()
			.uri(TestClient.query("room", key, "sse") + "&event=said")
			.response((response, content) -> content.asString()
				.doOnSubscribe((subscription) -> text
					.append("content-encoding: " + response.responseHeaders().get("content-encoding") + "\n")))
			.takeUntil((part) -> {
				boolean welcome = text.indexOf("rivet:init") < 0 && (text + part).contains("rivet:init");
				text.append(part);
				if (welcome) {
					say(key);
				}
				return text.indexOf("number " + (EVENTS - 1)) >= 0;
			})
			.blockLast(PATIENCE);
		return text.toString();
	}

	static Stream<Arguments> compressing() {
		return Stream.of(Server.values())
			.flatMap((server) -> Stream.of(true, false).map((compress) -> Arguments.of(server, compress)));
	}

	@ParameterizedTest
	@MethodSource("compressing")
	void aStreamIsReadAsItWasSent(Server server, boolean accepts) {
		String text = readStream(client(server).compress(accepts), "stream-%s-%s".formatted(server, accepts));
		assertThat(text).contains("rivet:init").containsSubsequence(numbers());
		// the client takes the header away from what it has inflated
		assertThat(text).startsWith("content-encoding: null");
		if (server == Server.HANDLER) {
			assertThat(SEEN).containsSubsequence(numbers());
		}
	}

	@ParameterizedTest
	@EnumSource
	void aStreamIsCompressedWhereTheServerCompresses(Server server) {
		HttpClient client = client(server).headers((headers) -> headers.set("Accept-Encoding", "gzip"));
		String encoding = client.get()
			.uri(TestClient.query("room", "encoding-" + server, "sse"))
			.response((response, content) -> Mono
				.just(String.valueOf(response.responseHeaders().get("content-encoding"))))
			.blockLast(PATIENCE);
		assertThat(encoding).isEqualTo(server.compresses() ? "gzip" : "null");
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = { "HTTP2", "HTTP2_CLEARTEXT" })
	void aSocketIsReadAsItWasSent(Server server) {
		String key = "socket-" + server;
		List<String> messages = new ArrayList<>();
		client(server).websocket(WebsocketClientSpec.builder().protocols("rivet,rivet_encoding.json").build())
			.uri(TestClient.query("room", key, "connect"))
			.handle((in, out) -> out.sendString(Flux.just(
					"{\"body\":{\"tag\":\"SubscriptionRequest\",\"val\":{\"eventName\":\"said\",\"subscribe\":true}}}",
					"{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":1,\"name\":\"echo\",\"args\":[\"x\"]}}}"))
				.then()
				.thenMany(in.receive().asString().doOnNext((message) -> {
					messages.add(message);
					if (message.contains("ActionResponse")) {
						say(key);
					}
				}).takeUntil((message) -> message.contains("number " + (EVENTS - 1)))))
			.blockLast(PATIENCE);
		assertThat(String.join("\n", messages)).containsSubsequence(numbers());
		if (server == Server.HANDLER) {
			assertThat(SEEN).containsSubsequence(numbers());
		}
	}

	@Test
	void aHandlerThatComesWithTheHeadOfTheAnswerSeesAStream() {
		HttpClient client = client(Server.PLAIN).headers((headers) -> headers.set("X-Observe", "yes"));
		assertThat(readStream(client, "late")).containsSubsequence(numbers());
		assertThat(SEEN).containsSubsequence(numbers());
	}

	@Test
	void aStreamBehindAProxyThatNamesTheClientIsReadAsItWasSent() throws IOException {
		NettyReactiveWebServerFactory factory = new NettyReactiveWebServerFactory(0);
		factory.addServerCustomizers(this.customizers.toArray(NettyServerCustomizer[]::new));
		factory.addServerCustomizers((server) -> server.proxyProtocol(ProxyProtocolSupportType.ON));
		WebServer server = factory.getWebServer(this.handler);
		server.start();
		try (RawSocket stream = new RawSocket(server.getPort()); RawSocket socket = new RawSocket(server.getPort())) {
			stream.write(
					"PROXY TCP4 192.0.2.1 127.0.0.1 4711 80\r\nGET /rivet%s&event=said HTTP/1.1\r\nHost: localhost\r\n\r\n"
						.formatted(TestClient.query("room", "proxied", "sse")));
			stream.readUntil("rivet:init");
			socket.write("PROXY TCP4 192.0.2.1 127.0.0.1 4712 80\r\n" + RawSocket.handshake("proxied"));
			assertThat(socket.readHead()).startsWith("HTTP/1.1 101");
			say("proxied");
			assertThat(stream.readUntil("number " + (EVENTS - 1))).contains("number 0");
			assertThat(socket.readFrame(RawSocket.TEXT).payload()).asString().contains("Init");
		}
		finally {
			server.stop();
		}
	}

	/** What is below the encoder, as a wiretap and TLS are, sees all that is written. */
	@ParameterizedTest
	@EnumSource(names = { "PLAIN", "ACCESS_LOG", "METRICS", "WIRETAP", "HANDLER", "COMPRESSION", "SECURE" })
	void onlyAServerWithoutHandlersOfMessagesIsWrittenPast(Server server) {
		boolean past = server == Server.PLAIN || server == Server.SECURE || server == Server.WIRETAP;
		AtomicReference<@Nullable List<String>> handlers = new AtomicReference<>();
		client(server).compress(true)
			.get()
			.uri(TestClient.query("room", "past-" + server, "sse"))
			.responseContent()
			.asString()
			.takeUntil((part) -> part.contains("rivet:init"))
			.doOnNext((part) -> handlers.set(Objects.requireNonNull(CHANNEL.get()).pipeline().names()))
			.blockLast(PATIENCE);
		assertThat(handlers.get()).isNotNull();
		assertThat(Objects.requireNonNull(handlers.get()).contains("rivet.stream")).isEqualTo(past);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

		/** Adds a handler as late as an application can. */
		@Bean
		WebFilter lateObserver() {
			return (exchange, chain) -> {
				ServerHttpResponse response = exchange.getResponse();
				if (exchange.getRequest().getHeaders().getFirst("X-Observe") != null) {
					response.beforeCommit(() -> {
						LinkIo.netty(response)
							.withConnection((connection) -> connection.addHandlerLast("app.late", new Observer()));
						return Mono.empty();
					});
				}
				return chain.filter(exchange);
			};
		}

	}

}
