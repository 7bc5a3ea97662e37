/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.Registration;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.cluster.ClusterConnections;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.Args;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.TargetServices;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.event.BadRequestEvent;
import io.rivetevents.extension.ActionArgumentResolver;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.Invocation;
import io.rivetevents.extension.OutboundEvent;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.extension.Selection;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.webflux.BasePath;
import io.rivetevents.transport.webflux.ClientAddresses;
import io.rivetevents.transport.webflux.OriginFilter;
import io.rivetevents.transport.webflux.RequestFailures;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Text that may come from a client is on one line and of bounded length wherever it is
 * read: in {@code toString()} and in each message of the log.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "rivet.events.shutdown.spread=0s")
class TextOfClientsTests {

	/** Ends a line, moves the cursor, turns the direction, and is long. */
	private static final String EVIL = "x\nFORGED\r\u2028\u202e\u001b[2J" + "y".repeat(2000);

	private static final String ESCAPED = "x\\nFORGED\\r\\u2028\\u202e\\u001b[2J";

	/** The name of an event has no line breaks. */
	private static final String EVENT = "x\u2028\u202e\u001b[2J" + "y".repeat(900);

	private static final String ESCAPED_EVENT = "x\\u2028\\u202e\\u001b[2J";

	private static final int MAX_LENGTH = 2500;

	private static final ValueMapper MAPPER = new ValueMapper(JsonMapper.shared());

	private final Captured captured = new Captured();

	private final Logger logger = (Logger) LoggerFactory.getLogger("io.rivetevents");

	@LocalServerPort
	private int port;

	@Autowired
	private Actors actors;

	@Autowired
	private OutboundRegistry registry;

	@Autowired
	private EventContracts contracts;

	@BeforeEach
	void capture() {
		this.captured.start();
		this.logger.setLevel(Level.DEBUG);
		this.logger.addAppender(this.captured);
	}

	@AfterEach
	void release() {
		this.logger.detachAppender(this.captured);
		this.logger.setLevel(null);
	}

