/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.call.Rejections;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The request of a node to itself before it joins, in virtual time.
 */
class RehearsalTests {

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final List<Operation> handled = new ArrayList<>();

	private Supplier<Mono<Result>> result = () -> Mono.error(new RivetException(ErrorCode.RESTARTING));

	private final Rehearsal rehearsal = new Rehearsal(new FrameCodec(new ConnectRequestCodec(PrincipalCodec.BY_NAME)),
			this::handle, new Rejections(new ValueMapper(JsonMapper.builder().build())), this.timers);

	private Mono<Result> handle(Operation operation) {
		this.handled.add(operation);
		return this.result.get();
	}

	@AfterEach
	void close() {
		this.timers.dispose();
	}

	@Test
	void handlesARequestForAnInstanceThatDoesNotExist() {
		StepVerifier.create(this.rehearsal.run(List.of("room", "board"))).verifyComplete();
		assertThat(this.handled).singleElement().isInstanceOfSatisfying(Operation.Resolve.class, (request) -> {
			assertThat(request.target()).isInstanceOf(ActorTarget.Get.class);
			ActorAddress address = request.target().address();
			assertThat(Map.of(address.namespace(), address.name())).containsOnly(Map.entry("rivet-check", "room"));
		});
	}

	@Test
	void handlesNothingWithoutActors() {
		StepVerifier.create(this.rehearsal.run(List.of())).verifyComplete();
		assertThat(this.handled).isEmpty();
	}

	@Test
	void endsAfterATimeIfTheStoreDoesNotAnswer() {
		this.result = Mono::never;
		StepVerifier.create(this.rehearsal.run(List.of("room")))
			.then(() -> this.timers.advanceTimeBy(Rehearsal.LONGEST.minusMillis(1)))
			.expectNoEvent(Duration.ofMillis(1))
			.then(() -> this.timers.advanceTimeBy(Duration.ofMillis(1)))
			.verifyComplete();
	}

}
