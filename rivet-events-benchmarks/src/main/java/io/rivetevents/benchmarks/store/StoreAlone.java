/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.store;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import com.sun.management.OperatingSystemMXBean;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredEvent;

/**
 * Commits changes to the store of the application by as many threads as
 * {@code --writers=64}, each to an instance of its own, for {@code --seconds=10} after
 * {@code --warm-up=5}; with {@code --events=1} events in each change. Prints rate, times
 * and the settings of the database as a line of JSON.
 */
final class StoreAlone {

	private static final byte[] STATE = "x".repeat(1000).getBytes();

	private static final byte[] EVENT = "x".repeat(100).getBytes();

	private static final Duration MAX_AGE = Duration.ofMinutes(2);

	private final ActorStateStore store;

	private final int events;

	private StoreAlone(ActorStateStore store, int events) {
		this.store = store;
		this.events = events;
	}

	public static void main(String[] args) throws Exception {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(StoreApplication.class)
			.properties("server.address=127.0.0.1", "server.port=0", "logging.level.root=warn",
					"spring.main.banner-mode=off")
			.run(args)) {
			StoreAlone run = new StoreAlone(context.getBean(ActorStateStore.class), option(context, "events", 0));
			ObjectNode result = run.measure(option(context, "writers", 64),
					Duration.ofSeconds(option(context, "warm-up", 5)),
					Duration.ofSeconds(option(context, "seconds", 10)));
			DataSource database = context.getBeanProvider(DataSource.class).getIfAvailable();
			result.putPOJO("settings", (database != null) ? DatabaseSettings.read(database) : Map.of());
			System.out.println(result);
		}
	}

	private static int option(ConfigurableApplicationContext context, String name, int otherwise) {
		return context.getEnvironment().getProperty(name, Integer.class, otherwise);
	}

	private ObjectNode measure(int writers, Duration warmUp, Duration time) throws Exception {
		Instant begin = Instant.now().plus(warmUp);
		List<Callable<long[]>> tasks = new ArrayList<>();
		for (int i = 0; i < writers; i++) {
			StoredActor actor = StoredActor
				.builder(UUID.randomUUID().toString(), ActorAddress.of("alone", UUID.randomUUID().toString()))
				.state(STATE)
				.build();
			tasks.add(() -> write(actor, begin, begin.plus(time)));
		}
		ExecutorService threads = Executors.newFixedThreadPool(writers);
		CompletableFuture<Long> cpuBefore = CompletableFuture.supplyAsync(StoreAlone::cpuNanos,
				CompletableFuture.delayedExecutor(warmUp.toMillis(), TimeUnit.MILLISECONDS));
		List<long[]> times = new ArrayList<>();
		for (Future<long[]> task : threads.invokeAll(tasks)) {
			times.add(task.get());
		}
		long cpu = cpuNanos() - cpuBefore.join();
		threads.shutdown();
		long[] sorted = times.stream().flatMapToLong(Arrays::stream).sorted().toArray();
		return JsonMapper.shared()
			.createObjectNode()
			.put("writers", writers)
			.put("per_s", (double) sorted.length / time.toSeconds())
			.put("per_cpu_s", sorted.length * 1e9 / cpu)
			.put("p50_us", sorted[sorted.length / 2] / 1000)
			.put("p99_us", sorted[sorted.length * 99 / 100] / 1000);
	}

	private static long cpuNanos() {
		return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
	}

	/** Returns the nanoseconds of each change. */
	private long[] write(StoredActor actor, Instant begin, Instant end) {
		long[] times = new long[1024];
		int count = 0;
		for (long version = 1; Instant.now().isBefore(end); version++) {
			long start = System.nanoTime();
			this.store.commit(change(actor, version));
			if (Instant.now().isAfter(begin)) {
				times = (count < times.length) ? times : Arrays.copyOf(times, 2 * count);
				times[count++] = System.nanoTime() - start;
			}
		}
		return Arrays.copyOf(times, count);
	}

	private Change change(StoredActor actor, long version) {
		Instant now = Instant.now();
		StoredActor next = actor.toBuilder().version(version).savedAt(now).build();
		List<StoredEvent> sent = new ArrayList<>();
		for (int i = 0; i < this.events; i++) {
			long position = version * this.events + i;
			sent.add(new StoredEvent(position, position - 1, now, now.plus(MAX_AGE), "written", "all", EVENT));
		}
		List<Long> trimmed = new ArrayList<>();
		for (int i = 0; i < this.events && version > 1000; i++) {
			trimmed.add((version - 1000) * this.events + i);
		}
		return Change.of(next, version - 1).withEvents(sent, trimmed);
	}

}
