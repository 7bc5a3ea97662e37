/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.security.Principal;
import java.util.List;

import io.rivetevents.protocol.SafeText;

/**
 * Writes names only.
 */
final class NameCodec implements PrincipalCodec {

	@Override
	public SerializedPrincipal write(Principal principal) {
		String name = principal.getName();
		return new SerializedPrincipal((name != null) ? name : "", List.of(), null);
	}

	@Override
	public Principal read(SerializedPrincipal serialized) {
		if (serialized.json() != null) {
			throw new PrincipalCodecException(("The principal of user '%s' was written by another"
					+ " PrincipalCodec. Use the same one, and the same version of Spring Security, on all nodes.")
				.formatted(SafeText.of(serialized.name())), null);
		}
		return new NamedPrincipal(serialized.name());
	}

	/**
	 * A principal with a name only.
	 *
	 * @param name its name
	 */
	private record NamedPrincipal(String name) implements Principal {

		@Override
		public String getName() {
			return this.name;
		}

	}

}
