/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.util.function.ToLongFunction;

import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameSender;
import io.rivetevents.cluster.frame.Result;

/**
 * Leaves out the histories of instances for which there is no room: many instances that
 * move at the same time must not end the session with a node. Clients that have missed an
 * event of such a history are notified of that.
 */
final class BoundedHandOvers implements FrameSender {

	private final FrameSender frames;

	private final ToLongFunction<String> backlog;

	private final long max;

	/**
	 * Creates a sender.
	 * @param frames sends the frames
	 * @param backlog returns the bytes that wait for a node
	 * @param max most bytes that wait for a node after a history was added
	 */
	BoundedHandOvers(FrameSender frames, ToLongFunction<String> backlog, long max) {
		this.frames = frames;
		this.backlog = backlog;
		this.max = max;
	}

	@Override
	public boolean send(String node, Frame frame) {
		if (frame instanceof Frame.Reply reply && reply.result() instanceof Result.Done done
				&& done.handOver() != null) {
			return send(node, reply.id(), done.handOver());
		}
		return this.frames.send(node, frame);
	}

	/** One at a time: each counts what waits before it. */
	private synchronized boolean send(String node, long id, HandOver handOver) {
		boolean fits = this.backlog.applyAsLong(node) + handOver.weight() <= this.max;
		HandOver bounded = fits ? handOver : handOver.withoutHistory();
		return this.frames.send(node, new Frame.Reply(id, new Result.Done(bounded)));
	}

}
