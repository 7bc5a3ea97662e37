/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.session;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.WebSession;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.cluster.NodeCommands;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Watches the sessions of this node's connections, and closes the connections of a
 * session that has ended with {@code auth.logged_out}. All sessions are checked together
 * once a second; a session is looked up in its store once, and only if its last request
 * on this node is too long ago, or at the recheck interval. Looking at a session does not
 * extend its life, unless the application has asked for it. Safe for use by several
 * threads.
 * <p>
 * A session that is idle for too long ends here: each node watches the sessions of its
 * own connections. A session that a request has invalidated, or in which a ticket was
 * issued, ends on all nodes.
 */
public final class SessionWatch {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(SessionWatch.class));

	private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(10);

	private static final int CONCURRENT_LOOKUPS = 8;

	/** Number of checks between two searches for sessions without a connection. */
	private static final int SWEEP = 60;

	/** The watched sessions by their permanent ids. */
	private final Map<String, Watched> sessions = new ConcurrentHashMap<>();

	private final OutboundRegistry registry;

	private final NodeCommands commands;

	private final SessionLookup store;

	private final Scheduler timers;

	private final @Nullable Duration recheckInterval;

	/** Whether the next check looks up all sessions. */
	private volatile boolean recheck;

	/** Number of checks; only these use it, one after the other. */
	private int count;

	private final Disposable.Composite checks = Disposables.composite();

	private volatile Disposable lookups = Disposables.disposed();

	/**
	 * A session that is watched.
	 *
	 * @param session the session
	 * @param everywhere whether it ends on all nodes: a request of this node has found it
	 * ended, or a ticket was issued in it, which may have connected a client to another
	 * node
	 * @param unused whether the last check has found no connection of the session
	 */
	private record Watched(SeenSession session, boolean everywhere, boolean unused) {

		static Watched of(SeenSession session) {
			return new Watched(session, false, false);
		}

		/** Of two requests at the same time, the later one has the present id. */
		Watched newer(Watched next) {
			return next.session.lastAccess().isBefore(this.session.lastAccess()) ? this : with(next.session);
		}

		Watched with(SeenSession next) {
			return new Watched(next, this.everywhere, false);
		}

		Watched endingEverywhere() {
			return new Watched(this.session, true, false);
		}

	}

	/**
	 * Creates a watch.
	 * @param registry the connections of this node
	 * @param commands closes connections on all nodes
	 * @param store finds sessions that other nodes may have extended
	 * @param recheckInterval interval at which all sessions are looked up in the store;
	 * {@code null} for only those that may have expired
	 * @param timers scheduler of the checks
	 */
	public SessionWatch(OutboundRegistry registry, NodeCommands commands, SessionLookup store,
			@Nullable Duration recheckInterval, Scheduler timers) {
		this.registry = registry;
		this.commands = commands;
		this.store = store;
		this.recheckInterval = recheckInterval;
		this.timers = timers;
	}

	/** Starts the checks. */
	public void start() {
		this.checks.add(this.timers.schedulePeriodically(this::check, 1, 1, TimeUnit.SECONDS));
		if (this.recheckInterval != null) {
			long millis = this.recheckInterval.toMillis();
			this.checks.add(
					this.timers.schedulePeriodically(() -> this.recheck = true, millis, millis, TimeUnit.MILLISECONDS));
		}
	}

	/** Stops the checks. */
	public void stop() {
		this.checks.dispose();
		this.lookups.dispose();
	}

	/**
	 * Watches the session of a client that connects.
	 * @param id its permanent id
	 * @param session the session
	 */
	public void watch(String id, WebSession session) {
		this.sessions.merge(id, Watched.of(SeenSession.of(session)), Watched::newer);
	}

	/**
	 * Replaces a watched session by that of a later request.
	 * @param id its permanent id
	 * @param session the session
	 */
	public void seen(String id, WebSession session) {
		this.sessions.computeIfPresent(id, (same, held) -> held.newer(Watched.of(SeenSession.of(session))));
	}

	/**
	 * Watches a session in which a ticket is issued until it ends, since its connections
	 * may be on other nodes.
	 * @param id its permanent id
	 */
	public void ticketIssued(String id) {
		this.sessions.computeIfPresent(id, (same, held) -> held.endingEverywhere());
	}

	/**
	 * Checks a session that had ended at the end of a request.
	 * @param id its permanent id
	 * @param session the session
	 */
	public void ended(String id, WebSession session) {
		this.sessions.put(id, new Watched(SeenSession.of(session), true, false));
	}

	/**
	 * Closes the connections of a session on all nodes.
	 * @param id its permanent id
	 */
	public void end(String id) {
		try {
			this.commands.send(new NodeCommand.CloseSession(id));
		}
		catch (RuntimeException ex) {
			failures.error(ex, () -> "The connections of a session that has ended could not be closed on other nodes");
		}
	}

	/** Returns the number of watched sessions. */
	int size() {
		return this.sessions.size();
	}

	private void check() {
		if (++this.count % SWEEP == 0) {
			sweep();
		}
		if (!this.lookups.isDisposed()) {
			return; // the store has not answered the lookups of the last check
		}
		boolean all = this.recheck && this.store.isPresent();
		this.recheck = false;
		Map<String, Watched> doubtful = this.sessions.entrySet()
			.stream()
			.filter((entry) -> all || isDoubtful(entry.getValue().session()))
			.collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
		if (!doubtful.isEmpty()) {
			Set<String> used = used();
			this.lookups = Flux.fromIterable(doubtful.entrySet())
				.flatMap((entry) -> check(entry.getKey(), entry.getValue(), used), CONCURRENT_LOOKUPS)
				.subscribe(null, (ex) -> failures.error(ex,
						() -> "The sessions of connections could not be checked; their connections stay open"));
		}
	}

	/** A session that does not expire must not be kept either. */
	private void sweep() {
		Set<String> used = used();
		this.sessions.forEach((id, watched) -> {
			boolean ends = !watched.session().maxIdle().isNegative();
			if (!(watched.everywhere() && ends) && !used.contains(id)) {
				forget(id, watched);
			}
		});
	}

	private boolean isDoubtful(SeenSession session) {
		return session.isExpired() || (this.store.isExtending() && isHalfIdle(session));
	}

	private boolean isHalfIdle(SeenSession session) {
		Instant now = Instant.ofEpochMilli(this.timers.now(TimeUnit.MILLISECONDS));
		Duration idle = Duration.between(session.lastAccess(), now);
		return !session.maxIdle().isNegative() && idle.multipliedBy(2).compareTo(session.maxIdle()) > 0;
	}

	private Set<String> used() {
		return this.registry.identities()
			.stream()
			.map(Identity::sessionId)
			.filter(Objects::nonNull)
			.collect(Collectors.toSet());
	}

	private Mono<Void> check(String id, Watched watched, Set<String> used) {
		if (!watched.everywhere() && !used.contains(id)) {
			return Mono.fromRunnable(() -> forget(id, watched));
		}
		if (this.store.isExtending() && !used.contains(id) && !watched.session().isExpired()) {
			return Mono.empty(); // only connections extend a session
		}
		return this.store.find(watched.session().id())
			.timeout(LOOKUP_TIMEOUT, this.timers)
			.doOnNext((found) -> this.sessions.replace(id, watched, watched.with(found)))
			.switchIfEmpty(Mono.fromRunnable(() -> end(id, watched)))
			.then();
	}

	/** A client of the session may be between its handshake and its registration. */
	private void forget(String id, Watched watched) {
		if (watched.unused()) {
			this.sessions.remove(id, watched);
		}
		else {
			this.sessions.replace(id, watched, new Watched(watched.session(), watched.everywhere(), true));
		}
	}

	private void end(String id, Watched watched) {
		if (!this.sessions.remove(id, watched)) {
			return; // a request has come in the meantime
		}
		if (watched.everywhere()) {
			end(id);
		}
		else {
			this.registry.close((identity) -> id.equals(identity.sessionId()), CloseReason.of(ErrorCode.LOGGED_OUT));
		}
	}

}
