/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.security.Principal;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A principal that can be sent to another node: the object itself on the node of its
 * handshake, its serialized form on other nodes. It is written once, when it is first
 * sent, and read once, when it is first used. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class PortablePrincipal {

	/** Reads the serialized form; {@code null} if there is the object itself. */
	private final @Nullable PrincipalCodec codec;

	private volatile @Nullable Principal principal;

	private volatile @Nullable SerializedPrincipal serialized;

	/**
	 * Creates an instance for the object itself.
	 * @param principal the authenticated principal, of any class
	 */
	public PortablePrincipal(Principal principal) {
		this.codec = null;
		this.principal = principal;
	}

	/**
	 * Creates an instance for a principal from another node.
	 * @param serialized the serialized form from the other node
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
	 * Returns the serialized form for another node.
	 * @param codec writes it; a principal from another node is passed on unchanged
	 * @throws PrincipalCodecException if it cannot be written
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

	/** Returns whether both have equal principals. */
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
