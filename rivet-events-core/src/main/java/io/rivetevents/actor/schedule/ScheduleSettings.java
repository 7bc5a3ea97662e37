/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.schedule;

/**
 * Settings of the schedules of a node.
 *
 * @param enabled whether the node runs schedules that are due
 * @param maxPerInstance most schedules of one instance
 * @param maxConcurrent most schedules that the node runs at the same time
 */
public record ScheduleSettings(boolean enabled, int maxPerInstance, int maxConcurrent) {

	/** Default values. */
	public static final ScheduleSettings DEFAULTS = new ScheduleSettings(true, 1000, 64);

}
