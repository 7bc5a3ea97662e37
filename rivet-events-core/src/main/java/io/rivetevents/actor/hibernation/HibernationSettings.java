/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.hibernation;

/**
 * Whether instances sleep while clients are connected.
 *
 * @param enabled whether they do
 * @param maxSize maximum size of the stored connections of one instance, in bytes; an
 * instance with more stays in memory
 */
public record HibernationSettings(boolean enabled, int maxSize) {

	/** Default values. */
	public static final HibernationSettings DEFAULTS = new HibernationSettings(false, 4 * 1024 * 1024);

}
