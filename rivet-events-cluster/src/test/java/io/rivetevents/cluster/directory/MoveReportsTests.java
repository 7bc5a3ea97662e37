/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.membership.Membership;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reports of a node to {@code b} and {@code c}.
 */
class MoveReportsTests {

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final Membership membership = new Membership("a");

	private final List<String> sent = new ArrayList<>();

	private BooleanSupplier ended = () -> true;

	private final MoveReports reports = new MoveReports(this.membership, () -> this.ended.getAsBoolean(),
			(node, frame) -> this.sent.add(node + " " + frame), this.timers, this.timers);

	@BeforeEach
	void joins() {
		view(5);
	}

	@AfterEach
	void close() {
		this.timers.dispose();
	}

	private void view(long number) {
		this.membership.apply(new ClusterView(number, List.of("a", "b", "c"), Set.of()));
	}

	private static String moved(String node, long view) {
		return node + " " + new Frame.Moved(view);
	}

	/** What happens during the next look at the instances, which finds none to move. */
	private void during(Runnable event) {
		this.ended = () -> {
			this.ended = () -> true;
			event.run();
			return true;
		};
	}

	@Test
	void areSentOnceIfThereIsNothingToMove() {
		this.reports.add("b");
		assertThat(this.sent).containsExactly(moved("b", 5));
		this.reports.send();
		this.timers.advanceTimeBy(MoveReports.PAUSE.multipliedBy(10));
		assertThat(this.sent).hasSize(1);
	}

	/** Nothing but the reports looks at the instances again. */
	@Test
	void areSentAfterTheLastInstanceHasMoved() {
		this.ended = () -> false;
		this.reports.add("b");
		this.timers.advanceTimeBy(MoveReports.PAUSE.multipliedBy(10));
		this.reports.add("c");
		assertThat(this.sent).isEmpty();
		this.ended = () -> true;
		this.timers.advanceTimeBy(MoveReports.PAUSE);
		assertThat(this.sent).containsExactlyInAnyOrder(moved("b", 5), moved("c", 5));
	}

	/**
	 * The node ignores a report of a view before the one in which it has met this one.
	 */
	@Test
	void areOfTheViewInWhichANodeWasMetLast() {
		this.reports.add("b");
		this.sent.clear();
		during(() -> {
			view(6);
			this.reports.add("b");
		});
		this.reports.add("b");
		assertThat(this.sent).containsExactly(moved("b", 6));
	}

	/** Otherwise the node would expect nothing while all instances move to it. */
	@Test
	void followTheFrameOfALeavingNodeOnlyWithALaterLook() {
		during(() -> {
			this.reports.add(Set.of("b"), new Frame.Leaving());
			this.ended = () -> false;
		});
		this.reports.add("b");
		assertThat(this.sent).containsExactly("b " + new Frame.Leaving());
		this.ended = () -> true;
		this.timers.advanceTimeBy(MoveReports.PAUSE);
		assertThat(this.sent).containsExactly("b " + new Frame.Leaving(), moved("b", 5));
	}

	@Test
	void areNotSentToANodeWhoseSessionHasEnded() {
		during(() -> this.reports.remove("b"));
		this.reports.add("b");
		this.timers.advanceTimeBy(MoveReports.PAUSE.multipliedBy(10));
		assertThat(this.sent).isEmpty();
	}

	@Test
	void endWithTheNode() {
		this.ended = () -> false;
		this.reports.add("b");
		this.reports.close();
		this.ended = () -> true;
		this.reports.add("c");
		this.timers.advanceTimeBy(MoveReports.PAUSE.multipliedBy(10));
		assertThat(this.sent).isEmpty();
	}

}
