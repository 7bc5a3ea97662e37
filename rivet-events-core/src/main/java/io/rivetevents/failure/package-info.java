/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Reports failures of application code: as one error for each kind of throwable, in a log
 * whose size does not grow with repetition. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.failure;

import org.jspecify.annotations.NullMarked;
