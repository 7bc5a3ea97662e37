/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Validates the arguments of calls with Bean Validation, and reports what is invalid.
 */
@NullMarked
package io.rivetevents.invocation.validation;

import org.jspecify.annotations.NullMarked;
