package io.rivetevents.actor.call;

import java.lang.reflect.Method;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Hook;
import io.rivetevents.extension.Invocation;

/**
 * What the instances of one actor do. The runtime decides when, this knows how.
 */
public interface ActorType {

	/**
	 * Return the name under which clients find it.
	 */
	String name();

	/**
	 * Return the class that an application knows it by.
	 */
	Class<?> actorClass();

	/**
	 * Return limits and times of its instances.
	 */
	ActorSettings settings();

	/**
	 * Return the hooks that it has.
	 */
	Set<Hook> hooks();

	/**
	 * Returns whether the method for a hook takes the context of the instance.
	 * @param hook one that it has
	 */
	boolean usesContext(Hook hook);

	/**
	 * Returns whether the method for a hook says by its result whether to go on. Then
	 * only {@code true} says so: {@code null} and an empty {@code Mono} do not. One that
	 * returns nothing agrees by returning.
	 * @param hook one that it has
	 */
	boolean returnsDecision(Hook hook);

	/**
	 * Returns whether anything of it could see the input of an instance. One that nobody
	 * can see is not kept.
	 */
	default boolean takesInput() {
		return true;
	}

	/**
	 * Returns whether a hook of it takes the head of the request by which a client
	 * connects. One that no hook takes is not read.
	 */
	default boolean takesRequestHead() {
		return false;
	}

	/**
	 * Return the type of its state, {@code null} if it has none.
	 */
	@Nullable DeclaredType stateType();

	/**
	 * Return an action.
	 * @param name name that a client calls
	 * @return how to treat it, or {@code null} if there is none of that name
	 */
	@Nullable ActionSettings action(String name);

	/**
	 * Returns the action that a method of an interface declares.
	 * @param declared a method of an interface that the class of the actor implements
	 * @return the action, {@code null} if the method is none
	 */
	@Nullable DeclaredAction declaredAction(Method declared);

	/**
	 * Returns whether other turns may run while the result of an action is awaited.
	 * @param name name that a client calls, whether there is such an action or not
	 */
	default boolean isInterleaved(String name) {
		ActionSettings action = action(name);
		return action != null && action.interleave();
	}

	/**
	 * Return an event.
	 * @param name its name
	 * @return how to treat it, or {@code null} if there must not be one of that name
	 */
	@Nullable EventSettings event(String name);

	/**
	 * Check that a client may subscribe to an event, as far as its declaration says; the
	 * hook is asked afterwards.
	 * @param event name of the event
	 * @param principal who signed in, {@code null} if nobody did
	 * @return whether it may also get events of that name that are sent to the
	 * connections of all actors; not if another actor declares them, and not for it
	 * @throws RivetException if it may not
	 */
	boolean checkSubscription(String event, @Nullable Principal principal);

	/**
	 * Return whether there is a rule for who may reach its instances.
	 */
	boolean isGuarded();

	/**
	 * Check that a client may reach an instance, whatever it wants of it and however it
	 * found it. May block.
	 * @param principal who signed in, {@code null} if nobody did
	 * @param address the instance, which need not exist
	 * @throws RivetException if it may not
	 */
	void checkAccess(@Nullable Principal principal, ActorAddress address);

	/**
	 * Call the method for a hook or an action on the current thread.
	 * @param invocation what to call, and with what
	 * @return its result, {@code null} for none, or a {@code Mono} of it that is still to
	 * be subscribed to
	 * @throws Exception what the method threw
	 */
	@Nullable Object invoke(Invocation invocation) throws Exception;

	/**
	 * Say what a client is told of a failure. What it must not see is logged here.
	 * @param failure what a method or an interceptor threw
	 * @param what what failed, for the log
	 * @param caller the caller whose call has failed, {@code null} for the server itself
	 */
	RivetException translate(Throwable failure, Object what, @Nullable Principal caller);

	/**
	 * How to treat an action.
	 *
	 * @param name its name
	 * @param timeout longest time it may take
	 * @param interleave whether other turns may run while its result is awaited
	 * @param durable whether the state is saved before the answer
	 * @param isVoid whether it has no result, so that a client gets {@code undefined}
	 * @param oneWay whether a connection is not answered
	 * @param immediate whether its result is there once its method has returned
	 * @param blocking whether its method may block its thread
	 * @param snapshot whether a client may ask for it with its connect
	 * @param result type of its result, {@code Object} if it has none
	 */
	record ActionSettings(String name, Duration timeout, boolean interleave, boolean durable, boolean isVoid,
			boolean oneWay, boolean immediate, boolean blocking, boolean snapshot, DeclaredType result) {
	}

	/**
	 * An action, as a method of an interface declares it.
	 *
	 * @param name its name
	 * @param fromCaller whether all arguments are those of a caller
	 * @param varArgs whether the elements of the last argument are arguments
	 */
	record DeclaredAction(String name, boolean fromCaller, boolean varArgs) {
	}

	/**
	 * How to treat an event.
	 *
	 * @param droppable whether it may be dropped for a connection that is slow
	 * @param history what is kept of it for clients that come back, {@code null} for what
	 * holds for the instance
	 * @param arguments the types of its arguments, none if they are not declared
	 */
	record EventSettings(boolean droppable, @Nullable HistoryLimits history, List<DeclaredType> arguments) {

		/** An event of which nothing is declared. */
		public static final EventSettings PLAIN = new EventSettings(false, null, List.of());

	}

	/**
	 * Return the value of a result that is none of {@link Mono}'s.
	 * @param result what {@link #invoke} returned
	 */
	static Mono<Object> asMono(@Nullable Object result) {
		return (result instanceof Mono<?> mono) ? mono.cast(Object.class) : Mono.justOrEmpty(result);
	}

}
