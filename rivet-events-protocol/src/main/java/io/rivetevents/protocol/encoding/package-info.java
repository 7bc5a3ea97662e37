/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Reads and writes messages as JSON, CBOR, BARE and server-sent events. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.protocol.encoding;

import org.jspecify.annotations.NullMarked;
