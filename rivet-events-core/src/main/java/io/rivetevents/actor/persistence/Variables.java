/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

/**
 * The variables of an instance, which are kept while it is in memory and are not saved.
 * Used within turns only.
 */
public final class Variables {

	private final Map<String, Object> named = new HashMap<>();

	private @Nullable Object made;

	/**
	 * Replaces the variables when the instance starts.
	 * @param made the object that the application has created
	 * @throws IllegalStateException if it is a map with a key that is not a string
	 */
	public void begin(Object made) {
		this.named.clear();
		this.made = made;
		if (made instanceof Map<?, ?> values) {
			values.forEach((name, value) -> {
				Assert.state(name instanceof String,
						() -> "The map of the method with @CreateVars has a key that is not a string: " + name);
				this.named.put((String) name, value);
			});
			this.made = this.named;
		}
	}

	public Map<String, Object> named() {
		return this.named;
	}

	public <V> V typed(Class<V> type) {
		Object made = this.made;
		Assert.state(made != null, "There are no variables: no method with @CreateVars has returned yet");
		Assert.state(type.isInstance(made), () -> "The method with @CreateVars has returned an object of %s, not of %s"
			.formatted(made.getClass().getName(), type.getName()));
		return type.cast(made);
	}

}
