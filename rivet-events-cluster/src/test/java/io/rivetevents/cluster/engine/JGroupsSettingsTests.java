/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

import javax.net.ssl.SSLContext;

import org.jgroups.JChannel;
import org.jgroups.protocols.TCP;
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
			.withMessage(
					"The name of the cluster is empty. Set rivet.events.cluster.name to a name that all nodes share");
	}

	@Test
	void rejectsPortsThatLeaveNoneForTheFailureDetector() {
		settings("shop", 1, "3s");
		settings("shop", 65435, "3s");
		for (int port : new int[] { 0, 65436 }) {
			assertThatIllegalStateException().isThrownBy(() -> settings("shop", port, "3s"))
				.withMessage("Port %d is not possible. Set rivet.events.cluster.port to a port between 1 and 65435",
						port);
		}
	}

	@Test
	void rejectsAFailureTimeoutThatIsTooShort() {
		settings("shop", 7800, "0.1s");
		assertThatIllegalStateException().isThrownBy(() -> settings("shop", 7800, "0.099s"))
			.withMessage(
					"The failure timeout PT0.099S is too short. Set rivet.events.cluster.failure-timeout to at least 100ms");
	}

	@Test
	void saysWhichBindAddressesThereAre() {
		assertThatIllegalStateException().isThrownBy(() -> start("192.0.2.1", null))
			.withMessageStartingWith(
					"The bind address '192.0.2.1' belongs to no network interface of this machine. Set rivet.events.cluster.bind-address to one of [")
			.withMessageContaining("127.0.0.1");
		assertThatIllegalStateException().isThrownBy(() -> start("no-such-host.invalid", null))
			.withMessageStartingWith(
					"The bind address 'no-such-host.invalid' is not known. Set rivet.events.cluster.bind-address to one of [");
	}

	@Test
	void bindsToThePrivateAddressWithoutAnother() {
		try {
			BindAddress.requirePrivate(BindAddress.resolve(null));
		}
		catch (IllegalStateException ex) {
			assertThat(ex).hasMessageStartingWith("This machine has no private network address. Set");
		}
	}

	@Test
	void namesWhatAConfigurationOfTheApplicationLacks() {
		assertThatIllegalStateException().isThrownBy(() -> start(null, PREFIX + "without-flow-control.xml"))
			.withMessage("The JGroups configuration '%swithout-flow-control.xml' has no flow control (UFC), "
					+ "no failure detection (FD_SOCK, FD_SOCK2, FD_ALL3 or FD_HOST). Add what is missing to the file",
					PREFIX);
	}

	@Test
	void rejectsAConfigurationThatAnSslBundleDoesNotEncrypt() throws Exception {
		NodeSsl ssl = new NodeSsl(SSLContext.getDefault(), null, null);
		ClusterEngine engine = JGroups.create(new JGroupsSettings("shop", UUID.randomUUID().toString(), null, 7800,
				Duration.ofSeconds(3), (cluster) -> List.of(), PREFIX + "loopback.xml", ssl));
		assertThatIllegalStateException().isThrownBy(() -> engine.start(this.listener))
			.withMessageContaining("has connections that an SSL bundle does not encrypt");
	}

	/** Without it, only a missing heartbeat would show that a process has ended. */
	@Test
	void reportsClosedConnectionsOfAConfigurationWithAnSslBundle() throws Exception {
		NodeSsl ssl = new NodeSsl(SSLContext.getDefault(), null, null);
		try (JChannel channel = OwnStack.create(PREFIX + "tcp.xml", ssl)) {
			TCP transport = (TCP) channel.getProtocolStack().getTransport();
			assertThat(transport.enableSuspectEvents()).isTrue();
		}
	}

	@Test
	void requiresAPrivateAddressWithoutEncryption() throws Exception {
		for (String address : List.of("127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "::1", "fd00::1",
				"fe80::1")) {
			BindAddress.requirePrivate(InetAddress.getByName(address));
		}
		for (String address : List.of("192.0.2.1", "2001:db8::1")) {
			assertThatIllegalStateException()
				.isThrownBy(() -> BindAddress.requirePrivate(InetAddress.getByName(address)))
				.withMessageContaining(
						"is not private, and messages between nodes are not encrypted. Set rivet.events.cluster.ssl.bundle");
		}
	}

	@Test
	void saysThatAConfigurationIsMissing() {
		assertThatIllegalStateException().isThrownBy(() -> start(null, "no-such.xml"))
			.withMessageStartingWith("The JGroups configuration 'no-such.xml' cannot be used: ")
			.withMessageContaining(
					"not found (FileNotFoundException). Correct the file, or set rivet.events.cluster.jgroups-config");
	}

	/** In the order of preference. */
	@Test
	void choosesPrivateAddressesOnly() throws Exception {
		List<String> usable = List.of("10.1.2.3", "172.16.0.1", "192.168.1.1", "fd12::1", "fc00::1");
		List<String> others = List.of("127.0.0.1", "::1", "169.254.0.1", "fe80::1", "192.0.2.1", "100.64.0.1",
				"2001:db8::1");
		assertThat(BindAddress.choose(addresses(others), null)).isNull();
		for (String address : usable) {
			List<InetAddress> all = new ArrayList<>(addresses(others));
			all.add(InetAddress.getByName(address));
			assertThat(BindAddress.choose(all, null)).as(address).isEqualTo(InetAddress.getByName(address));
		}
		InetAddress host = InetAddress.getByName("192.168.1.1");
		assertThat(BindAddress.choose(addresses(List.of("fd12::1", "10.1.2.3", "192.168.1.1")), null))
			.isEqualTo(InetAddress.getByName("10.1.2.3"));
		assertThat(BindAddress.choose(addresses(List.of("10.1.2.3", "192.168.1.1")), host)).isEqualTo(host);
	}

	private static List<InetAddress> addresses(List<String> texts) throws Exception {
		List<InetAddress> addresses = new ArrayList<>();
		for (String text : texts) {
			addresses.add(InetAddress.getByName(text));
		}
		return addresses;
	}

	/**
	 * Of 100 apart, one node uses for its failure detector what the other one uses for
	 * connections.
	 */
	@Test
	void namesThePortOfTheFailureDetectorThatIsInUse() throws Exception {
		int port = Node.freePorts(1).get(0);
		for (int used : new int[] { port, port + 100 }) {
			try (ServerSocket other = new ServerSocket(used, 1, InetAddress.getByName(Node.HOST))) {
				assertThatIllegalStateException()
					.isThrownBy(() -> new Node("shop", port, (cluster) -> List.of()).start())
					.withMessageStartingWith("Port %d for ", other.getLocalPort())
					.withMessageContaining("set rivet.events.cluster.port");
			}
		}
	}

	private void start(@Nullable String bindAddress, @Nullable String configuration) {
		JGroups
			.create(new JGroupsSettings("shop", UUID.randomUUID().toString(), bindAddress, Node.freePorts(1).get(0),
					JGroupsSettings.DEFAULT_FAILURE_TIMEOUT, (cluster) -> List.of(), configuration, null))
			.start(this.listener);
	}

	private static JGroupsSettings settings(String cluster, int port, String failureTimeout) {
		return new JGroupsSettings(cluster, UUID.randomUUID().toString(), null, port,
				Duration.parse("PT" + failureTimeout), (name) -> List.of(), null, null);
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
