/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLSyntaxErrorException;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.rivetevents.jdbc.JdbcSchema;
import io.rivetevents.jdbc.JdbcSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class StoredTextsTests {

	private final String url = "jdbc:h2:mem:%s;WRITE_DELAY=0".formatted(UUID.randomUUID());

	private final SingleConnectionDataSource dataSource = new SingleConnectionDataSource(this.url, true);

	@BeforeEach
	void createTables() {
		new JdbcSchema(this.dataSource, JdbcSettings.defaults()).create();
	}

	@AfterEach
	void close() {
		this.dataSource.close();
	}

	@Test
	void aStatementWithAParameterIsCompiledAgain() throws SQLException {
		JdbcTemplate jdbc = new JdbcTemplate(this.dataSource);
		assertThat(answers(StoredTexts.parameter(jdbc, "id"))).isZero();
		jdbc.update("insert into rivet_answer (actor_id, idem_key, expires_at, body) values (?, ?, 0, ?)",
				StoredTexts.parameter(jdbc, "id"), StoredTexts.parameter(jdbc, "key"), new byte[0]);
		assertThat(answers(StoredTexts.parameter(jdbc, "id"))).isOne();
	}

	/** The reason for {@link StoredTexts}. */
	@Test
	void aStatementWithATextIsNot() {
		assertThatExceptionOfType(SQLSyntaxErrorException.class).isThrownBy(() -> answers("id"))
			.satisfies((ex) -> assertThat(ex.getErrorCode()).isEqualTo(90110));
	}

	/** Opens another connection between the preparation and the execution. */
	private int answers(Object actorId) throws SQLException {
		try (PreparedStatement statement = this.dataSource.getConnection()
			.prepareStatement("select count(*) from rivet_answer where actor_id = ?")) {
			statement.setObject(1, actorId);
			try (Connection other = DriverManager.getConnection(this.url)) {
				assertThat(other.isValid(1)).isTrue();
			}
			try (ResultSet row = statement.executeQuery()) {
				assertThat(row.next()).isTrue();
				return row.getInt(1);
			}
		}
	}

}
