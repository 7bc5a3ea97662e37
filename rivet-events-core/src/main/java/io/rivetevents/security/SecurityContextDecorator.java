/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

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
 * Provides the caller of application code to Spring Security: on the thread while the
 * code runs, and in the Reactor context of its result. For an anonymous client the thread
 * has an anonymous token, whatever code runs for it, so that method security decides like
 * the access rule of an actor; its Reactor context is empty, like in WebFlux. If the
 * server itself calls, both are empty. Afterwards the previous context is restored, and
 * changes that the code made on its thread are discarded.
 */
public final class SecurityContextDecorator implements InvocationDecorator, CallerScope {

	private final SecurityContextHolderStrategy holder;

	/**
	 * Creates the decorator.
	 * @param holder has the context of a thread
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
		return (caller == null || caller instanceof Authentication) ? (Authentication) caller : SecurityRules.ANONYMOUS;
	}

	@Override
	public void reset() {
		ThreadIdentity.clear(this.holder);
	}

	/** Changes that the code has made in the context of its thread are not passed on. */
	@Override
	public Context write(Context context, @Nullable Principal caller) {
		return (caller instanceof Authentication authentication)
				? context.putAll(ReactiveSecurityContextHolder.withAuthentication(authentication).readOnly())
				: ReactiveSecurityContextHolder.clearContext().apply(context);
	}

}
