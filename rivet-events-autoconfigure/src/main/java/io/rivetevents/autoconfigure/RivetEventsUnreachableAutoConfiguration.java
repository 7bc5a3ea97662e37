/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.util.ClassUtils;

import io.rivetevents.placement.ActorTypes;

/**
 * Auto-configuration that warns of actors that no client can reach.
 */
@AutoConfiguration(after = { RivetEventsAutoConfiguration.class, RivetEventsWebAutoConfiguration.class })
@ConditionalOnBean(ActorTypes.class)
public final class RivetEventsUnreachableAutoConfiguration {

	private static final Log logger = LogFactory.getLog(RivetEventsUnreachableAutoConfiguration.class);

	private static final String SERVLET_CONTEXT = "org.springframework.web.context.WebApplicationContext";

	private static final String REACTIVE_CONTEXT = "org.springframework.boot.web.context.reactive.ReactiveWebApplicationContext";

	private static final String SERVER_CONTEXT = "org.springframework.boot.web.server.context.WebServerApplicationContext";

	private static final String SERVER = "org.springframework.boot.reactor.netty.NettyWebServer";

	@Bean
	ApplicationListener<ApplicationReadyEvent> rivetUnreachableWarning(ActorTypes types) {
		return (event) -> {
			String reason = types.names().isEmpty() ? null : reason(event.getApplicationContext());
			if (reason != null) {
				logger.warn(
						"Clients cannot connect to the actors %s: %s. Beans such as Actors and Connections are available"
							.formatted(types.names().stream().sorted().toList(), reason));
			}
		};
	}

	/** Returns {@code null} if clients can connect. */
	private static @Nullable String reason(ApplicationContext context) {
		if (isA(SERVLET_CONTEXT, context)) {
			return "this is a servlet application (Spring MVC), and rivet-events serves clients over WebFlux. Remove"
					+ " spring-boot-starter-webmvc, or set spring.main.web-application-type=reactive, which excludes Spring"
					+ " MVC";
		}
		if (!isA(REACTIVE_CONTEXT, context)) {
			return "this is not a web application (spring.main.web-application-type)";
		}
		return isA(SERVER_CONTEXT, context) ? Servers.reason(context) : null;
	}

	private static boolean isA(String type, Object object) {
		ClassLoader loader = object.getClass().getClassLoader();
		return ClassUtils.isPresent(type, loader) && ClassUtils.resolveClassName(type, loader).isInstance(object);
	}

	/** Loaded only if the module for web servers is present. */
	private static final class Servers {

		static @Nullable String reason(ApplicationContext context) {
			WebServer server = ((WebServerApplicationContext) context).getWebServer();
			return (server == null || isA(SERVER, server)) ? null
					: "the web server is %s, and rivet-events serves clients over Reactor Netty. Depend on spring-boot-starter-reactor-netty and on no other server"
						.formatted(server.getClass().getSimpleName());
		}

	}

}
