package io.rivetevents.actor;

import java.util.Comparator;

import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.SafeText;

/**
 * Where an instance is found: two instances never share one.
 *
 * @param namespace what keeps apart the actors of unrelated clients; usually
 * {@value #DEFAULT_NAMESPACE}
 * @param name name of the actor
 * @param key what tells two of a name apart. One empty part is the same as none: a
 * gateway URL cannot tell them apart
 * @since 0.1.0
 */
public record ActorAddress(String namespace, String name, ActorKey key) implements Comparable<ActorAddress> {

	private static final Comparator<ActorAddress> ORDER = Comparator.comparing(ActorAddress::namespace)
		.thenComparing(ActorAddress::name)
		.thenComparing(ActorAddress::key);

	/** Namespace of a client that names none. */
	public static final String DEFAULT_NAMESPACE = "default";

	private static final ActorKey ONE_EMPTY_PART = ActorKey.of("");

	public ActorAddress {
		key = key.equals(ONE_EMPTY_PART) ? ActorKey.EMPTY : key;
	}

	/**
	 * Return an address in the default namespace.
	 * @param name name of the actor
	 * @param key its key, part by part
	 */
	public static ActorAddress of(String name, String... key) {
		return new ActorAddress(DEFAULT_NAMESPACE, name, ActorKey.of(key));
	}

	/**
	 * Compares namespaces, names and keys. A map stays fast by it, whatever clients make
	 * the hashes of addresses.
	 */
	@Override
	public int compareTo(ActorAddress other) {
		return ORDER.compare(this, other);
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
