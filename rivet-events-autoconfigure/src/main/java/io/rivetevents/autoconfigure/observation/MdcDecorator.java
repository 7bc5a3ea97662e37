/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.core.Ordered;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.autoconfigure.observation.RivetEventsMdcProperties.User;
import io.rivetevents.connection.Connection;
import io.rivetevents.extension.Invocation;
import io.rivetevents.extension.InvocationDecorator;
import io.rivetevents.protocol.SafeText;

/**
 * Sets the MDC for each call of an actor's method, on the thread of the call. Afterwards
 * the thread has its former values again.
 */
final class MdcDecorator implements InvocationDecorator, Ordered {

	/** Digits of a hashed user, 48 bits. */
	private static final int HASH_BYTES = 6;

	private final User user;

	/**
	 * Creates a decorator.
	 * @param user how users are named
	 */
	MdcDecorator(User user) {
		this.user = user;
	}

	/** Before all decorators, which may log too. */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public @Nullable Object around(Invocation invocation, Callable<@Nullable Object> call) throws Exception {
		Map<String, String> before = MDC.getCopyOfContextMap();
		try {
			setAll(invocation);
			return call.call();
		}
		finally {
			if (before == null) {
				MDC.clear();
			}
			else {
				MDC.setContextMap(before);
			}
		}
	}

	/** One by one: a whole map would be copied. */
	private void setAll(Invocation invocation) {
		ActorContext<?, ?> context = invocation.context();
		Connection<?> connection = invocation.connection();
		set("actor", context.name());
		set("key", SafeText.of(context.key().serialize()));
		set("connection", (connection != null) ? connection.id() : null);
		set("action", (invocation.hook() == null) ? invocation.name() : null);
		if (this.user != User.NONE) {
			set("user", user(invocation.principal()));
		}
	}

	/** A caller's value may have been passed on. */
	private static void set(String key, @Nullable String value) {
		if (value != null) {
			MDC.put(key, value);
		}
		else {
			MDC.remove(key);
		}
	}

	private @Nullable String user(@Nullable Principal principal) {
		if (principal == null) {
			return null;
		}
		return (this.user == User.HASHED) ? hash(principal.getName()) : SafeText.of(principal.getName());
	}

	/** Returns a name that is the same on each node and after each start. */
	private static String hash(String name) {
		try {
			byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(hash, 0, HASH_BYTES);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
