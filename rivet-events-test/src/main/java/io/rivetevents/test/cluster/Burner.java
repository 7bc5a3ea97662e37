/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Processes that use the processors of this machine. They end with this one.
 */
final class Burner implements AutoCloseable {

	private static final String SPIN = """
			while kill -0 %d 2>/dev/null
			do i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done
			done""";

	private final List<Process> processes = new ArrayList<>();

	Burner(int number) {
		String script = SPIN.formatted(ProcessHandle.current().pid());
		for (int i = 0; i < number; i++) {
			try {
				this.processes.add(new ProcessBuilder("sh", "-c", script).start());
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	@Override
	public void close() {
		this.processes.forEach(Process::destroyForcibly);
	}

}
