/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Exceptions that an application throws for clients, the errors that clients receive, and
 * what is thrown for invalid declarations of the application.
 */
@NullMarked
package io.rivetevents.error;

import org.jspecify.annotations.NullMarked;
