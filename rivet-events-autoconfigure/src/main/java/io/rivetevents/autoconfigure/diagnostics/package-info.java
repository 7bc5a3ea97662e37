/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Descriptions of mistakes in actors that stop the start.
 */
@NullMarked
package io.rivetevents.autoconfigure.diagnostics;

import org.jspecify.annotations.NullMarked;
