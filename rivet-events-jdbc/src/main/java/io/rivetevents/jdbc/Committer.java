/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.jdbc.Connections.Session;

/**
 * The thread that commits. It takes all changes that wait, writes them in one transaction
 * and completes each: the more threads wait, the more changes share a commit. A stale
 * change does not affect the others of its group. If the group fails, it is rolled back
 * and its changes are committed one by one.
 *
 * <p>
 * If the connection is lost during a commit, the changes of its group may have been
 * stored. They are committed again, one by one. A change that is stale then is compared
 * with the stored instance, which has its version and time if the first commit has
 * succeeded. This is right even if the server is still executing that commit: the second
 * one waits for its locks.
 */
final class Committer {

	/** Limits of a group: short transactions, and no long wait for the first change. */
	private static final int MAX_ROWS = 1000;

	private static final long MAX_BYTES = 1 << 20;

	/** Attempts for one change, over different connections if one fails. */
	private static final int MAX_ATTEMPTS = 3;

	private static final long SWEEP_INTERVAL = Duration.ofMinutes(1).toNanos();

	/** Pause before the database is tried again to find out about uncertain changes. */
	private static final long RETRY_PAUSE = 100;

	private static final Log logger = LogFactory.getLog(Committer.class);

	private final RepeatedFailures failures = new RepeatedFailures(logger);

	private final Connections connections;

	private final GroupWriter writer;

	private final Sweeper sweeper;

	private final Duration timeout;

	/** Its monitor guards the fields after it. */
	private final Deque<Write> queue = new ArrayDeque<>();

	/** Created with the first change. */
	private @Nullable Thread thread;

	private boolean closed;

	/** Only for the thread. */
	private long nextSweep = System.nanoTime() + SWEEP_INTERVAL;

	/**
	 * Creates a committer, whose thread starts with the first change.
	 * @param connections where it takes its connection for each group
	 * @param writer writes the changes
	 * @param sweeper deletes what has expired
	 * @param timeout longest time to find out about uncertain changes
	 */
	Committer(Connections connections, GroupWriter writer, Sweeper sweeper, Duration timeout) {
		this.connections = connections;
		this.writer = writer;
		this.sweeper = sweeper;
		this.timeout = timeout;
	}

	/**
	 * Adds a change to the queue, which holds one for each waiting thread.
	 * @throws JdbcStateException if the committer is closed
	 */
	void submit(Write write) {
		synchronized (this.queue) {
			if (this.closed) {
				throw new JdbcStateException("%s could not be stored: the store is closed".formatted(write), null);
			}
			if (this.thread == null) {
				this.thread = new Thread(this::run, "rivet-events-jdbc");
				this.thread.setDaemon(true);
				this.thread.start();
			}
			this.queue.add(write);
			this.queue.notifyAll();
		}
	}

	/** Returns whether a change was still in the queue; it will not be written then. */
	boolean withdraw(Write write) {
		synchronized (this.queue) {
			return this.queue.remove(write);
		}
	}

