/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.util.matcher.NegatedServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher.MatchResult;
import org.springframework.util.StringUtils;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.Registration;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CanCreate;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnBeforeActionResponse;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.annotation.OnStateChange;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.error.RivetException;
import io.rivetevents.event.BadRequestEvent;
import io.rivetevents.event.ConnectionClosedEvent;
import io.rivetevents.event.ConnectionOpenedEvent;
import io.rivetevents.extension.ActionArgumentResolver;
import io.rivetevents.extension.FailureTranslator;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.Invocation;
import io.rivetevents.extension.OutboundEvent;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestHttp;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestUsers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Application code sees the same caller wherever it is called: the user, an anonymous
 * token for a client that has not signed in, and nothing for the server itself, whatever
 * other code has left on the thread. All test code leaves something on the thread, and
 * one worker runs everything.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.actor.worker-threads=1", "reactor.netty.ioWorkerCount=1",
				"rivet.events.shutdown.spread=0s", "rivet.events.management.access=@probe.at('management')" })
class CallerScopeIntegrationTests {

	/** What code has seen: by the place, names of callers. */
	private static final Map<String, Set<String>> SEEN = new ConcurrentHashMap<>();

	private static final Set<String> OF_CALLERS = Set.of("management", "rule", "event rule", "supports", "intercept",
			"intercepted", "listener", "resolver", "action", "result", "serializer", "deserializer", "can create",
			"before connect", "conn state", "connect", "can subscribe", "response", "disconnect", "outbound", "opened",
			"closed", "refused", "translator");

	/** For a client that is not known yet. */
	private static final Set<String> OF_STRANGERS = Set.of("converter");

	/** In the Reactor context, which is empty for a client that has not signed in. */
	private static final Set<String> IN_REACTOR = Set.of("reactor", "intercepted in reactor");

	private static final Set<String> OF_NOBODY = Set.of("state", "create", "wake", "state change", "store", "predicate",
			"state serializer");

	/** What each place has of a client that has not signed in. */
	private static final String ANONYMOUS = "anonymousUser [ROLE_ANONYMOUS]";

	private static final String NOBODY = "nobody";

	/** How a client is known; {@code null} as the user for one that has not signed in. */
	enum Identity {

		SIGNED_IN("", "ada"), ANONYMOUS("", null), ANONYMOUS_OF_THE_APPLICATION("named", null),
		WITHOUT_SECURITY_FILTER("none", null);

		/** What the filter chain is chosen by. */
		private final String chain;

		private final @Nullable String user;

		Identity(String chain, @Nullable String user) {
			this.chain = chain;
			this.user = user;
		}

	}

	@LocalServerPort
	private int port;

	@Autowired
	private Actors actors;

	@ParameterizedTest
	@EnumSource(Identity.class)
	void isTheSameWhereverTheApplicationIsCalled(Identity identity) throws Exception {
		try (Registration listener = this.actors.on("probed", "act", (connection, args) -> see("listener"))) {
			int round = 0;
			for (Identity each : new Identity[] { identity, Identity.SIGNED_IN, identity, Identity.ANONYMOUS,
					identity }) {
				SEEN.clear();
				String key = identity + "-" + round++;
				useEverything(each, key);
				Map<String, Set<String>> expected = expected(each);
				Awaitility.await().untilAsserted(() -> assertThat(SEEN).containsOnlyKeys(expected.keySet()));
				this.actors.getOrCreate("probed", key).resolve().block(); // a turn after
																			// all
				expected.forEach((place, names) -> assertThat(SEEN.get(place)).as(place).isEqualTo(names));
			}
		}
	}

	private static Map<String, Set<String>> expected(Identity identity) {
		Map<String, Set<String>> expected = new HashMap<>();
		String user = identity.user;
		OF_CALLERS.forEach((place) -> expected.put(place, Set.of((user != null) ? user : ANONYMOUS)));
		IN_REACTOR.forEach((place) -> expected.put(place, Set.of((user != null) ? user : NOBODY)));
		OF_STRANGERS.forEach((place) -> expected.put(place, Set.of(ANONYMOUS)));
		OF_NOBODY.forEach((place) -> expected.put(place, Set.of(NOBODY)));
		return expected;
	}

