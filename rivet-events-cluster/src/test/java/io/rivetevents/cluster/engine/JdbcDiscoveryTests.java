/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Rows of nodes, with an H2 database.
 */
class JdbcDiscoveryTests {

	private static final String CLUSTER = "shop";

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final JdbcConnectionPool dataSource = JdbcConnectionPool
		.create("jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(UUID.randomUUID()), "sa", "");

	private final List<Node> nodes = new ArrayList<>();

	private Instant now = Instant.parse("2026-11-29T07:00:00Z");

	@BeforeEach
	void createTable() throws SQLException {
		execute("""
				create table rivet_meta (
					name varbinary(64) not null,
					content varbinary(255) not null,
					primary key (name)
				)""");
		insert("schema.version", "4");
	}

	@AfterEach
	void stop() {
		this.nodes.forEach(Node::close);
		this.dataSource.dispose();
	}

	@Test
	void findsTheNodesOfItsCluster() throws SQLException {
		JdbcDiscovery discovery = discovery();
		assertThat(discovery.find(CLUSTER)).isEmpty();
		discovery.announce(entry("a", "10.0.0.1", 7800), Set.of());
		discovery().announce(entry("b", "fe80::1", 7801), Set.of());
		discovery().announce(new Discovery.Entry("other", "c", new InetSocketAddress("10.0.0.3", 7800)), Set.of());
		assertThat(discovery.find(CLUSTER)).containsExactlyInAnyOrder(new InetSocketAddress("10.0.0.1", 7800),
				new InetSocketAddress("fe80::1", 7801));
		assertThat(strings("select utf8tostring(content) from rivet_meta where name = stringtoutf8('node.a')"))
			.containsExactly(this.now.getEpochSecond() + "000000000 10.0.0.1:7800 shop");
	}

	@Test
	void removesItsRowWhenItLeaves() {
		JdbcDiscovery discovery = discovery();
		discovery.announce(entry("a", "10.0.0.1", 7800), Set.of());
		discovery.announce(entry("b", "10.0.0.2", 7800), Set.of());
		discovery.withdraw(entry("a", "10.0.0.1", 7800));
		assertThat(discovery.find(CLUSTER)).containsExactly(new InetSocketAddress("10.0.0.2", 7800));
	}

	@Test
	void replacesTheRowOfTheNodeThatListenedAtTheSameAddress() throws SQLException {
		discovery().announce(entry("old", "10.0.0.1", 7800), Set.of());
		discovery().announce(entry("new", "10.0.0.1", 7800), Set.of());
		assertThat(nodes()).containsExactly("new");
	}

	@Test
	void deletesTheRowOfASilentNodeOnly() throws SQLException {
		JdbcDiscovery discovery = discovery();
		JdbcDiscovery partitioned = discovery();
		discovery().announce(entry("killed", "10.0.0.2", 7800), Set.of());
		discovery().announce(entry("connected", "10.0.0.3", 7800), Set.of());
		for (int round = 0; round <= JdbcDiscovery.SILENT_ROUNDS; round++) {
			assertThat(nodes()).contains("killed");
			this.now = this.now.plusSeconds(5);
			partitioned.announce(entry("partitioned", "10.0.0.4", 7800), Set.of("killed", "connected"));
			discovery.announce(entry("a", "10.0.0.1", 7800), Set.of("connected"));
		}
		assertThat(nodes()).containsExactlyInAnyOrder("a", "connected", "partitioned");
	}

	@Test
	void writesItsRowAgainIfAnotherNodeHasDeletedIt() throws SQLException {
		JdbcDiscovery discovery = discovery();
		discovery.announce(entry("a", "10.0.0.1", 7800), Set.of());
		execute("delete from rivet_meta");
		discovery.announce(entry("a", "10.0.0.1", 7800), Set.of());
		assertThat(discovery.find(CLUSTER)).hasSize(1);
	}

	@Test
	void ignoresRowsThatAreNotAddresses() throws SQLException {
		insert("node.a", "1 nonsense:x shop");
		insert("node.b", "1 10.0.0.1:7800 shop");
		insert("node.c", "nonsense");
		assertThat(discovery().find(CLUSTER)).containsExactly(new InetSocketAddress("10.0.0.1", 7800));
	}

	@Test
	void saysThatTheTableIsMissing() throws SQLException {
		execute("drop table rivet_meta");
		Node node = new Node(CLUSTER, Node.freePorts(1).get(0), discovery());
		this.nodes.add(node);
		assertThatIllegalStateException().isThrownBy(node::start)
			.withMessageStartingWith("The table rivet_meta cannot be written: ");
	}

	@Test
	void rejectsANameThatDoesNotFitIntoARow() {
		Discovery.Entry entry = new Discovery.Entry("x".repeat(250), "a", new InetSocketAddress("10.0.0.1", 7800));
		assertThatIllegalStateException().isThrownBy(() -> discovery().announce(entry, Set.of()))
			.withMessageStartingWith("The name of the cluster is too long");
	}

	@Test
	void rejectsATablePrefixThatIsNotOne() {
		assertThatIllegalStateException()
			.isThrownBy(() -> new JdbcDiscovery(this.dataSource, "x; drop table y", () -> this.now));
	}

	/** As after all nodes have been killed: two at other addresses, one at the same. */
	@Test
	void formsOneClusterDespiteRowsOfKilledNodes() throws SQLException {
		List<Integer> ports = Node.freePorts(5);
		for (int port : List.of(ports.get(0), ports.get(3), ports.get(4))) {
			insert("node." + UUID.randomUUID(), "1 %s:%d shop".formatted(Node.HOST, port));
		}
		// addresses that are used by nothing, and answer not at all
		insert("node." + UUID.randomUUID(), "1 192.0.2.1:7800 shop");
		startTogether(ports.subList(0, 3));
		await().atMost(PATIENCE).until(() -> this.nodes.stream().allMatch((node) -> node.nodes().size() == 3));
		assertThat(this.nodes).extracting(Node::view).containsOnly(this.nodes.get(0).view());
	}

	@Test
	void twoNodesThatStartTogetherFormOneCluster() {
		startTogether(Node.freePorts(2));
		await().atMost(PATIENCE).until(() -> this.nodes.stream().allMatch((node) -> node.nodes().size() == 2));
		this.nodes.forEach(Node::close);
		assertThat(discovery().find(CLUSTER)).isEmpty();
	}

	private void startTogether(List<Integer> ports) {
		ports.forEach((port) -> this.nodes.add(new Node(CLUSTER, port, discovery())));
		CompletableFuture<?>[] starts = this.nodes.stream()
			.map((node) -> CompletableFuture.runAsync(node::start, (task) -> new Thread(task).start()))
			.toArray(CompletableFuture[]::new);
		assertThat(CompletableFuture.allOf(starts)).succeedsWithin(PATIENCE);
	}

	/** One for each node. */
	private JdbcDiscovery discovery() {
		return new JdbcDiscovery(this.dataSource, "rivet_", () -> this.now);
	}

	private static Discovery.Entry entry(String node, String host, int port) {
		return new Discovery.Entry(CLUSTER, node, new InetSocketAddress(host, port));
	}

	private void execute(String sql) throws SQLException {
		try (Connection connection = this.dataSource.getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private void insert(String name, String content) throws SQLException {
		execute("insert into rivet_meta values (stringtoutf8('%s'), stringtoutf8('%s'))".formatted(name, content));
	}

	/** Returns the names of the nodes that have rows. */
	private List<String> nodes() throws SQLException {
		return strings(
				"select substring(utf8tostring(name), 6) from rivet_meta where utf8tostring(name) like 'node.%'");
	}

	private List<String> strings(String sql) throws SQLException {
		List<String> strings = new ArrayList<>();
		try (Connection connection = this.dataSource.getConnection();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery(sql)) {
			while (row.next()) {
				strings.add(row.getString(1));
			}
		}
		return strings;
	}

}
