/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import org.jspecify.annotations.Nullable;

/**
 * A state, as the endpoint shows it.
 *
 * @param value the state, of which values may be replaced; {@code null} if it has none
 * @param size its size in bytes, {@code null} if it was not read to its end
 * @param truncated {@code true} if the value is only its beginning, otherwise
 * {@code null}
 * @param problem why it is not shown, {@code null} if it is
 */
record ShownState(@Nullable Object value, @Nullable Integer size, @Nullable Boolean truncated,
		@Nullable String problem) {

	static final ShownState NONE = new ShownState(null, null, null, null);

	static ShownState whole(@Nullable Object value, int size) {
		return new ShownState(value, size, null, null);
	}

	static ShownState beginning(@Nullable Object value) {
		return new ShownState(value, null, true, null);
	}

	static ShownState problem(@Nullable String problem) {
		return new ShownState(null, null, null, problem);
	}

}
