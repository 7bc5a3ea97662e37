/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Auto-configuration of events of Spring Modulith that are sent to actors.
 */
@NullMarked
package io.rivetevents.autoconfigure.modulith;

import org.jspecify.annotations.NullMarked;
