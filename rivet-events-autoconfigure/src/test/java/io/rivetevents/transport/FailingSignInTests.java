/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.WebSessionManager;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.extension.PrincipalIssuer;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.security.ConnParamsAuthenticationConverter;
import io.rivetevents.security.CredentialsAuthenticationConverter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * If application code fails while a client signs in, this is a server failure, whatever
 * the exception: the client receives an internal error, and the log contains an error.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.rejection-delay=1ms", "rivet.events.shutdown.spread=0s" })
class FailingSignInTests {

	private static final String PARAMS = "{\"user\":\"ada\"}";

	private static final String HELLO = "{\"body\":{\"tag\":\"Hello\",\"val\":{\"subscriptions\":[],\"credentials\":%s}}}"
		.formatted(PARAMS);

	/** Each is thrown by what reads a request as well. */
	private static final List<Function<String, Throwable>> FAILURES = List.of(IllegalArgumentException::new,
			IllegalStateException::new, NumberFormatException::new, IndexOutOfBoundsException::new,
			ArithmeticException::new, DateTimeException::new, IOException::new, DecodingException::new,
			DataBufferLimitException::new, AbortedException::new, (text) -> new InvalidMediaTypeException("x", text),
			(text) -> new IllegalStateException("channel not registered to an event loop " + text));

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private static final AtomicInteger COUNT = new AtomicInteger();

	private final Captured captured = new Captured();

	private final Logger logger = (Logger) LoggerFactory.getLogger("io.rivetevents");

	@LocalServerPort
	private int port;

	@BeforeEach
	void capture() {
		this.captured.start();
		this.logger.setLevel(Level.DEBUG);
		this.logger.addAppender(this.captured);
		this.logger.setAdditive(false); // some hundred stack traces
	}

	@AfterEach
	void release() {
		Failing.place = null;
		this.logger.detachAppender(this.captured);
		this.logger.setAdditive(true);
		this.logger.setLevel(null);
	}

	static Stream<Arguments> cases() {
		return Stream.of(Transport.values())
			.flatMap((transport) -> transport.places.stream().map((place) -> Arguments.of(transport, place)));
	}

	@ParameterizedTest(name = "{0}, {1}")
	@MethodSource("cases")
	void isAnErrorOfTheServer(Transport transport, Place place) throws Exception {
		for (int i = 0; i < FAILURES.size(); i++) {
			String name = "failure-%d-".formatted(COUNT.incrementAndGet());
			Throwable failure = FAILURES.get(i).apply(name);
			if (i == 0) { // a kind of its own, which is logged as an error at once
				failure.setStackTrace(new StackTraceElement[] { new StackTraceElement("Case", name, null, 1) });
			}
			Failing.failure = failure;
			Failing.place = place;
			assertThat(transport.ask.ask(this.port)).as(failure.toString()).contains("internal_error");
			Failing.place = null;
			Level least = (i == 0) ? Level.ERROR : Level.DEBUG;
			Awaitility.await()
				.untilAsserted(() -> assertThat(this.captured.events).as(failure.toString())
					.anyMatch((event) -> event.isFailure(name, least)));
		}
	}

