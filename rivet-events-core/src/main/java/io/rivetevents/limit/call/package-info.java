/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Messages of clients from their arrival to their answer, which count for their client
 * and their instance. Internal.
 */
@NullMarked
package io.rivetevents.limit.call;

import org.jspecify.annotations.NullMarked;
