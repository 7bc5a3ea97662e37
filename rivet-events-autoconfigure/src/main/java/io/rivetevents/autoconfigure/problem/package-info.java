/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Answers of the application's controllers to errors of actors.
 */
@NullMarked
package io.rivetevents.autoconfigure.problem;

import org.jspecify.annotations.NullMarked;
