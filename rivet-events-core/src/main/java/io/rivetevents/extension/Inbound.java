/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.connection.Connection;
import io.rivetevents.conversion.Args;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.scheduling.CallerScope;

/**
 * A client's request to an instance, as interceptors see it.
 *
 * @param kind the kind of request
 * @param actor the instance
 * @param name name of the action or event; empty for a connect
 * @param args arguments of the action; for a connect its params, if there are any
 * @param connection the client's connection, {@code null} for a connect and if the server
 * itself calls
 * @param principal the caller's principal, {@code null} if anonymous
 * @since 0.1.0
 */
public record Inbound(Kind kind, ActorAddress actor, String name, Args args, @Nullable Connection<?> connection,
		@Nullable Principal principal) {

	/** The kind of request. */
	public enum Kind {

		/** Calls an action. */
		ACTION,

		/** Subscribes to an event. */
		SUBSCRIPTION,

		/** Connects. */
		CONNECT

	}

	/**
	 * Returns the same request with other arguments. Those of a connect cannot be
	 * changed.
	 * @param args the arguments
	 */
	public Inbound withArgs(Args args) {
		return new Inbound(this.kind, this.actor, this.name, args, this.connection, this.principal);
	}

	/**
	 * Returns the caller in whose scope it is handled, {@code null} for the server
	 * itself.
	 */
	public @Nullable Principal caller() {
		boolean server = this.kind == Kind.ACTION && this.connection == null;
		return server ? this.principal : CallerScope.client(this.principal);
	}

	/** Returns a text for the log: on one line, of bounded length. */
	@Override
	public String toString() {
		return "%s %s of %s by %s".formatted(this.kind, SafeText.of(this.name), this.actor, this.connection);
	}

	/**
	 * Returns a result that skips the request: the client receives {@code actor.skipped}.
	 */
	public Mono<Object> skip() {
		return Mono.error(() -> new RivetException(ErrorCode.SKIPPED));
	}

}
