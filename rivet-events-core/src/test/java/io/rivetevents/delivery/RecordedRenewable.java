/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.util.ArrayList;
import java.util.List;

import io.rivetevents.extension.Identity;

/**
 * A client that remembers how its right has changed.
 */
public final class RecordedRenewable implements Renewable {

	private final List<Identity> identities = new ArrayList<>();

	private int expired;

	@Override
	public void expire() {
		this.expired++;
	}

	@Override
	public void replace(Identity present, Identity identity) {
		this.identities.add(identity);
	}

	/** How often new credentials were requested. */
	public int expired() {
		return this.expired;
	}

	/** The identities that were set, in order. */
	public List<Identity> identities() {
		return this.identities;
	}

}