	/**
	 * Rejects further changes, and waits until those in the queue have been written. Does
	 * not wait longer than the timeout.
	 */
	void close() {
		Thread thread;
		synchronized (this.queue) {
			this.closed = true;
			this.queue.notifyAll();
			thread = this.thread;
		}
		if (thread != null) {
			try {
				thread.join(this.timeout.toMillis());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private void run() {
		while (awaitWork()) {
			commitNext();
			if (System.nanoTime() - this.nextSweep >= 0) {
				sweep();
			}
		}
	}

	/**
	 * Waits until there is something to do.
	 * @return {@code false} at the end
	 */
	private boolean awaitWork() {
		synchronized (this.queue) {
			long left = this.nextSweep - System.nanoTime();
			while (this.queue.isEmpty() && !this.closed && left > 0) {
				try {
					TimeUnit.NANOSECONDS.timedWait(this.queue, left);
				}
				catch (InterruptedException ex) {
					// not an end: there may be changes
					logger.debug("The committer was interrupted", ex);
				}
				left = this.nextSweep - System.nanoTime();
			}
			return !this.closed || !this.queue.isEmpty();
		}
	}

	/** Takes what fits a group; everything if there is no connection to write it. */
	private List<Write> take(boolean all) {
		List<Write> taken = new ArrayList<>();
		int rows = 0;
		long bytes = 0;
		synchronized (this.queue) {
			while (!this.queue.isEmpty()) {
				Write next = this.queue.element();
				rows += next.rows();
				bytes += next.bytes();
				if (!all && !taken.isEmpty() && (rows > MAX_ROWS || bytes > MAX_BYTES)) {
					break;
				}
				taken.add(this.queue.remove());
			}
		}
		return taken;
	}

	/**
	 * Takes changes when there is a connection. While the database is away they stay in
	 * the queue, where a thread that waits no longer can withdraw its change.
	 */
	private void commitNext() {
		synchronized (this.queue) {
			if (this.queue.isEmpty()) {
				return;
			}
		}
		Session session;
		try {
			session = this.connections.openTransaction();
		}
		catch (SQLException | RuntimeException ex) {
			take(true).forEach((write) -> write.fail(ex));
			return;
		}
		List<Write> group = take(false);
		try {
			commit(session, group);
		}
		catch (RuntimeException | Error ex) {
			// a driver with a defect: the next group may succeed
			this.failures.error(ex, () -> "A group of %d changes failed".formatted(group.size()));
			unfinished(group).forEach((write) -> write.fail(ex));
		}
	}

	private void commit(Session session, List<Write> group) {
		try (session) {
			List<Write> written = this.writer.write(session, group);
			finish(session, written);
			unfinished(group).forEach(Write::failAsStale);
		}
		catch (SQLException ex) {
			logger.debug("A group of %d changes failed and is committed one by one".formatted(group.size()), ex);
			commitOneByOne(unfinished(group));
		}
	}

	private static List<Write> unfinished(List<Write> group) {
		return group.stream().filter((write) -> !write.done().isDone()).toList();
	}

	private void finish(Session session, List<Write> written) throws SQLException {
		if (written.isEmpty()) {
			return;
		}
		try {
			session.connection().commit();
		}
		catch (SQLException ex) {
			if (!isCommitted(session, written, ex)) {
				throw ex;
			}
		}
		written.forEach(Write::succeed);
	}

	/**
	 * Returns whether changes have been committed even though the commit failed. If the
	 * connection still works, the transaction has ended and the first row shows how.
	 */
	private boolean isCommitted(Session session, List<Write> written, SQLException failure) {
		written.forEach(Write::markUncertain);
		try {
			session.connection().rollback();
			Write first = written.get(0);
			boolean committed = first.isAppliedAs(this.writer.find(session, first.address()));
			written.forEach(Write::markCertain);
			return committed;
		}
		catch (SQLException ex) {
			failure.addSuppressed(ex);
			return false;
		}
	}

	private void commitOneByOne(List<Write> group) {
		Deque<Write> left = new ArrayDeque<>(group);
		long start = System.nanoTime();
		while (!left.isEmpty()) {
			try (Session session = this.connections.openTransaction()) {
				while (!left.isEmpty() && commitAlone(session, left.element())) {
					left.remove();
				}
			}
			catch (SQLException ex) {
				left.removeIf((write) -> write.done().isDone());
				failUnlessUncertain(left, ex, System.nanoTime() - start >= this.timeout.toNanos());
			}
			left.removeIf((write) -> write.done().isDone());
		}
	}

	/**
	 * Fails changes if the database is not available. Those whose outcome is uncertain
	 * are tried again until the timeout.
	 */
	private void failUnlessUncertain(Deque<Write> left, SQLException cause, boolean timedOut) {
		for (Write write : left) {
			if (timedOut || !write.isUncertain()) {
				write.fail(cause);
			}
		}
		try {
			Thread.sleep(RETRY_PAUSE);
		}
		catch (InterruptedException ex) {
			logger.debug("The committer was interrupted", ex);
		}
	}

	/**
	 * Commits one change.
	 * @return whether the connection can be used further
	 */
	private boolean commitAlone(Session session, Write write) throws SQLException {
		try {
			List<Write> written = this.writer.write(session, List.of(write));
			if (written.isEmpty()) {
				finishStale(session, write);
			}
			else {
				// what it replaces is stored: no earlier attempt was committed
				write.markCertain();
				finish(session, written);
			}
			return true;
		}
		catch (SQLException ex) {
			return recover(session, write, ex);
		}
	}

	/**
	 * A creation fails if the instance exists: each database reports that differently, so
	 * the row is read. Other failures are final after some attempts.
	 */
	private boolean recover(Session session, Write write, SQLException failure) {
		boolean last = write.countAttempt() >= MAX_ATTEMPTS;
		try {
			session.connection().rollback();
			if (write.isCreation() && this.writer.find(session, write.address()) != null) {
				finishStale(session, write);
			}
		}
		catch (SQLException ex) {
			failure.addSuppressed(ex);
		}
		if (last && !write.done().isDone()) {
			write.fail(failure);
		}
		return write.done().isDone();
	}

	private void finishStale(Session session, Write write) throws SQLException {
		StoredActor stored = write.isUncertain() ? this.writer.find(session, write.address()) : null;
		session.connection().rollback();
		if (write.isUncertain() && write.isAppliedAs(stored)) {
			write.succeed();
		}
		else {
			write.failAsStale();
		}
	}

	private void sweep() {
		boolean more = false;
		try {
			more = this.sweeper.sweep();
		}
		catch (SQLException | RuntimeException ex) {
			this.failures.error(ex, () -> "Expired events and answers could not be deleted, will retry");
		}
		this.nextSweep = System.nanoTime() + (more ? 0 : SWEEP_INTERVAL);
	}

}
