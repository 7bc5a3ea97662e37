/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.security.Principal;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PortablePrincipalTests {

	private final CountingCodec codec = new CountingCodec();

	@Test
	void keepsTheObjectOfItsNode() {
		Principal ada = () -> "ada";
		PortablePrincipal here = new PortablePrincipal(ada);
		assertThat(here.principal()).isSameAs(ada);
		assertThat(here.serialized(this.codec).name()).isEqualTo("ada");
		assertThat(here.principal()).isSameAs(ada);
		assertThat(this.codec.read).hasValue(0);
	}

	@Test
	void isWrittenOnceWhateverAsks() throws Exception {
		PortablePrincipal here = new PortablePrincipal(() -> "ada");
		assertThat(atOnce(() -> here.serialized(this.codec))).hasSize(1);
		assertThat(this.codec.written).hasValue(1);
	}

	@Test
	void isReadOnceWhateverAsks() throws Exception {
		PortablePrincipal there = arrived("ada");
		assertThat(this.codec.read).hasValue(0);
		assertThat(atOnce(there::principal)).hasSize(1);
		assertThat(this.codec.read).hasValue(1);
	}

	@Test
	void travelsOnAsItHasArrived() {
		SerializedPrincipal written = new SerializedPrincipal("ada", List.of("ROLE_USER"), "token");
		PortablePrincipal there = new PortablePrincipal(written, this.codec);
		assertThat(there.serialized(PrincipalCodec.BY_NAME)).isSameAs(written);
		assertThat(this.codec.read).hasValue(0);
	}

	@Test
	void failsEachTimeWhereItCannotBeRead() {
		PortablePrincipal there = new PortablePrincipal(new SerializedPrincipal("ada", List.of(), "token"),
				PrincipalCodec.BY_NAME);
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(PrincipalCodecException.class).isThrownBy(there::principal)
				.withMessageContaining("'ada'");
		}
	}

	@Test
	void equalsOneOfAnEqualPrincipal() {
		assertThat(arrived("ada")).isEqualTo(arrived("ada"))
			.hasSameHashCodeAs(arrived("ada"))
			.isNotEqualTo(arrived("eve"));
		assertThat(new Identity(new Named("ada"), "s")).isEqualTo(new Identity(new Named("ada"), "s"));
	}

	@Test
	void tellsNoTokens() {
		assertThat(arrived("ada")).asString().contains("ada").doesNotContain("token");
	}

	private PortablePrincipal arrived(String name) {
		return new PortablePrincipal(new SerializedPrincipal(name, List.of(), "token"), this.codec);
	}

	/** Returns what several threads get, by identity. */
	private static Set<Integer> atOnce(Callable<Object> task) throws Exception {
		int threads = 8;
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			CountDownLatch start = new CountDownLatch(threads);
			List<Future<Object>> all = Stream.generate(() -> executor.submit(() -> {
				start.countDown();
				start.await();
				return task.call();
			})).limit(threads).toList();
			Set<Integer> results = ConcurrentHashMap.newKeySet();
			for (Future<Object> each : all) {
				results.add(System.identityHashCode(each.get()));
			}
			return results;
		}
		finally {
			executor.shutdownNow();
		}
	}

	private record Named(String name) implements Principal {

		@Override
		public String getName() {
			return this.name;
		}

	}

	private static final class CountingCodec implements PrincipalCodec {

		private final AtomicInteger written = new AtomicInteger();

		private final AtomicInteger read = new AtomicInteger();

		@Override
		public SerializedPrincipal write(Principal principal) {
			this.written.incrementAndGet();
			return new SerializedPrincipal(principal.getName(), List.of(), "token");
		}

		@Override
		public Principal read(SerializedPrincipal serialized) {
			this.read.incrementAndGet();
			return new Named(serialized.name());
		}

	}

}
