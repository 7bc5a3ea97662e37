package io.rivetevents.invocation;

import java.lang.reflect.Type;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;

import io.rivetevents.contract.reflect.EventMethod;

/**
 * What an actor offers to clients.
 *
 * @param name name of the actor
 * @param params connection params, {@code null} if it takes none
 * @param actions its actions, by name
 * @param events the events that its contracts declare, by name
 */
public record ActorContract(String name, @Nullable MethodParameter params, List<ActionContract> actions,
		List<EventMethod> events) {

	public ActorContract {
		actions = List.copyOf(actions);
		events = List.copyOf(events);
	}

	/**
	 * An action.
	 *
	 * @param name its name
	 * @param parameters what a client sends
	 * @param result type of what it gets, {@code null} for nothing
	 * @param nullable whether it may get null
	 */
	public record ActionContract(String name, List<MethodParameter> parameters, @Nullable Type result,
			boolean nullable) {

		/**
		 * Returns whether a client may leave an argument out, if it leaves out all those
		 * behind it.
		 * @param parameter one that takes what a client sends
		 * @since 0.1.0
		 */
		public static boolean isOptional(MethodParameter parameter) {
			return parameter.isOptional() || DefaultArgument.isOn(parameter);
		}

	}

}
