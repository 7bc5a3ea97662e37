/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.security.Principal;

/**
 * Writes the principal of a client for another node, and reads it there. It is called
 * only for a client whose actor and socket are on different nodes: within one node
 * principals of any class work. A bean of this type replaces the default, which writes an
 * {@code Authentication} of Spring Security as JSON, and any other principal as its name.
 * <p>
 * All nodes need the same codec. It is called by several threads at once. It may take as
 * long as reading a few hundred lines of JSON, but must not block.
 *
 * @see PrincipalJsonCustomizer
 * @since 0.1.0
 */
public interface PrincipalCodec {

	/**
	 * Writes names only: on the other node a principal has only its name, not its
	 * original class.
	 */
	PrincipalCodec BY_NAME = new NameCodec();

	/**
	 * Writes a principal, without changing it.
	 * @param principal the authenticated principal
	 * @return the serialized form; never contains a password
	 * @throws PrincipalCodecException if the principal, or a part of it, cannot be read
	 * again on another node
	 */
	SerializedPrincipal write(Principal principal);

	/**
	 * Reads a principal.
	 * @param serialized the result of {@link #write} on another node
	 * @return the principal, with the same name and authorities
	 * @throws PrincipalCodecException if it cannot be read; a principal that cannot be
	 * read is never replaced by another one or by none
	 */
	Principal read(SerializedPrincipal serialized);

}