	private static String http(int port, String method, String path, @Nullable String body, String... headers)
			throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:%d/rivet%s".formatted(port, path)))
			.headers("content-type", "application/json")
			.headers((headers.length > 0) ? headers : new String[] { "accept", "*/*" })
			.method(method, (body != null) ? BodyPublishers.ofString(body) : BodyPublishers.noBody())
			.build();
		HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
		return response.statusCode() + " " + response.body();
	}

	private static String query(String route) {
		return TestClient.query("room", "k", route);
	}

	private static String action(int port, String... headers) throws Exception {
		String answer = http(port, "POST", query("action/echo"), "{\"args\":[\"a\"]}", headers);
		assertThat(answer).startsWith("500");
		return answer;
	}

	private static String manage(int port) throws Exception {
		return http(port, "PUT", "/actors", "{\"name\":\"room\",\"key\":\"k\"}", "x-rivet-conn-params", PARAMS);
	}

	private static String openStream(int port) throws Exception {
		return http(port, "GET", query("sse") + "&conn_params=" + encoded(), null);
	}

	private static String encoded() {
		return URLEncoder.encode(PARAMS, StandardCharsets.UTF_8);
	}

	private static String postStream(int port) throws Exception {
		return http(port, "POST", query("sse"), HELLO);
	}

	private static String socket(int port) {
		try (TestSocket socket = TestSocket.open("http://localhost:%d/rivet%s".formatted(port, query("connect")),
				Encoding.JSON, TestHttp.headers(null), "rivet_conn_params." + encoded())) {
			String code = socket.next(ToClient.Error.class).code();
			assertThat(socket.closed().getReason()).isEqualTo("rivetkit.internal_error");
			return code;
		}
	}

	private static String extendedSocket(int port) {
		try (TestClient socket = TestClient.connect("http://localhost:%d/rivet".formatted(port), Encoding.EXTENDED_JSON,
				"room", "k",
				new ToServer.Hello(List.of(), null, null, null, new JsonMapper().readTree(PARAMS), null))) {
			return socket.nextExtended().text("code");
		}
	}

	/** A filter fails before there is a socket, and a session may as well. */
	private static String handshake(int port) throws Exception {
		try (RawSocket socket = new RawSocket(port)) {
			socket.write(RawSocket.handshake("k", "Authorization: " + TestHttp.authorization("ada")));
			String head = socket.readHead();
			return head.startsWith("HTTP/1.1 500") ? head : "refused: " + head;
		}
	}

	/** How a client signs in. */
	enum Transport {

		BASIC((port) -> action(port, "authorization", TestHttp.authorization("ada")),
				EnumSet.complementOf(
						EnumSet.of(Place.PARAMS_CONVERTER, Place.CREDENTIALS_CONVERTER, Place.LATE_PARAMS_CONVERTER))),

		ACTION((port) -> action(port, "x-rivet-conn-params", PARAMS), Place.withParams()),

		MANAGEMENT(FailingSignInTests::manage, Place.withParams()),

		STREAM_BY_GET(FailingSignInTests::openStream, Place.withParams()),

		STREAM_BY_POST(FailingSignInTests::postStream, Place.withCredentials()),

		SOCKET(FailingSignInTests::socket, Place.within(Place.withParams())),

		EXTENDED_SOCKET(FailingSignInTests::extendedSocket, Place.within(Place.withCredentials())),

		HANDSHAKE(FailingSignInTests::handshake,
				EnumSet.of(Place.WEB_FILTER, Place.USER_DETAILS, Place.PASSWORD_ENCODER));

		private final Ask ask;

		private final Set<Place> places;

		Transport(Ask ask, Set<Place> places) {
			this.ask = ask;
			this.places = places;
		}

	}

	/** What fails. */
	enum Place {

		WEB_FILTER, SESSION, PARAMS_CONVERTER, LATE_PARAMS_CONVERTER, CREDENTIALS_CONVERTER, USER_DETAILS,
		LATE_USER_DETAILS, PASSWORD_ENCODER, ISSUER;

		static Set<Place> withParams() {
			return EnumSet.complementOf(EnumSet.of(CREDENTIALS_CONVERTER));
		}

		static Set<Place> withCredentials() {
			return EnumSet.complementOf(EnumSet.of(PARAMS_CONVERTER, LATE_PARAMS_CONVERTER));
		}

		/** The places that are called after the socket is open. */
		static Set<Place> within(Set<Place> places) {
			Set<Place> within = EnumSet.copyOf(places);
			within.removeAll(EnumSet.of(WEB_FILTER, SESSION));
			return within;
		}

	}

	/** Signs in and returns the answer to the client. */
	interface Ask {

		String ask(int port) throws Exception;

	}

	/** Fails at one place. */
	static final class Failing {

		private static volatile @Nullable Place place;

		private static volatile Throwable failure = new IllegalStateException();

		static void at(Place... places) {
			if (Arrays.asList(places).contains(place)) {
				sneak(failure);
			}
		}

		static <T> Mono<T> later(Place at, Mono<T> other) {
			return Mono.defer(() -> (place == at) ? Mono.error(failure) : other);
		}

		/** A proxy throws checked exceptions, too. */
		@SuppressWarnings("unchecked")
		private static <E extends Throwable> void sneak(Throwable failure) throws E {
			throw (E) failure;
		}

	}

	/** What was logged, and with which exception. */
	record Logged(Level level, String message, String trace) {

		boolean isFailure(String name, Level least) {
			return this.trace.contains(name) && this.level.isGreaterOrEqual(least) && (this.message.contains(" failed")
					|| this.message.contains("Failed to ") || this.message.contains("could not be"));
		}

	}

	/** Keeps all that is logged. */
	private static final class Captured extends AppenderBase<ILoggingEvent> {

		private final List<Logged> events = new CopyOnWriteArrayList<>();

		@Override
		protected void append(ILoggingEvent event) {
			if (event.getThrowableProxy() != null) {
				this.events.add(new Logged(event.getLevel(), event.getFormattedMessage(),
						ThrowableProxyUtil.asString(event.getThrowableProxy())));
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(TestActors.Room.class)
	static class Application {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.httpBasic(Customizer.withDefaults())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.build();
		}

		@Bean
		ReactiveUserDetailsService users() {
			return (name) -> {
				Failing.at(Place.USER_DETAILS);
				return Failing.later(Place.LATE_USER_DETAILS,
						Mono.just(User.withUsername(name).password(name).roles("USER").build()));
			};
		}

		@Bean
		PasswordEncoder passwords() {
			return new PasswordEncoder() {

				@Override
				public String encode(@Nullable CharSequence password) {
					return String.valueOf(password);
				}

				@Override
				public boolean matches(@Nullable CharSequence password, @Nullable String encoded) {
					Failing.at(Place.PASSWORD_ENCODER);
					return true;
				}

			};
		}

		@Bean
		ConnParamsAuthenticationConverter params() {
			return (params) -> {
				Failing.at(Place.PARAMS_CONVERTER);
				return Failing.later(Place.LATE_PARAMS_CONVERTER, ada());
			};
		}

		@Bean
		CredentialsAuthenticationConverter credentials() {
			return (credentials) -> {
				Failing.at(Place.CREDENTIALS_CONVERTER);
				return ada();
			};
		}

		private static Mono<Authentication> ada() {
			return Mono.just(UsernamePasswordAuthenticationToken.unauthenticated("ada", "ada"));
		}

		@Bean
		PrincipalIssuer issuer() {
			return (principal) -> {
				Failing.at(Place.ISSUER);
				return null;
			};
		}

		@Bean
		WebFilter filter() {
			return (exchange, chain) -> {
				Failing.at(Place.WEB_FILTER);
				return chain.filter(exchange);
			};
		}

		@Bean
		WebSessionManager webSessionManager() {
			DefaultWebSessionManager manager = new DefaultWebSessionManager();
			return (exchange) -> Failing.later(Place.SESSION, manager.getSession(exchange));
		}

	}

}
