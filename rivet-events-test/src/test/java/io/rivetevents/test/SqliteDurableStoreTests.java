/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;

import io.rivetevents.test.store.AbstractDurableStoreTests;
import io.rivetevents.test.store.ActorStateStoreFactory;

class SqliteDurableStoreTests extends AbstractDurableStoreTests {

	@TempDir
	Path folder;

	@Override
	protected Class<? extends ActorStateStoreFactory> factory() {
		return JdbcStores.SqliteFile.class;
	}

	@Override
	protected String location() {
		return this.folder.resolve("rivet.db").toString();
	}

}
