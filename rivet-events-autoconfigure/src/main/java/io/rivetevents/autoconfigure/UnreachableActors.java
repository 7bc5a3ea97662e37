/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.util.Collection;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.util.ClassUtils;

import io.rivetevents.placement.ActorTypes;

/**
 * Warns of actors that no client can reach, when the application has started.
 */
final class UnreachableActors implements ApplicationListener<ApplicationReadyEvent> {

	private static final Log logger = LogFactory.getLog(UnreachableActors.class);

	private static final String SERVLET_CONTEXT = "org.springframework.web.context.WebApplicationContext";

	private static final String REACTIVE_CONTEXT = "org.springframework.boot.web.context.reactive.ReactiveWebApplicationContext";

	private static final String SERVER_CONTEXT = "org.springframework.boot.web.server.context.WebServerApplicationContext";

	private static final String SERVER = "org.springframework.boot.reactor.netty.NettyWebServer";

	private final ObjectProvider<ActorTypes> types;

	UnreachableActors(ObjectProvider<ActorTypes> types) {
		this.types = types;
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		Collection<String> names = this.types.getIfAvailable(ActorTypes::new).names();
		String reason = names.isEmpty() ? null : reason(event.getApplicationContext());
		if (reason != null) {
			logger
				.warn("Clients cannot connect to the actors %s: %s. Beans such as Actors and Connections are available"
					.formatted(names.stream().sorted().toList(), reason));
		}
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
