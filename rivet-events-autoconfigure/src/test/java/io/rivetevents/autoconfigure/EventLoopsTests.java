/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.util.Properties;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableReactiveWebApplicationContext;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.web.server.reactive.context.AnnotationConfigReactiveWebServerApplicationContext;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.LoopResources;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The server has as many event loops as processors, and other event loops keep their
 * number.
 */
class EventLoopsTests {

	private static final String CONFIGURED = "reactor.netty.ioWorkerCount";

	private final ReactiveWebApplicationContextRunner contextRunner = new ReactiveWebApplicationContextRunner(
			AnnotationConfigReactiveWebServerApplicationContext::new)
		.withPropertyValues("server.port=0")
		.withUserConfiguration(Threads.class)
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, WebFluxAutoConfiguration.class,
				HttpHandlerAutoConfiguration.class, NettyReactiveWebServerAutoConfiguration.class,
				RivetEventsAutoConfiguration.class, RivetEventsWebAutoConfiguration.class));

	@Test
	void setsNoSystemProperty() {
		Properties before = (Properties) System.getProperties().clone();
		new ServerDefaultsEnvironmentPostProcessor().postProcessEnvironment(new StandardEnvironment(),
				new SpringApplication());
		assertThat(System.getProperties()).isEqualTo(before);
		assertThat(before).doesNotContainKey(CONFIGURED);
	}

	@Test
	void servesOnAsManyEventLoopsAsProcessors() {
		this.contextRunner.run((context) -> {
			assertThat(servingThread(context)).startsWith("rivet-http");
			ReactorResourceFactory resources = context.getBean("rivetServerResources", ReactorResourceFactory.class);
			assertThat(StreamSupport.stream(resources.getLoopResources().onServer(true).spliterator(), false))
				.hasSize(Runtime.getRuntime().availableProcessors());
		});
	}

	@Test
	void leavesThoseThatOthersShareAlone() {
		this.contextRunner
			.run((context) -> assertThat(context.getBeanProvider(ReactorResourceFactory.class).getIfUnique())
				.isSameAs(context.getBean("reactorResourceFactory"))
				.extracting(ReactorResourceFactory::isUseGlobalResources)
				.isEqualTo(true));
	}

	@Test
	void backsOffWhenTheApplicationHasItsOwn() {
		this.contextRunner.withUserConfiguration(OwnLoops.class)
			.run((context) -> assertThat(servingThread(context)).startsWith("own-http"));
	}

	@Test
	void backsOffWhenTheirNumberIsConfigured() {
		System.setProperty(CONFIGURED, "4");
		try {
			this.contextRunner.run((context) -> assertThat(servingThread(context)).doesNotStartWith("rivet-http"));
		}
		finally {
			System.clearProperty(CONFIGURED);
		}
	}

	private static @Nullable String servingThread(AssertableReactiveWebApplicationContext context) {
		int port = context.getSourceApplicationContext(AnnotationConfigReactiveWebServerApplicationContext.class)
			.getWebServer()
			.getPort();
		return HttpClient.newConnection()
			.get()
			.uri("http://127.0.0.1:%d/thread".formatted(port))
			.responseContent()
			.aggregate()
			.asString()
			.block();
	}

	@Configuration(proxyBeanMethods = false)
	static class Threads {

		@Bean
		WebFilter threads() {
			return (exchange, chain) -> exchange.getResponse()
				.writeWith(Mono.fromSupplier(() -> exchange.getResponse()
					.bufferFactory()
					.wrap(Thread.currentThread().getName().getBytes())));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnLoops {

		@Bean
		ReactorResourceFactory ownResources() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			resources.setLoopResources(LoopResources.create("own-http", 1, true));
			return resources;
		}

	}

}
