/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Reads and writes values as JSON, CBOR and BARE. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.protocol.value;

import org.jspecify.annotations.NullMarked;
