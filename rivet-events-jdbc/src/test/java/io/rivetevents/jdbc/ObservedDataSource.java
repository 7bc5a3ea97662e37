/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Counts the connections that the committer takes, and makes it wait on order.
 */
class ObservedDataSource extends DelegatingDataSource {

	private final AtomicInteger taken = new AtomicInteger();

	private final Semaphore gate = new Semaphore(Integer.MAX_VALUE);

	ObservedDataSource(DataSource target) {
		super(target);
	}

	@Override
	public Connection getConnection() throws SQLException {
		if (Thread.currentThread().getName().equals("rivet-events-jdbc")) {
			this.gate.acquireUninterruptibly();
			this.taken.incrementAndGet();
		}
		return super.getConnection();
	}

	/** Returns how many connections the committer has taken since the last call. */
	int taken() {
		return this.taken.getAndSet(0);
	}

	void stop() {
		this.gate.drainPermits();
	}

	void go() {
		this.gate.release(Integer.MAX_VALUE);
	}

}
