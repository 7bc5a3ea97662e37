/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample.readme;

import java.security.Principal;
import java.time.Duration;

import jakarta.validation.constraints.Min;
import org.springframework.security.access.prepost.PreAuthorize;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.contract.OneWay;
import io.rivetevents.contract.Volatile;

// tag::contract
interface AuctionEvents {

	void sold(String buyer, int price);

	@PreAuthorize("isAuthenticated()")
	void outbid(int price);

	@Volatile
	void watching(int people);

	interface Lot {

		void changed(String title);

	}

}

@Actor(name = "auction", events = AuctionEvents.class, strict = true)
class AuctionHouse {

	@Action
	void bid(ActorContext<?, ?> c, Principal bidder, @Min(1) int price) {
		c.exceptUser(bidder.getName()).broadcast(AuctionEvents.class).outbid(price);
	}

	@Action
	@OneWay
	void look(ActorContext<?, ?> c) {
		c.broadcast(AuctionEvents.class).watching(c.conns().size());
	}

	@Action
	Mono<Boolean> sell(ActorContext<?, ?> c, String buyer, int price) {
		return c.conn()
			.request("confirm", Boolean.class, Duration.ofSeconds(30), buyer, price)
			.doOnNext((sure) -> c.broadcast(AuctionEvents.class).sold(buyer, price));
	}

	@Action
	void show(ActorContext<?, ?> c, String title) {
		c.broadcast(AuctionEvents.Lot.class).changed(title);
	}

}
// end::contract
