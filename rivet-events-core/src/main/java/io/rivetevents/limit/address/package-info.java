/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Remote addresses and the shares in which they count. Internal.
 */
@NullMarked
package io.rivetevents.limit.address;

import org.jspecify.annotations.NullMarked;
