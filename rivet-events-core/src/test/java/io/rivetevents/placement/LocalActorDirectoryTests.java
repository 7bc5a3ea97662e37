/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.Registration;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.connection.Receipt;
import io.rivetevents.contract.History;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.invocation.ActorHarness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LocalActorDirectoryTests {

	private static final ActorTarget TARGET = ActorHarness.target(Room.class, "k");

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Room(), new Diary());

	private final ActorDirectory directory = this.harness.directory();

	private final AtomicReference<@Nullable ActorInstance> seen = new AtomicReference<>();

	@AfterEach
	void close() {
		this.harness.close();
	}

	/** Calls an action; its instance has been seen then. */
	private void nap() {
		try (Registration registration = this.harness.listeners().add((instance) -> {
			this.seen.compareAndSet(null, (ActorInstance) instance);
			return false;
		}, "nap", (connection, args) -> {
		})) {
			this.harness.callAsClient(Room.class, "k", "nap");
		}
		Awaitility.await().until(() -> this.harness.node().size() == 0);
	}

	/** A thread that has found an instance closed forgets it once it gets on. */
	@Test
	void keepsTheIdOfAnInstanceThatHasFollowedAnother() {
		nap();
		this.harness.connect(Room.class, "k", null);
		String id = this.directory.resolve(TARGET).block(ActorHarness.PATIENCE).actorId();
		this.harness.node().instances().forget(this.seen.get());
		assertThat(this.harness.actors().byId(id).send("said", "x").whenDone().block(ActorHarness.PATIENCE).targeted())
			.isOne();
	}

	@Test
	void forgetsTheIdOfAnInstanceThatIsGone() {
		nap();
		String id = this.seen.get().actorId();
		assertThat(this.harness.actors().byId(id).send("said", "x").whenDone().block(ActorHarness.PATIENCE).targeted())
			.isZero();
		this.directory.destroy(TARGET).block(ActorHarness.PATIENCE);
		assertThatThrownBy(() -> this.directory.resolve(new ActorTarget.ById(id)).block(ActorHarness.PATIENCE))
			.hasMessageContaining("does not exist");
	}

	/** Its address was found before. */
	@Test
	void usesNoInstanceThatFollowsADeletedOneInPlaceOfIt() {
		ActorInfo first = this.directory.resolve(ActorHarness.target(Diary.class, "k")).block(ActorHarness.PATIENCE);
		ActorTarget deleted = new ActorTarget.ById(first.actorId(), first.address());
		this.directory.destroy(deleted).block(ActorHarness.PATIENCE);
		this.harness.connect(Diary.class, "k", null);
		for (String action : List.of("read", "watch")) {
			assertThatThrownBy(() -> this.directory.call(deleted, null, this.harness.request(1, action))
				.block(ActorHarness.PATIENCE)).hasMessageContaining("does not exist");
		}
		AddressedEvent event = new AddressedEvent(Selection.ALL, false, "written", List.of(), Set.of(), false);
		assertThat(this.directory.dispatch(deleted, event).block(ActorHarness.PATIENCE)).isSameAs(Receipt.NOBODY);
	}

	/** It has been seen not to stop, and stops before the instance is there. */
	@Test
	void leavesNoInstanceThatComesAsItStops() throws Exception {
		nap();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.harness.types().register(held(this.seen.get().type(), entered, goOn));
		Future<?> coming = this.directory.resolve(new ActorTarget.GetOrCreate(ActorAddress.of("Held", "k"), null))
			.subscribeOn(Schedulers.boundedElastic())
			.toFuture();
		assertThat(entered.await(5, TimeUnit.SECONDS)).isTrue();
		this.harness.node().stop().block(Duration.ofSeconds(5));
		goOn.countDown();
		assertThatThrownBy(() -> coming.get(5, TimeUnit.SECONDS)).hasMessageContaining("actor.restarting");
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> this.harness.node().size() == 0);
	}

	/** Returns an actor that is held up where its key is checked. */
	private static ActorType held(ActorType actor, CountDownLatch entered, CountDownLatch goOn) {
		AtomicBoolean first = new AtomicBoolean(true);
		return (ActorType) Proxy.newProxyInstance(ActorType.class.getClassLoader(), new Class<?>[] { ActorType.class },
				(proxy, method, args) -> {
					if (method.getName().equals("name")) {
						return "Held";
					}
					if (method.getName().equals("settings") && first.getAndSet(false)) {
						entered.countDown();
						goOn.await();
					}
					return method.invoke(actor, args);
				});
	}

	@Actor
	@History(durable = true)
	static class Diary {

		@Action
		void read() {
		}

		@Action(interleave = true)
		void watch() {
		}

	}

	static class Room {

		@Action
		void nap(ActorContext<?, ?> c) {
			c.sleep();
		}

	}

}
