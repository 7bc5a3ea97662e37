/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The boundary that all transports use, without any web type.
 */
@NullMarked
package io.rivetevents.transport;

import org.jspecify.annotations.NullMarked;
