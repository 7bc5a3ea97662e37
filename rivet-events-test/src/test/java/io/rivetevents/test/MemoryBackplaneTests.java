/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.util.Set;

import io.rivetevents.extension.Backplane;
import io.rivetevents.test.backplane.AbstractBackplaneTests;

class MemoryBackplaneTests extends AbstractBackplaneTests {

	private final Set<MemoryBackplane> nodes = MemoryBackplane.joined();

	@Override
	protected Backplane createNode() {
		return new MemoryBackplane(this.nodes);
	}

}
