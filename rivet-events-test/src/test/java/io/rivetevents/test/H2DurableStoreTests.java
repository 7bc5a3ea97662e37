/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;

import io.rivetevents.test.store.AbstractDurableStoreTests;
import io.rivetevents.test.store.ActorStateStoreFactory;

class H2DurableStoreTests extends AbstractDurableStoreTests {

	@TempDir
	Path folder;

	@Override
	protected Class<? extends ActorStateStoreFactory> factory() {
		return JdbcStores.Database.class;
	}

	/** Without this setting H2 writes half a second after a commit. */
	@Override
	protected String location() {
		return "jdbc:h2:file:%s;WRITE_DELAY=0".formatted(this.folder.resolve("rivet"));
	}

}
