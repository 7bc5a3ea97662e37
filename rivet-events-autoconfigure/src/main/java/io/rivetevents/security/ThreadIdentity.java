package io.rivetevents.security;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

/**
 * Somebody in the security context of the current thread, until what was there before is
 * restored.
 */
final class ThreadIdentity {

	private final SecurityContextHolderStrategy holder;

	private final SecurityContext before;

	private ThreadIdentity(SecurityContextHolderStrategy holder) {
		this.holder = holder;
		this.before = holder.getContext();
	}

	/**
	 * Set the context of the current thread.
	 * @param holder knows it
	 * @param authentication who it is, {@code null} for an empty context
	 */
	static ThreadIdentity set(SecurityContextHolderStrategy holder, @Nullable Authentication authentication) {
		ThreadIdentity identity = new ThreadIdentity(holder);
		if (authentication == null) {
			holder.clearContext();
			return identity;
		}
		SecurityContext context = holder.createEmptyContext();
		context.setAuthentication(authentication);
		holder.setContext(context);
		return identity;
	}

	/** Bring back what was there before. */
	void restore() {
		if (this.before.getAuthentication() == null) {
			this.holder.clearContext();
		}
		else {
			this.holder.setContext(this.before);
		}
	}

}
