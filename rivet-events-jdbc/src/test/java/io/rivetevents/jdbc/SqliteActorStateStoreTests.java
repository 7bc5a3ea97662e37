/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.nio.file.Path;

import javax.sql.DataSource;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

import io.rivetevents.jdbc.sqlite.SqliteDataSource;

class SqliteActorStateStoreTests extends AbstractJdbcActorStateStoreTests {

	@TempDir
	Path folder;

	private SqliteDataSource file;

	@Override
	DataSource emptyDatabase() {
		this.file = SqliteDataSource.open(this.folder.resolve("data/rivet.db"));
		return this.file;
	}

	@AfterEach
	void closeFile() {
		this.file.close();
	}

}
