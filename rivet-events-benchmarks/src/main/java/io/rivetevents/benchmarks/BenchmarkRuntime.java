/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks;

import java.time.Duration;
import java.util.List;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.util.Assert;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.ToServer;

/**
 * The runtime with all its beans and one instance of an actor. Its clients are objects
 * instead of sockets. It hides the setup from the benchmarks.
 */
final class BenchmarkRuntime implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final ActorAddress ADDRESS = ActorAddress.of("room", "one");

	private final ConfigurableApplicationContext context;

	private final ActorDirectory directory;

	private final OutboundRegistry connections;

	/**
	 * Starts an application.
	 * @param properties in addition to those of all benchmarks, as {@code key=value}
	 */
	BenchmarkRuntime(String... properties) {
		this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.properties("server.address=127.0.0.1", "server.port=0", "logging.level.root=error",
					"spring.main.banner-mode=off")
			.properties(properties)
			.run();
		this.directory = this.context.getBean(ActorDirectory.class);
		this.connections = this.context.getBean(OutboundRegistry.class);
	}

	/**
	 * Connects a client.
	 * @param outbound receives its messages
	 * @return id of the connection
	 */
	String connect(Outbound outbound) {
		ConnectRequest request = ConnectRequest.stateful(null, Identity.ANONYMOUS);
		this.connections.register(request, outbound);
		this.directory.connect(new ActorTarget.GetOrCreate(ADDRESS, null), request).block(PATIENCE);
		return request.connectionId();
	}

	/**
	 * Subscribes a client to the event that {@code say} broadcasts.
	 * @param connectionId id of the connection
	 */
	void subscribe(String connectionId) {
		this.directory.deliver(ADDRESS, connectionId, new ToServer.SubscriptionRequest("msg", true));
	}

	/**
	 * Calls an action. Returns at once; the response is sent like other messages of the
	 * client.
	 * @param connectionId id of the connection
	 * @param action name of the action
	 * @param text its argument
	 */
	void call(String connectionId, String action, String text) {
		this.directory.deliver(ADDRESS, connectionId,
				new ToServer.ActionRequest(1, action, List.of(StringNode.valueOf(text))));
	}

	/** Fails if the libraries for traces are missing. */
	void requireTracer() {
		Assert.state(this.context.containsBean("micrometerOtelTracer"), "Package the module with -Pobserved");
	}

	@Override
	public void close() {
		this.context.close();
	}

	@Actor("room")
	static class Room {

		@Action
		void say(ActorContext<?, ?> c, String data) {
			c.broadcast("msg", data);
		}

		@Action(blocking = false)
		void sayAtOnce(ActorContext<?, ?> c, String data) {
			c.broadcast("msg", data);
		}

		@Action
		String echo(String data) {
			return data;
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Room room() {
			return new Room();
		}

	}

}
