/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import io.rivetevents.extension.Identity;

/**
 * A client of this node whose right can change while it is connected. All methods return
 * at once and are safe for use by several threads.
 */
public interface Renewable {

	/** Requests new credentials as if the present ones had expired now. */
	void expire();

	/**
	 * Replaces the identity without new credentials. No effect if the client has another
	 * identity than the present one by now, or is not connected to its actor yet.
	 * @param present the identity that was checked
	 * @param identity the new identity, of the same user
	 */
	void replace(Identity present, Identity identity);

}
