/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.backplane;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.SafeText;

/**
 * Carries events and commands to the other nodes of the cluster, by the sessions that
 * carry everything else: in order and without loss while a session lasts. What waits for
 * a node when its session ends is lost. Safe for use by several threads.
 */
public final class ClusterBackplane implements Backplane {

	private static final Log logger = LogFactory.getLog(ClusterBackplane.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private final FrameCodec codec;

	private final Predicate<byte[]> nodes;

	private final BooleanSupplier connected;

	private final int maxSize;

	private final LongAdder published = new LongAdder();

	private final LongAdder received = new LongAdder();

	private final LongAdder notPublished = new LongAdder();

	private final LongAdder interruptions = new LongAdder();

	private volatile @Nullable Receivers receivers;

	private record Receivers(Consumer<AddressedEvent> events, Consumer<NodeCommand> commands) {
	}

	/**
	 * Creates a backplane that is not started.
	 * @param codec writes frames
	 * @param nodes queues a written frame for all other nodes, without blocking; returns
	 * whether it was queued for each of them
	 * @param connected whether this node is joined with the others
	 * @param maxSize most bytes of a frame
	 */
	public ClusterBackplane(FrameCodec codec, Predicate<byte[]> nodes, BooleanSupplier connected, int maxSize) {
		this.codec = codec;
		this.nodes = nodes;
		this.connected = connected;
		this.maxSize = maxSize;
	}

	@Override
	public void start(Consumer<AddressedEvent> receiver) {
		start(receiver, (command) -> {
		});
	}

	@Override
	public void start(Consumer<AddressedEvent> events, Consumer<NodeCommand> commands) {
		this.receivers = new Receivers(events, commands);
	}

	@Override
	public boolean carriesCommands() {
		return true;
	}

	@Override
	public void stop() {
		this.receivers = null;
	}

	// Out

	@Override
	public void publish(AddressedEvent event) {
		Backplane.checkTravels(event);
		publish(new Frame.Publish(event), () -> "Event " + SafeText.of(event.event()));
	}

	@Override
	public Mono<Void> publishConfirmed(AddressedEvent event) {
		return Mono.fromRunnable(() -> {
			Backplane.checkTravels(event);
			// a node that is cut off has no other node to which it could be queued
			if (!this.connected.getAsBoolean()
					|| !publish(new Frame.Publish(event), () -> "Event " + SafeText.of(event.event()))) {
				throw new IllegalStateException(
						"Event %s was not queued for all other nodes".formatted(SafeText.of(event.event())));
			}
		});
	}

	@Override
	public void publish(NodeCommand command) {
		publish(new Frame.Command(command), () -> "Command " + command.getClass().getSimpleName());
	}

	/** Returns whether it is queued for each other node. */
	private boolean publish(Frame frame, Supplier<String> what) {
		if (this.receivers == null) {
			this.notPublished.increment();
			return false;
		}
		byte[] bytes = this.codec.encode(frame);
		if (bytes.length > this.maxSize) {
			this.notPublished.increment();
			failures.warn("size",
					() -> "%s is not sent to other nodes: its size is %d bytes, and %d are allowed, a sixteenth of rivet.events.cluster.max-link-backlog"
						.formatted(what.get(), bytes.length, this.maxSize));
		}
		else if (this.nodes.test(bytes)) {
			this.published.increment();
			return true;
		}
		else {
			this.notPublished.increment();
			failures.warn("queue",
					() -> "%s does not reach all other nodes: too much waits for one of them, or it has left"
						.formatted(what.get()));
		}
		return false;
	}

	// In

	/** Receives an event of another node. */
	public void received(Frame.Publish publish) {
		Receivers receivers = this.receivers;
		if (receivers != null) {
			deliver(publish.event(), receivers.events());
		}
	}

	/** Receives a command of another node. */
	public void received(Frame.Command command) {
		Receivers receivers = this.receivers;
		if (receivers != null) {
			deliver(command.command(), receivers.commands());
		}
	}

	/** Several nodes may send at the same time. */
	private synchronized <T> void deliver(T message, Consumer<T> receiver) {
		this.received.increment();
		try {
			receiver.accept(message);
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "%s of another node failed".formatted(message.getClass().getSimpleName()));
		}
	}

	/** The session with another node has ended: what it has published may be lost. */
	public void lost() {
		this.interruptions.increment();
	}

	@Override
	public BackplaneStatus status() {
		return new BackplaneStatus(this.receivers != null && this.connected.getAsBoolean(), this.published.sum(),
				this.received.sum(), this.notPublished.sum(), 0, this.interruptions.sum(), 0);
	}

}
