/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Records what actors do as observations of Micrometer, and carries traces to clients and
 * back.
 */
@NullMarked
package io.rivetevents.tracing;

import org.jspecify.annotations.NullMarked;
