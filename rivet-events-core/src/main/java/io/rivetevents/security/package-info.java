/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Identity and access control with Spring Security, without any web type.
 */
@NullMarked
package io.rivetevents.security;

import org.jspecify.annotations.NullMarked;
