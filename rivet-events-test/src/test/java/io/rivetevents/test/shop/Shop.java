/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.shop;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;

/** An actor with a collaborator. */
@Actor("shop")
class Shop {

	private final Prices prices;

	Shop(Prices prices) {
		this.prices = prices;
	}

	@CreateState
	int[] createState() {
		return new int[1];
	}

	@Action
	int buy(ActorContext<int[], ?> c, String article) {
		c.state()[0] += this.prices.of(article);
		c.broadcast("sold", article);
		return c.state()[0];
	}

}
