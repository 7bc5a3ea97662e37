/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Converts between objects of the application and the values of messages and stored
 * states. Internal, except for the arguments that interceptors receive.
 */
@NullMarked
package io.rivetevents.conversion;

import org.jspecify.annotations.NullMarked;
