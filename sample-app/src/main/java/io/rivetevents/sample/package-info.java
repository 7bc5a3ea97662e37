/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * A chat and a game: actors, pages, login.
 */
@NullMarked
package io.rivetevents.sample;

import org.jspecify.annotations.NullMarked;
