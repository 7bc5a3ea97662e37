package io.rivetevents.test;

import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.extension.Backplane;

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
