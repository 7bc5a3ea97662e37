/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What meters and traces record of the runtime, where Micrometer is present.
 */
@NullMarked
package io.rivetevents.autoconfigure.observation;

import org.jspecify.annotations.NullMarked;
