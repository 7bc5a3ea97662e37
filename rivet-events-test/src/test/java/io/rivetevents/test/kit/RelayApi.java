/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import io.rivetevents.contract.OneWay;

/** Actions of a relay. */
interface RelayApi {

	@OneWay
	void pass(String text, int hops);

}
