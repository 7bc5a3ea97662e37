/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Actors as an application uses them: the context of a method, handles, addresses.
 */
@NullMarked
package io.rivetevents.actor;

import org.jspecify.annotations.NullMarked;
