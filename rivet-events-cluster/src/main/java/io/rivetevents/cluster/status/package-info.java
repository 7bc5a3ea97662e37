/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What an application can read about its node and the others.
 */
@NullMarked
package io.rivetevents.cluster.status;

import org.jspecify.annotations.NullMarked;
