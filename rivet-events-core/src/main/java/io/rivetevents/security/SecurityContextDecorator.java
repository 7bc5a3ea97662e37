package io.rivetevents.security;

import java.security.Principal;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import io.rivetevents.extension.Invocation;
import io.rivetevents.extension.InvocationDecorator;
import io.rivetevents.scheduling.CallerScope;

/**
 * Makes the caller of the application's code known to Spring Security: on the thread
 * while the code runs, and in the Reactor context of what it returns. A client that has
 * not signed in is an anonymous token on the thread, whatever code runs for it, so that
 * method security decides about it as the rule of an actor does; its Reactor context is
 * empty, as WebFlux leaves it. Where the server itself is the cause both are empty. What
 * the code leaves on its thread is gone afterwards, and what was there before is back.
 */
public final class SecurityContextDecorator implements InvocationDecorator, CallerScope {

	private final SecurityContextHolderStrategy holder;

	/**
	 * Creates the decorator.
	 * @param holder knows the context of a thread
	 */
	public SecurityContextDecorator(SecurityContextHolderStrategy holder) {
		this.holder = holder;
	}

	@Override
	public @Nullable Object around(Invocation invocation, Callable<@Nullable Object> call) throws Exception {
		Principal caller = invocation.caller();
		try (Restoration restoration = enter(caller)) {
			Object result = call.call();
			return (result instanceof Mono<?> later) ? later(caller, () -> later) : result;
		}
	}

	@Override
	public Restoration enter(@Nullable Principal caller) {
		return ThreadIdentity.set(this.holder, authentication(caller));
	}

	private static @Nullable Authentication authentication(@Nullable Principal caller) {
		return (caller == null || caller instanceof Authentication) ? (Authentication) caller : SecurityRules.NOBODY;
	}

	@Override
	public void reset() {
		ThreadIdentity.clear(this.holder);
	}

	/** What the code has changed in the context of its thread does not go on. */
	@Override
	public Context write(Context context, @Nullable Principal caller) {
		return (caller instanceof Authentication authentication)
				? context.putAll(ReactiveSecurityContextHolder.withAuthentication(authentication).readOnly())
				: ReactiveSecurityContextHolder.clearContext().apply(context);
	}

}
