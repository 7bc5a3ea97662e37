/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Exceptions that an application throws for clients, and the errors that clients receive.
 */
@NullMarked
package io.rivetevents.error;

import org.jspecify.annotations.NullMarked;
