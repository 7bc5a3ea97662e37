package io.rivetevents.test;

import io.rivetevents.cluster.Backplane;
import io.rivetevents.cluster.LocalBackplane;

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
