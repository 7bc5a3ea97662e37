/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Time that passes only when a test lets it pass.
 */
@NullMarked
package io.rivetevents.test.time;

import org.jspecify.annotations.NullMarked;
