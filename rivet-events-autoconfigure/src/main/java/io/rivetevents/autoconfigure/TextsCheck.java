package io.rivetevents.autoconfigure;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Stops the start if an origin, the name of a host or a path is written so that nothing
 * can ever match it.
 */
final class TextsCheck {

	private static final String ORIGINS = "rivet.events.security.allowed-origins";

	private static final String HOSTS = "rivet.events.security.allowed-hosts";

	/** All origins, that of a sandboxed frame, and that of a file in some web views. */
	private static final Set<String> SPECIAL_ORIGINS = Set.of("*", "null", "file://");

	private static final Pattern SCHEME = Pattern.compile("[a-z*][a-z0-9+.*-]*://.*");

	/**
	 * Scheme and host with an optional port; ports as Spring's CORS patterns have them.
	 */
	private static final Pattern ORIGIN = Pattern
		.compile("[a-z*][a-z0-9+.*-]*://([a-z0-9._*-]+|\\[[0-9a-f:.*]+])(:([0-9*]+|\\[(\\*|\\d+(,\\d+)*)]))?");

	private static final Pattern DEFAULT_PORT = Pattern.compile("http://.*:80|https://.*:443");

	private static final Pattern HOST = Pattern.compile("(\\*\\.)?[a-z0-9_-]+(\\.[a-z0-9_-]+)*\\.?|\\[[0-9a-f:.]+]",
			Pattern.CASE_INSENSITIVE);

	private static final Pattern PATH = Pattern.compile("/|(/[\\w.~!$&'()+,;=:@%-]+)+/*");

	private TextsCheck() {
	}

	static void check(RivetEventsProperties properties) {
		RivetEventsProperties.Security security = properties.security();
		checkEach(ORIGINS, security.allowedOrigins());
		checkEach(HOSTS, security.allowedHosts());
		if (!PATH.matcher(properties.basePath()).matches()) {
			throw invalid("rivet.events.base-path", properties.basePath(),
					"It must be a path that starts with a slash and has no pattern, such as /rivet.");
		}
		if (security.streamKey() != null && security.streamKey().isEmpty()) {
			throw invalid("rivet.events.security.stream-key", "",
					"It must not be empty: write a long random text, or remove the property.");
		}
		if (properties.redis().channel().isBlank()) {
			throw invalid("rivet.events.redis.channel", properties.redis().channel(),
					"It must be the name of a channel, such as rivet.events:1.");
		}
	}

	private static void checkEach(String property, List<String> values) {
		for (String value : values) {
			String problem = property.equals(ORIGINS) ? originProblem(value) : hostProblem(value);
			if (problem != null) {
				throw invalid(property, value, problem);
			}
		}
	}

	private static @Nullable String originProblem(String origin) {
		if (SPECIAL_ORIGINS.contains(origin)) {
			return null;
		}
		String looks = "An origin is a scheme, a host and a port unless it is the default one, in lower case and"
				+ " without a path or a slash at the end, such as https://example.org, http://localhost:3000 or"
				+ " https://*.example.org; * is every origin.";
		String lower = origin.toLowerCase(Locale.ROOT);
		if (lower.startsWith("ws://") || lower.startsWith("wss://")) {
			return "\"%s\" is no origin: it is that of the page, which has http or https. ".formatted(origin) + looks;
		}
		if (origin.contains(":[") && !origin.endsWith("]")) {
			return "\"%s\" is no origin: a comma separates values; write one with a list of ports as %s[0]=... "
				.formatted(origin, ORIGINS) + looks;
		}
		if (!SCHEME.matcher(lower).matches()) {
			return "\"%s\" is no origin: it has no scheme such as https://. ".formatted(origin) + looks;
		}
		if (DEFAULT_PORT.matcher(origin).matches()) {
			return "\"%s\" is no origin: a browser leaves out the default port. ".formatted(origin) + looks;
		}
		return ORIGIN.matcher(origin).matches() ? null : "\"%s\" is no origin. ".formatted(origin) + looks;
	}

	private static @Nullable String hostProblem(String host) {
		return HOST.matcher(host).matches() ? null
				: "\"%s\" is no name of a host. It has no scheme, port or path, such as www.example.org, *.example.org,"
					.formatted(host) + " 192.0.2.1 or [2001:db8::1]; every host is allowed if the list is empty.";
	}

	private static InvalidConfigurationPropertyValueException invalid(String name, String value, String reason) {
		return new InvalidConfigurationPropertyValueException(name, value, reason);
	}

}
