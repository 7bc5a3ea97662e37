/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How origins, hosts, proxies and paths are written.
 */
class TextsCheckTests {

	private final ReactiveWebApplicationContextRunner contextRunner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(strings = { "localhost:3000", "localhost", "example.org", "//example.org", "https://example.org/app",
			"https://example.org/", "http:/x", "http://", "https:example.org", "*.example.com", "ws://localhost:3000",
			"wss://example.org", "https://example.org:443", "http://localhost:80", "https://Example.org",
			"HTTPS://example.org", "https://example.org?a", "https://ada@example.org", "https://b\u00fccher.example",
			"https://example.org:port", "https://example.org:[1", "https://one.example https://two.example" })
	void refusesAnOriginThatNoBrowserSends(String origin) {
		refuses("security.allowed-origins", origin, "Write an origin with its scheme, host");
	}

	@ParameterizedTest
	@ValueSource(strings = { "*", "null", "file://", "https://example.org", "http://localhost:3000",
			"http://localhost:*", "https://*.example.org", "https://*", "*://localhost:3000", "http*://localhost",
			"http://127.0.0.1:8080", "http://[::1]:3000", "capacitor://localhost", "chrome-extension://abcdefgh",
			"http://under_score:1", "https://*.example.org:[*]", "https://*.example.org:[8443]" })
	void takesAnOriginOrAPattern(String origin) {
		starts("security.allowed-origins", origin);
	}

	@ParameterizedTest
	@ValueSource(strings = { "https://example.org", "example.org/app", "example.org:8080", "*", "www.*.org",
			"*example.org", "::1", "[::1]:80", "b\u00fccher.example", "example..org", ".example.org" })
	void refusesAHostThatIsNoName(String host) {
		refuses("security.allowed-hosts", host, "is not a host name");
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost", "www.example.org", "*.example.org", "WWW.Example.org", "192.0.2.1", "[::1]",
			"under_score", "example.org." })
	void takesAHost(String host) {
		starts("security.allowed-hosts", host);
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "proxy.example", "http://10.0.0.1", "10.0.0.0/33", "10.0.0.1:80", "10.0.0.0/8/8", "10.*", "*" })
	void refusesAProxyThatIsNoAddress(String proxy) {
		refuses("limits.trusted-proxies", proxy, "neither an address nor a network");
	}

	@ParameterizedTest
	@CsvSource({ "base-path, rivet, starts with a slash", "base-path, '', starts with a slash",
			"base-path, /rivet/**, no pattern", "base-path, /rivet?a, no pattern",
			"base-path, http://localhost/rivet, starts with a slash", "security.stream-key, '', must not be empty",
			"redis.channel, '', the name of a channel" })
	void refusesOtherTextsThatCannotBe(String name, String value, String reason) {
		refuses(name, value, reason);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "/rivet", "/rivet/", "/api/v1.0/rivet-events" })
	void takesABasePath(String path) {
		starts("base-path", path);
	}

	private void refuses(String name, String value, String reason) {
		this.contextRunner.withPropertyValues("rivet.events." + name + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContainingAll("rivet.events." + name, value, reason));
	}

	private void starts(String name, String value) {
		this.contextRunner.withPropertyValues("rivet.events." + name + "=" + value)
			.run((context) -> assertThat(context).hasNotFailed());
	}

}
