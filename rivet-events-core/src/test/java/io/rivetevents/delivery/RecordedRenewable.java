/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

/**
 * A client that remembers how its right has changed.
 */
public final class RecordedRenewable implements Renewable {

	private int expired;

	@Override
	public void expire() {
		this.expired++;
	}

	/** How often new credentials were requested. */
	public int expired() {
		return this.expired;
	}

}
