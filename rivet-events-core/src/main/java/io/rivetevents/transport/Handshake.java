/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.InetAddress;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.connection.RequestHead;
import io.rivetevents.delivery.Users;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AuthenticationExpiry;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.extension.Identity;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.value.WireValues;
import io.rivetevents.ticket.Tickets;
import io.rivetevents.ticket.Tickets.Accepted;

/**
 * Reads and checks the parts of a request that a connection keeps.
 */
public final class Handshake {

	private static final String ORIGIN = "Origin";

	private final ConnectionAuthenticator authenticator;

	private final Users users;

	private final boolean authenticationRequired;

	private final Limits limits;

	private final Duration timeout;

	private final Scheduler timers;

	private final BooleanSupplier headTaken;

	private final AuthenticationExpiry expiry;

	private final @Nullable Tickets tickets;

	/**
	 * Creates a reader.
	 * @param authenticator authenticates the credentials of a client
	 * @param users decides whether a principal is authenticated, and identifies users
	 * @param authenticationRequired whether anonymous clients are rejected
	 * @param limits counts timeouts
	 * @param timeout time limit for the authentication of a request
	 * @param timers scheduler of the timeout; must not be blocked
	 * @param headTaken whether a hook takes the head of the request
	 * @param expiry finds the time at which credentials expire
	 * @param tickets accepts tickets; {@code null} if there are none
	 */
	public Handshake(ConnectionAuthenticator authenticator, Users users, boolean authenticationRequired, Limits limits,
			Duration timeout, Scheduler timers, BooleanSupplier headTaken, AuthenticationExpiry expiry,
			@Nullable Tickets tickets) {
		this.authenticator = authenticator;
		this.users = users;
		this.authenticationRequired = authenticationRequired;
		this.limits = limits;
		this.timeout = timeout;
		this.timers = timers;
		this.headTaken = headTaken;
		this.expiry = expiry;
		this.tickets = tickets;
	}

	/**
	 * Returns whether a client still has to authenticate.
	 * @param request its request
	 */
	public Mono<Boolean> isUndecided(HandshakeRequest request) {
		return signedIn(request).hasElement().map((known) -> this.authenticationRequired && !known);
	}

	/**
	 * Returns the owner id of the user of a request.
	 * @param request the request
	 * @return the owner id; empty for an anonymous client; {@code
	 * auth.authentication_timed_out} if authentication takes too long
	 */
	public Mono<String> ownerOf(HandshakeRequest request) {
		return inTime(signedIn(request).mapNotNull(this.users::ownerOf));
	}

	/**
	 * Adds the head of the HTTP request to a client's request if a hook of any actor
	 * takes it.
	 * @param asked the client's request
	 * @param request its HTTP request
	 * @throws RivetException {@code request.invalid} if its headers exceed the limit
	 */
	public ConnectRequest withHead(ConnectRequest asked, HandshakeRequest request) {
		return this.headTaken.getAsBoolean() ? asked.withHead(head(request)) : asked;
	}

	private static RequestHead head(HandshakeRequest request) {
		Map<String, List<String>> headers = request.headers();
		long size = 0;
		for (Map.Entry<String, List<String>> header : headers.entrySet()) {
			for (String value : header.getValue()) {
				size += header.getKey().length() + value.length();
			}
		}
		if (size > RequestHead.MAX_SIZE) {
			throw new RivetException(ErrorCode.REQUEST_INVALID,
					"The headers of the request exceed %d bytes.".formatted(RequestHead.MAX_SIZE));
		}
		return new RequestHead(request.uri().getRawPath(), request.uri().getRawQuery(), headers, request.cookies(),
				request.clientAddress());
	}

	private <T> Mono<T> inTime(Mono<T> found) {
		return found.timeout(this.timeout, Mono.defer(() -> {
			this.limits.hits().add(Limit.HELLO_TIMEOUT);
			return Mono.error(new RivetException(ErrorCode.AUTHENTICATION_TIMED_OUT));
		}), this.timers);
	}

	private Mono<Principal> signedIn(HandshakeRequest request) {
		return Mono.defer(request::principal).filter(this.users::isSignedIn);
	}

	/**
	 * Authenticates the client of a request that does not connect.
	 * @param request the request
	 * @param params its connection params, {@code null} if there are none
	 * @return the identity; {@code auth.invalid_credentials} if the params contain wrong
	 * credentials, {@code auth.identity_conflict} if they belong to another user than the
	 * request, {@code
	 * auth.authentication_required} if the client is anonymous and authentication is
	 * required, {@code auth.authentication_timed_out} if authentication takes too long
	 */
	public Mono<Identity> identify(HandshakeRequest request, @Nullable JsonNode params) {
		return identify(request, params, Flux.empty());
	}

	/**
	 * Authenticates the client of a request to connect, once.
	 * @param opening the request, which may contain a ticket
	 * @param params its connection params, {@code null} if there are none
	 * @param credentials the credentials in its first message, {@code null} if there are
	 * none
	 * @return the identity; errors as for {@link #identify(HandshakeRequest, JsonNode)},
	 * and {@code auth.invalid_credentials} if credentials or ticket are wrong
	 */
	public Mono<Identity> identify(PendingHandshake opening, @Nullable JsonNode params,
			@Nullable JsonNode credentials) {
		PendingHandshake.Place place = opening.place();
		return (place != null) ? place.identity()
				: identify(opening.request(), params, Flux.concat(byTicket(opening), byMessage(opening, credentials)));
	}

