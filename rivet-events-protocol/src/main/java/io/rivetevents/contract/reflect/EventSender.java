/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.contract.reflect;

import org.jspecify.annotations.Nullable;

/**
 * Sends the events that are called on the implementation of a contract.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface EventSender {

	/**
	 * Sends an event.
	 * @param event the event
	 * @param args its arguments
	 */
	void send(EventMethod event, @Nullable Object[] args);

}
