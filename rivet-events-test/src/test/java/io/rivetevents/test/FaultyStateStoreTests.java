/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredSchedule;
import io.rivetevents.test.store.FaultyStateStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FaultyStateStoreTests {

	private static final RuntimeException FULL = new IllegalStateException("The disk is full");

	private static final ActorAddress A = ActorAddress.of("room", "a");

	private static final ActorAddress B = ActorAddress.of("room", "b");

	private final FaultyStateStore store = new FaultyStateStore(new MemoryActorStateStore());

	private static StoredActor actor(ActorAddress address, long version) {
		return StoredActor.builder("id-" + address, address).version(version).build();
	}

	private void save(ActorAddress address, long version) {
		this.store.save(actor(address, version), version - 1);
	}

	@Test
	void failsAsOftenAsOrdered() {
		this.store.onCommit().times(2).fail(FULL);
		assertThatThrownBy(() -> save(A, 1)).isSameAs(FULL);
		assertThat(this.store.load(A)).isNull();
		assertThatThrownBy(() -> save(B, 1)).isSameAs(FULL);
		save(A, 1);
		assertThat(this.store.load(A)).isNotNull();
	}

	@Test
	void failsForOneInstance() {
		this.store.onCommit().of(A).always().fail(FULL);
		save(B, 1);
		assertThatThrownBy(() -> save(A, 1)).isSameAs(FULL);
		assertThatThrownBy(() -> save(A, 1)).isSameAs(FULL);
		this.store.clear();
		save(A, 1);
	}

	@Test
	void failsLoadsAndDeletions() {
		save(A, 1);
		this.store.onLoad().times(2).fail(FULL);
		this.store.onDelete().fail(FULL);
		assertThatThrownBy(() -> this.store.load(A)).isSameAs(FULL);
		assertThatThrownBy(() -> this.store.loadById("id-" + A)).isSameAs(FULL);
		assertThatThrownBy(() -> this.store.delete(actor(A, 1))).isSameAs(FULL);
		assertThat(this.store.load(A)).isNotNull();
		this.store.delete(actor(A, 1));
		assertThat(this.store.load(A)).isNull();
	}

	@Test
	void failsCallsAboutSchedules() {
		Instant now = Instant.EPOCH;
		DueSchedule due = new DueSchedule(now, "id-" + A, "s");
		this.store.commit(Change.of(actor(A, 1), 0)
			.withSchedules(List.of(new StoredSchedule("s", now, 0, "action", new byte[0])), List.of()));
		this.store.onSchedules().fail(FULL);
		this.store.onDue().fail(FULL);
		this.store.onPostpone().fail(FULL);
		assertThatThrownBy(() -> this.store.schedules(due.actorId())).isSameAs(FULL);
		assertThat(this.store.schedules(due.actorId())).hasSize(1);
		assertThatThrownBy(() -> this.store.due(now, null, 1)).isSameAs(FULL);
		assertThatThrownBy(() -> this.store.postpone(due, now.plusSeconds(1))).isSameAs(FULL);
		assertThat(this.store.due(now, null, 1)).containsExactly(due);
		this.store.onPostpone().failAfterwards(FULL);
		assertThatThrownBy(() -> this.store.postpone(due, now.plusSeconds(1))).isSameAs(FULL);
		assertThat(this.store.due(now, null, 1)).isEmpty();
		assertThatIllegalStateException().isThrownBy(() -> this.store.onDue().of(A));
		assertThatIllegalStateException().isThrownBy(() -> this.store.onPostpone().beStale());
	}

	@Test
	void failsLoadsOfEventsAndAnswers() {
		save(A, 1);
		this.store.onEvents().fail(FULL);
		this.store.onAnswer().fail(FULL);
		assertThatThrownBy(() -> this.store.events("id-" + A, 1)).isSameAs(FULL);
		assertThat(this.store.events("id-" + A, 1)).isEmpty();
		assertThatThrownBy(() -> this.store.answer("id-" + A, "key")).isSameAs(FULL);
		assertThat(this.store.answer("id-" + A, "key")).isNull();
		assertThatIllegalStateException().isThrownBy(() -> this.store.onEvents().of(A));
		assertThatIllegalStateException().isThrownBy(() -> this.store.onAnswer().of(A));
	}

	@Test
	void appliesAndFails() {
		this.store.onCommit().failAfterwards(FULL);
		assertThatThrownBy(() -> save(A, 1)).isSameAs(FULL);
		assertThat(this.store.load(A)).isNotNull();
		this.store.onDelete().failAfterwards(FULL);
		assertThatThrownBy(() -> this.store.delete(actor(A, 1))).isSameAs(FULL);
		assertThat(this.store.load(A)).isNull();
	}

	@Test
	void isStale() {
		save(A, 1);
		this.store.onCommit().beStale();
		this.store.onDelete().beStale();
		assertThatExceptionOfType(StaleStateException.class).isThrownBy(() -> save(A, 2))
			.withMessageContaining("is not 1");
		assertThatExceptionOfType(StaleStateException.class).isThrownBy(() -> this.store.delete(actor(A, 1)));
		assertThat(this.store.load(A)).extracting(StoredActor::version).isEqualTo(1L);
		assertThatIllegalStateException().isThrownBy(() -> this.store.onLoad().beStale());
	}

	@Test
	void faultsHappenInTheirOrder() {
		save(A, 1);
		this.store.onCommit().beStale();
		this.store.onCommit().of(B).fail(FULL);
		this.store.onCommit().fail(FULL);
		assertThatExceptionOfType(StaleStateException.class).isThrownBy(() -> save(A, 2));
		assertThatThrownBy(() -> save(A, 2)).isSameAs(FULL);
		save(A, 2);
	}

	@Test
	void takesOver() {
		save(A, 1);
		this.store.takeOver(A, new byte[] { 1 });
		assertThatExceptionOfType(StaleStateException.class).isThrownBy(() -> save(A, 2));
		assertThat(this.store.load(A)).satisfies((actor) -> {
			assertThat(actor.version()).isEqualTo(2);
			assertThat(actor.generation()).isEqualTo(2);
			assertThat(actor.state()).containsExactly(1);
		});
	}

	@Test
	void holdsCallsUntilTheyAreReleased() throws Exception {
		try (FaultyStateStore.Hold hold = this.store.onCommit().of(A).hold()) {
			CompletableFuture<Void> held = CompletableFuture.runAsync(() -> save(A, 1));
			hold.awaitCall();
			save(B, 1);
			assertThat(held).isNotDone();
			assertThat(this.store.load(A)).isNull();
			hold.release();
			held.get(10, TimeUnit.SECONDS);
			assertThat(this.store.load(A)).isNotNull();
		}
	}

	@Test
	void releasesAllWhenCleared() throws Exception {
		FaultyStateStore.Hold hold = this.store.onLoad().always().hold();
		CompletableFuture<Void> held = CompletableFuture.runAsync(() -> this.store.load(A));
		hold.awaitCall();
		this.store.clear();
		held.get(10, TimeUnit.SECONDS);
		this.store.load(A);
	}

}
