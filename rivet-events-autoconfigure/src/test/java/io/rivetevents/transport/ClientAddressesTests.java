package io.rivetevents.transport;

import java.net.InetAddress;
import java.util.List;

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
		return new ClientAddresses(new Limits(new LimitSettings(defaults.connection(), defaults.instance(),
				defaults.principal(), defaults.address(), defaults.node(), List.of(trusted), defaults.times())), true);
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

	@ParameterizedTest
	@ValueSource(strings = { "\"198.51.100.7\"", " 198.51.100.7 ", "198.51.100.7:80", "\"198.51.100.7:80\"",
			"::ffff:198.51.100.7", "[::ffff:198.51.100.7]:80" })
	void readsAnAddress(String node) {
		assertThat(ForwardedFor.address(node)).isEqualTo(literal("198.51.100.7"));
	}

}
