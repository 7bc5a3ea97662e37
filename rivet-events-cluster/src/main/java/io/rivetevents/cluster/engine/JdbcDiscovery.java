/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
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
 * Keeps the addresses in the table of the store that has the values which all nodes
 * share: a row for each node, with the name {@code node.} and the name of the node, and
 * the content {@code seenAt address cluster}. A row is deleted when this node has
 * announced itself six times and the row has not changed, unless its node is connected.
 * No clock is compared with that of another node.
 */
public final class JdbcDiscovery implements Discovery {

	/** Announcements of this node after which a row without renewal is deleted. */
	static final int SILENT_ROUNDS = 6;

	private static final Log logger = LogFactory.getLog(JdbcDiscovery.class);

	private static final Pattern PREFIX = Pattern.compile("(?:\\w+\\.)?\\w*");

	private static final String NAME = "node.";

	/** The first text after all that start with {@link #NAME}. */
	private static final String AFTER_NAMES = "node/";

	/** Most bytes of a content. */
	private static final int MAX_CONTENT = 255;

	/** Longest time for a statement, in seconds. */
	private static final int TIMEOUT = 5;

	private final DataSource dataSource;

	private final String table;

	private final InstantSource clock;

	/** By name of the node: what was read at the last announcement. */
	private final Map<String, Silence> silent = new HashMap<>();

	private final UnconnectedNodes unconnected = new UnconnectedNodes();

	/**
	 * A row without renewal.
	 *
	 * @param content the content of the row
	 * @param rounds announcements since it was read for the first time
	 */
	private record Silence(String content, int rounds) {
	}

	/**
	 * The row of a node.
	 *
	 * @param node name of the node
	 * @param content time, address and cluster
	 */
	record Row(String node, String content) {

		private String[] parts() {
			return this.content.split(" ", 3);
		}

		boolean isComplete() {
			return parts().length == 3;
		}

		String address() {
			return parts()[1];
		}

		String cluster() {
			return parts()[2];
		}

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
		this.table = tablePrefix + "meta";
		this.clock = clock;
	}

	@Override
	public List<InetSocketAddress> find(String cluster) {
		List<InetSocketAddress> addresses = new ArrayList<>();
		use("read", (session) -> session.rows(cluster)).forEach((row) -> {
			try {
				addresses.add(HostAndPort.parse(row.address(), JGroupsSettings.DEFAULT_PORT).resolve());
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
		String address = HostAndPort.format(entry.address());
		long now = ChronoUnit.NANOS.between(Instant.EPOCH, this.clock.instant());
		String content = "%d %s %s".formatted(now, address, entry.cluster());
		if (content.getBytes(StandardCharsets.UTF_8).length > MAX_CONTENT) {
			throw new ClusterStartException("The name of the cluster is too long: " + entry.cluster(),
					"Set rivet.events.cluster.name to a shorter name", null);
		}
		List<Row> rows = use("written", (session) -> {
			if (session.renew(entry.node(), content) == 0) {
				// only one node can listen at an address
				for (Row row : session.rows(entry.cluster())) {
					if (row.address().equals(address)) {
						session.delete(row);
					}
				}
				session.insert(entry.node(), content);
			}
			List<Row> found = session.rows();
			deleteSilent(session, found, entry, connected);
			return found;
		});
		this.unconnected.check(rows, entry, connected).forEach(logger::warn);
	}

	private void deleteSilent(Session session, List<Row> rows, Entry entry, Set<String> connected) throws SQLException {
		Map<String, Silence> before = Map.copyOf(this.silent);
		this.silent.clear();
		for (Row row : rows) {
			if (!row.cluster().equals(entry.cluster()) || row.node().equals(entry.node())
					|| connected.contains(row.node())) {
				continue;
			}
			Silence last = before.get(row.node());
			int rounds = (last != null && last.content().equals(row.content())) ? last.rounds() + 1 : 0;
			if (rounds < SILENT_ROUNDS) {
				this.silent.put(row.node(), new Silence(row.content(), rounds));
			}
			else if (session.delete(row) > 0) {
				logger.info("Node %s at %s does not answer, its row was deleted".formatted(row.node(), row.address()));
			}
		}
	}

	@Override
	public void withdraw(Entry entry) {
		use("written", (session) -> session.delete(entry.node()));
	}

	@FunctionalInterface
	private interface Work<T> {

		T run(Session session) throws SQLException;

	}

	private <T> T use(String how, Work<T> work) {
		try (Connection connection = this.dataSource.getConnection()) {
			T result = work.run(new Session(connection, this.table, isBinary(connection)));
			if (!connection.getAutoCommit()) {
				connection.commit();
			}
			return result;
		}
		catch (SQLException ex) {
			throw new ClusterStartException("The table %s cannot be %s: %s".formatted(this.table, how, ex.getMessage()),
					"Create the tables of the store, and check that the database runs", ex);
		}
	}

	/** Some databases compare texts byte for byte in binary columns only. */
	private boolean isBinary(Connection connection) throws SQLException {
		try (PreparedStatement statement = connection
			.prepareStatement("select name from %s where 1 = 0".formatted(this.table));
				ResultSet rows = statement.executeQuery()) {
			int type = rows.getMetaData().getColumnType(1);
			return type == Types.BINARY || type == Types.VARBINARY || type == Types.LONGVARBINARY;
		}
	}

	/**
	 * Statements on one connection.
	 *
	 * @param connection the connection
	 * @param table name of the table
	 * @param binary whether its columns are binary
	 */
	private record Session(Connection connection, String table, boolean binary) {

		int renew(String node, String content) throws SQLException {
			return update("update %s set content = ? where name = ?", content, NAME + node);
		}

		void insert(String node, String content) throws SQLException {
			update("insert into %s (name, content) values (?, ?)", NAME + node, content);
		}

		/** Deletes a row unless it has changed. */
		int delete(Row row) throws SQLException {
			return update("delete from %s where name = ? and content = ?", NAME + row.node(), row.content());
		}

		int delete(String node) throws SQLException {
			return update("delete from %s where name = ?", NAME + node);
		}

		List<Row> rows(String cluster) throws SQLException {
			return rows().stream().filter((row) -> row.cluster().equals(cluster)).toList();
		}

		/** Returns the rows of all clusters. */
		List<Row> rows() throws SQLException {
			List<Row> found = new ArrayList<>();
			try (PreparedStatement statement = prepare("select name, content from %s where name >= ? and name < ?",
					NAME, AFTER_NAMES); ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					Row row = new Row(text(rows, 1).substring(NAME.length()), text(rows, 2));
					if (row.isComplete()) {
						found.add(row);
					}
				}
			}
			return found;
		}

		private String text(ResultSet rows, int column) throws SQLException {
			return this.binary ? new String(rows.getBytes(column), StandardCharsets.UTF_8) : rows.getString(column);
		}

		private int update(String sql, String... values) throws SQLException {
			try (PreparedStatement statement = prepare(sql, values)) {
				return statement.executeUpdate();
			}
		}

		private PreparedStatement prepare(String sql, String... values) throws SQLException {
			PreparedStatement statement = this.connection.prepareStatement(sql.formatted(this.table));
			statement.setQueryTimeout(TIMEOUT);
			for (int i = 0; i < values.length; i++) {
				if (this.binary) {
					statement.setBytes(i + 1, values[i].getBytes(StandardCharsets.UTF_8));
				}
				else {
					statement.setString(i + 1, values[i]);
				}
			}
			return statement;
		}

	}

}
