/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests of {@link DnsDiscovery}, with answers of a DNS server.
 */
class DnsDiscoveryTests {

	private static final String NAME = "nodes.shop.svc.cluster.local";

	private static final String SERVICE = "_rivet._tcp." + NAME;

	private final TestDns dns;

	DnsDiscoveryTests() throws IOException {
		this.dns = new TestDns();
	}

	@AfterEach
	void close() {
		this.dns.close();
	}

	private DnsDiscovery discovery(String... names) {
		return new DnsDiscovery(List.of(names), 7800, this.dns.url(),
				List.of("other.svc.cluster.local", "shop.svc.cluster.local"));
	}

	private static InetSocketAddress at(String host, int port) {
		return new InetSocketAddress(host, port);
	}

	@Test
	void returnsAllAddressesOfAName() {
		this.dns.addresses(NAME, "10.0.0.1", "10.0.0.2", "10.0.0.3");
		assertThat(discovery(NAME).find("c")).containsExactlyInAnyOrder(at("10.0.0.1", 7800), at("10.0.0.2", 7800),
				at("10.0.0.3", 7800));
		assertThat(discovery(NAME + ":7900").find("c")).contains(at("10.0.0.3", 7900)).hasSize(3);
	}

	/** The Java platform would keep the first answer for 30 seconds. */
	@Test
	void asksAgainEachTime() {
		DnsDiscovery discovery = discovery(NAME);
		assertThat(discovery.find("c")).isEmpty();
		this.dns.addresses(NAME, "10.0.0.1");
		assertThat(discovery.find("c")).containsExactly(at("10.0.0.1", 7800));
		this.dns.addresses(NAME, "10.0.0.2");
		assertThat(discovery.find("c")).containsExactly(at("10.0.0.2", 7800));
	}

	@Test
	void returnsTheHostsAndPortsOfAService() {
		this.dns.services(SERVICE, "n1." + NAME + ":7801", "n2." + NAME + ":7802");
		this.dns.addresses("n1." + NAME, "10.0.0.1");
		this.dns.addresses("n2." + NAME, "10.0.0.2");
		assertThat(discovery(SERVICE).find("c")).containsExactlyInAnyOrder(at("10.0.0.1", 7801), at("10.0.0.2", 7802));
	}

	@Test
	void completesAShortNameByTheSearchDomains() {
		this.dns.addresses(NAME, "10.0.0.1");
		assertThat(discovery("nodes").find("c")).containsExactly(at("10.0.0.1", 7800));
		assertThat(discovery("unknown").find("c")).isEmpty();
	}

	@Test
	void readsTheSearchDomainsOfASystem(@TempDir Path folder) throws IOException {
		Path file = Files.writeString(folder.resolve("resolv.conf"),
				"search first.example\nnameserver 10.0.0.10\nsearch\tshop.svc.cluster.local  cluster.local\n");
		assertThat(SearchDomains.of(file)).containsExactly("shop.svc.cluster.local", "cluster.local");
		assertThat(SearchDomains.of(folder.resolve("missing"))).isEmpty();
	}

	@Test
	void failsWhileNoServerAnswers() {
		DnsDiscovery discovery = discovery(NAME);
		this.dns.close();
		assertThatIllegalStateException().isThrownBy(() -> discovery.find("c"))
			.withMessageContaining("DNS does not answer")
			.withMessageContaining(NAME);
	}

	@Test
	void rejectsAnEmptyList() {
		assertThatIllegalStateException().isThrownBy(() -> new DnsDiscovery(List.of(), 7800));
	}

	@Test
	void nodesFindEachOther() {
		List<Integer> ports = Node.freePorts(2);
		this.dns.addresses("localhost.test", Node.HOST);
		this.dns.services(SERVICE, "localhost.test:" + ports.get(0), "localhost.test:" + ports.get(1));
		try (Node first = new Node("dns", ports.get(0), discovery(SERVICE)).start();
				Node second = new Node("dns", ports.get(1), discovery(SERVICE)).start()) {
			Awaitility.await()
				.atMost(Duration.ofSeconds(60))
				.until(() -> first.nodes().size() == 2 && second.nodes().size() == 2);
		}
		assertThat(this.dns.questions()).isPositive();
	}

}
