/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.store;

import io.rivetevents.actor.state.ActorStateStore;

/**
 * Opens a store in any process. Needs a public class and a public constructor without
 * parameters.
 *
 * @since 0.1.0
 */
public interface ActorStateStoreFactory {

	/**
	 * Opens a store, and creates what it needs, such as tables. A store that is
	 * {@link AutoCloseable} is closed before another process opens it.
	 * @param location where the instances are stored, for example a file or a URL
	 */
	ActorStateStore open(String location);

}
