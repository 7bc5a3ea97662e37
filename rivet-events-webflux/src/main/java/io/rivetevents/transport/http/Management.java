/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.http;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.AccessRule;
import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.transport.LinkTask;

/**
 * Access to the listing and deletion of instances over HTTP.
 *
 * @param access rule that decides about each request; {@code null} denies all
 * @param workers scheduler for the rule, since it may block
 */
public record Management(@Nullable AccessRule access, Scheduler workers) {

	/**
	 * Checks the access of a caller.
	 * @param identity the caller
	 * @return completes if access is granted, and fails with {@code auth.forbidden} if
	 * not
	 */
	Mono<Void> check(Identity identity) {
		AccessRule access = this.access;
		if (access == null) {
			return Mono.error(new RivetException(ErrorCode.FORBIDDEN,
					"Listing and deleting instances over HTTP is disabled; set rivet.events.management.access to enable it."));
		}
		return Mono.defer(() -> LinkTask.<Void>later(() -> {
			access.check(identity.principal(), null);
			return Mono.empty();
		})).subscribeOn(this.workers);
	}

}
