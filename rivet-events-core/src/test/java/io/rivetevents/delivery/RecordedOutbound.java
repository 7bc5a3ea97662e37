/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * A client that remembers what it was sent.
 */
public final class RecordedOutbound implements Outbound {

	private final String connectionId;

	/** Its own lock; some tests send tens of thousands. */
	private final List<ToClient> messages = Collections.synchronizedList(new ArrayList<>());

	private final List<CloseReason> closed = new CopyOnWriteArrayList<>();

	public RecordedOutbound(String connectionId) {
		this.connectionId = connectionId;
	}

	public String connectionId() {
		return this.connectionId;
	}

	@Override
	public Outcome send(OutgoingMessage message) {
		if (!this.closed.isEmpty()) {
			return Outcome.CLOSED;
		}
		this.messages.add(plain(message.message()));
		return Outcome.QUEUED;
	}

	/** As a client of the plain protocol gets it. */
	private static ToClient plain(ToClient message) {
		return (message instanceof ToClient.Event event) ? new ToClient.Event(event.name(), event.args()) : message;
	}

	@Override
	public @Nullable CloseReason closeReason() {
		return this.closed.isEmpty() ? null : this.closed.get(0);
	}

	@Override
	public void close(CloseReason reason) {
		this.closed.add(reason);
	}

	public void forget() {
		this.messages.clear();
	}

	public List<ToClient> messages() {
		synchronized (this.messages) {
			return List.copyOf(this.messages);
		}
	}

	public <T extends ToClient> List<T> messages(Class<T> type) {
		return messages().stream().filter(type::isInstance).map(type::cast).toList();
	}

	public List<CloseReason> closed() {
		return List.copyOf(this.closed);
	}

}
