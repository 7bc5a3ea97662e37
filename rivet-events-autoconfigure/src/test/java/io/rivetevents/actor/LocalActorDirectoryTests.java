package io.rivetevents.actor;

import java.util.concurrent.atomic.AtomicReference;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.rivetevents.annotation.Action;
import io.rivetevents.invocation.ActorHarness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LocalActorDirectoryTests {

	private static final ActorTarget TARGET = ActorHarness.target(Room.class, "k");

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Room());

	private final LocalActorDirectory directory = this.harness.directory();

	private final AtomicReference<@Nullable ActorInstance> seen = new AtomicReference<>();

	@AfterEach
	void close() {
		this.harness.close();
	}

	/** Calls an action; its instance has been seen then. */
	private void nap() {
		try (Registration registration = this.directory.listeners().add((instance) -> {
			this.seen.compareAndSet(null, instance);
			return false;
		}, "nap", (connection, args) -> {
		})) {
			this.harness.callAsClient(Room.class, "k", "nap");
		}
		Awaitility.await().until(() -> this.directory.size() == 0);
	}

	/** A thread that has found an instance closed forgets it once it gets on. */
	@Test
	void keepsTheIdOfAnInstanceThatHasFollowedAnother() {
		nap();
		this.harness.connect(Room.class, "k", null);
		String id = this.directory.resolve(TARGET).block(ActorHarness.PATIENCE).actorId();
		this.directory.forget(this.seen.get());
		assertThat(
				this.directory.actors().byId(id).send("said", "x").whenDone().block(ActorHarness.PATIENCE).targeted())
			.isOne();
	}

	@Test
	void forgetsTheIdOfAnInstanceThatIsGone() {
		nap();
		String id = this.seen.get().actorId();
		assertThat(
				this.directory.actors().byId(id).send("said", "x").whenDone().block(ActorHarness.PATIENCE).targeted())
			.isZero();
		this.directory.destroy(TARGET).block(ActorHarness.PATIENCE);
		assertThatThrownBy(() -> this.directory.resolve(new ActorTarget.ById(id)).block(ActorHarness.PATIENCE))
			.hasMessageContaining("does not exist");
	}

	static class Room {

		@Action
		void nap(ActorContext<?, ?> c) {
			c.sleep();
		}

	}

}
