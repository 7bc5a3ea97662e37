package io.rivetevents.autoconfigure;

import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Changes three defaults of the server; what the application sets wins. Two limits are
 * raised: clients put the input of an instance into the URL and their params into a
 * header, and need more than 4 KB and 8 KB for them (protocol document, section 11).
 * Bytes that are no HTTP get 400 and not a warning each, with the whole request in it:
 * any client could fill the log.
 */
final class ServerDefaultsEnvironmentPostProcessor implements EnvironmentPostProcessor {

	/** Logs what cannot be decoded as a warning, and what is the server's as an error. */
	private static final String DECODING = "reactor.netty.http.server.HttpServerOperations";

	private static final Map<String, Object> DEFAULTS = Map.of("server.netty.max-initial-line-length", "16KB",
			"server.max-http-request-header-size", "32KB", "logging.level." + DECODING, "error");

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (environment.getProperty("rivet.events.enabled", Boolean.class, true)) {
			DefaultPropertiesPropertySource.addOrMerge(DEFAULTS, environment.getPropertySources());
		}
	}

}
