/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.NodeCommand;

/**
 * Joins the nodes of one JVM: what a node publishes is received by the others on a thread
 * of each.
 */
final class MemoryBackplane implements Backplane {

	private final Set<MemoryBackplane> nodes;

	private final AtomicLong published = new AtomicLong();

	private final AtomicLong received = new AtomicLong();

	private final AtomicLong notPublished = new AtomicLong();

	private volatile @Nullable Running running;

	/** What receives, and the thread that calls it. */
	private record Running(Consumer<AddressedEvent> events, Consumer<NodeCommand> commands, ExecutorService thread) {
	}

	/**
	 * Creates a node.
	 * @param nodes those that it is joined with
	 */
	MemoryBackplane(Set<MemoryBackplane> nodes) {
		this.nodes = nodes;
	}

	static Set<MemoryBackplane> joined() {
		return ConcurrentHashMap.newKeySet();
	}

	@Override
	public void start(Consumer<AddressedEvent> receiver) {
		start(receiver, (command) -> {
		});
	}

	@Override
	public void start(Consumer<AddressedEvent> events, Consumer<NodeCommand> commands) {
		this.running = new Running(events, commands, Executors.newSingleThreadExecutor());
		this.nodes.add(this);
	}

	@Override
	public void stop() {
		this.nodes.remove(this);
		Running running = this.running;
		this.running = null;
		if (running != null) {
			running.thread().shutdown();
		}
	}

	@Override
	public boolean carriesCommands() {
		return true;
	}

	@Override
	public void publish(AddressedEvent dispatch) {
		Backplane.checkTravels(dispatch);
		publish((receivers) -> receivers.events().accept(dispatch));
	}

	@Override
	public void publish(NodeCommand command) {
		publish((receivers) -> receivers.commands().accept(command));
	}

	private synchronized void publish(Consumer<Running> message) {
		if (this.running == null) {
			this.notPublished.incrementAndGet();
			return;
		}
		this.published.incrementAndGet();
		this.nodes.stream().filter((node) -> node != this).forEach((node) -> node.receive(message));
	}

	private void receive(Consumer<Running> message) {
		Running running = this.running;
		if (running != null) {
			running.thread().execute(() -> {
				this.received.incrementAndGet();
				try {
					message.accept(running);
				}
				catch (RuntimeException ex) {
					// the next message is received all the same
				}
			});
		}
	}

	@Override
	public BackplaneStatus status() {
		return new BackplaneStatus(this.running != null, this.published.get(), this.received.get(),
				this.notPublished.get(), 0, 0, 0);
	}

}
