/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Annotations for actors.
 */
@NullMarked
package io.rivetevents.annotation;

import org.jspecify.annotations.NullMarked;
