/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

/**
 * Where an instance is, and whether it could be read.
 */
public enum InstanceStatus {

	/** It is in memory. */
	AWAKE,

	/** It is in memory, and its state is being loaded or created. */
	STARTING,

	/** It is in memory, and its current turn did not end in time. */
	BUSY,

	/** It is stored, and not in the memory of this node. */
	SLEEPING,

	/** It belongs on another node. */
	ELSEWHERE

}
