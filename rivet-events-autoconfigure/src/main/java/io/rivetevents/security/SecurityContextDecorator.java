package io.rivetevents.security;

import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.Invocation;
import io.rivetevents.invocation.InvocationDecorator;

/**
 * Makes the caller of a method known to Spring Security: on the thread while the method
 * runs, and in the Reactor context of what it returns.
 */
public final class SecurityContextDecorator implements InvocationDecorator {

	@Override
	public @Nullable Object around(Invocation invocation, Callable<@Nullable Object> call) throws Exception {
		if (!(invocation.principal() instanceof Authentication authentication)) {
			return call.call();
		}
		SecurityContext context = new SecurityContextImpl(authentication);
		SecurityContextHolder.setContext(context);
		try {
			Object result = call.call();
			return (result instanceof Mono<?> later)
					? later.contextWrite(ReactiveSecurityContextHolder.withSecurityContext(Mono.just(context)))
					: result;
		}
		finally {
			SecurityContextHolder.clearContext();
		}
	}

}
