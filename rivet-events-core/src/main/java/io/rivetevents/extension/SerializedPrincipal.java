/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A principal as sent to another node.
 *
 * @param name name of the principal
 * @param authorities names of its authorities, in their order; empty if it has none
 * @param json the principal itself, in the format of the {@link PrincipalCodec} that
 * wrote it; {@code null} if only the name is sent. It may contain tokens: do not log it
 * @since 0.1.0
 */
public record SerializedPrincipal(String name, List<String> authorities, @Nullable String json) {

	public SerializedPrincipal {
		authorities = List.copyOf(authorities);
	}

	/** Returns a text without the JSON, which may contain tokens. */
	@Override
	public String toString() {
		return "SerializedPrincipal[name=%s, authorities=%s]".formatted(this.name, this.authorities);
	}

}
