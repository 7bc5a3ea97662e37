/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Renewal;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * The right of one client: notifies the client before its credentials expire, checks new
 * ones, and closes the connection if there are none. A client of the plain protocol
 * cannot send new ones, and is closed when they expire. Used on the thread of the
 * session.
 */
final class ClientRight {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(ClientRight.class));

	/** Credentials that expire later do not expire: a timer has a maximum. */
	private static final Duration FOREVER = Duration.ofDays(36_500);

	/** Errors of credentials that could not be checked, and may be right. */
	private static final Set<CloseReason> UNCHECKED = Set.of(CloseReason.of(ErrorCode.INTERNAL_ERROR),
			CloseReason.of(ErrorCode.AUTHENTICATION_TIMED_OUT));

	private final OutboundQueue queue;

	private final LinkServices support;

	private final LinkSettings settings;

	private final ScheduledExecutorService thread;

	/** Checks new credentials; set while the client connects. */
	private Handshake.Login login = Handshake.Login.NONE;

	private @Nullable ScheduledFuture<?> timer;

	/** When the credentials expire, {@code null} if they do not. */
	private @Nullable Instant end;

	/** Whether credentials are being checked. */
	private boolean checking;

	/** Whether they were sent before newer ones were requested. */
	private boolean outdated;

	ClientRight(OutboundQueue queue, LinkServices support, LinkSettings settings, ScheduledExecutorService thread) {
		this.queue = queue;
		this.support = support;
		this.settings = settings;
		this.thread = thread;
	}

	/** Sets what checks new credentials of the client. */
	void setLogin(Handshake.Login login) {
		this.login = login;
	}

	// Expiry

	/** Begins when the client is connected, unless its credentials expired before. */
	void begin(Identity identity) {
		if (this.end == null) {
			await(endOf(identity));
		}
	}

	/** Begins again as if the credentials had expired now, unless they have expired. */
	void expireNow() {
		this.outdated = this.checking;
		Instant now = now();
		if (this.checking || this.end == null || this.end.isAfter(now)) {
			await(now);
		}
	}

	private Instant now() {
		return this.support.node().clock().instant();
	}

	/** Returns when credentials expire, {@code null} if they do not. */
	private @Nullable Instant endOf(Identity identity) {
		Instant end = identity.expiresAt();
		return (end != null && end.isAfter(now().plus(FOREVER))) ? null : end;
	}

	private @Nullable Duration left(@Nullable Instant end) {
		if (end == null) {
			return null;
		}
		Instant now = now();
		return end.isAfter(now) ? Duration.between(now, end) : Duration.ZERO;
	}

	private void await(@Nullable Instant end) {
		end();
		this.end = end;
		Duration left = left(end);
		if (left != null && this.queue.encoding().isExtended()) {
			Duration half = left.dividedBy(2);
			Duration notice = (this.settings.expiryNotice().compareTo(half) < 0) ? this.settings.expiryNotice() : half;
			schedule(left.minus(notice), () -> announce(notice));
		}
		else if (left != null) {
			schedule(left, this::expire);
		}
	}

	private void announce(Duration remaining) {
		this.queue.send(OutgoingMessage.of(new ToClient.Expiring(remaining.toMillis())));
		schedule(remaining.plus(this.settings.expiryGrace()), this::expire);
	}

	private void expire() {
		this.queue.close(CloseReason.of(ErrorCode.EXPIRED));
	}

	private void schedule(Duration delay, Runnable work) {
		this.timer = this.thread.schedule(new LinkTask(this.queue, work), delay.toMillis(), TimeUnit.MILLISECONDS);
	}

	/** Ends when the session is closed. */
	void end() {
		if (this.timer != null) {
			this.timer.cancel(false);
			this.timer = null;
		}
	}

	// Renewal

	/**
	 * Checks new credentials.
	 * @param message the client's message
	 * @param identity its identity until now
	 * @param usage its usage of the node, {@code null} if it is not limited
	 * @param onRenewed receives the result if the credentials are accepted, on the thread
	 * of the session
	 */
	void renew(ToServer.Authenticate message, Identity identity, @Nullable ClientUsage usage,
			Consumer<Renewal> onRenewed) {
		long weight = MessageWeight.of(message);
		if (this.checking) {
			this.queue.close(CloseReason.of(ErrorCode.INVALID_REQUEST));
			return;
		}
		if (usage != null && usage.begin(weight) != null) {
			this.queue.close(CloseReason.of(ErrorCode.OVERLOADED));
			return;
		}
		this.checking = true;
		this.outdated = false;
		boolean identified = usage != null && usage.isIdentified();
		this.support.handshake()
			.renew(identity, Objects.requireNonNull(message.credentials()), this.login)
			.doFinally((signal) -> {
				if (usage != null) {
					usage.end(weight, identified);
				}
			})
			.subscribe((renewed) -> execute(() -> accept(renewed, onRenewed)), (ex) -> execute(() -> refuse(ex)));
	}

	private void execute(Runnable work) {
		this.thread.execute(new LinkTask(this.queue, () -> {
			this.checking = false;
			if (this.queue.closeReason() == null) {
				work.run();
			}
		}));
	}

	private void accept(Identity renewed, Consumer<Renewal> onRenewed) {
		Instant end = endOf(renewed);
		// with the same token again, the client would be notified again at once
		if (!this.outdated && (end == null || !end.equals(this.end))) {
			await(end);
		}
		Duration left = left(end);
		onRenewed.accept(new Renewal(renewed, (left != null) ? left.toMillis() : null, true));
	}

	private void refuse(Throwable ex) {
		RivetException refusal = (ex instanceof RivetException known) ? known
				: new RivetException(ErrorCode.INTERNAL_ERROR);
		if (!(ex instanceof RivetException)) {
			failures.error(ex, () -> "New credentials of %s could not be checked".formatted(this.queue.owner()));
		}
		if (UNCHECKED.contains(refusal.closeReason())) {
			ToClient.Error error = this.support.mapper().toError(refusal, null, null);
			this.queue.send(OutgoingMessage.of(new ToClient.AuthenticateResponse(null, error)));
		}
		else {
			this.queue.close(refusal.closeReason());
		}
	}

}