	private Mono<Identity> identify(HandshakeRequest request, @Nullable JsonNode params, Flux<Accepted> more) {
		InetAddress address = request.clientAddress();
		return inTime(find(request, params, more).map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.flatMap((found) -> session(request, found.orElse(null)).map(Optional::of)
				.defaultIfEmpty(Optional.empty())
				.map((session) -> identity(found.orElse(null), session.orElse(null), address))));
	}

	private Identity identity(@Nullable Accepted found, @Nullable String session, @Nullable InetAddress address) {
		Principal user = (found != null) ? found.user() : null;
		return new Identity(user, this.users.ownerOf(user), session, address)
			.withExpiry((found != null) ? found.expiresAt() : null);
	}

	/** A ticket is used in place of the session in which it was issued. */
	private static Mono<String> session(HandshakeRequest request, @Nullable Accepted found) {
		String ofTicket = (found != null) ? found.session() : null;
		return (ofTicket != null) ? Mono.just(ofTicket) : request.sessionId(found != null);
	}

	/**
	 * Finds the user by the request, the params and the credentials. All that are present
	 * must belong to the same user.
	 */
	private Mono<Accepted> find(HandshakeRequest request, @Nullable JsonNode params, Flux<Accepted> more) {
		Mono<Principal> byParams = Mono.defer(() -> LinkTask.later(() -> this.authenticator.authenticate(params)))
			.filter(this.users::isSignedIn);
		return Flux.concat(Flux.concat(signedIn(request), byParams).map(this::known), more)
			.collectList()
			.flatMap((found) -> {
				if (found.isEmpty()) {
					return anonymous();
				}
				boolean same = found.stream().map(Accepted::user).map(this.users::ownerOf).distinct().count() == 1;
				return same ? Mono.just(found.get(0)) : Mono.error(new RivetException(ErrorCode.IDENTITY_CONFLICT));
			})
			.contextWrite(request.context());
	}

	private Accepted known(Principal user) {
		return new Accepted(user, null, this.expiry.expiresAt(user));
	}

	private Mono<Accepted> byMessage(PendingHandshake opening, @Nullable JsonNode credentials) {
		return (credentials != null) ? login(this.authenticator, originOf(opening), opening.target()).check(credentials)
				: Mono.empty();
	}

	private Mono<Accepted> byTicket(PendingHandshake opening) {
		String ticket = opening.ticket();
		return (this.tickets != null && ticket != null)
				? this.tickets.accept(ticket, originOf(opening), opening.target()) : Mono.empty();
	}

	private static @Nullable String originOf(PendingHandshake opening) {
		List<String> origin = opening.request().header(ORIGIN);
		return origin.isEmpty() ? null : origin.get(0);
	}

	private Login login(ConnectionAuthenticator authenticator, @Nullable String origin, Supplier<ActorTarget> target) {
		return (credentials) -> {
			String ticket = Tickets.in(credentials);
			return (this.tickets != null && ticket != null) ? this.tickets.accept(ticket, origin, target)
					: Mono.defer(() -> LinkTask.later(() -> authenticator.login(credentials)))
						.filter(this.users::isSignedIn)
						.map(this::known)
						.switchIfEmpty(Mono.error(() -> new RivetException(ErrorCode.AUTHENTICATION_REQUIRED)));
		};
	}

	/** Checks credentials that a client sends in a message. */
	@FunctionalInterface
	interface Login {

		/** Accepts no credentials. */
		Login NONE = (credentials) -> Mono.error(() -> new RivetException(ErrorCode.INVALID_CREDENTIALS));

		/**
		 * Checks credentials.
		 * @return the user; {@code auth.invalid_credentials} and other errors
		 */
		Mono<Accepted> check(JsonNode credentials);

	}

	/**
	 * Returns what checks later credentials of a client, without its request.
	 * @param opening the request
	 */
	Mono<Login> retained(PendingHandshake opening) {
		String origin = originOf(opening);
		ActorTarget target = opening.target().get();
		return Mono.defer(this.authenticator::retained)
			.map((authenticator) -> login(authenticator, origin, () -> target))
			.contextWrite(opening.request().context());
	}

	/**
	 * Authenticates a connected client again.
	 * @param identity its identity until now
	 * @param credentials its new credentials
	 * @param login checks them
	 * @return the new identity; {@code auth.identity_conflict} if the credentials belong
	 * to another user, or the client is anonymous; other errors as for {@link #identify}
	 */
	Mono<Identity> renew(Identity identity, JsonNode credentials, Login login) {
		String owner = identity.owner();
		if (owner == null) {
			return Mono.error(new RivetException(ErrorCode.IDENTITY_CONFLICT));
		}
		return inTime(login.check(credentials).map((found) -> {
			if (!owner.equals(this.users.ownerOf(found.user()))) {
				throw new RivetException(ErrorCode.IDENTITY_CONFLICT);
			}
			String session = (found.session() != null) ? found.session() : identity.sessionId();
			return identity(found, session, identity.address());
		}));
	}

	private Mono<Accepted> anonymous() {
		return this.authenticationRequired ? Mono.error(new RivetException(ErrorCode.AUTHENTICATION_REQUIRED))
				: Mono.empty();
	}

	/**
	 * Parses connection params.
	 * @param json their JSON, {@code null} if there are none
	 * @throws RivetException {@code request.invalid} if they are not valid JSON
	 */
	public static @Nullable JsonNode params(@Nullable String json) {
		if (json == null) {
			return null;
		}
		try {
			return WireValues.decodeJson(json);
		}
		catch (RivetException ex) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "The connection params are not valid JSON.");
		}
	}

}
