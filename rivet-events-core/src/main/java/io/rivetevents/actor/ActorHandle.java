package io.rivetevents.actor;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import reactor.core.publisher.Mono;

import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Targets;

/**
 * A way to one instance from the server's own code. It names the instance and holds
 * nothing; each use finds it.
 * <p>
 * Events go through the mailbox of the instance: they arrive in order with those that the
 * instance sends itself. An instance that is not in memory has no connections and is
 * neither created nor woken for an event. One whose mailbox is full refuses the event
 * with {@code actor.overloaded}, which its receipt says and the log.
 *
 * @since 0.1.0
 */
public interface ActorHandle extends Targets<@Nullable Object> {

	/**
	 * Call an action. Nothing happens before the result is subscribed to.
	 * @param action name of the action
	 * @param type type to convert the result to; {@code Void} for none
	 * @param args its arguments; converted as those of a client are
	 * @return the result; empty for none. Errors are those that a client gets, as
	 * {@code RivetException}
	 */
	<T> Mono<T> call(String action, Class<T> type, @Nullable Object... args);

	/**
	 * Calls an action whose result has type arguments: {@code call("history", new
	 * ParameterizedTypeReference<List<Message>>() { })}. Otherwise the same as
	 * {@link #call(String, Class, Object...)}.
	 * @param action name of the action
	 * @param type type to convert the result to
	 * @param args its arguments; converted as those of a client are
	 * @return the result; empty for none. Errors are those that a client gets, as
	 * {@code RivetException}
	 * @since 0.1.0
	 */
	<T> Mono<T> call(String action, ParameterizedTypeReference<T> type, @Nullable Object... args);

	/**
	 * Run what a call of a connection would run, as though its client had sent it:
	 * interceptors, checks of the arguments, the action, and the listeners of that name.
	 * Nothing is sent to the client but the events that come of it. Nothing happens
	 * before the result is subscribed to.
	 * @param connection a connection of the instance
	 * @param action name of the action
	 * @param type type to convert the result to; {@code Void} for none
	 * @param args its arguments; converted as those of a client are
	 * @return the result; empty for none. Errors are those that the client would get, as
	 * {@code RivetException}; {@code IllegalArgumentException} if the connection is none
	 * of the instance's
	 */
	<T> Mono<T> predict(Connection<?> connection, String action, Class<T> type, @Nullable Object... args);

	/**
	 * Runs what a call of a connection would run and converts a result that has type
	 * arguments. Otherwise the same as
	 * {@link #predict(Connection, String, Class, Object...)}.
	 * @param connection a connection of the instance
	 * @param action name of the action
	 * @param type type to convert the result to
	 * @param args its arguments; converted as those of a client are
	 * @return the result; empty for none. Errors are those that the client would get, as
	 * {@code RivetException}; {@code IllegalArgumentException} if the connection is none
	 * of the instance's
	 * @since 0.1.0
	 */
	<T> Mono<T> predict(Connection<?> connection, String action, ParameterizedTypeReference<T> type,
			@Nullable Object... args);

	/**
	 * Returns the instance as an object of an interface that its actor implements. Each
	 * method calls the action that it is; a default method that is none runs as it is.
	 * Arguments are written and results are read by the declared types, with their type
	 * arguments. What a method returns decides how it is called:
	 * <ul>
	 * <li>a {@code Mono} calls when it is subscribed to, as {@link #call} does. A
	 * {@code Flux} does so, too.</li>
	 * <li>a {@code CompletionStage} or {@code CompletableFuture} calls at once and
	 * continues on another thread.</li>
	 * <li>any other type, and {@code void}, calls at once and waits for the result. It is
	 * {@code null} if the action has none.</li>
	 * <li>{@code void} of an action with {@code @OneWay} calls at once and does not wait;
	 * a failure is logged.</li>
	 * </ul>
	 * Errors are those of {@link #call}, thrown where the method waits. A method that
	 * waits throws {@code IllegalStateException} on a thread that must not block, such as
	 * an event loop, and in a turn of the very instance that it calls, which would wait
	 * for itself. In a turn of another instance it waits and holds that turn. For a
	 * handle {@linkplain Actors#byId by id} the actor of the instance is not checked: an
	 * id that comes from a client may be that of another actor, which has actions of the
	 * same names.
	 * @param api the interface
	 * @throws IllegalArgumentException if it is no interface, the actor does not
	 * implement it, or one of its methods is no action or has parameters that are not the
	 * caller's; for a handle {@linkplain Actors#byId by id}, if there is not exactly one
	 * actor that implements it
	 * @since 0.1.0
	 */
	<T> T as(Class<T> api);

	/**
	 * Listen to what clients of the instance call under a name, which need not be an
	 * action. Several listeners run in the order in which they were added. They stay
	 * while the instance sleeps, until the registration is closed.
	 * @param action the name
	 * @param listener called in the turn
	 * @return ends it
	 */
	Registration on(String action, ActionListener listener);

	/**
	 * Find the instance, wake or create it.
	 * @return what is told of it; {@code actor.not_found} if there is none and the handle
	 * does not create it
	 */
	Mono<ActorInfo> resolve();

	/**
	 * Delete the instance and its state.
	 * @return ends when it is gone; {@code actor.not_found} if there was none
	 */
	Mono<Void> destroy();

}