	private void useEverything(Identity identity, String key) throws Exception {
		String user = identity.user;
		try (TestSocket socket = TestSocket.open(base() + TestClient.query("probed", key, "connect"),
				Encoding.EXTENDED_JSON, headers(identity))) {
			socket.send(new ToServer.Hello(List.of(), null, null, null, null, null));
			socket.next("Init");
			socket.subscribe("happened");
			socket.next("SubscriptionResponse");
			for (String action : List.of("act", "later", "plain", "fail")) {
				socket.send(TestClient.request(1, action, ToServer.CallOptions.NONE, "hi"));
				socket.next(action.equals("fail") ? "Error" : "ActionResponse");
			}
			socket.send(TestClient.request(1, "act", ToServer.CallOptions.NONE, "one", "too many"));
			socket.next("Error");
		}
		send("POST", TestClient.query("probed", key, "action/act"), identity, "{\"args\":[\"hi\"]}");
		send("GET", "/actors?name=probed", identity, null);
		Identity unknown = (user != null) ? Identity.ANONYMOUS : identity; // by params
		assertThat(send("POST", TestClient.query("probed", key, "action/act"), unknown, "{\"args\":[\"hi\"]}",
				"x-rivet-conn-params", (user != null) ? "{\"user\":\"%s\"}".formatted(user) : "{}"))
			.contains("output");
	}

