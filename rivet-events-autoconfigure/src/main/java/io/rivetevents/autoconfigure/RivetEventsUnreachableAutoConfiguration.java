package io.rivetevents.autoconfigure;

import java.util.Collection;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.util.ClassUtils;

import io.rivetevents.actor.LocalActorDirectory;

/**
 * Auto-configuration that warns of actors that no client can reach.
 */
@AutoConfiguration(after = { RivetEventsAutoConfiguration.class, RivetEventsWebAutoConfiguration.class })
@Conditional(RivetEventsUnreachableAutoConfiguration.NoWebFlux.class)
@ConditionalOnBean(LocalActorDirectory.class)
public final class RivetEventsUnreachableAutoConfiguration {

	private static final Log logger = LogFactory.getLog(RivetEventsUnreachableAutoConfiguration.class);

	private static final String SERVLET_CONTEXT = "org.springframework.web.context.WebApplicationContext";

	@Bean
	ApplicationListener<ApplicationReadyEvent> rivetUnreachableWarning(LocalActorDirectory directory) {
		return (event) -> {
			if (!directory.names().isEmpty()) {
				logger.warn(warning(directory.names(), event.getApplicationContext()));
			}
		};
	}

	private static String warning(Collection<String> actors, ApplicationContext context) {
		String known = "Clients cannot connect to the actors %s: ".formatted(actors.stream().sorted().toList());
		return known + (isServlet(context)
				? "this is a servlet application (Spring MVC), and rivet-events serves clients over WebFlux. Remove"
						+ " spring-boot-starter-webmvc, or set spring.main.web-application-type=reactive, which"
						+ " leaves Spring MVC out. Beans such as Actors and Connections work all the same"
				: "this is no web application (spring.main.web-application-type). Beans such as Actors and"
						+ " Connections work all the same");
	}

	private static boolean isServlet(ApplicationContext context) {
		ClassLoader loader = context.getClassLoader();
		return ClassUtils.isPresent(SERVLET_CONTEXT, loader)
				&& ClassUtils.resolveClassName(SERVLET_CONTEXT, loader).isInstance(context);
	}

	static final class NoWebFlux extends NoneNestedConditions {

		NoWebFlux() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnWebApplication(type = Type.REACTIVE)
		static class Reactive {

		}

	}

}
