/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.rivetevents.limit.LimitSettings;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whom forwarded headers of peers elsewhere count for.
 */
class ClientAddressesTests {

	private static final InetAddress ELSEWHERE = literal("203.0.113.1");

	private static InetAddress literal(String text) {
		InetAddress address = ForwardedFor.literal(text);
		assertThat(address).isNotNull();
		return address;
	}

	private static ClientAddresses addresses(String... trusted) {
		LimitSettings defaults = LimitSettings.DEFAULTS;
		return new ClientAddresses(new Limits(
				new LimitSettings(defaults.connection(), defaults.instance(), defaults.principal(), defaults.tenant(),
						defaults.address(), defaults.node(), List.of(trusted), defaults.times(), defaults.rates())),
				true);
	}

	private static HttpHeaders headers(@Nullable String list, @Nullable String standard) {
		HttpHeaders headers = new DefaultHttpHeaders();
		if (list != null) {
			headers.add("X-Forwarded-For", list);
		}
		if (standard != null) {
			headers.add("Forwarded", standard);
		}
		return headers;
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			                         |                                  | 203.0.113.1
			198.51.100.7             |                                  | 198.51.100.7
			1.2.3.4, 198.51.100.7    |                                  | 198.51.100.7
			127.0.0.1                |                                  | 203.0.113.1
			::1, 127.0.0.1           |                                  | 203.0.113.1
			unknown                  |                                  | 203.0.113.1
			198.51.100.7, _x         |                                  | 203.0.113.1
			198.51.100.7,            |                                  | 203.0.113.1
			,                        |                                  | 203.0.113.1
			999.1.1.1                |                                  | 203.0.113.1
			[::1                     |                                  | 203.0.113.1
			[2001:db8::7]x           |                                  | 203.0.113.1
			1.2.3.4:5:6              |                                  | 203.0.113.1
			localhost                |                                  | 203.0.113.1
			                         | for=198.51.100.7                 | 198.51.100.7
			                         | for=198.51.100.7, proto=https    | 203.0.113.1
			                         | by=198.51.100.7                  | 203.0.113.1
			                         | xfor=198.51.100.7                | 203.0.113.1
			                         | for="                            | 203.0.113.1
			                         | for="_a, for=198.51.100.7        | 198.51.100.7
			198.51.100.7             | for=198.51.100.7                 | 198.51.100.7
			198.51.100.7             | for=1.2.3.4, for=198.51.100.7    | 198.51.100.7
			198.51.100.7             | for=198.51.100.8                 | 0.0.0.0
			198.51.100.7             | for=unknown                      | 0.0.0.0
			unknown                  | for=198.51.100.7                 | 0.0.0.0
			198.51.100.7             | proto=https                      | 0.0.0.0
			198.51.100.7             | for=127.0.0.1                    | 198.51.100.7
			198.51.100.7             | for="[::1]", for=127.0.0.1       | 198.51.100.7
			198.51.100.7             | for=1.2.3.4, for=127.0.0.1       | 0.0.0.0
			198.51.100.7             | for=_x, for=127.0.0.1            | 0.0.0.0
			127.0.0.1                | for=198.51.100.7                 | 198.51.100.7
			::1, 127.0.0.1           | for=1.2.3.4, for=198.51.100.7    | 198.51.100.7
			127.0.0.1                | for=127.0.0.1                    | 203.0.113.1
			127.0.0.1                | for=unknown                      | 203.0.113.1
			""")
	void countsForTheLastAddressOrThePeer(@Nullable String list, @Nullable String standard, String client) {
		assertThat(addresses().of(headers(list, standard), ELSEWHERE)).isEqualTo(literal(client));
	}

	@Test
	void believesTrustedProxiesAloneOnceThereAreSome() {
		HttpHeaders headers = headers("198.51.100.7, 192.0.2.9", null);
		ClientAddresses addresses = addresses("192.0.2.0/24");
		assertThat(addresses.of(headers, ELSEWHERE)).isEqualTo(ELSEWHERE);
		assertThat(addresses.of(headers, literal("192.0.2.1"))).isEqualTo(literal("198.51.100.7"));
		assertThat(addresses.of(headers, literal("127.0.0.1"))).isEqualTo(literal("198.51.100.7"));
		assertThat(addresses().of(headers, ELSEWHERE)).isEqualTo(literal("192.0.2.9"));
	}

	/**
	 * The proxy of a client adds its address to one of the headers. Whatever the client
	 * itself sends in the other one, it counts for its own address or for the one that
	 * all share who contradict their proxy; never for that of the victim.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "198.51.100.66", "192.0.2.7", "127.0.0.1", "192.0.2.7, 127.0.0.1", "unknown", "_hidden",
			"", ",", "198.51.100.66, 192.0.2.7" })
	void letsNoClientCountForAnother(String own) {
		InetAddress client = literal("198.51.100.7");
		InetAddress proxy = literal("192.0.2.9");
		ClientAddresses addresses = addresses("192.0.2.0/24");
		String standard = Arrays.stream(own.split(",", -1)).map("for="::concat).collect(Collectors.joining(","));
		assertThat(addresses.of(headers("198.51.100.7", standard), proxy)).isIn(client, literal("0.0.0.0"));
		assertThat(addresses.of(headers(own, "for=198.51.100.7"), proxy)).isIn(client, literal("0.0.0.0"));
		assertThat(addresses.of(headers(own + ", 198.51.100.7", null), proxy)).isEqualTo(client);
		assertThat(addresses.of(headers(null, standard + ", for=198.51.100.7"), proxy)).isEqualTo(client);
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"198.51.100.7\"", " 198.51.100.7 ", "198.51.100.7:80", "\"198.51.100.7:80\"",
			"::ffff:198.51.100.7", "[::ffff:198.51.100.7]:80" })
	void readsAnAddress(String node) {
		assertThat(ForwardedFor.address(node)).isEqualTo(literal("198.51.100.7"));
	}

}