	private static void see(String place) {
		look(place);
		SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("leak of " + place, ""));
	}

	private static void look(String place) {
		Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
		String name = (authentication == null) ? NOBODY : (authentication instanceof AnonymousAuthenticationToken)
				? authentication.getName() + " " + authentication.getAuthorities() : authentication.getName();
		SEEN.computeIfAbsent(place, (key) -> new ConcurrentSkipListSet<>()).add(name);
	}

	private static Mono<String> inReactor(String place) {
		return ReactiveSecurityContextHolder.getContext()
			.map((context) -> String.valueOf(context.getAuthentication().getName()))
			.defaultIfEmpty(NOBODY)
			.doOnNext((name) -> SEEN.computeIfAbsent(place, (key) -> new ConcurrentSkipListSet<>()).add(name));
	}

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	private String send(String method, String path, Identity identity, @Nullable String body, String... more)
			throws Exception {
		String[] headers = StringUtils.concatenateStringArrays(new String[] { "x-chain", identity.chain }, more);
		return TestHttp.send(method, base() + path, identity.user, body, headers);
	}

	private static HttpHeaders headers(Identity identity) {
		HttpHeaders headers = TestHttp.headers(identity.user);
		headers.set("x-chain", identity.chain);
		return headers;
	}

	/** Asked by expressions. */
	static class Probe {

		public boolean at(String place) {
			see(place);
			return true;
		}

	}

	interface Events {

		@PreAuthorize("@probe.at('event rule')")
		void happened(String what);

	}

	/** A value whose reading and writing is code of the application. */
	static class Value {

		private final String text;

		private final String writing;

		@JsonCreator(mode = JsonCreator.Mode.DELEGATING)
		Value(String text) {
			this(text, "serializer");
			see("deserializer");
		}

		Value(String text, String writing) {
			this.text = text;
			this.writing = writing;
		}

		@JsonValue
		String write() {
			see(this.writing);
			return this.text;
		}

	}

	static class State {

		public int changes;

		public String getProbe() {
			look("state serializer");
			return "";
		}

		public void setProbe(String probe) {
		}

	}

	/** Supplied by a resolver of the application. */
	record Resolved() {
	}

	@Actor(name = "probed", access = "@probe.at('rule')", events = Events.class)
	static class Probed {

		@CanCreate
		boolean mayCreate() {
			see("can create");
			return true;
		}

		@CreateState
		State createState() {
			see("state");
			return new State();
		}

		@OnCreate
		void created() {
			see("create");
		}

		@OnWake
		void woken() {
			see("wake");
		}

		@OnBeforeConnect
		void check() {
			see("before connect");
		}

		@CreateConnState
		String createConnState() {
			see("conn state");
			return "";
		}

		@OnConnect
		void connected() {
			see("connect");
		}

		@OnDisconnect
		void disconnected() {
			see("disconnect");
		}

		@CanSubscribe
		boolean maySubscribe() {
			see("can subscribe");
			return true;
		}

		@OnStateChange
		void changed() {
			see("state change");
		}

		@OnBeforeActionResponse
		@Nullable Object respond(String action, @Nullable Object result) {
			see("response");
			return result;
		}

		@Action
		Value act(ActorContext<State, String> c, Resolved resolved, Value value) {
			see("action");
			c.state().changes++;
			c.broadcast(Events.class).happened("this");
			return value;
		}

		@Action
		Mono<String> later(Value value) {
			see("action");
			return inReactor("reactor").doOnNext((name) -> see("result"));
		}

		@Action
		String plain(ActorContext<State, String> c, String text) {
			// asked in the turn of the other instance, which has no caller
			c.actor("probed", c.key().parts().get(0)).where((connection) -> {
				see("predicate");
				return true;
			}).send("other");
			return text;
		}

		@Action
		void fail(String text) {
			throw new UnsupportedOperationException(text);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import({ TestUsers.class, Probed.class, Interceptor.class, Outbound.class, Resolver.class, Translator.class,
			Listener.class, Converter.class })
	static class Application {

		@Bean
		Probe probe() {
			return new Probe();
		}

		@Bean
		ActorStateStore store(Limits limits) {
			return new Store(new MemoryActorStateStore(limits.stored()));
		}

		private static ServerWebExchangeMatcher chain(String name) {
			return (exchange) -> name.equals(exchange.getRequest().getHeaders().getFirst("x-chain"))
					? MatchResult.match() : MatchResult.notMatch();
		}

		@Bean
		SecurityWebFilterChain named(ServerHttpSecurity http) {
			return http.securityMatcher(chain("named"))
				.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.anonymous((anonymous) -> anonymous.principal("guest").authorities("ROLE_GUEST"))
				.build();
		}

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.securityMatcher(new NegatedServerWebExchangeMatcher(chain("none")))
				.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

	static class Interceptor implements InboundInterceptor {

		@Override
		public boolean supports(Inbound inbound) {
			see("supports");
			return true;
		}

		@Override
		public Mono<?> intercept(Inbound inbound, Next next) {
			look("intercept");
			return inReactor("intercepted in reactor").doOnNext((name) -> see("intercepted"))
				.then(next.proceed(inbound));
		}

	}

	static class Outbound implements OutboundInterceptor {

		@Override
		public OutboundEvent intercept(OutboundEvent event) {
			see("outbound");
			return event;
		}

	}

	static class Resolver implements ActionArgumentResolver {

		@Override
		public boolean supportsParameter(MethodParameter parameter) {
			return parameter.getParameterType() == Resolved.class;
		}

		@Override
		public Object resolveArgument(MethodParameter parameter, Invocation invocation) {
			see("resolver");
			return new Resolved();
		}

	}

	static class Translator implements FailureTranslator {

		@Override
		public @Nullable RivetException translate(Throwable failure) {
			see("translator");
			return null;
		}

	}

	static class Listener {

		@EventListener
		void on(ConnectionOpenedEvent event) {
			see("opened");
		}

		@EventListener
		void on(ConnectionClosedEvent event) {
			see("closed");
		}

		@EventListener
		void on(BadRequestEvent event) {
			see("refused");
		}

	}

	static class Converter implements ConnParamsAuthenticationConverter {

		@Override
		public Mono<Authentication> convert(JsonNode params) {
			see("converter");
			return Mono.justOrEmpty(params.path("user").asStringOpt())
				.map((user) -> UsernamePasswordAuthenticationToken.unauthenticated(user, user));
		}

	}

	record Store(ActorStateStore delegate) implements ActorStateStore {

		@Override
		public @Nullable StoredActor load(ActorAddress address) {
			see("store");
			return this.delegate.load(address);
		}

		@Override
		public @Nullable StoredActor loadById(String actorId) {
			see("store");
			return this.delegate.loadById(actorId);
		}

		@Override
		public void save(StoredActor actor, long expectedVersion) {
			see("store");
			this.delegate.save(actor, expectedVersion);
		}

		@Override
		public void delete(StoredActor actor) {
			see("store");
			this.delegate.delete(actor);
		}

		@Override
		public List<StoredActor> list(String namespace, String name, @Nullable String after, int limit) {
			see("store");
			return this.delegate.list(namespace, name, after, limit);
		}

	}

}
