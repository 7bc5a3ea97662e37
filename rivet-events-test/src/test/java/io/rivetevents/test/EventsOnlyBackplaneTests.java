/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.util.Set;
import java.util.function.Consumer;

import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.test.backplane.AbstractBackplaneTests;

/**
 * A backplane as an application may have written it before there were commands.
 */
class EventsOnlyBackplaneTests extends AbstractBackplaneTests {

	private final Set<MemoryBackplane> nodes = MemoryBackplane.joined();

	@Override
	protected Backplane createNode() {
		return new EventsOnly(new MemoryBackplane(this.nodes));
	}

	/** Implements what has no default. */
	record EventsOnly(Backplane events) implements Backplane {

		@Override
		public void start(Consumer<AddressedEvent> receiver) {
			this.events.start(receiver);
		}

		@Override
		public void stop() {
			this.events.stop();
		}

		@Override
		public void publish(AddressedEvent dispatch) {
			this.events.publish(dispatch);
		}

		@Override
		public BackplaneStatus status() {
			return this.events.status();
		}

	}

}
