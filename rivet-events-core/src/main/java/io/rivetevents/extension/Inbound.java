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
 * Something that a client wants of an instance, as interceptors see it.
 *
 * @param kind what it wants
 * @param actor the instance
 * @param name name of the action or event; empty for a connect
 * @param args arguments of the action; those of a connect are its params, if there are
 * any
 * @param connection the client's connection, {@code null} for a connect, which has none
 * yet, and where the server itself calls
 * @param principal who signed in, {@code null} if nobody did
 * @since 0.1.0
 */
public record Inbound(Kind kind, ActorAddress actor, String name, Args args, @Nullable Connection<?> connection,
		@Nullable Principal principal) {

	/** What a client wants. */
	public enum Kind {

		/** To call an action. */
		ACTION,

		/** To get an event. */
		SUBSCRIPTION,

		/** To be let in. */
		CONNECT

	}

	/**
	 * Returns the same with other arguments. Those of a connect cannot be changed.
	 * @param args the arguments
	 */
	public Inbound withArgs(Args args) {
		return new Inbound(this.kind, this.actor, this.name, args, this.connection, this.principal);
	}

	/**
	 * The caller within whose scope it is handled, {@code null} for the server itself.
	 */
	public @Nullable Principal caller() {
		boolean server = this.kind == Kind.ACTION && this.connection == null;
		return server ? this.principal : CallerScope.client(this.principal);
	}

	/** Returns it on one line, of bounded length, for the log. */
	@Override
	public String toString() {
		return "%s %s of %s by %s".formatted(this.kind, SafeText.of(this.name), this.actor, this.connection);
	}

	/**
	 * Returns what leaves it undone: the client is answered {@code actor.skipped}.
	 */
	public Mono<Object> skip() {
		return Mono.error(() -> new RivetException(ErrorCode.SKIPPED));
	}

}
