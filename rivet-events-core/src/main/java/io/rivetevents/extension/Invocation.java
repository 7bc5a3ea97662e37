package io.rivetevents.extension;

import java.security.Principal;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.RequestHead;

/**
 * One call of an actor's method: which one, for whom, with what. Arguments are resolved
 * from it. Its text names method, instance and connection for the log.
 *
 * @since 0.1.0
 */
public interface Invocation {

	/**
	 * Returns whether it is only asked whether the caller may make the call.
	 */
	boolean isCheck();

	/**
	 * Returns whether a client has caused the call, and not the server itself.
	 */
	boolean hasCaller();

	/**
	 * Returns which hook is called, {@code null} if it is an action.
	 */
	@Nullable Hook hook();

	/**
	 * Returns the name of the action, or of the hook.
	 */
	String name();

	/**
	 * Returns the context that the method gets.
	 */
	ActorContext<@Nullable Object, @Nullable Object> context();

	/**
	 * Returns the connection of the caller, {@code null} before there is one and for a
	 * call that comes from the server itself.
	 */
	@Nullable Connection<@Nullable Object> connection();

	/**
	 * Returns who has caused the call, {@code null} if nobody signed in.
	 */
	@Nullable Principal principal();

	/**
	 * Returns the caller within whose scope the application's code runs, {@code null} for
	 * the server itself.
	 */
	@Nullable Principal caller();

	/**
	 * Returns the caller's connection params, {@code null} if there are none.
	 */
	@Nullable JsonNode params();

	/**
	 * Returns the head of the HTTP request of the caller, {@code null} after it is
	 * connected, for a call that comes from the server itself, and if no hook of any
	 * actor has a parameter of this type.
	 * @since 0.1.0
	 */
	default @Nullable RequestHead requestHead() {
		return null;
	}

	/**
	 * Returns the input of the instance, {@code null} if there is none.
	 */
	@Nullable JsonNode input();

	/**
	 * Returns the arguments of an action as the client sent them.
	 */
	List<JsonNode> args();

	/**
	 * Returns what a hook is told beside its context, as said at {@link Hook}.
	 */
	@Nullable Object[] payload();

}
