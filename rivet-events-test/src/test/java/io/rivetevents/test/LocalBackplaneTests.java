/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.extension.Backplane;
import io.rivetevents.test.backplane.AbstractBackplaneTests;

class LocalBackplaneTests extends AbstractBackplaneTests {

	@Override
	protected Backplane createNode() {
		return new LocalBackplane();
	}

	@Override
	protected boolean joinsNodes() {
		return false;
	}

}
