package io.rivetevents.autoconfigure;

import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Raises two defaults of the server: clients put the input of an instance into the URL
 * and their params into a header, and need more than 4 KB and 8 KB for them (protocol
 * document, section 11). What the application sets wins.
 */
final class ServerLimitsEnvironmentPostProcessor implements EnvironmentPostProcessor {

	private static final Map<String, Object> LIMITS = Map.of("server.netty.max-initial-line-length", "16KB",
			"server.max-http-request-header-size", "32KB");

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (environment.getProperty("rivet.events.enabled", Boolean.class, true)) {
			DefaultPropertiesPropertySource.addOrMerge(LIMITS, environment.getPropertySources());
		}
	}

}
