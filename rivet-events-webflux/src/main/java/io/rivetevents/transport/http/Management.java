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
 * Who may list and delete instances over HTTP.
 *
 * @param access decides about each request, {@code null} if nobody may
 * @param workers where it is asked, since it may block
 */
public record Management(@Nullable AccessRule access, Scheduler workers) {

	/**
	 * Check that somebody may.
	 * @param identity who asks
	 * @return ends if so; {@code auth.forbidden} if not
	 */
	Mono<Void> check(Identity identity) {
		AccessRule access = this.access;
		if (access == null) {
			return Mono.error(new RivetException(ErrorCode.FORBIDDEN,
					"Instances are not listed and deleted over HTTP; rivet.events.management.access opens that."));
		}
		return Mono.defer(() -> LinkTask.<Void>later(() -> {
			access.check(identity.principal(), null);
			return Mono.empty();
		})).subscribeOn(this.workers);
	}

}
