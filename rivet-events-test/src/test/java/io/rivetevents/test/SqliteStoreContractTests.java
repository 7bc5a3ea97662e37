/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;

import io.rivetevents.actor.state.ActorStateStore;

class SqliteStoreContractTests extends AbstractJdbcStoreContractTests {

	@TempDir
	static Path folder;

	@Override
	ActorStateStore open() {
		return new JdbcStores.SqliteFile().open(folder.resolve("rivet.db").toString());
	}

}
