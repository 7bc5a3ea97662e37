/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.shop;

import org.springframework.stereotype.Service;

/** A service, which a slice does not find. */
@Service
class Prices {

	int of(String article) {
		return article.length();
	}

}
