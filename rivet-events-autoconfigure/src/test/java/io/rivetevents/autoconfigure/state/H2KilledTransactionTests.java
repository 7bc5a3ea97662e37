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

}
