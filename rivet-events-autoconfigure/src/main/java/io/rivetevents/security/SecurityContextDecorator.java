package io.rivetevents.security;

import java.util.concurrent.Callable;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import io.rivetevents.actor.Invocation;
import io.rivetevents.invocation.InvocationDecorator;

/**
 * Makes the caller of a method known to Spring Security: on the thread while the method
 * runs, and in the Reactor context of what it returns. Whoever has not signed in has an
 * empty context. What a method leaves on its thread is gone afterwards, and what was
 * there before is back.
 */
public final class SecurityContextDecorator implements InvocationDecorator {

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
		Authentication authentication = (invocation.principal() instanceof Authentication known) ? known : null;
		SecurityContext before = this.holder.getContext();
		SecurityContext context = this.holder.createEmptyContext();
		context.setAuthentication(authentication);
		this.holder.setContext(context);
		try {
			Object result = call.call();
			return (result instanceof Mono<?> later) ? later.contextWrite(reactor(authentication)) : result;
		}
		finally {
			restore(before);
		}
	}

	private void restore(SecurityContext before) {
		if (before.getAuthentication() == null) {
			this.holder.clearContext();
		}
		else {
			this.holder.setContext(before);
		}
	}

	/** What a method has changed in the context of its thread does not go on. */
	private static Function<Context, Context> reactor(@Nullable Authentication authentication) {
		return (authentication != null)
				? (context) -> context
					.putAll(ReactiveSecurityContextHolder.withAuthentication(authentication).readOnly())
				: ReactiveSecurityContextHolder.clearContext();
	}

}
