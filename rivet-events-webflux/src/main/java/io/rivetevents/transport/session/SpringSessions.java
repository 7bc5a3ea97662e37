/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.session;

import java.time.Duration;
import java.time.Instant;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationListener;
import org.springframework.session.ReactiveSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.events.SessionDestroyedEvent;
import reactor.core.publisher.Mono;

import io.rivetevents.extension.Identity;

/**
 * The sessions of Spring Session. Closes the connections of a session when the repository
 * publishes that it was deleted or has expired, on whichever node the event arrives. A
 * repository that is not indexed publishes no events: its sessions are looked up.
 */
public final class SpringSessions implements SessionLookup, ApplicationListener<SessionDestroyedEvent> {

	private final ObjectProvider<ReactiveSessionRepository<?>> repository;

	private final ObjectProvider<SessionWatch> watch;

	/**
	 * Creates the lookup.
	 * @param repository the sessions of the application; may be missing
	 * @param watch closes connections
	 */
	public SpringSessions(ObjectProvider<ReactiveSessionRepository<?>> repository, ObjectProvider<SessionWatch> watch) {
		this.repository = repository;
		this.watch = watch;
	}

	@Override
	public Mono<SeenSession> find(String id) {
		return Mono.justOrEmpty(this.repository.getIfUnique())
			.flatMap((sessions) -> sessions.findById(id))
			.map(Stored::new);
	}

	@Override
	public boolean isPresent() {
		return this.repository.getIfUnique() != null;
	}

	@Override
	public void onApplicationEvent(SessionDestroyedEvent event) {
		Session session = event.getSession();
		String id = (session != null) ? session.getAttribute(Identity.SESSION_ATTRIBUTE) : null;
		if (id != null) {
			this.watch.ifAvailable((sessions) -> sessions.end(id));
		}
	}

	/** A session of the repository, as it was when it was read. */
	private record Stored(Session session) implements SeenSession {

		@Override
		public String id() {
			return this.session.getId();
		}

		@Override
		public Instant lastAccess() {
			return this.session.getLastAccessedTime();
		}

		@Override
		public Duration maxIdle() {
			return this.session.getMaxInactiveInterval();
		}

		@Override
		public boolean isExpired() {
			return this.session.isExpired();
		}

	}

}
