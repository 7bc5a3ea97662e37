/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.nio.charset.StandardCharsets;

import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Texts as parameters of statements that compare them with columns of the store. H2 has
 * binary columns there. It accepts a {@code String} when it executes a statement, but it
 * may first compile the statement again, with the parameters: after a change of a table
 * or a setting, and each new connection whose URL has a setting makes one. It then fails
 * with error 90110, since the types are not comparable.
 */
final class StoredTexts {

	private StoredTexts() {
	}

	/** Returns bytes for H2, and the text for other databases. */
	static Object parameter(JdbcTemplate jdbc, String text) {
		String product = jdbc
			.execute((ConnectionCallback<String>) (connection) -> connection.getMetaData().getDatabaseProductName());
		return "H2".equals(product) ? text.getBytes(StandardCharsets.UTF_8) : text;
	}

}
