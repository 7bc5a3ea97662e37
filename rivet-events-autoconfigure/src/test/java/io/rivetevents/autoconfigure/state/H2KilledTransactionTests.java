/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;

class H2KilledTransactionTests extends AbstractKilledTransactionTests {

	@TempDir
	private Path folder;

	/** Without this setting H2 writes half a second after a commit. */
	@Override
	String url() {
		return "jdbc:h2:file:%s;WRITE_DELAY=0;USER=sa".formatted(this.folder.resolve("rivet"));
	}

	/**
	 * H2 stores a transaction as a whole only if no other one writes at the same time. A
	 * commit writes the changed tables one after the other, and waits for no transaction
	 * meanwhile: one that runs may be in the file with some of its changes, until the
	 * next commit. See <a href="https://github.com/h2database/h2database/issues/2080">H2
	 * issue 2080</a>.
	 */
	@Override
	int writers() {
		return 1;
	}

}
