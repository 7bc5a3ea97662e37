package io.rivetevents.actor.call;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

/**
 * What an instance holds as long as it is in memory, and nothing saves. Used within turns
 * alone.
 */
public final class Variables {

	private final Map<String, Object> named = new HashMap<>();

	private @Nullable Object made;

	/**
	 * Begins anew, since the instance starts.
	 * @param made what the application has made for that
	 * @throws IllegalStateException if it is a map whose keys are no names
	 */
	public void begin(Object made) {
		this.named.clear();
		this.made = made;
		if (made instanceof Map<?, ?> values) {
			values.forEach((name, value) -> {
				Assert.state(name instanceof String, () -> "A variable has no name, but the key " + name);
				this.named.put((String) name, value);
			});
			this.made = this.named;
		}
	}

	public Map<String, Object> named() {
		return this.named;
	}

	<V> V typed(Class<V> type) {
		Object made = this.made;
		Assert.state(made != null, "No method with @CreateVars has returned");
		Assert.state(type.isInstance(made), () -> "The method with @CreateVars has returned an object of %s, not of %s"
			.formatted(made.getClass().getName(), type.getName()));
		return type.cast(made);
	}

}
