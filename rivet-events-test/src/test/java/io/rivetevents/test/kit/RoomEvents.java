/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import org.springframework.security.access.prepost.PreAuthorize;

import io.rivetevents.contract.Volatile;

/** Events of a room. */
interface RoomEvents {

	void said(String text);

	@Volatile
	void watching(int messages);

	@PreAuthorize("hasRole('ADMIN')")
	void audited(String text);

}
