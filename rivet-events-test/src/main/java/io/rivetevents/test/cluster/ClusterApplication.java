/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.IOException;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

/**
 * A node of a cluster in a process of its own. It prints its port, and ends when its
 * standard input does, that is with the test that has started it.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ ClusterActors.Book.class, ClusterActors.Draft.class, ClusterActors.Nap.class, ClusterController.class,
		SleepWatch.class, Partition.class, ClusterApplication.Security.class })
class ClusterApplication {

	static final String PORT = "port: ";

	/**
	 * Starts a node.
	 * @param args properties of the application, as {@code --name=value}
	 */
	public static void main(String[] args) {
		endWithInput();
		ConfigurableApplicationContext context = SpringApplication.run(ClusterApplication.class, args);
		System.out.println(PORT + context.getEnvironment().getProperty("local.server.port"));
	}

	/** Lets this process end when its standard input does. */
	static void endWithInput() {
		Thread parent = new Thread(ClusterApplication::awaitEndOfInput, "parent");
		parent.setDaemon(true);
		parent.start();
	}

	private static void awaitEndOfInput() {
		try {
			System.in.readAllBytes();
		}
		catch (IOException ex) {
			// it has ended, too
		}
		Runtime.getRuntime().halt(0);
	}

	/** Everyone may do everything: the ports are those of this machine. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ServerHttpSecurity.class, SecurityWebFilterChain.class })
	static class Security {

		@Bean
		SecurityWebFilterChain clusterTestSecurity(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.build();
		}

	}

}
