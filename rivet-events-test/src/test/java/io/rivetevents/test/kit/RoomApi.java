/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

/** Actions of a room. */
interface RoomApi {

	int say(String text);

}
