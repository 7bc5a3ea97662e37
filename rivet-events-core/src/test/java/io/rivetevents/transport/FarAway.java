/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import org.springframework.security.access.prepost.PreAuthorize;

/**
 * Has a method that classes of other packages cannot override.
 */
public class FarAway {

	@PreAuthorize("denyAll")
	String inside() {
		return "gold";
	}

}
