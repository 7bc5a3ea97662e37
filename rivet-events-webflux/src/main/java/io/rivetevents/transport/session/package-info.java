/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Closes the connections of web sessions that have ended. Internal, not for use by
 * applications.
 */
@NullMarked
package io.rivetevents.transport.session;

import org.jspecify.annotations.NullMarked;
