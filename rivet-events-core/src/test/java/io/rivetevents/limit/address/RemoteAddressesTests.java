/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit.address;

import java.net.InetAddress;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RemoteAddressesTests {

	private static String ownerOf(String address, String... trusted) throws Exception {
		return new RemoteAddresses(List.of(trusted)).ownerOf(InetAddress.getByName(address));
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "127.8.8.8", "::1" })
	void givesLoopbackNoShare(String address) throws Exception {
		assertThat(ownerOf(address)).isNull();
	}

	@Test
	void givesAnUnknownAddressNoShare() {
		assertThat(new RemoteAddresses(List.of()).ownerOf(null)).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "10.1.2.3, 10.0.0.0/8", "10.1.2.3, 10.1.2.3", "10.1.2.3, 10.1.2.2/31", "10.1.2.3, 0.0.0.0/0",
			"2001:db8::7, 2001:db8::/32", "::ffff:10.1.2.3, 10.0.0.0/8" })
	void givesATrustedProxyNoShare(String address, String trusted) throws Exception {
		assertThat(ownerOf(address, "192.0.2.1", trusted)).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "11.1.2.3, 10.0.0.0/8", "10.1.2.3, 10.1.2.4", "10.1.2.4, 10.1.2.2/31", "2001:db9::7, 2001:db8::/32",
			"2001:db8::7, 10.0.0.0/8", "a00::1, 10.0.0.0/8", "10.1.2.3, a01:203::/64" })
	void givesAnyOtherAddressAShare(String address, String trusted) throws Exception {
		assertThat(ownerOf(address, trusted)).isNotNull();
	}

	@Test
	void givesANetworkOfOneCustomerOneShare() throws Exception {
		assertThat(ownerOf("2001:db8:0:1::1")).isEqualTo(ownerOf("2001:db8:0:1:ffff::2"));
		assertThat(ownerOf("2001:db8:0:1::1")).isNotEqualTo(ownerOf("2001:db8:0:2::1"));
		assertThat(ownerOf("10.0.0.1")).isNotEqualTo(ownerOf("10.0.0.2"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "proxy.example", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "1.2.3.4.5", "", "bad.cafe",
			"cafe", "10", "10.1", "10/8", "localhost", "fe80::1%eth0", "bad.cafe/8", "2001:db8::g", ":", "." })
	void refusesWhatIsNoNetwork(String trusted) {
		assertThatIllegalArgumentException().isThrownBy(() -> new RemoteAddresses(List.of(trusted)))
			.withMessageContaining("rivet.events.limits.trusted-proxies");
	}

}
