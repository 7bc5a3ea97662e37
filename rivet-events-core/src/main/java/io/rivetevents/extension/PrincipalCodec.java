package io.rivetevents.extension;

import java.security.Principal;

/**
 * Writes the principal of a client for another node, and reads it there. It is called
 * only for a client whose actor lives on another node than its socket: on one node
 * principals of any class work. A bean of this type replaces the one that writes an
 * {@code Authentication} of Spring Security as JSON, and any other principal as its name.
 * <p>
 * All nodes need the same codec. It is called by several threads at once, and may take
 * the time of some hundred lines of JSON, but must not wait.
 *
 * @see PrincipalJsonCustomizer
 * @since 0.1.0
 */
public interface PrincipalCodec {

	/**
	 * Writes names only: on the other node a principal is its name, whatever class it
	 * had.
	 */
	PrincipalCodec BY_NAME = new NameCodec();

	/**
	 * Writes a principal. Nothing changes in it.
	 * @param principal what signed in
	 * @return what travels; never a password
	 * @throws PrincipalCodecException if the principal, or something in it, cannot be
	 * read again on another node
	 */
	SerializedPrincipal write(Principal principal);

	/**
	 * Reads a principal.
	 * @param serialized what {@link #write} returned on another node
	 * @return the principal, with the same name and authorities
	 * @throws PrincipalCodecException if it cannot be read; a principal that cannot be
	 * read is never replaced by another, nor by none
	 */
	Principal read(SerializedPrincipal serialized);

}
