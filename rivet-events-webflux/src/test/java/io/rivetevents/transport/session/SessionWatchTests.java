/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.session;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.web.server.WebSession;
import org.springframework.web.server.session.InMemoryWebSessionStore;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.cluster.NodeCommands;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sessions whose copies in requests are older than those in the shared store.
 */
class SessionWatchTests {

	private static final CloseReason LOGGED_OUT = CloseReason.of(ErrorCode.LOGGED_OUT);

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final OutboundRegistry registry = new OutboundRegistry();

	private final InMemoryWebSessionStore copies = new InMemoryWebSessionStore();

	/** The sessions of the shared store, by their present ids. */
	private final Map<String, SeenSession> stored = new HashMap<>();

	private final List<String> lookups = new ArrayList<>();

	private @Nullable RuntimeException failure;

	private final NodeCommands commands = new NodeCommands(this.registry, new LocalBackplane(), () -> {
	});

	private final SessionWatch watch = new SessionWatch(this.registry, this.commands, this::find, Duration.ofMinutes(1),
			this.timers);

	private final WebSession session = started();

	private final RecordedOutbound client = connect("first");

	@BeforeEach
	void start() {
		this.watch.start();
		this.watch.watch("first", this.session);
	}

	@AfterEach
	void stop() {
		this.watch.stop();
	}

	@Test
	void looksNothingUpBeforeTheSessionIsIdleForTooLong() {
		this.timers.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(this.lookups).isEmpty();
		assertThat(this.client.closed()).isEmpty();
	}

	@Test
	void closesAllConnectionsAfterOneLookup() {
		RecordedOutbound second = connect("first");
		RecordedOutbound other = connect("other");
		expire();
		assertThat(this.client.closed()).containsExactly(LOGGED_OUT);
		assertThat(second.closed()).containsExactly(LOGGED_OUT);
		assertThat(other.closed()).isEmpty();
		assertThat(this.lookups).containsExactly(this.session.getId());
		assertThat(this.watch.size()).isZero();
	}

