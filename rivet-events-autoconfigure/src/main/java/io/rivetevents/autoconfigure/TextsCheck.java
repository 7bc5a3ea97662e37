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
		for (String origin : security.allowedOrigins()) {
			checkOrigin(origin);
		}
		for (String host : security.allowedHosts()) {
			checkHost(host);
		}
		if (!PATH.matcher(properties.basePath()).matches()) {
			throw InvalidSettingException.expected("rivet.events.base-path", properties.basePath(),
					"a path that starts with a slash and has no pattern, such as /rivet");
		}
		if (security.streamKey() != null && security.streamKey().isEmpty()) {
			throw new InvalidSettingException("rivet.events.security.stream-key", "", "it must not be empty",
					"Set rivet.events.security.stream-key to a long random text, or remove it");
		}
		if (properties.redis().channel().isBlank()) {
			throw InvalidSettingException.expected("rivet.events.redis.channel", properties.redis().channel(),
					"the name of a channel, such as rivet.events:1");
		}
	}

	private static void checkOrigin(String origin) {
		String problem = SPECIAL_ORIGINS.contains(origin) ? null : originProblem(origin);
		if (problem != null) {
			throw new InvalidSettingException(ORIGINS, origin, "it is not an origin" + problem,
					"Write an origin with its scheme, host, and port unless it is the default, in lower case and"
							+ " without a path or trailing slash, such as https://example.org, http://localhost:3000 or"
							+ " https://*.example.org; * matches every origin");
		}
	}

	/** Returns {@code null} if the text is an origin. */
	private static @Nullable String originProblem(String origin) {
		String lower = origin.toLowerCase(Locale.ROOT);
		if (lower.startsWith("ws://") || lower.startsWith("wss://")) {
			return ": the origin of a page has http or https";
		}
		if (origin.contains(":[") && !origin.endsWith("]")) {
			return ": a comma separates values. Write an origin with a list of ports as %s[0]=...".formatted(ORIGINS);
		}
		if (!SCHEME.matcher(lower).matches()) {
			return ": the scheme is missing, such as https://";
		}
		if (DEFAULT_PORT.matcher(origin).matches()) {
			return ": browsers omit the default port";
		}
		return ORIGIN.matcher(origin).matches() ? null : "";
	}

	private static void checkHost(String host) {
		if (!HOST.matcher(host).matches()) {
			throw new InvalidSettingException(HOSTS, host, "it is not a host name, which has no scheme, port or path",
					"Write a host name such as www.example.org, *.example.org, 192.0.2.1 or [2001:db8::1];"
							+ " every host is allowed if the list is empty");
		}
	}

}
