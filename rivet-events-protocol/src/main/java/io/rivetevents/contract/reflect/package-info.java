/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Reads the interfaces that declare events. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.contract.reflect;

import org.jspecify.annotations.NullMarked;
