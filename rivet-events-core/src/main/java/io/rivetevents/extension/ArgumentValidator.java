package io.rivetevents.extension;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

/**
 * Checks arguments that have been converted.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ArgumentValidator {

	/** Accepts all. */
	ArgumentValidator NONE = new ArgumentValidator() {

		@Override
		public void validate(Object actor, Method method, @Nullable Object[] args) {
		}

		@Override
		public boolean checks(Object actor, Method method) {
			return false;
		}

	};

	/**
	 * Checks the arguments of a call.
	 * @param actor the bean
	 * @param method its method, as declared in the actor class
	 * @param args one for each parameter
	 * @throws io.rivetevents.error.InvalidArgumentException if one is wrong; its index is
	 * that of the parameter, from 0, and it needs no value
	 */
	void validate(Object actor, Method method, @Nullable Object[] args);

	/**
	 * Returns whether there is anything to check of a method. Asked before each call,
	 * since what is checked has to be measured first.
	 * @param actor the bean
	 * @param method its method, as declared in the actor class
	 */
	default boolean checks(Object actor, Method method) {
		return true;
	}

	/**
	 * As {@link #validate}, for arguments of so many parts that to find all that is wrong
	 * with them could take too much memory: it should stop at the first.
	 * @param actor the bean
	 * @param method its method, as declared in the actor class
	 * @param args one for each parameter
	 * @throws io.rivetevents.error.InvalidArgumentException if one is wrong
	 */
	default void validateFirst(Object actor, Method method, @Nullable Object[] args) {
		validate(actor, method, args);
	}

}
