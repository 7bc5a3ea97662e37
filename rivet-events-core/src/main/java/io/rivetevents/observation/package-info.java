/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Calls the observers of the application, and passes the context of callers on to the
 * code of their calls. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.observation;

import org.jspecify.annotations.NullMarked;
