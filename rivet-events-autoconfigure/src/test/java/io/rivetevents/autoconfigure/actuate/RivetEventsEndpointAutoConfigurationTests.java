/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import javax.management.MBeanServer;
import javax.management.ObjectName;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.WebEndpointHttpMethod;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
import org.springframework.boot.context.metrics.buffering.BufferingApplicationStartup;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.Import;
import org.springframework.core.metrics.StartupStep;

import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.Actors;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.placement.inspection.Inspection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

class RivetEventsEndpointAutoConfigurationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final AutoConfigurations ALL = AutoConfigurations.of(JacksonAutoConfiguration.class,
			RivetEventsAutoConfiguration.class, RivetEventsEndpointAutoConfiguration.class,
			EndpointAutoConfiguration.class, WebEndpointAutoConfiguration.class);

	private final ReactiveWebApplicationContextRunner contextRunner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(ALL);

	private static long commands(WebEndpointsSupplier endpoints) {
		return endpoints.getEndpoints()
			.stream()
			.filter((endpoint) -> endpoint.getEndpointId().equals(EndpointId.of("rivetevents")))
			.map(ExposableWebEndpoint::getOperations)
			.flatMap((operations) -> operations.stream())
			.filter((operation) -> operation.getRequestPredicate().getHttpMethod() == WebEndpointHttpMethod.POST)
			.count();
	}

	@Test
	void isNotThereUnlessItIsExposed() {
		this.contextRunner.run((context) -> assertThat(context).doesNotHaveBean(RivetEventsEndpoint.class)
			.doesNotHaveBean(Inspection.class)
			.doesNotHaveBean(StateSanitizer.class));
	}

	@Test
	void isReadOnlyByDefault() {
		this.contextRunner.withPropertyValues("management.endpoints.web.exposure.include=rivetevents")
			.run((context) -> {
				assertThat(context).hasSingleBean(RivetEventsEndpoint.class);
				assertThat(commands(context.getBean(WebEndpointsSupplier.class))).isZero();
			});
	}

	@Test
	void executesCommandsWithUnrestrictedAccess() {
		this.contextRunner
			.withPropertyValues("management.endpoints.web.exposure.include=rivetevents",
					"management.endpoint.rivetevents.access=" + Access.UNRESTRICTED)
			.run((context) -> assertThat(commands(context.getBean(WebEndpointsSupplier.class))).isEqualTo(1));
	}

	@Test
	void isNotThereWithoutAccess() {
		this.contextRunner
			.withPropertyValues("management.endpoints.web.exposure.include=rivetevents",
					"management.endpoint.rivetevents.access=" + Access.NONE)
			.run((context) -> assertThat(context).doesNotHaveBean(RivetEventsEndpoint.class));
	}

	@Test
	void isNotThereWithoutActors() {
		this.contextRunner
			.withPropertyValues("management.endpoints.web.exposure.include=rivetevents", "rivet.events.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RivetEventsEndpoint.class));
	}

	@Test
	void keepsTheTurnsOfAnInstanceWhileTheDeliveriesOfAllAreRecorded() {
		this.contextRunner.withUserConfiguration(Application.class)
			.withPropertyValues("management.endpoints.web.exposure.include=rivetevents",
					"management.endpoint.rivetevents.access=" + Access.UNRESTRICTED,
					"rivet.events.deliveries.recorded=true")
			.run((context) -> {
				RivetEventsEndpoint endpoint = context.getBean(RivetEventsEndpoint.class);
				ActorHandle shop = context.getBean(Actors.class).getOrCreate("shop", "k");
				assertThat(record(endpoint, 60)).isNull(); // it is not in memory
				shop.call("sell", String.class, "tea").block(PATIENCE);
				assertThat(record(endpoint, 60)).isEqualTo(Map.of("recorded", true));
				assertThatExceptionOfType(InvalidEndpointRequestException.class)
					.isThrownBy(() -> record(endpoint, 3601));
				shop.call("sell", String.class, "salt").block(PATIENCE);
				assertThat(((InstanceDescription) view(endpoint, "instance")).turns())
					.extracting(InstanceDescription.Turn::calls)
					.contains(List.of("action sell"));
				DeliveryList deliveries = (DeliveryList) view(endpoint, "deliveries");
				assertThat(deliveries.recorded()).isTrue();
				assertThat(deliveries.recordedUntil()).isNull();
				assertThat(deliveries.deliveries()).extracting(DeliveryList.Entry::event)
					.containsExactly("sold", "sold");
			});
	}

	private static @Nullable Map<String, Object> record(RivetEventsEndpoint endpoint, int seconds) {
		return endpoint.execute("record", "shop", "k", null, null, null, null, null, seconds).block(PATIENCE);
	}

	private static @Nullable Object view(RivetEventsEndpoint endpoint, String view) {
		return endpoint.view(view, "shop", "k", null, null, null, null, null, null, null, null).block(PATIENCE);
	}

	@Test
	void showsActorsOverJmx() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class,
					RivetEventsEndpointAutoConfiguration.class, EndpointAutoConfiguration.class,
					JmxAutoConfiguration.class, JmxEndpointAutoConfiguration.class))
			.withUserConfiguration(Application.class)
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=rivetevents",
					"spring.jmx.default-domain=rivet-endpoint-test")
			.run((context) -> {
				MBeanServer server = context.getBean(MBeanServer.class);
				ObjectName name = server
					.queryNames(new ObjectName("rivet-endpoint-test:type=Endpoint,name=Rivetevents,*"), null)
					.iterator()
					.next();
				assertThat(server.invoke(name, "node", new Object[0], new String[0]).toString())
					.contains("shop={awake=0");
			});
	}

	@Test
	void eachActorIsAStepOfTheStart() {
		BufferingApplicationStartup startup = new BufferingApplicationStartup(10_000);
		this.contextRunner.withUserConfiguration(Application.class)
			.withInitializer((context) -> context.setApplicationStartup(startup))
			.run((context) -> assertThat(startup.getBufferedTimeline().getEvents())
				.filteredOn((event) -> event.getStartupStep().getName().equals("rivet.events.actor.register"))
				.singleElement()
				.satisfies((event) -> assertThat(event.getStartupStep().getTags())
					.extracting(StartupStep.Tag::getKey, StartupStep.Tag::getValue)
					.contains(tuple("actor", "shop"))));
	}

	@Import(AbstractEndpointTests.Shop.class)
	static class Application {

	}

}
