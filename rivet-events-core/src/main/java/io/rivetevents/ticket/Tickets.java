/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.ticket;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.PortablePrincipal;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.extension.PrincipalCodecException;
import io.rivetevents.extension.SerializedPrincipal;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.ErrorCode;

/**
 * Issues tickets to signed-in clients, and accepts each once, for a short time, from the
 * same origin. A ticket contains the encrypted user, so that each node with the same key
 * accepts it. A user of a class that cannot be sent to another node is kept in the memory
 * of this node instead, and then only this node accepts the ticket. Safe for use by
 * several threads.
 */
public final class Tickets {

	/** Maximum number of users in memory. */
	static final int MAX_KEPT = 1_000;

	/** Maximum number of ended sessions in memory. */
	private static final int MAX_ENDED = 10_000;

	private static final String FIELD = "ticket";

	private final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(Tickets.class));

	private final TicketCipher cipher;

	private final SpentTickets spent;

	private final PrincipalCodec codec;

	private final Duration timeout;

	private final InstantSource clock;

	private final Function<ActorTarget, Mono<ActorInfo>> finder;

	private final TicketMemory<Principal> kept;

	/** When each session has ended. */
	private final TicketMemory<Instant> ended;

	/**
	 * Creates an instance.
	 * @param key key of 256 bits, which all nodes share
	 * @param spent the tickets that have been used
	 * @param codec writes and reads users
	 * @param timeout time for which a ticket is accepted
	 * @param clock decides which tickets have expired
	 * @param finder looks for an instance
	 */
	public Tickets(byte[] key, SpentTickets spent, PrincipalCodec codec, Duration timeout, InstantSource clock,
			Function<ActorTarget, Mono<ActorInfo>> finder) {
		this.cipher = new TicketCipher(key);
		this.spent = spent;
		this.codec = codec;
		this.timeout = timeout;
		this.clock = clock;
		this.finder = finder;
		this.kept = new TicketMemory<>(MAX_KEPT, clock);
		this.ended = new TicketMemory<>(MAX_ENDED, clock);
	}

	/** Returns the time for which a ticket is accepted. */
	public Duration timeout() {
		return this.timeout;
	}

	/**
	 * Returns the ticket in the credentials of a client.
	 * @param credentials the credentials, {@code null} if there are none
	 * @return {@code null} if they contain none; the application's own credentials may
	 * have a field of the same name
	 */
	public static @Nullable String in(@Nullable JsonNode credentials) {
		JsonNode ticket = (credentials != null) ? credentials.path(FIELD) : null;
		return (ticket != null && ticket.isString() && ticket.stringValue().startsWith(TicketCipher.PREFIX))
				? ticket.stringValue() : null;
	}

	// Issuing

	/**
	 * Issues a ticket.
	 * @param identity identity of the client
	 * @param user its user
	 * @param origin origin of the page that may use it, {@code null} for a client that is
	 * not a page; such clients may send the origin of the server when they connect
	 * @param actor name of the actor that it is for, {@code null} for all
	 * @return the text of the ticket
	 * @throws RivetException {@code actor.overloaded} if the user has to be kept in
	 * memory, and there are too many
	 */
	public String issue(Identity identity, PortablePrincipal user, @Nullable String origin, @Nullable String actor) {
		String id = UUID.randomUUID().toString();
		Instant issuedAt = this.clock.instant();
		Instant expiresAt = issuedAt.plus(this.timeout);
		SerializedPrincipal written = write(user);
		if (written == null) {
			this.kept.add(id, user.principal(), expiresAt);
		}
		return this.cipher.seal(new TicketContent(id, issuedAt, expiresAt, origin, actor, identity.sessionId(), written,
				identity.expiresAt())
			.encode());
	}

	private @Nullable SerializedPrincipal write(PortablePrincipal user) {
		try {
			return user.serialized(this.codec);
		}
		catch (PrincipalCodecException ex) {
			return null;
		}
	}

	/**
	 * Rejects the tickets that were issued in a web session until now.
	 * @param sessionId permanent id of the session
	 */
	public void endSession(String sessionId) {
		Instant now = this.clock.instant();
		this.ended.set(sessionId, now, now.plus(this.timeout));
	}

	// Accepting

	/**
	 * Accepts a ticket and uses it up.
	 * @param ticket text sent by a client
	 * @param origin origin of its page, {@code null} if it has none
	 * @param target reads the instance that the client connects to; called if the ticket
	 * is for one actor
	 * @return the user of the ticket; {@code auth.invalid_credentials} if it is not
	 * accepted; {@code state.unavailable} if the store cannot decide whether it was used
	 */
	public Mono<Accepted> accept(String ticket, @Nullable String origin, Supplier<ActorTarget> target) {
		return Mono.defer(() -> {
			TicketContent content = open(ticket);
			if (content.expiresAt().isBefore(this.clock.instant())) {
				throw rejected("it has expired");
			}
			if (content.origin() != null && !content.origin().equals(origin)) {
				throw rejected("it was issued to another origin");
			}
			if (hasEnded(content)) {
				throw rejected("its user has logged out since it was issued");
			}
			return checkActor(content, target).then(Mono.defer(() -> spend(content)));
		});
	}

	private TicketContent open(String ticket) {
		byte[] content = this.cipher.open(ticket);
		if (content == null) {
			throw rejected("it was not issued with the key of this node. Nodes without a common store need the same"
					+ " rivet.events.security.stream-key");
		}
		return TicketContent.decode(content);
	}

	/** A later login may continue the session. */
	private boolean hasEnded(TicketContent content) {
		Instant end = (content.session() != null) ? this.ended.get(content.session()) : null;
		return end != null && !content.issuedAt().isAfter(end);
	}

	private Mono<Void> checkActor(TicketContent content, Supplier<ActorTarget> target) {
		String bound = content.actor();
		return (bound == null) ? Mono.empty()
				: nameOf(target.get()).filter(bound::equals)
					.switchIfEmpty(Mono.error(() -> rejected("it was issued for another actor")))
					.then();
	}

	/** Returns the name of the actor; empty if there is no such instance. */
	private Mono<String> nameOf(ActorTarget target) {
		ActorAddress address = target.address();
		return (address != null) ? Mono.just(address.name())
				: this.finder.apply(target).map((info) -> info.address().name());
	}

	private Mono<Accepted> spend(TicketContent content) {
		Accepted accepted = new Accepted(user(content), content.session(), content.until());
		return this.spent.spend(content.id(), content.expiresAt())
			.onErrorMap((ex) -> !(ex instanceof RivetException), this::undecided)
			.filter((first) -> first)
			.switchIfEmpty(Mono.error(() -> rejected("it has been used before")))
			.thenReturn(accepted);
	}

	private Principal user(TicketContent content) {
		SerializedPrincipal written = content.user();
		if (written != null) {
			return read(written);
		}
		Principal user = this.kept.get(content.id());
		if (user == null) {
			throw rejected("another node keeps its user, because the class of the Authentication cannot be sent to"
					+ " other nodes. Add a bean of type PrincipalJsonCustomizer");
		}
		return user;
	}

	private Principal read(SerializedPrincipal written) {
		try {
			return this.codec.read(written);
		}
		catch (PrincipalCodecException ex) {
			this.failures.error(ex, () -> "The user of a ticket could not be read");
			throw new RivetException(ErrorCode.INTERNAL_ERROR);
		}
	}

	private RivetException undecided(Throwable ex) {
		this.failures.error(ex, () -> "The store could not decide whether a ticket has been used");
		return new RivetException(ErrorCode.STATE_UNAVAILABLE);
	}

	private RivetException rejected(String reason) {
		this.failures.warn(reason, () -> "The ticket of a client was rejected: " + reason);
		return new RivetException(ErrorCode.INVALID_CREDENTIALS);
	}

	/**
	 * The user of accepted credentials, such as a ticket.
	 *
	 * @param user the user
	 * @param session permanent id of the web session in which it was issued, {@code null}
	 * if there was none
	 * @param expiresAt when the credentials of the user expire, {@code null} if they do
	 * not; a ticket keeps this time, but not the password or certificate behind it
	 */
	public record Accepted(Principal user, @Nullable String session, @Nullable Instant expiresAt) {
	}

}
