/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.security.Principal;
import java.util.ArrayList;
import java.util.List;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.error.UserError;

/**
 * Actors to connect to.
 */
public final class TestActors {

	private TestActors() {
	}

	@Actor("room")
	public static class Room {

		record Point(@Max(10) int x) {
		}

		@CreateState
		List<String> createState() {
			return new ArrayList<>();
		}

		@OnBeforeConnect
		void check(@ConnParams @Nullable String params) {
			if ("refused".equals(params)) {
				throw new UserError("not_you", "Not you");
			}
		}

		@OnDisconnect
		void leave(ActorContext<List<String>, ?> c) {
			c.broadcast("left");
		}

		@Action
		String echo(String text) {
			return text;
		}

		@Action
		void refuse(String code, int size) {
			throw new UserError(code, "Refused", "x".repeat(size));
		}

		@Action
		void say(ActorContext<?, ?> c, String text) {
			c.broadcast("said", text);
		}

		@Action
		void flood(ActorContext<?, ?> c, int count, int size) {
			String text = "x".repeat(size);
			for (int i = 0; i < count; i++) {
				c.broadcast("flood", i, text);
			}
		}

		@Action
		String make(int size) {
			return "x".repeat(size);
		}

		@Action
		void small(@Size(max = 3) String text, @Valid Point point) {
		}

		@Action
		void close(ActorContext<?, ?> c, String reason) {
			c.conn().disconnect(reason);
		}

		@Action
		void closeOthers(ActorContext<?, ?> c, String reason) {
			c.conns().stream().filter((other) -> other != c.conn()).forEach((other) -> other.disconnect(reason));
		}

		@Action
		int count(ActorContext<?, ?> c) {
			return c.conns().size();
		}

		@Action
		@Nullable String who(@Nullable Principal principal) {
			return (principal != null) ? principal.getName() : null;
		}

		@Action(blocking = false)
		String threadWithoutBlocking() {
			return Thread.currentThread().getName();
		}

		@Action
		void fail() {
			throw new IllegalStateException("a secret");
		}

	}

}
