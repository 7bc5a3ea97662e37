/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Loading of classes in the background during the start of an application.
 */
@NullMarked
package io.rivetevents.autoconfigure.background;

import org.jspecify.annotations.NullMarked;
