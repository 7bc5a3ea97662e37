/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import org.jspecify.annotations.Nullable;

/**
 * The version of this library.
 */
final class Version {

	private Version() {
	}

	/** Returns the version in the manifest of the jar, {@code null} if there is none. */
	static @Nullable String get() {
		return Version.class.getPackage().getImplementationVersion();
	}

}
