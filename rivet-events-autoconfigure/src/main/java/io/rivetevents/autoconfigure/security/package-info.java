/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What ends the rights of connections, where the application has it: Spring Session, and
 * users that are checked again.
 */
@NullMarked
package io.rivetevents.autoconfigure.security;

import org.jspecify.annotations.NullMarked;
