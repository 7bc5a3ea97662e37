package io.rivetevents.actor;

import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.SafeText;

/**
 * Where an instance is found: two instances never share one.
 *
 * @param namespace what keeps apart the actors of unrelated clients; usually
 * {@value #DEFAULT_NAMESPACE}
 * @param name name of the actor
 * @param key what tells two of a name apart
 */
public record ActorAddress(String namespace, String name, ActorKey key) {

	/** Namespace of a client that names none. */
	public static final String DEFAULT_NAMESPACE = "default";

	/**
	 * Return an address in the default namespace.
	 * @param name name of the actor
	 * @param key its key, part by part
	 */
	public static ActorAddress of(String name, String... key) {
		return new ActorAddress(DEFAULT_NAMESPACE, name, ActorKey.of(key));
	}

	/**
	 * Return name and key as the log has them: on one line, of bounded length. Two
	 * addresses may have the same.
	 */
	@Override
	public String toString() {
		return "%s[%s]".formatted(SafeText.of(this.name), SafeText.of(this.key.serialize()));
	}

}
