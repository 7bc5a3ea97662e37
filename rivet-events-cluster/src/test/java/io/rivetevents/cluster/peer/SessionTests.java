/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.peer;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SessionTests {

	private static final byte[] FRAME = { 1, 2, 3 };

	private static final long WEIGHT = FRAME.length + Session.OVERHEAD;

	private final AtomicLong numbers = new AtomicLong(6);

	/** The first number is 7, and three frames may wait. */
	private final Session session = new Session(3 * WEIGHT, this.numbers::incrementAndGet);

	@Test
	void greetsFirst() {
		this.session.add(FRAME);
		assertThat(this.session.next()).isEqualTo(Envelope.greeting(7, 0));
		assertThat(this.session.next()).isNull();
		assertThat(this.session.hasNext()).isFalse();
	}

	@Test
	void sendsWhenTheOtherNodeKnowsTheSession() {
		this.session.add(FRAME);
		this.session.next();
		this.session.greeted(3, 0);
		assertThat(this.session.next()).isEqualTo(Envelope.greeting(7, 3));
		assertThat(this.session.next()).isNull();
		this.session.greeted(3, 7);
		assertThat(this.session.next()).isEqualTo(new Envelope(7, 3, FRAME, 0));
		assertThat(this.session.next()).isNull();
		assertThat(this.session.isLost()).isFalse();
	}

	@Test
	void answersAGreetingThatReportsAnOldNumber() {
		agree();
		this.session.greeted(3, 6);
		assertThat(this.session.next()).isEqualTo(Envelope.greeting(7, 3));
	}

	@Test
	void doesNotAnswerAGreetingThatSaysNothingNew() {
		agree();
		this.session.greeted(3, 7);
		assertThat(this.session.hasNext()).isFalse();
	}

	@Test
	void ignoresAnOldGreeting() {
		agree();
		this.session.greeted(2, 7);
		this.session.greeted(2, 1);
		assertThat(this.session.hasNext()).isFalse();
		assertThat(this.session.accepts(frame(3, 7))).isTrue();
	}

	@Test
	void acceptsFramesOfBothCurrentSessionsOnly() {
		assertThat(this.session.accepts(frame(0, 7))).isFalse();
		agree();
		assertThat(this.session.accepts(frame(3, 7))).isTrue();
		assertThat(this.session.accepts(frame(2, 7))).isFalse();
		assertThat(this.session.accepts(frame(4, 7))).isFalse();
		assertThat(this.session.accepts(frame(3, 6))).isFalse();
		this.session.reset();
		assertThat(this.session.accepts(frame(3, 7))).isFalse();
		assertThat(this.session.accepts(frame(3, 8))).isFalse();
	}

	@Test
	void endsWithTheSessionOfTheOtherNode() {
		agree();
		this.session.add(FRAME);
		this.session.greeted(4, 7);
		assertThat(this.session.backlog()).isZero();
		assertThat(this.session.isLost()).isTrue();
		assertThat(this.session.next()).isEqualTo(Envelope.greeting(7, 4));
		assertThat(this.session.next()).isNull();
		assertThat(this.session.accepts(frame(4, 7))).isTrue();
	}

	@Test
	void takesFramesAgainWhenTheEndIsReported() {
		agree();
		this.session.reset();
		assertThat(this.session.add(FRAME)).isFalse();
		assertThat(this.session.takeLost()).isTrue();
		assertThat(this.session.takeLost()).isFalse();
		assertThat(this.session.add(FRAME)).isTrue();
	}

	@Test
	void endsWhenTooMuchWaits() {
		agree();
		for (int i = 0; i < 3; i++) {
			assertThat(this.session.add(FRAME)).isTrue();
		}
		assertThat(this.session.backlog()).isEqualTo(3 * WEIGHT);
		assertThat(this.session.add(FRAME)).isFalse();
		assertThat(this.session.isLost()).isTrue();
		assertThat(this.session.backlog()).isZero();
		assertThat(this.session.next()).isEqualTo(Envelope.greeting(8, 3));
	}

	@Test
	void takesOneFrameThatIsLargerThanTheMaximum() {
		assertThat(this.session.add(new byte[1000])).isTrue();
		assertThat(this.session.add(FRAME)).isFalse();
	}

	@Test
	void countsWhatWaits() {
		agree();
		this.session.add(FRAME);
		assertThat(this.session.backlog()).isEqualTo(WEIGHT);
		this.session.add(FRAME);
		assertThat(this.session.backlog()).isEqualTo(2 * WEIGHT);
		this.session.next();
		assertThat(this.session.backlog()).isZero();
	}

	@Test
	void joinsFramesThatWait() {
		Session large = new Session(1_000_000, this.numbers::incrementAndGet);
		large.greeted(3, 8);
		large.next();
		large.add(FRAME);
		large.add(new byte[JoinedFrames.MAX_BYTES]);
		large.add(FRAME);
		large.add(FRAME);
		assertThat(large.next()).isEqualTo(new Envelope(8, 3, FRAME, 0));
		assertThat(Objects.requireNonNull(large.next()).content()).hasSize(JoinedFrames.MAX_BYTES);
		Envelope joined = Objects.requireNonNull(large.next());
		assertThat(joined.content()).containsExactly(JoinedFrames.KIND, 3, 1, 2, 3, 3, 1, 2, 3);
		assertThat(large.hasNext()).isFalse();
		assertThat(large.backlog()).isZero();
	}

	/** Nothing was exchanged since the own end, which is reported already. */
	@Test
	void reportsOneEndWhenBothNodesEndTheSession() {
		agree();
		this.session.reset();
		this.session.takeLost();
		this.session.next();
		this.session.add(FRAME);
		this.session.greeted(4, 7);
		assertThat(this.session.isLost()).isFalse();
		assertThat(this.session.next()).isEqualTo(Envelope.greeting(8, 4));
		assertThat(this.session.next()).isNull();
		this.session.greeted(4, 8);
		assertThat(this.session.next()).isEqualTo(new Envelope(8, 4, FRAME, 0));
	}

	@Test
	void reportsABeginWhenEachNodeHasTheNumberOfTheOther() {
		this.session.next();
		this.session.greeted(3, 0);
		assertThat(this.session.takeMet()).isFalse();
		this.session.greeted(3, 7);
		assertThat(this.session.takeMet()).isTrue();
		assertThat(this.session.takeMet()).isFalse();
		this.session.greeted(3, 7);
		this.session.greeted(2, 7);
		assertThat(this.session.takeMet()).isFalse();
		this.session.greeted(4, 7);
		assertThat(this.session.takeMet()).isTrue();
	}

	@Test
	void reportsNoBeginOfASessionThatHasEnded() {
		agree();
		this.session.reset();
		assertThat(this.session.takeMet()).isFalse();
	}

	private void agree() {
		this.session.next();
		this.session.greeted(3, 7);
		this.session.next();
		assertThat(this.session.hasNext()).isFalse();
	}

	private static Envelope frame(long session, long acknowledged) {
		return new Envelope(session, acknowledged, FRAME, 0);
	}

}
