/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Keeps the addresses in a table of the database that the nodes share: a row for each
 * node. A row is deleted when this node has announced itself six times and the row has
 * not changed, unless its node is connected. No clock is compared with that of another
 * node.
 */
public final class JdbcDiscovery implements Discovery {

	/** Announcements of this node after which a row without renewal is deleted. */
	static final int SILENT_ROUNDS = 6;

	private static final Log logger = LogFactory.getLog(JdbcDiscovery.class);

	private static final Pattern PREFIX = Pattern.compile("(?:\\w+\\.)?\\w*");

	/** Longest time for a statement, in seconds. */
	private static final int TIMEOUT = 5;

	private final DataSource dataSource;

	private final String table;

	private final InstantSource clock;

	/** By name of the node: what was read at the last announcement. */
	private final Map<String, Silence> silent = new HashMap<>();

	/**
	 * A row without renewal.
	 *
	 * @param seenAt time of the last renewal, as it is in the row
	 * @param rounds announcements since it was read for the first time
	 */
	private record Silence(long seenAt, int rounds) {
	}

	private record Row(String node, String address, long seenAt) {
	}

	/**
	 * Creates an instance. The database is not used yet.
	 * @param dataSource has the connections
	 * @param tablePrefix prefix of the table name: letters, digits and underscores, after
	 * the name of a schema and a dot if the tables have a schema of their own
	 * @param clock has the time that is written to the row of this node
	 */
	public JdbcDiscovery(DataSource dataSource, String tablePrefix, InstantSource clock) {
		if (!PREFIX.matcher(tablePrefix).matches()) {
			throw new IllegalStateException("Not a prefix of table names: " + tablePrefix);
		}
		this.dataSource = dataSource;
		this.table = tablePrefix + "node";
		this.clock = clock;
	}

	@Override
	public List<InetSocketAddress> find(String cluster) {
		List<Row> rows = use("read", (connection) -> rows(connection, cluster));
		List<InetSocketAddress> addresses = new ArrayList<>();
		rows.forEach((row) -> {
			try {
				HostAndPort address = HostAndPort.parse(row.address(), JGroupsSettings.DEFAULT_PORT);
				addresses.add(new InetSocketAddress(InetAddress.getByName(address.host()), address.port()));
			}
			catch (UnknownHostException | IllegalStateException ex) {
				logger.warn("The table %s has a row with the address '%s', which is ignored".formatted(this.table,
						row.address()));
			}
		});
		return addresses;
	}

	@Override
	public synchronized void announce(Entry entry, Set<String> connected) {
		long now = ChronoUnit.NANOS.between(Instant.EPOCH, this.clock.instant());
		use("written", (connection) -> {
			if (renew(connection, entry, now) == 0) {
				deletePredecessor(connection, entry);
				insert(connection, entry, now);
			}
			deleteSilent(connection, rows(connection, entry.cluster()), entry, connected);
			return connection;
		});
	}

	private void deleteSilent(Connection connection, List<Row> rows, Entry entry, Set<String> connected)
			throws SQLException {
		Map<String, Silence> before = Map.copyOf(this.silent);
		this.silent.clear();
		for (Row row : rows) {
			if (row.node().equals(entry.node()) || connected.contains(row.node())) {
				continue;
			}
			Silence last = before.get(row.node());
			int rounds = (last != null && last.seenAt() == row.seenAt()) ? last.rounds() + 1 : 0;
			if (rounds < SILENT_ROUNDS) {
				this.silent.put(row.node(), new Silence(row.seenAt(), rounds));
			}
			else if (deleteUnlessRenewed(connection, entry.cluster(), row)) {
				logger.info("Node %s at %s does not answer, its row was deleted".formatted(row.node(), row.address()));
			}
		}
	}

	@Override
	public void withdraw(Entry entry) {
		use("written", (connection) -> update(connection, "delete from %s where cluster_name = ? and node = ?",
				entry.cluster(), entry.node()));
	}

	private int renew(Connection connection, Entry entry, long now) throws SQLException {
		return update(connection, "update %s set seen_at = ? where cluster_name = ? and node = ?", now, entry.cluster(),
				entry.node());
	}

	private void insert(Connection connection, Entry entry, long now) throws SQLException {
		update(connection, "insert into %s (cluster_name, node, address, seen_at) values (?, ?, ?, ?)", entry.cluster(),
				entry.node(), HostAndPort.format(entry.address()), now);
	}

	/** Only one node can listen at an address. */
	private void deletePredecessor(Connection connection, Entry entry) throws SQLException {
		update(connection, "delete from %s where cluster_name = ? and address = ?", entry.cluster(),
				HostAndPort.format(entry.address()));
	}

	private boolean deleteUnlessRenewed(Connection connection, String cluster, Row row) throws SQLException {
		return update(connection, "delete from %s where cluster_name = ? and node = ? and seen_at = ?", cluster,
				row.node(), row.seenAt()) > 0;
	}

	private List<Row> rows(Connection connection, String cluster) throws SQLException {
		List<Row> rows = new ArrayList<>();
		try (PreparedStatement statement = prepare(connection,
				"select node, address, seen_at from %s where cluster_name = ?", cluster);
				ResultSet row = statement.executeQuery()) {
			while (row.next()) {
				rows.add(new Row(row.getString("node"), row.getString("address"), row.getLong("seen_at")));
			}
		}
		return rows;
	}

	private int update(Connection connection, String sql, Object... values) throws SQLException {
		try (PreparedStatement statement = prepare(connection, sql, values)) {
			return statement.executeUpdate();
		}
	}

	private PreparedStatement prepare(Connection connection, String sql, Object... values) throws SQLException {
		PreparedStatement statement = connection.prepareStatement(sql.formatted(this.table));
		statement.setQueryTimeout(TIMEOUT);
		for (int i = 0; i < values.length; i++) {
			statement.setObject(i + 1, values[i]);
		}
		return statement;
	}

	@FunctionalInterface
	private interface Work<T> {

		T run(Connection connection) throws SQLException;

	}

	private <T> T use(String how, Work<T> work) {
		try (Connection connection = this.dataSource.getConnection()) {
			T result = work.run(connection);
			if (!connection.getAutoCommit()) {
				connection.commit();
			}
			return result;
		}
		catch (SQLException ex) {
			throw new IllegalStateException(
					"The table %s cannot be %s. It must be there, and the database must answer: %s"
						.formatted(this.table, how, ex.getMessage()),
					ex);
		}
	}

}
