/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.apache.commons.logging.LogFactory;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.Identity;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Checks the users of this node's connections again, each once in an interval, one after
 * the other. The connections of a user with other authorities than before have the
 * present ones from then on. Connections are closed with {@code auth.logged_out} if their
 * user no longer exists, or is disabled, locked or expired. Only users that came from a
 * {@link UserDetails} service are checked. If the service fails, the failure is logged
 * and the connections stay as they are until the next interval.
 */
public final class UserRecheck {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(UserRecheck.class));

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final OutboundRegistry registry;

	private final ReactiveUserDetailsService users;

	private final Duration interval;

	private final Scheduler timers;

	private Disposable schedule = Disposables.disposed();

	private volatile Disposable checks = Disposables.disposed();

	/**
	 * Creates checks.
	 * @param registry the connections of this node
	 * @param users finds users by their names
	 * @param interval time between two checks of a user
	 * @param timers scheduler of the checks
	 */
	public UserRecheck(OutboundRegistry registry, ReactiveUserDetailsService users, Duration interval,
			Scheduler timers) {
		this.registry = registry;
		this.users = users;
		this.interval = interval;
		this.timers = timers;
	}

	/** Starts the checks. */
	public void start() {
		long millis = this.interval.toMillis();
		this.schedule = this.timers.schedulePeriodically(this::check, millis, millis, TimeUnit.MILLISECONDS);
	}

	/** Stops the checks. */
	public void stop() {
		this.schedule.dispose();
		this.checks.dispose();
	}

	private void check() {
		if (this.checks.isDisposed()) {
			this.checks = Flux.fromIterable(connected().entrySet())
				.concatMap((user) -> check(user.getKey(), user.getValue()))
				.subscribe(null, (ex) -> failures.error(ex,
						() -> "The users of connections could not be checked again; their connections stay as they are"));
		}
	}

	/** Returns the users of the connections by their names, as they have signed in. */
	private Map<String, List<UserDetails>> connected() {
		return this.registry.identities()
			.stream()
			.map(UserRecheck::userOf)
			.flatMap(Optional::stream)
			.collect(Collectors.groupingBy(UserDetails::getUsername));
	}

	private static Optional<UserDetails> userOf(Identity identity) {
		Principal principal = identity.principal();
		return (principal instanceof Authentication signedIn && signedIn.getPrincipal() instanceof UserDetails user)
				? Optional.of(user) : Optional.empty();
	}

	private Mono<Void> check(String name, List<UserDetails> connected) {
		return this.users.findByUsername(name)
			.timeout(TIMEOUT, this.timers)
			.onErrorComplete(UsernameNotFoundException.class)
			.map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.doOnNext((found) -> update(new PresentUser(name, found.orElse(null)), connected))
			.then();
	}

	private void update(PresentUser user, List<UserDetails> connected) {
		if (!connected.stream().allMatch(user::isAsBefore)) {
			this.registry.update(user::update, CloseReason.of(ErrorCode.LOGGED_OUT));
		}
	}

}
