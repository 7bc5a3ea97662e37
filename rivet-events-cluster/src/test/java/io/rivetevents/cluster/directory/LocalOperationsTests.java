/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.error.RivetException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class LocalOperationsTests {

	private final TestNodes nodes = new TestNodes(new MemoryActorStateStore(), List.of("a"), (name) -> new Object[0]);

	@BeforeEach
	void join() {
		this.nodes.join();
	}

	@AfterEach
	void close() {
		this.nodes.close();
	}

	@Test
	void rejectAnOperationOfANewerNode() {
		Operation unknown = new Operation.Unknown("Operation of kind 99");
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.nodes.node("a").calls.askNode("a", unknown).block())
			.satisfies((ex) -> assertThat(ex.group() + "." + ex.code()).isEqualTo("request.not_supported"))
			.withMessageContaining("Operation of kind 99");
	}

}
