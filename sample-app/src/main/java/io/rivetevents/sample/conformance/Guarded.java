/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample.conformance;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Profile;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.protocol.ErrorCode;

@Actor("guarded")
@Profile("conformance")
class Guarded {

	record Params(@Nullable String reject, @Nullable String role) {
	}

	@OnBeforeConnect
	void check(@ConnParams @Nullable Params params) {
		String reject = (params != null) ? params.reject() : null;
		if ("user".equals(reject)) {
			throw new UserError("bad_token", "nope", Map.of("hint", "x"));
		}
		if ("identity".equals(reject)) {
			throw new RivetException(ErrorCode.IDENTITY_CONFLICT);
		}
		if ("internal".equals(reject)) {
			throw new IllegalStateException("a secret that no client may see");
		}
	}

	@CanSubscribe
	boolean canSubscribe(String event, @ConnParams @Nullable Params params) {
		return !event.equals("secret") || (params != null && "admin".equals(params.role()));
	}

	@Action
	String ping() {
		return "pong";
	}

	@Action
	void emit(ActorContext<?, ?> c, String name, @Nullable JsonNode value) {
		c.broadcast(name, value);
	}

}
