/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Auto-configuration of the cluster.
 */
@NullMarked
package io.rivetevents.autoconfigure.cluster;

import org.jspecify.annotations.NullMarked;