	@Test
	void keepsConnectionsOfASessionThatAnotherNodeHasExtended() {
		Stored extended = new Stored("first");
		this.stored.put(this.session.getId(), extended);
		expire();
		assertThat(this.client.closed()).isEmpty();
		this.timers.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(this.lookups).hasSize(1);
		extended.expired = true;
		this.stored.clear();
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.client.closed()).containsExactly(LOGGED_OUT);
		assertThat(this.lookups).hasSize(2).endsWith("first");
	}

	@Test
	void looksUpSessionsThatAreNotExpiredAtTheInterval() {
		this.stored.put(this.session.getId(), new Stored("first"));
		this.timers.advanceTimeBy(Duration.ofSeconds(61));
		assertThat(this.lookups).hasSize(1);
		assertThat(this.client.closed()).isEmpty();
		this.stored.clear();
		this.timers.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.lookups).hasSize(2);
		assertThat(this.client.closed()).containsExactly(LOGGED_OUT);
	}

	@Test
	void keepsConnectionsWhileTheStoreCannotAnswer() {
		this.failure = new IllegalStateException("on purpose");
		expire();
		this.timers.advanceTimeBy(Duration.ofSeconds(2));
		assertThat(this.client.closed()).isEmpty();
		assertThat(this.lookups).hasSizeGreaterThan(1);
		this.failure = null;
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.client.closed()).containsExactly(LOGGED_OUT);
	}

	@Test
	void forgetsASessionWithoutConnections() {
		this.registry.remove(this.client.connectionId(), () -> {
		});
		expire();
		assertThat(this.watch.size()).isOne();
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.watch.size()).isZero();
		assertThat(this.lookups).isEmpty();
	}

	@Test
	void forgetsASessionWithoutConnectionsThatDoesNotExpire() {
		SessionWatch other = new SessionWatch(this.registry,
				new NodeCommands(this.registry, new LocalBackplane(), () -> {
				}), SessionLookup.NONE, null, this.timers);
		other.start();
		other.watch("first", this.session);
		other.watch("gone", this.session);
		this.timers.advanceTimeBy(Duration.ofSeconds(60));
		assertThat(other.size()).isEqualTo(2);
		this.timers.advanceTimeBy(Duration.ofSeconds(60));
		assertThat(other.size()).isOne();
		other.stop();
	}

	/** The session ends after the handshake and before the client is registered. */
	@Test
	void closesAConnectionThatIsRegisteredAfterTheEnd() {
		this.registry.remove(this.client.connectionId(), () -> {
		});
		expire();
		RecordedOutbound late = connect("first");
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(late.closed()).containsExactly(LOGGED_OUT);
	}

	/** The answer of an older request may be the last one to be written. */
	@Test
	void keepsTheIdOfTheLatestRequest() {
		this.copies.setClock(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1)));
		WebSession later = started();
		this.watch.seen("first", later);
		this.watch.seen("first", this.session);
		expire();
		assertThat(this.lookups).containsExactly(later.getId());
	}

	@Test
	void looksAtAnInvalidatedSessionOfOtherNodes() {
		this.session.invalidate().block();
		this.watch.ended("elsewhere", this.session);
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.lookups).containsExactly(this.session.getId(), this.session.getId());
		assertThat(this.watch.size()).isZero();
	}

	@Test
	void keepsASessionWithATicketUntilItEndsOnAllNodes() {
		List<String> ended = new ArrayList<>();
		this.commands.onSessionEnd(ended::add);
		this.stored.put(this.session.getId(), new Stored(this.session.getId()));
		this.watch.ticketIssued("first");
		this.registry.remove(this.client.connectionId(), () -> {
		});
		this.timers.advanceTimeBy(Duration.ofMinutes(5));
		assertThat(this.watch.size()).isOne();
		this.stored.clear();
		this.timers.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(ended).containsExactly("first");
		assertThat(this.watch.size()).isZero();
	}

	/** With the property extend-sessions, an open connection extends its session. */
	@Test
	void aTicketDoesNotExtendItsSession() {
		SessionWatch extending = new SessionWatch(this.registry, this.commands, new SessionLookup() {

			@Override
			public Mono<SeenSession> find(String id) {
				return SessionWatchTests.this.find(id);
			}

			@Override
			public boolean isExtending() {
				return true;
			}

		}, null, this.timers);
		this.copies.setClock(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
		this.watch.stop();
		extending.start();
		extending.watch("ticket", started());
		extending.ticketIssued("ticket");
		this.timers.advanceTimeBy(Duration.ofMinutes(29));
		assertThat(this.lookups).isEmpty();
		this.copies.setClock(Clock.fixed(Instant.EPOCH.plus(Duration.ofMinutes(31)), ZoneOffset.UTC));
		this.timers.advanceTimeBy(Duration.ofMinutes(2));
		assertThat(this.lookups).hasSize(1);
		assertThat(extending.size()).isZero();
		extending.stop();
	}

	private WebSession started() {
		WebSession session = this.copies.createWebSession().block();
		session.start();
		return session;
	}

	private void expire() {
		this.copies.setClock(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(40)));
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
	}

	private RecordedOutbound connect(String session) {
		ConnectRequest request = ConnectRequest.stateful(null, new Identity(() -> "ada", session));
		RecordedOutbound outbound = new RecordedOutbound(request.connectionId());
		this.registry.register(request, outbound);
		return outbound;
	}

	private Mono<SeenSession> find(String id) {
		return Mono.defer(() -> {
			this.lookups.add(id);
			return (this.failure != null) ? Mono.error(this.failure) : Mono.justOrEmpty(this.stored.get(id));
		});
	}

	/** A session of the store. */
	private static final class Stored implements SeenSession {

		private final String id;

		private boolean expired;

		Stored(String id) {
			this.id = id;
		}

		@Override
		public String id() {
			return this.id;
		}

		@Override
		public Instant lastAccess() {
			return Instant.EPOCH;
		}

		@Override
		public Duration maxIdle() {
			return Duration.ofMinutes(30);
		}

		@Override
		public boolean isExpired() {
			return this.expired;
		}

	}

}
