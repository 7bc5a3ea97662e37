package io.rivetevents.actor;

import java.security.Principal;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.connection.CallerScope;
import io.rivetevents.connection.ClientConnection;
import io.rivetevents.connection.Connection;
import io.rivetevents.protocol.SafeText;

/**
 * One call of an actor's method: which one, for whom, with what. Arguments are resolved
 * from it.
 */
public final class Invocation {

	private final @Nullable Hook hook;

	private final String name;

	private final DefaultActorContext context;

	private final @Nullable Caller caller;

	private final List<JsonNode> args;

	private final @Nullable Object[] payload;

	private final boolean check;

	/**
	 * Who has caused a call.
	 *
	 * @param connection its connection, {@code null} before there is one
	 * @param principal who signed in, {@code null} if nobody did
	 * @param params connection params, {@code null} if there are none
	 */
	record Caller(@Nullable ClientConnection connection, @Nullable Principal principal, @Nullable JsonNode params) {

		static Caller of(ClientConnection connection) {
			return new Caller(connection, connection.principal(), connection.request().params());
		}

	}

	private Invocation(@Nullable Hook hook, String name, DefaultActorContext context, @Nullable Caller caller,
			List<JsonNode> args, @Nullable Object[] payload, boolean check) {
		this.check = check;
		this.hook = hook;
		this.name = name;
		this.context = context;
		this.caller = caller;
		this.args = args;
		this.payload = payload;
	}

	static Invocation ofHook(Hook hook, DefaultActorContext context, @Nullable Caller caller,
			@Nullable Object... payload) {
		return new Invocation(hook, hook.name(), context, caller, List.of(), payload, false);
	}

	static Invocation ofAction(String name, DefaultActorContext context, @Nullable Caller caller, List<JsonNode> args) {
		return new Invocation(null, name, context, caller, args, new Object[0], false);
	}

	/** Return the same without the call: only what stands on the method is asked. */
	Invocation asCheck() {
		return new Invocation(this.hook, this.name, this.context, this.caller, this.args, this.payload, true);
	}

	/**
	 * Return whether it is only asked whether the caller may make the call.
	 */
	public boolean isCheck() {
		return this.check;
	}

	/**
	 * Return whether a client has caused the call, and not the server itself.
	 */
	public boolean hasCaller() {
		return this.caller != null;
	}

	/**
	 * Return which hook is called, {@code null} if it is an action.
	 */
	public @Nullable Hook hook() {
		return this.hook;
	}

	/**
	 * Return the name of the action, or of the hook.
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Return the context that the method gets.
	 */
	public ActorContext<@Nullable Object, @Nullable Object> context() {
		return this.context;
	}

	/**
	 * Return the connection of the caller, {@code null} before there is one and for a
	 * call that comes from the server itself.
	 */
	public @Nullable Connection<@Nullable Object> connection() {
		return (this.caller != null) ? this.caller.connection() : null;
	}

	/**
	 * Return who has caused the call, {@code null} if nobody signed in.
	 */
	public @Nullable Principal principal() {
		return (this.caller != null) ? this.caller.principal() : null;
	}

	/**
	 * Returns the caller within whose scope the application's code runs, {@code null} for
	 * the server itself.
	 */
	public @Nullable Principal caller() {
		return (this.caller != null) ? CallerScope.client(this.caller.principal()) : null;
	}

	/**
	 * Return the caller's connection params, {@code null} if there are none.
	 */
	public @Nullable JsonNode params() {
		return (this.caller != null) ? this.caller.params() : null;
	}

	/**
	 * Return the input of the instance, {@code null} if there is none.
	 */
	public @Nullable JsonNode input() {
		return this.context.input();
	}

	/**
	 * Return the arguments of an action as the client sent them.
	 */
	public List<JsonNode> args() {
		return this.args;
	}

	/**
	 * Return what a hook is told beside its context, as said at {@link Hook}.
	 */
	public @Nullable Object[] payload() {
		return this.payload;
	}

	@Override
	public String toString() {
		Connection<?> connection = connection();
		return "%s.%s (id %s%s)".formatted(this.context.instance().address(), SafeText.of(this.name), this.context.id(),
				(connection != null) ? ", connection " + connection.id() : "");
	}

}
