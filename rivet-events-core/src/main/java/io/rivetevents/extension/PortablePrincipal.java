package io.rivetevents.extension;

import java.security.Principal;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A principal that can travel to another node: on the node of its handshake the object
 * itself, elsewhere what was written of it. It is written when it first travels, and read
 * when it is first asked for; each once. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class PortablePrincipal {

	/** Reads what arrived; {@code null} for the object itself. */
	private final @Nullable PrincipalCodec codec;

	private volatile @Nullable Principal principal;

	private volatile @Nullable SerializedPrincipal serialized;

	/**
	 * Creates one of the object itself.
	 * @param principal what signed in, of any class
	 */
	public PortablePrincipal(Principal principal) {
		this.codec = null;
		this.principal = principal;
	}

	/**
	 * Creates one of what arrived from another node.
	 * @param serialized what was written there
	 * @param codec reads it
	 */
	public PortablePrincipal(SerializedPrincipal serialized, PrincipalCodec codec) {
		this.codec = codec;
		this.serialized = serialized;
	}

	/**
	 * Returns the principal, always the same object.
	 * @throws PrincipalCodecException if it has arrived from another node and cannot be
	 * read here
	 */
	public Principal principal() {
		Principal known = this.principal;
		return (known != null) ? known : read();
	}

	private synchronized Principal read() {
		Principal known = this.principal;
		if (known == null) {
			known = Objects.requireNonNull(this.codec).read(Objects.requireNonNull(this.serialized));
			this.principal = known;
		}
		return known;
	}

	/**
	 * Returns what travels to another node.
	 * @param codec writes it; what has arrived from another node stays as it is
	 * @throws PrincipalCodecException if it cannot travel
	 */
	public SerializedPrincipal serialized(PrincipalCodec codec) {
		SerializedPrincipal known = this.serialized;
		return (known != null) ? known : write(codec);
	}

	private synchronized SerializedPrincipal write(PrincipalCodec codec) {
		SerializedPrincipal known = this.serialized;
		if (known == null) {
			known = codec.write(principal());
			this.serialized = known;
		}
		return known;
	}

	/** Two of them are equal if their principals are. */
	@Override
	public boolean equals(@Nullable Object other) {
		return this == other || (other instanceof PortablePrincipal that && principal().equals(that.principal()));
	}

	@Override
	public int hashCode() {
		return principal().hashCode();
	}

	@Override
	public String toString() {
		Object known = this.principal;
		return String.valueOf((known != null) ? known : this.serialized);
	}

}
