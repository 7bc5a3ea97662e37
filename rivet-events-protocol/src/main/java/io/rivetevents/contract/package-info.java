/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Interfaces that declare events and actions, and the annotations on their methods.
 */
@NullMarked
package io.rivetevents.contract;

import org.jspecify.annotations.NullMarked;
