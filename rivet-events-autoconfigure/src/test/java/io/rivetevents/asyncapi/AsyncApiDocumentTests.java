/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.asyncapi;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.codec.autoconfigure.CodecsAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.ApplicationContext;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.DefaultValue;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.autoconfigure.RivetEventsAsyncApiAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsWebAutoConfiguration;
import io.rivetevents.transport.http.AsyncApiHandler;

import static org.assertj.core.api.Assertions.assertThat;

class AsyncApiDocumentTests {

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(RivetEventsAutoConfiguration.class,
				RivetEventsWebAutoConfiguration.class, RivetEventsAsyncApiAutoConfiguration.class,
				JacksonAutoConfiguration.class, WebFluxAutoConfiguration.class, HttpHandlerAutoConfiguration.class,
				CodecsAutoConfiguration.class, NettyReactiveWebServerAutoConfiguration.class))
		.withPropertyValues("server.port=0")
		.withBean(Shop.class)
		.withBean(Other.class);

	private static JsonNode document(ApplicationContext context) {
		return context.getBean(AsyncApiDocument.class).write();
	}

	private static JsonNode payload(JsonNode document, String actor, String message) {
		return document.at("/channels/%s/messages/%s/payload".formatted(actor, message));
	}

	private static JsonNode model(JsonNode document, JsonNode reference) {
		return document.at(reference.get("$ref").stringValue().substring(1));
	}

	@Test
	void describesActionsWithArgumentsAndResults() {
		this.runner.run((context) -> {
			JsonNode document = document(context);
			assertThat(document.get("asyncapi").stringValue()).isEqualTo("3.0.0");
			JsonNode buy = payload(document, "shop", "action.buy");
			// the context is not an argument; the last argument is optional
			assertThat(buy.get("x-rivet-names").toString()).isEqualTo("[\"item\",\"when\",\"note\"]");
			assertThat(buy.get("minItems").intValue()).isEqualTo(2);
			assertThat(buy.get("maxItems").intValue()).isEqualTo(3);
			assertThat(buy.get("prefixItems").get(1).toString())
				.isEqualTo("{\"type\":\"string\",\"format\":\"date-time\"}");
			JsonNode page = payload(document, "shop", "action.page");
			assertThat(page.get("minItems").intValue()).isEqualTo(1);
			assertThat(page.get("prefixItems").get(1).toString()).isEqualTo("{\"type\":\"integer\"}");
			assertThat(payload(document, "shop", "result.buy").isMissingNode()).isTrue();
			assertThat(payload(document, "shop", "result.find").toString()).contains("\"type\":\"null\"");
			assertThat(payload(document, "shop", "result.later").toString()).isEqualTo("{\"type\":\"integer\"}");
			assertThat(payload(document, "shop", "result.many").get("type").stringValue()).isEqualTo("array");
			assertThat(payload(document, "shop", "action.all").get("items").toString())
				.isEqualTo("{\"type\":\"string\"}");
			assertThat(payload(document, "shop", "params").toString()).contains("Member");
			assertThat(document.at("/operations/shop.action.buy/action").stringValue()).isEqualTo("receive");
			assertThat(document.at("/operations/shop.event.sold/action").stringValue()).isEqualTo("send");
			assertThat(payload(document, "shop", "event.sold").get("x-rivet-names").toString()).isEqualTo("[\"item\"]");
			assertThat(document.get("x-rivet-errors").toString()).contains("actor.action_timed_out");
		});
	}

	@Test
	void describesTypesAsTheyAreWritten() {
		this.runner.run((context) -> {
			JsonNode document = document(context);
			JsonNode item = model(document, payload(document, "shop", "action.buy").get("prefixItems").get(0));
			JsonNode properties = item.get("properties");
			assertThat(model(document, properties.get("color")).get("enum").toString())
				.isEqualTo("[\"RED\",\"GREEN\"]");
			assertThat(properties.get("id").get("format").stringValue()).isEqualTo("uuid");
			assertThat(properties.get("serial").get("format").stringValue()).isEqualTo("bigint");
			assertThat(properties.get("picture").get("format").stringValue()).isEqualTo("bytes");
			assertThat(properties.get("names").get("type").stringValue()).isEqualTo("array");
			assertThat(model(document, properties.get("prices")).toString()).contains("additionalProperties");
			assertThat(properties.get("comment").toString()).contains("null");
			assertThat(model(document, properties.get("parent")).toString()).contains("null");
			assertThat(item.get("required").toString()).contains("\"id\"", "\"color\"")
				.doesNotContain("comment", "parent");
			JsonNode shape = model(document, properties.get("shape"));
			assertThat(shape.get("anyOf")).hasSize(2);
			assertThat(document.at("/components/schemas").toString()).contains("\"const\":\"circle\"");
			JsonNode plain = model(document, properties.get("plain"));
			assertThat(plain.get("anyOf")).hasSize(2);
		});
	}

	private static final Wire WIRE = new Wire(Partly.SHIPPED, Valued.TWO, Color.GREEN,
			Map.of(Partly.SHIPPED, Instant.EPOCH), Instant.EPOCH, Duration.ofSeconds(1), 1, 2L, List.of(3L), 4);

	/** Whatever annotations and settings decide it. */
	@ParameterizedTest
	@ValueSource(
			strings = { "spring.application.name=plain", "spring.jackson.datatype.enum.write-enums-to-lowercase=true",
					"spring.jackson.datatype.datetime.write-dates-as-timestamps=true",
					"spring.jackson.datatype.datetime.write-durations-as-timestamps=true" })
	void typesAreThoseOfWhatIsWritten(String property) {
		this.runner.withBean(WireActor.class).withPropertyValues(property).run((context) -> {
			JsonNode document = document(context);
			JsonNode properties = model(document, payload(document, "wire", "result.wire")).get("properties");
			JsonNode written = context.getBean(JsonMapper.class).valueToTree(WIRE);
			for (String name : List.of("partly", "valued", "color")) {
				assertThat(model(document, properties.get(name)).get("enum")).as(name).contains(written.get(name));
			}
			for (String name : List.of("at", "took")) {
				assertThat(properties.get(name).get("type").stringValue()).as(name)
					.isEqualTo(written.get(name).isString() ? "string" : "number");
			}
			assertThat(properties.get("big").toString()).isEqualTo("{\"type\":\"integer\",\"format\":\"int64\"}");
			assertThat(properties.get("boxed")).isEqualTo(properties.get("big"));
			assertThat(properties.get("bigs").get("items")).isEqualTo(properties.get("big"));
			assertThat(properties.get("small").has("format")).isFalse();
			assertThat(payload(document, "wire", "action.wire").get("prefixItems").get(0))
				.isEqualTo(properties.get("big"));
		});
	}

	/** Two records of one name are two types. */
	@Test
	void doesNotMixUpTypesOfTheSameName() {
		this.runner.run((context) -> {
			JsonNode document = document(context);
			JsonNode one = model(document, payload(document, "shop", "action.buy").get("prefixItems").get(0));
			JsonNode other = model(document, payload(document, "other", "result.get"));
			assertThat(one.get("properties").has("color")).isTrue();
			assertThat(other.get("properties").has("weight")).isTrue();
		});
	}

	@Test
	void knowsAContractByItsFingerprint() {
		this.runner.run((context) -> {
			AsyncApiDocument document = context.getBean(AsyncApiDocument.class);
			String shop = document.of("shop");
			assertThat(shop).matches("[0-9a-f]{16}").isNotEqualTo(document.of("other"));
			assertThat(document.of("nobody")).isNull();
			this.runner.run((again) -> assertThat(again.getBean(AsyncApiDocument.class).of("shop")).isEqualTo(shop));
			assertThat(document.write().at("/channels/shop/x-rivet-fingerprint").stringValue()).isEqualTo(shop);
		});
	}

	@Test
	void isServedOnDemandAlone(@TempDir Path folder) {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(AsyncApiHandler.class));
		this.runner.withPropertyValues("rivet.events.asyncapi.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(AsyncApiHandler.class));
		this.runner.withClassLoader(new FilteredClassLoader("com.github.victools"))
			.withPropertyValues("rivet.events.asyncapi.enabled=true")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(AsyncApiDocument.class));
		assertThat(Files.exists(folder.resolve("asyncapi.json"))).isFalse();
	}

	enum Color {

		RED, GREEN

	}

	enum Partly {

		NEW, @JsonProperty("gone")
		SHIPPED

	}

	enum Valued {

		ONE, TWO;

		@JsonValue
		int value() {
			return ordinal() + 1;
		}

	}

	record Wire(Partly partly, Valued valued, Color color, Map<Partly, Instant> byPartly, Instant at, Duration took,
			long big, Long boxed, List<Long> bigs, int small) {
	}

	@Actor("wire")
	static class WireActor {

		@Action
		Wire wire(long arg) {
			return WIRE;
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
	@JsonSubTypes({ @JsonSubTypes.Type(value = Circle.class, name = "circle"),
			@JsonSubTypes.Type(value = Square.class, name = "square") })
	sealed interface Shape permits Circle, Square {

	}

	record Circle(double radius) implements Shape {
	}

	record Square(double side) implements Shape {
	}

	sealed interface Plain permits One, Two {

	}

	record One(int one) implements Plain {
	}

	record Two(int two) implements Plain {
	}

	record Item(UUID id, Color color, BigInteger serial, byte[] picture, List<String> names, Map<String, Double> prices,
			@Nullable String comment, Optional<Item> parent, Shape shape, Plain plain) {
	}

	record Member(String name) {
	}

	interface Events {

		void sold(Item item);

	}

	@Actor(name = "shop", events = Events.class)
	static class Shop {

		@OnConnect
		void connect(@ConnParams Member member) {
		}

		@Action
		void buy(ActorContext<?, ?> c, Item item, Instant when, @Nullable String note) {
		}

		@Action
		void page(String query, @DefaultValue("20") int limit) {
		}

		@Action
		@Nullable Item find(String name) {
			return null;
		}

		@Action
		Mono<Integer> later() {
			return Mono.just(1);
		}

		@Action
		Flux<Item> many() {
			return Flux.empty();
		}

		@Action
		void all(String... names) {
		}

	}

	@Actor("other")
	static class Other {

		record Item(double weight) {
		}

		@Action
		Item get() {
			return new Item(1);
		}

	}

}
