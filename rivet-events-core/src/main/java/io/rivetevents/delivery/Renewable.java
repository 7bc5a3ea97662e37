/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

/**
 * A client of this node whose right can change while it is connected. All methods return
 * at once and are safe for use by several threads.
 */
public interface Renewable {

	/** Requests new credentials as if the present ones had expired now. */
	void expire();

}
