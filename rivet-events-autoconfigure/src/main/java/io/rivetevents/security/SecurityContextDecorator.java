package io.rivetevents.security;

import java.security.Principal;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import io.rivetevents.actor.Invocation;
import io.rivetevents.connection.CallerScope;
import io.rivetevents.invocation.InvocationDecorator;

/**
 * Makes the caller of the application's code known to Spring Security: on the thread
 * while the code runs, and in the Reactor context of what it returns. Clients that have
 * not signed in, and the server itself, have an empty context. What the code leaves on
 * its thread is gone afterwards, and what was there before is back.
 */
public final class SecurityContextDecorator implements InvocationDecorator, CallerScope {

	private final SecurityContextHolderStrategy holder;

	/**
	 * Create the decorator.
	 * @param holder knows the context of a thread
	 */
	public SecurityContextDecorator(SecurityContextHolderStrategy holder) {
		this.holder = holder;
	}

	@Override
	public @Nullable Object around(Invocation invocation, Callable<@Nullable Object> call) throws Exception {
		Principal caller = invocation.principal();
		try (Restoration restoration = enter(caller)) {
			Object result = call.call();
			return (result instanceof Mono<?> later) ? later(caller, () -> later) : result;
		}
	}

	@Override
	public Restoration enter(@Nullable Principal caller) {
		SecurityContext before = this.holder.getContext();
		if (caller instanceof Authentication authentication) {
			SecurityContext context = this.holder.createEmptyContext();
			context.setAuthentication(authentication);
			this.holder.setContext(context);
		}
		else {
			this.holder.clearContext();
		}
		return () -> restore(before);
	}

	private void restore(SecurityContext before) {
		if (before.getAuthentication() == null) {
			this.holder.clearContext();
		}
		else {
			this.holder.setContext(before);
		}
	}

	@Override
	public void reset() {
		this.holder.clearContext();
	}

	/** What the code has changed in the context of its thread does not go on. */
	@Override
	public Context write(Context context, @Nullable Principal caller) {
		return (caller instanceof Authentication authentication)
				? context.putAll(ReactiveSecurityContextHolder.withAuthentication(authentication).readOnly())
				: ReactiveSecurityContextHolder.clearContext().apply(context);
	}

}
