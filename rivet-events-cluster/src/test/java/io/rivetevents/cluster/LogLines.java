/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What a class logs at the level INFO and above while this is open.
 */
public final class LogLines extends Handler implements AutoCloseable {

	/** Is kept so that it is not collected. */
	private final Logger logger;

	private final List<String> lines = new CopyOnWriteArrayList<>();

	public LogLines(Class<?> type) {
		this.logger = Logger.getLogger(type.getName());
		this.logger.addHandler(this);
	}

	public List<String> lines() {
		return this.lines;
	}

	@Override
	public void publish(LogRecord line) {
		this.lines.add(line.getMessage());
	}

	@Override
	public void flush() {
	}

	@Override
	public void close() {
		this.logger.removeHandler(this);
	}

}
