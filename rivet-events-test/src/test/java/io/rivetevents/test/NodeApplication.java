/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.connection.Connections;
import io.rivetevents.connection.UserRecipients;
import io.rivetevents.contract.History;
import io.rivetevents.extension.Backplane;

/**
 * A node in a process of its own. It ends when its standard input does, that is with the
 * test that has started it.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ NodeApplication.Room.class, NodeApplication.Board.class })
class NodeApplication {

	public static void main(String[] args) {
		Thread parent = new Thread(NodeApplication::endWithInput, "parent");
		parent.setDaemon(true);
		parent.start();
		SpringApplication.run(NodeApplication.class, args);
	}

	private static void endWithInput() {
		try {
			System.in.readAllBytes();
		}
		catch (IOException ex) {
			// it has ended, too
		}
		Runtime.getRuntime().halt(0);
	}

	@Bean
	SecurityWebFilterChain security(ServerHttpSecurity http) {
		return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
			.httpBasic(Customizer.withDefaults())
			.csrf(ServerHttpSecurity.CsrfSpec::disable)
			.build();
	}

	@Bean
	MapReactiveUserDetailsService users() {
		return new MapReactiveUserDetailsService(User.withUsername("ada").password("{noop}ada").roles("USER").build(),
				User.withUsername("linus").password("{noop}linus").roles("USER").build());
	}

	/**
	 * Sends {@code count} numbers from {@code from} to a user, or to everybody; ends the
	 * rights of a user.
	 */
	@Bean
	RouterFunction<ServerResponse> sending(Connections connections, Backplane backplane) {
		return RouterFunctions.route()
			.POST("/send",
					(request) -> Mono.fromCallable(() -> send(connections, request))
						.subscribeOn(Schedulers.boundedElastic())
						.flatMap((targeted) -> ServerResponse.ok().bodyValue(targeted)))
			.POST("/close",
					(request) -> ServerResponse.ok()
						.bodyValue(Map.of("closed", connections.closeUser(request.queryParam("user").orElseThrow()))))
			.POST("/end/{how}",
					(request) -> end(connections.user(request.queryParam("user").orElseThrow()),
							request.pathVariable("how"))
						.flatMap((ended) -> ServerResponse.ok().bodyValue(Map.of("ended", ended))))
			.GET("/status", (request) -> ServerResponse.ok().bodyValue(backplane.status()))
			.build();
	}

	private static Mono<Integer> end(UserRecipients user, String how) {
		return switch (how) {
			case "disconnect" -> Mono.fromCallable(() -> user.disconnect("moved"));
			case "reauthenticate" -> Mono.fromCallable(user::reauthenticate);
			default ->
				user.revoke((connection) -> connection.actorKey().parts().contains("lobby"), Duration.ofSeconds(20))
					.map((revoked) -> revoked.complete() ? revoked.connections().size() : -1);
		};
	}

	private static Map<String, Integer> send(Connections connections, ServerRequest request) {
		int from = Integer.parseInt(request.queryParam("from").orElse("0"));
		int count = Integer.parseInt(request.queryParam("count").orElse("1"));
		int targeted = 0;
		for (int i = from; i < from + count; i++) {
			int number = i;
			targeted = request.queryParam("user")
				.map((user) -> connections.sendToUser(user, "number", number))
				.orElseGet(() -> connections.everywhere().send("number", number))
				.targeted();
		}
		return Map.of("targeted", targeted);
	}

	@Actor("room")
	static class Room {

		@Action
		void touch() {
		}

	}

	@Actor("board")
	@History(durable = true)
	static class Board {

		@Action
		void write(ActorContext<Void, Void> c, String text) {
			c.broadcast("written", text);
		}

	}

}