	static Stream<Arguments> texts() {
		ActorAddress address = ActorAddress.of("desk", "k");
		ActorAddress evil = ActorAddress.of("desk", EVIL);
		ActorAddress unknown = ActorAddress.of(EVIL, "k");
		Args args = new Args(MAPPER, List.of(StringNode.valueOf(EVIL)));
		Args none = new Args(MAPPER, List.of());
		return Stream.of(Arguments.of("key", ActorKey.of(EVIL)), Arguments.of("key of an address", evil),
				Arguments.of("name of an address", unknown), Arguments.of("close reason", new CloseReason(1000, EVIL)),
				Arguments.of("args", args), Arguments.of("code", new UserError(EVIL, "message")),
				Arguments.of("message", new UserError("code", EVIL)),
				Arguments.of("message alone", new UserError("code", EVIL).getMessage()),
				Arguments.of("inbound", new Inbound(Inbound.Kind.ACTION, address, EVIL, none, null, null)),
				Arguments.of("outbound", new OutboundEvent(null, EVIL, none)),
				Arguments.of("outbound args", new OutboundEvent(null, "event", args)),
				Arguments.of("action of a bad request", new BadRequestEvent(null, address, EVIL, 0, null, "message")),
				Arguments.of("value of a bad request",
						new BadRequestEvent(null, address, "act", 0, StringNode.valueOf(EVIL), "message")),
				Arguments.of("message of a bad request", new BadRequestEvent(null, address, "act", 0, null, EVIL)));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("texts")
	void isEscapedWhereAnObjectTellsOfIt(String name, Object text) {
		assertThat(text.toString()).contains(ESCAPED.substring(0, 10));
		assertHarmless(text.toString());
	}

	@Test
	void isEscapedInEachMessageOfTheLog() {
		try (Registration listener = this.actors.on("desk", EVIL, (connection, args) -> {
			throw new IllegalStateException("on purpose");
		});
				TestSocket socket = TestSocket.open(base() + TestClient.query("desk", "k%0AFORGED", "connect"),
						Encoding.EXTENDED_JSON, new HttpHeaders())) {
			socket.send(new ToServer.Hello(List.of(), null, null, null, null, null));
			socket.next("Init");
			call(socket, "Error", "fail", EVIL);
			call(socket, "Error", "refuse", EVIL);
			call(socket, "Error", "count", EVIL);
			call(socket, "ActionResponse", EVIL);
			for (String event : List.of("fail", "grow", "nested")) {
				call(socket, "ActionResponse", "tell", event);
			}
			this.actors.get("desk", "k\nFORGED").send(EVENT, "y".repeat(2_000_000));
			socket.send(TestClient.request(6, EVIL + "?", new ToServer.CallOptions(true, null, null)));
			RequestFailures.translate(
					MockServerHttpRequest.method(HttpMethod.GET, "/a\u202e" + "y".repeat(MAX_LENGTH)).build(),
					new IllegalStateException("on purpose"));
			RequestFailures.ofClient(MockServerHttpRequest.get("/b\u202e" + "y".repeat(MAX_LENGTH)).build(),
					new AbortedException("on purpose"));
			receive(new AddressedEvent(new Selection.Where((connection) -> {
				throw new IllegalStateException("on purpose");
			}), false, EVENT, List.of(), Set.of(), false));
			refuse(List.of("elsewhere"), EVIL, "localhost");
			refuse(List.of("localhost"), "http://elsewhere", EVIL);
			List<String> expected = List.of("Event " + ESCAPED_EVENT + "y+… could not be sent to desk[",
					"Event " + ESCAPED_EVENT + "y+… is not sent to connection", "One-way " + ESCAPED,
					"A listener to " + ESCAPED, "A listener to count of desk", "desk[k\\nFORGED].fail",
					"desk[k\\nFORGED].refuse", "Event `" + ESCAPED_EVENT,
					"Event " + ESCAPED_EVENT + "y+… could not be sent", "GET /a%E2%80%AEy+…", "GET /b%E2%80%AEy+…",
					"Event " + ESCAPED_EVENT + "y+… of another node could not be sent", "The origin \"" + ESCAPED,
					"The host \"" + ESCAPED);
			Awaitility.await().untilAsserted(() -> assertThat(expected).allSatisfy(this.captured::contains));
		}
		assertHarmless(this.captured.events.toArray(String[]::new));
	}

	@Test
	void isEscapedInWhatAnInvocationTellsOfItself() {
		try (TestSocket socket = TestSocket.open(base() + TestClient.query("desk", "k%0AFORGED", "connect"),
				Encoding.EXTENDED_JSON, new HttpHeaders())) {
			socket.send(new ToServer.Hello(List.of(), null, null, null, null, null));
			socket.next("Init");
			call(socket, "ActionResponse", "listen");
			assertThat(Desk.told).contains("desk[k\\nFORGED].listen");
			assertHarmless(Desk.told);
		}
	}

	/** As if another node had sent it. */
	private void receive(AddressedEvent dispatch) {
		OtherNodes others = new OtherNodes(new AtomicReference<>());
		new ClusterConnections(this.registry, others, new TargetServices(MAPPER, this.contracts)).start();
		others.receiver.get().accept(dispatch);
	}

	private void refuse(List<String> allowedHosts, String origin, String host) {
		new OriginFilter(new BasePath("/rivet"), List.of(), allowedHosts, new ClientAddresses(Limits.defaults(), false),
				MAPPER)
			.filter(MockServerWebExchange.from(MockServerHttpRequest.get("http://elsewhere/rivet/health")
				.header(HttpHeaders.ORIGIN, origin)
				.header(HttpHeaders.HOST, host)), (exchange) -> Mono.error(new AssertionError()))
			.block();
	}

	private static void call(TestSocket socket, String answer, String action, Object... args) {
		socket.send(TestClient.request(1, action, ToServer.CallOptions.NONE, args));
		socket.next(answer);
	}

	private static void assertHarmless(String... texts) {
		assertThat(texts).allSatisfy((text) -> {
			assertThat(text).hasSizeLessThan(MAX_LENGTH);
			assertThat(text.chars().filter((next) -> next < ' ' || next == '\u2028' || next == '\u202e')).isEmpty();
		});
	}

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	private static final class Captured extends AppenderBase<ILoggingEvent> {

		private final List<String> events = new CopyOnWriteArrayList<>();

		@Override
		protected void append(ILoggingEvent event) {
			this.events.add(event.getFormattedMessage());
		}

		/** Long runs are shortened, because their exact length does not matter here. */
		void contains(String text) {
			assertThat(this.events).anyMatch((event) -> event.replaceAll("y{9,}", "y+").contains(text));
		}

	}

	private record OtherNodes(AtomicReference<Consumer<AddressedEvent>> receiver) implements Backplane {

		@Override
		public void start(Consumer<AddressedEvent> started) {
			this.receiver.set(started);
		}

		@Override
		public void stop() {
		}

		@Override
		public void publish(AddressedEvent dispatch) {
		}

		@Override
		public BackplaneStatus status() {
			return new BackplaneStatus(true, 0, 0, 0, 0, 0, 0);
		}

	}

	/** Something that the application takes from the invocation. */
	record Told() {
	}

	@Actor("desk")
	static class Desk {

		private static volatile String told = "";

		private static volatile @Nullable ActorContext<?, ?> context;

		@Action
		void fail(String text) {
			throw new IllegalStateException("on purpose");
		}

		@Action
		void refuse(String text) {
			throw new RivetException(ErrorCode.DESTROYING, text, Map.of());
		}

		@Action
		void count(int number) {
		}

		@Action
		void listen(Told told) {
		}

		@Action
		void tell(ActorContext<?, ?> c, String how) {
			context = c;
			c.conn().send(EVENT, how);
		}

	}

	static class Interceptor implements OutboundInterceptor {

		@Override
		public OutboundEvent intercept(OutboundEvent event) {
			String how = event.args().size() == 0 ? "" : event.args().get(0, String.class);
			switch (how) {
				case "fail" -> throw new IllegalStateException("on purpose");
				case "nested" -> Desk.context.where((connection) -> {
					throw new IllegalStateException("on purpose");
				}).send(EVENT);
				default -> {
				}
			}
			return how.equals("grow")
					? new OutboundEvent(event.connection(), event.name(), event.args().with(0, "y".repeat(2_000_000)))
					: event;
		}

	}

	static class Resolver implements ActionArgumentResolver {

		@Override
		public boolean supportsParameter(MethodParameter parameter) {
			return parameter.getParameterType() == Told.class;
		}

		@Override
		public Object resolveArgument(MethodParameter parameter, Invocation invocation) {
			Desk.told = invocation.toString();
			return new Told();
		}

	}

	static class Listener {

		@EventListener
		void on(BadRequestEvent event) {
			throw new IllegalStateException("on purpose");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Desk.class, Interceptor.class, Resolver.class, Listener.class })
	static class Application {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll()).build();
		}

	}

}
