/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.CatchUp;
import io.rivetevents.actor.schedule.ScheduleEntry;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.transport.TestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint on the port of the application.
 */
class EndpointIntegrationTests extends AbstractEndpointTests {

	@LocalServerPort
	private int port;

	@Override
	int endpointPort() {
		return this.port;
	}

	@ParameterizedTest
	@ValueSource(strings = { "plain", "a/b", "\"quoted\"", "back\\slash", "\uD83C\uDF89", "<b>&amp;", "%2F", "?" })
	void describesAnInstanceWithAnyKey(String key) {
		try (TestClient client = connect(key)) {
			client.next("Init");
			client.subscribe("sold");
			client.next("SubscriptionResponse");
			create(key);
			assertThat(client.next("Event")).isNotNull();
			String serialized = ActorKey.of(key).serialize();
			Answer answer = get("/instance", "actor", "shop", "key", serialized);
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.get("status").stringValue()).isEqualTo("awake");
			assertThat(answer.get("key").stringValue()).isEqualTo(serialized);
			assertThat(answer.get("keyParts.0").stringValue()).isEqualTo(key);
			assertThat(answer.get("state.sold.0").stringValue()).isEqualTo("tea");
			assertThat(answer.get("position.sequence").longValue()).isEqualTo(1);
			assertThat(answer.get("history.events").intValue()).isEqualTo(1);
			JsonNode connection = answer.get("connections.0");
			assertThat(connection.path("transport").stringValue()).isEqualTo("websocket");
			assertThat(connection.path("encoding").stringValue()).isEqualTo("extended-json");
			assertThat(connection.path("status").stringValue()).isEqualTo("connected");
			assertThat(connection.path("subscriptions").propertyNames()).containsExactly("sold");
			assertThat(connection.path("queuedBytes").longValue()).isZero();
			assertThat(connection.path("maxQueuedBytes").longValue()).isPositive();
		}
	}

	@Test
	void showsTheOwnersOfLimitsToOperators() {
		try (TestClient client = connectUser("limits", OTHER)) {
			client.next(ToClient.Init.class);
			JsonNode shown = connections(get("/limits"));
			assertThat(shown.path("owner").stringValue()).isEqualTo(OTHER);
			assertThat(shown.path("used").intValue()).isPositive();
			assertThat(shown.path("max").intValue()).isEqualTo(1000);
			JsonNode hidden = connections(send(HttpRequest.newBuilder(), "/limits", OTHER));
			assertThat(hidden.has("owner")).isFalse();
			assertThat(hidden.path("used").intValue()).isPositive();
		}
	}

	private static JsonNode connections(Answer answer) {
		return answer.get("limits")
			.valueStream()
			.filter((limit) -> limit.path("name").stringValue().equals("limits.principal.connections"))
			.map((limit) -> limit.path("owners").path(0))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void showsValuesToOperatorsOnlyAndNoSecrets() {
		create("values");
		Answer shown = get("/instance", "actor", "shop", "key", "values");
		assertThat(shown.get("state.sold.0").stringValue()).isEqualTo("tea");
		assertThat(shown.get("state.opened").booleanValue()).isTrue();
		assertThat(shown.get("state.price").decimalValue()).isEqualByComparingTo("1.5");
		assertThat(shown.get("state.password").stringValue()).isEqualTo("******");
		Answer hidden = send(HttpRequest.newBuilder(), "/instance?actor=shop&key=values", OTHER);
		assertThat(hidden.status()).isEqualTo(200);
		assertThat(hidden.get("stateSize").intValue()).isPositive();
		assertThat(hidden.get("state").toString())
			.isEqualTo("{\"opened\":\"******\",\"password\":\"******\",\"price\":\"******\",\"sold\":[\"******\"]}");
	}

	@Test
	void showsTheBeginningOfALongState() {
		create("long");
		for (int i = 0; i < 300; i++) {
			this.actors.get("shop", "long").call("sell", String.class, "x".repeat(1000)).block(Duration.ofSeconds(10));
		}
		Answer answer = get("/instance", "actor", "shop", "key", "long");
		assertThat(answer.get("state.sold")).hasSizeBetween(200, 270);
		assertThat(answer.get("stateTruncated").booleanValue()).isTrue();
		assertThat(answer.body().has("stateSize")).isFalse();
	}

	@Test
	void showsTheRestIfTheStateCannotBeWritten() {
		damage(true);
		Answer answer = get("/instance", "actor", "stall", "key", "damaged");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.get("position.sequence").longValue()).isZero();
		assertThat(answer.body().has("state")).isFalse();
		assertThat(answer.get("stateProblem").stringValue()).startsWith("The state cannot be written: ");
		damage(false);
		assertThat(get("/instance", "actor", "stall", "key", "damaged").get("state.text").stringValue()).isEmpty();
	}

	private void damage(boolean damaged) {
		this.actors.getOrCreate("stall", "damaged").call("damage", String.class, damaged).block(Duration.ofSeconds(10));
	}

	@Test
	void listsAThousandInstances() {
		IntStream.range(0, 1000)
			.forEach((i) -> this.actors.getOrCreate("stall", "s" + i)
				.call("open", String.class)
				.block(Duration.ofSeconds(10)));
		IntStream.range(0, 5)
			.forEach((i) -> assertThat(post("/sleep", "actor", "stall", "key", "s" + i).status()).isEqualTo(200));
		List<String> keys = new ArrayList<>();
		List<String> status = new ArrayList<>();
		String next = null;
		do {
			Answer page = (next != null) ? get("/instances", "actor", "stall", "limit", "300", "after", next)
					: get("/instances", "actor", "stall", "limit", "300");
			page.get("instances").forEach((each) -> {
				keys.add(each.path("key").stringValue());
				status.add(each.path("status").stringValue());
			});
			next = page.body().path("next").asString(null);
		}
		while (next != null);
		assertThat(keys).hasSize(1000);
		assertThat(new HashSet<>(keys)).hasSize(1000);
		assertThat(status.subList(0, 995)).containsOnly("awake");
		assertThat(status.subList(995, 1000)).containsOnly("sleeping");
		assertThat(get("").get("actors.stall.awake").intValue()).isEqualTo(995);
	}

	@Test
	void describesABusyInstance() {
		this.actors.getOrCreate("shop", "busy").call("block", String.class).subscribe();
		this.shop.blocked.acquireUninterruptibly();
		try {
			Answer answer = get("/instance", "actor", "shop", "key", "busy");
			assertThat(answer.get("status").stringValue()).isEqualTo("busy");
			assertThat(answer.get("pendingTurns").intValue()).isPositive();
			assertThat(answer.body().has("state")).isFalse();
		}
		finally {
			this.shop.released.release();
		}
	}

	/** The last of five attempts would be made after fifteen seconds. */
	@Test
	void showsAScheduleThatFails() {
		long before = get("").get("schedules.failures").longValue();
		call("planned", "plan");
		try {
			Awaitility.await().until(() -> get("").get("schedules.failures").longValue() > before);
			assertThat(get("").get("schedules.lastError").stringValue()).isEqualTo("user.no_driver");
			JsonNode schedule = get("/instance", "actor", "shop", "key", "planned").get("schedules.0");
			assertThat(schedule.path("id").stringValue()).isEqualTo("deliver");
			assertThat(schedule.path("action").stringValue()).isEqualTo("deliver");
			assertThat(schedule.path("attempts").intValue()).isPositive();
			assertThat(schedule.path("error").stringValue()).isEqualTo("user.no_driver");
			assertThat(schedule.path("failed").booleanValue()).isFalse();
		}
		finally {
			call("planned", "cancel");
		}
		assertThat(get("/instance", "actor", "shop", "key", "planned").get("schedules")).isEmpty();
	}

	@Test
	void marksAScheduleThatIsNotAttemptedAgain() {
		ScheduleEntry failed = new ScheduleEntry("deliver", "deliver", List.of(), null, CatchUp.ONE, false,
				Instant.EPOCH, null, 5, "user.no_driver");
		assertThat(InstanceDescription.Schedule.of(failed).failed()).isTrue();
	}

	@Test
	void explainsDeliveriesWhileTheyAreRecorded() {
		try (TestClient client = connect("explained"); TestClient other = connect("explained")) {
			client.next("Init");
			other.next("Init");
			client.subscribe("sold");
			client.next("SubscriptionResponse");
			create("explained");
			client.next("Event");
			String[] address = { "actor", "shop", "key", "explained" };
			assertThat(get("/deliveries", address).get("recorded").booleanValue()).isFalse();
			assertThat(post("/record", "actor", "shop", "key", "explained", "seconds", "600").get("recordedUntil")
				.stringValue()).isNotEmpty();
			create("explained");
			client.next("Event");
			Answer answer = get("/deliveries", "actor", "shop", "key", "explained", "event", "sold");
			assertThat(answer.get("recorded").booleanValue()).isTrue();
			assertThat(answer.get("deliveries")).hasSize(2);
			assertThat(answer.get("deliveries").valueStream().map(EndpointIntegrationTests::steps))
				.containsExactlyInAnyOrder(List.of("targeted", "queued", "written"), List.of("not-subscribed"));
			String id = answer.get("deliveries.0.connection").stringValue();
			assertThat(get("/deliveries", "actor", "shop", "key", "explained", "connection", id).get("deliveries"))
				.hasSize(1);
			assertThat(get("/deliveries", "actor", "shop", "key", "explained", "position", "1").get("deliveries"))
				.isEmpty();
			assertThat(get("/deliveries", "actor", "shop", "key", "explained", "limit", "1").get("deliveries"))
				.hasSize(1);
			assertThat(get("").get("deliveries.instances").intValue()).isEqualTo(1);
		}
		assertThat(post("/record", "actor", "shop", "key", "never").status()).isEqualTo(404);
		assertThat(post("/record", "actor", "shop", "key", "explained", "seconds", "3601").status()).isEqualTo(400);
	}

	private static List<String> steps(JsonNode delivery) {
		return delivery.path("steps").valueStream().map((step) -> step.path("step").stringValue()).toList();
	}

	@Test
	void closesAConnection() {
		try (TestClient client = connect("close"); TestClient other = connect("close")) {
			client.next("Init");
			other.next("Init");
			String id = get("/instance", "actor", "shop", "key", "close").get("connections.0.id").stringValue();
			assertThat(get("/connections", "connection", id).get("key").stringValue()).isEqualTo("close");
			assertThat(post("/close", "connection", id, "reason", "moved").get("closed").intValue()).isEqualTo(1);
			Awaitility.await()
				.untilAsserted(() -> assertThat(get("/instance", "actor", "shop", "key", "close").get("connections"))
					.hasSize(1));
			assertThat(get("/connections", "connection", id).status()).isEqualTo(404);
			assertThat(post("/close", "connection", id).status()).isEqualTo(404);
		}
	}

	@Test
	void closesTheConnectionsOfAUser() {
		try (TestClient client = connectUser("of-user", OTHER)) {
			client.next(ToClient.Init.class);
			JsonNode connections = get("/connections", "user", OTHER).get("connections");
			assertThat(connections).hasSize(1);
			assertThat(connections.path(0).path("user").stringValue()).isEqualTo(OTHER);
			assertThat(connections.path(0).path("key").stringValue()).isEqualTo("of-user");
			assertThat(post("/close-user", "user", OTHER).get("closed").intValue()).isEqualTo(1);
			assertThat(client.closed().getReason()).isEqualTo("auth.logged_out");
		}
		assertThat(get("/connections", "user", "unknown").get("connections")).isEmpty();
		assertThat(post("/close-user", "user", "unknown").get("closed").intValue()).isZero();
	}

	@Test
	void listsTheConnectionsOfAUserByPages() {
		try (TestClient one = connectUser("a", OPERATOR);
				TestClient two = connectUser("a", OPERATOR);
				TestClient three = connectUser("b", OPERATOR)) {
			Stream.of(one, two, three).forEach((client) -> client.next(ToClient.Init.class));
			Answer first = get("/connections", "user", OPERATOR, "limit", "2");
			assertThat(first.get("total").intValue()).isEqualTo(3);
			assertThat(first.get("connections")).hasSize(2);
			Answer second = get("/connections", "user", OPERATOR, "limit", "2", "after",
					first.get("next").stringValue());
			assertThat(second.get("connections")).hasSize(1);
			assertThat(second.body().has("next")).isFalse();
			Set<String> ids = new HashSet<>();
			Stream.of(first, second)
				.forEach((page) -> page.get("connections").forEach((each) -> ids.add(each.path("id").stringValue())));
			assertThat(ids).hasSize(3);
		}
	}

	@ParameterizedTest
	@CsvSource({ "/nothing", "/instances?actor=none", "/instance?actor=none&key=k", "/instance?actor=shop&key=none",
			"/connections?connection=none" })
	void doesNotFind(String path) {
		Answer answer = send(HttpRequest.newBuilder(), path, OPERATOR);
		assertThat(answer.status()).isEqualTo(404);
		assertThat(this.node.holds(ActorAddress.of("shop", "none"))).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/instances", "/instance?actor=shop", "/instance?key=k", "/connections",
			"/instances?actor=shop&limit=0", "/instances?actor=shop&limit=1001", "/instances?actor=shop&limit=x",
			"/instances?actor=shop&after=x", "/connections?user=ada&issuer=", "/connections?user=ada&limit=0",
			"/connections?user=ada&issuer=%20" })
	void rejectsInvalidParameters(String path) {
		assertThat(send(HttpRequest.newBuilder(), path, OPERATOR).status()).isEqualTo(400);
	}

	@Test
	void rejectsInvalidCommands() {
		assertThat(post("/nothing").status()).isEqualTo(404);
		assertThat(post("/close").status()).isEqualTo(400);
		assertThat(post("/close-user").status()).isEqualTo(400);
		assertThat(post("/close-user", "user", "ada", "issuer", " ").status()).isEqualTo(400);
		assertThat(post("/sleep", "actor", "shop").status()).isEqualTo(400);
		assertThat(post("/sleep", "actor", "shop", "key", "none").status()).isEqualTo(404);
	}

	@Test
	void otherEndpointsShowRoutesLimitsAndActors() {
		JsonNode routes = other("/mappings").at("/contexts/application/mappings/rivetEvents");
		assertThat(routes.valueStream()
			.map((route) -> route.path("predicate").stringValue() + " " + route.path("handler").stringValue()))
			.containsOnlyOnce("/rivet/gateway/{actor}/connect ActorWebSocketHandler",
					"/rivet/gateway/{actor}/sse EventStreamHandler",
					"/rivet/gateway/{actor}/action/{action} ActorHttpHandler")
			.doesNotContain("/rivet/gateway/{actor}/connect ActorHttpHandler",
					"/rivet/gateway/{actor}/sse ActorHttpHandler");
		JsonNode health = other("/health").at("/components/rivetLimits");
		assertThat(health.path("status").stringValue()).isEqualTo("UP");
		assertThat(health.path("details").path("limits.node.queued-size").path("max").longValue()).isPositive();
		assertThat(health.path("details").path("limits.node.connections").path("max").longValue()).isPositive();
		JsonNode info = other("/info").path("rivetEvents");
		assertThat(info.path("actors").valueStream().map(JsonNode::stringValue)).containsExactly("shop", "stall");
		assertThat(info.path("node").stringValue()).isEqualTo(get("").get("node.name").stringValue());
	}

}
