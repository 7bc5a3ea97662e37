/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What an application can replace or add, and the types used for that.
 */
@NullMarked
package io.rivetevents.extension;

import org.jspecify.annotations.NullMarked;
