/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Beans, conditions and properties.
 */
@NullMarked
package io.rivetevents.autoconfigure;

import org.jspecify.annotations.NullMarked;
