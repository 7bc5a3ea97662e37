/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor;

/**
 * A registration that stays in effect until it is closed. Closing it twice has no effect.
 *
 * @since 0.1.0
 */
public interface Registration extends AutoCloseable {

	@Override
	void close();

}
