/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.time.Duration;
import java.util.regex.Pattern;

import org.springframework.util.Assert;

/**
 * Settings of a store in a relational database.
 *
 * @param tablePrefix prefix of the table names: letters, digits and underscores, after
 * the name of a schema and a dot if the tables have a schema of their own
 * @param timeout longest time that a change waits for its commit, and that a connection
 * waits for the database; at least one millisecond
 * @since 0.1.0
 */
public record JdbcSettings(String tablePrefix, Duration timeout) {

	/** Prefix of the table names in the scripts. */
	public static final String DEFAULT_TABLE_PREFIX = "rivet_";

	private static final Pattern PREFIX = Pattern.compile("(?:\\w+\\.)?\\w*");

	public JdbcSettings {
		Assert.isTrue(PREFIX.matcher(tablePrefix).matches(), () -> "Not a prefix of table names: " + tablePrefix);
		Assert.isTrue(timeout.toMillis() > 0, "The timeout must be at least one millisecond");
	}

	/**
	 * Returns the default settings: the table names of the scripts, and ten seconds.
	 */
	public static JdbcSettings defaults() {
		return new JdbcSettings(DEFAULT_TABLE_PREFIX, Duration.ofSeconds(10));
	}

	/** Returns the timeout in seconds, at least one. */
	int timeoutSeconds() {
		return Math.toIntExact(Math.max(1, Math.min(this.timeout.toSeconds(), Integer.MAX_VALUE)));
	}

	/** Returns the prefix without the schema. */
	String plainPrefix() {
		return this.tablePrefix.substring(this.tablePrefix.indexOf('.') + 1);
	}

}
