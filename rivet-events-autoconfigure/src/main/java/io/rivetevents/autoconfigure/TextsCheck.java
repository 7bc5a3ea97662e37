/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Stops the start if an origin, a host name or a path is written in a form that nothing
 * can match.
 */
final class TextsCheck {

	private static final String ORIGINS = "rivet.events.security.allowed-origins";

	private static final String HOSTS = "rivet.events.security.allowed-hosts";

	/** All origins, the origin of a sandboxed frame, and of a file in some web views. */
	private static final Set<String> SPECIAL_ORIGINS = Set.of("*", "null", "file://");

	private static final Pattern SCHEME = Pattern.compile("[a-z*][a-z0-9+.*-]*://.*");

	/**
	 * Scheme and host with an optional port; ports as in Spring's CORS patterns.
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
		String looks = "An origin has a scheme, a host, and a port unless it is the default, in lower case and"
				+ " without a path or trailing slash, such as https://example.org, http://localhost:3000 or"
				+ " https://*.example.org; * matches every origin.";
		String lower = origin.toLowerCase(Locale.ROOT);
		if (lower.startsWith("ws://") || lower.startsWith("wss://")) {
			return "\"%s\" is not an origin: use the origin of the page, which has http or https. ".formatted(origin)
					+ looks;
		}
		if (origin.contains(":[") && !origin.endsWith("]")) {
			return "\"%s\" is not an origin: a comma separates values; write an origin with a list of ports as %s[0]=... "
				.formatted(origin, ORIGINS) + looks;
		}
		if (!SCHEME.matcher(lower).matches()) {
			return "\"%s\" is not an origin: the scheme is missing, such as https://. ".formatted(origin) + looks;
		}
		if (DEFAULT_PORT.matcher(origin).matches()) {
			return "\"%s\" is not an origin: browsers omit the default port. ".formatted(origin) + looks;
		}
		return ORIGIN.matcher(origin).matches() ? null : "\"%s\" is not an origin. ".formatted(origin) + looks;
	}

	private static @Nullable String hostProblem(String host) {
		return HOST.matcher(host).matches() ? null
				: "\"%s\" is not a host name. Host names have no scheme, port or path, such as www.example.org, *.example.org,"
					.formatted(host) + " 192.0.2.1 or [2001:db8::1]; every host is allowed if the list is empty.";
	}

	private static InvalidConfigurationPropertyValueException invalid(String name, String value, String reason) {
		return new InvalidConfigurationPropertyValueException(name, value, reason);
	}

}
