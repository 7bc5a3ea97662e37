/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The contract of all actors as an AsyncAPI document. Internal: applications do not use
 * it.
 */
@NullMarked
package io.rivetevents.asyncapi;

import org.jspecify.annotations.NullMarked;
