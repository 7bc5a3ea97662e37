/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Settings, addresses and configurations with which an engine cannot start.
 */
class JGroupsSettingsTests {

	private static final String PREFIX = "io/rivetevents/cluster/engine/";

	private final ClusterListener listener = new Node("none", 1, (cluster) -> List.of());

	@Test
	void rejectsAnEmptyNameOfTheCluster() {
		assertThatIllegalStateException().isThrownBy(() -> settings(" ", 7800, "3s"))
			.withMessage("The name of the cluster is empty. Set a name that all of its nodes share");
	}

	@Test
	void rejectsPortsThatLeaveNoneForTheFailureDetector() {
		settings("shop", 1, "3s");
		settings("shop", 65432, "3s");
		for (int port : new int[] { 0, 65433 }) {
			assertThatIllegalStateException().isThrownBy(() -> settings("shop", port, "3s"))
				.withMessage("Port %d is not possible. Set a port between 1 and 65432", port);
		}
	}

	@Test
	void rejectsAFailureTimeoutThatIsTooShort() {
		settings("shop", 7800, "0.1s");
		assertThatIllegalStateException().isThrownBy(() -> settings("shop", 7800, "0.099s"))
			.withMessage("The failure timeout PT0.099S is too short. Set at least 100 ms");
	}

	@Test
	void saysWhichBindAddressesThereAre() {
		assertThatIllegalStateException().isThrownBy(() -> start("192.0.2.1", null))
			.withMessageStartingWith(
					"The bind address '192.0.2.1' belongs to no network interface of this machine. Set one of [")
			.withMessageContaining("127.0.0.1");
		assertThatIllegalStateException().isThrownBy(() -> start("no-such-host.invalid", null))
			.withMessageStartingWith("The bind address 'no-such-host.invalid' is not known. Set one of [");
	}

	@Test
	void bindsToThePrivateAddressWithoutAnother() {
		try {
			assertThat(BindAddress.resolve(null).isSiteLocalAddress()).isTrue();
		}
		catch (IllegalStateException ex) {
			assertThat(ex).hasMessageStartingWith("This machine has no private network address. Set");
		}
	}

	@Test
	void requiresFlowControlInAConfigurationOfTheApplication() {
		assertThatIllegalStateException().isThrownBy(() -> start(null, PREFIX + "without-flow-control.xml"))
			.withMessage(
					"The JGroups configuration '%swithout-flow-control.xml' has no flow control (UFC). Add the protocol",
					PREFIX);
	}

	@Test
	void saysThatAConfigurationIsMissing() {
		assertThatIllegalStateException().isThrownBy(() -> start(null, "no-such.xml"))
			.withMessageStartingWith("The node could not join the cluster 'shop': ")
			.withMessageContaining("no-such.xml");
	}

	private void start(@Nullable String bindAddress, @Nullable String configuration) {
		JGroups
			.create(new JGroupsSettings("shop", UUID.randomUUID().toString(), bindAddress, Node.freePorts(1).get(0),
					JGroupsSettings.DEFAULT_FAILURE_TIMEOUT, (cluster) -> List.of(), configuration))
			.start(this.listener);
	}

	private static JGroupsSettings settings(String cluster, int port, String failureTimeout) {
		return new JGroupsSettings(cluster, UUID.randomUUID().toString(), null, port,
				Duration.parse("PT" + failureTimeout), (name) -> List.of(), null);
	}

	@Test
	void readsHostsWithAndWithoutPort() {
		assertThat(
				new StaticDiscovery(List.of("127.0.0.1", " 127.0.0.2:7801 ", "[::1]", "[::2]:7802"), 7800).find("shop"))
			.containsExactly(address("127.0.0.1", 7800), address("127.0.0.2", 7801), address("::1", 7800),
					address("::2", 7802));
	}

	@Test
	void skipsHostsThatHaveNoAddressYet() {
		assertThat(new StaticDiscovery(List.of("no-such-host.invalid", "127.0.0.1"), 7800).find("shop"))
			.containsExactly(address("127.0.0.1", 7800));
	}

	@Test
	void rejectsHostsThatAreNotValid() {
		for (String host : List.of("", "::1", "a:b", "a:0", "a:65536", "a b")) {
			assertThatIllegalStateException().isThrownBy(() -> new StaticDiscovery(List.of(host), 7800))
				.withMessageStartingWith("'%s' ", host);
		}
		assertThatIllegalStateException().isThrownBy(() -> new StaticDiscovery(List.of(), 7800))
			.withMessageStartingWith("The list of nodes is empty");
	}

	@Test
	void writesAddressesAsItReadsThem() {
		for (InetSocketAddress address : List.of(address("10.0.0.1", 1), address("fe80::1", 65535))) {
			HostAndPort parsed = HostAndPort.parse(HostAndPort.format(address), 7);
			assertThat(address(parsed.host(), parsed.port())).isEqualTo(address);
		}
		assertThat(IntStream.of(1, 65535))
			.allSatisfy((port) -> assertThat(HostAndPort.parse("a", port).port()).isEqualTo(port));
	}

	private static InetSocketAddress address(String host, int port) {
		return new InetSocketAddress(host, port);
	}

}
