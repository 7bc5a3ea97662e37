/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Auto-configuration of connect tickets.
 */
@NullMarked
package io.rivetevents.autoconfigure.ticket;

import org.jspecify.annotations.NullMarked;
