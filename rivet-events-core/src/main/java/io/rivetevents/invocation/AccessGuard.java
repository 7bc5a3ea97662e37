package io.rivetevents.invocation;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.extension.AccessRule;

/**
 * Knows what stands on actors and their methods about who may use them.
 */
public interface AccessGuard {

	/**
	 * Knows no rule, and takes none: where something stands on an actor, the application
	 * does not start.
	 */
	AccessGuard NONE = new AccessGuard() {

		@Override
		public @Nullable AccessRule ruleOf(Class<?> actor, String access) {
			if (!access.isEmpty()) {
				throw new InvalidActorException(actor,
						"`access` needs Spring Security; add spring-boot-starter-security to the application");
			}
			SecurityAnnotations.refuse(actor);
			return null;
		}

		@Override
		public AccessRule ruleOf(String expression) {
			if (!expression.equals("permitAll")) {
				throw new IllegalStateException(
						"The rule \"%s\" needs Spring Security; without it there is permitAll".formatted(expression));
			}
			return (principal, actor) -> {
			};
		}

		@Override
		public Object withoutCaller(Object bean) {
			return bean;
		}

		@Override
		public Mono<Void> authorize(Object bean, Method method, @Nullable Object[] args) {
			return Mono.empty();
		}

	};

	/**
	 * Returns the rule for the instances of an actor. Asked once, at start-up; if it
	 * fails, the application does not start.
	 * @param actor class of the actor
	 * @param access expression of {@code @Actor}, empty for none
	 * @return the rule of expression and class, {@code null} if there is neither
	 */
	@Nullable AccessRule ruleOf(Class<?> actor, String access);

	/**
	 * Returns a rule.
	 * @param expression an expression as in {@code @PreAuthorize}
	 * @throws RuntimeException if it cannot be read
	 */
	AccessRule ruleOf(String expression);

	/**
	 * Returns what to call where no client is the cause and nothing stands on the method
	 * itself: the same bean without the checks that its class asks for.
	 * @param bean an actor
	 */
	Object withoutCaller(Object bean);

	/**
	 * Checks that the current caller may call a method, without calling it.
	 * @param bean an actor
	 * @param method method of its class
	 * @param args what it would be called with
	 * @return ends if it may, an error if not
	 */
	Mono<Void> authorize(Object bean, Method method, @Nullable Object[] args);

}
