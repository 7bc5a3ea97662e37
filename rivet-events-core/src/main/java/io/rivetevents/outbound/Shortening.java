/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;

/**
 * Shortens a message that is too long to be sent, so that its client still gets an
 * answer.
 */
final class Shortening implements ToClient.Visitor<String, ToClient>, ToClient.ExtendedVisitor<String, ToClient> {

	private static final Shortening INSTANCE = new Shortening();

	/** Most characters of the text of a shortened error. */
	private static final int MAX_TEXT = 1000;

	private Shortening() {
	}

	/**
	 * Returns a shorter message in place of another.
	 * @param message the message that is too long
	 * @param bound the limit that it exceeds, for error messages
	 * @return the message, {@code null} if it cannot be shortened
	 */
	static @Nullable ToClient shorten(ToClient message, String bound) {
		ToClient shorter = message.accept(INSTANCE, bound);
		return (shorter != message) ? shorter : null;
	}

	@Override
	public ToClient init(ToClient.Init init, String bound) {
		return init;
	}

	@Override
	public ToClient actionResponse(ToClient.ActionResponse response, String bound) {
		return ToClient.Error.ofAction(ErrorCode.OUTGOING_TOO_LONG, response.id());
	}

	@Override
	public ToClient error(ToClient.Error error, String bound) {
		return isLong(error) ? error.shortened(MAX_TEXT) : error;
	}

	@Override
	public ToClient event(ToClient.Event event, String bound) {
		return event;
	}

	@Override
	public ToClient extended(ToClient.Extended message, String bound) {
		return message.acceptExtended(this, bound);
	}

	@Override
	public ToClient subscriptionResponse(ToClient.SubscriptionResponse response, String bound) {
		ToClient.Error error = response.error();
		return (error != null && isLong(error)) ? new ToClient.SubscriptionResponse(response.eventName(),
				response.subscribe(), response.position(), error.shortened(MAX_TEXT)) : response;
	}

	@Override
	public ToClient gap(ToClient.Gap gap, String bound) {
		return gap;
	}

	@Override
	public ToClient keepAlive(ToClient.KeepAlive alive, String bound) {
		return alive;
	}

	@Override
	public ToClient goingAway(ToClient.GoingAway away, String bound) {
		return away;
	}

	@Override
	public ToClient expiring(ToClient.Expiring expiring, String bound) {
		return expiring;
	}

	@Override
	public ToClient authenticateResponse(ToClient.AuthenticateResponse response, String bound) {
		return response;
	}

	@Override
	public ToClient close(ToClient.Close close, String bound) {
		return close;
	}

	@Override
	public ToClient welcome(ToClient.Welcome welcome, String bound) {
		ToClient.SnapshotResult snapshot = welcome.snapshot();
		if (snapshot != null && snapshot.output() != null) {
			ToClient.Error tooLong = ToClient.Error.of(ErrorCode.OUTGOING_TOO_LONG,
					"The snapshot is too long to be sent: it exceeds " + bound + ".");
			return with(welcome, new ToClient.SnapshotResult(null, tooLong), welcome.refused());
		}
		ToClient.Error error = (snapshot != null) ? snapshot.error() : null;
		if ((error == null || !isLong(error)) && welcome.refused().values().stream().noneMatch(Shortening::isLong)) {
			return welcome;
		}
		Map<String, ToClient.Error> refused = welcome.refused()
			.entrySet()
			.stream()
			.collect(Collectors.toMap(Map.Entry::getKey, (each) -> each.getValue().shortened(MAX_TEXT)));
		return with(welcome, (error != null) ? new ToClient.SnapshotResult(null, error.shortened(MAX_TEXT)) : snapshot,
				refused);
	}

	private static ToClient.Welcome with(ToClient.Welcome welcome, ToClient.@Nullable SnapshotResult snapshot,
			Map<String, ToClient.Error> refused) {
		return new ToClient.Welcome(welcome.actorId(), welcome.connectionId(), welcome.position(), welcome.stream(),
				welcome.secret(), welcome.outcome(), welcome.keepAlive(), snapshot, refused, welcome.contractChanged());
	}

	private static boolean isLong(ToClient.Error error) {
		return error.metadata() != null || error.message().length() > MAX_TEXT;
	}

}
