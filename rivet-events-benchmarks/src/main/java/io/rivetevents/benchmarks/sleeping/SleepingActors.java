/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.sleeping;

import java.time.Duration;
import java.time.Instant;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import reactor.core.publisher.Flux;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.Actors;
import io.rivetevents.benchmarks.store.DatabaseConfiguration;
import io.rivetevents.benchmarks.store.StatementCounts;
import io.rivetevents.placement.LocalNode;

/**
 * Creates many instances, waits until they sleep, and prints the cost of each as a line
 * of JSON. Options: {@code --instances=100000}, and those of the application, such as a
 * longer {@code --rivet.events.actor.sleep-timeout} if the creation takes longer than the
 * 20 seconds that are set here. With a database whose statements are counted, prints also
 * the statements for each instance that is woken; see {@link DatabaseConfiguration}.
 */
@SpringBootApplication
@Import(DatabaseConfiguration.class)
class SleepingActors {

	private static final int AT_ONCE = 64;

	/** Number of instances that load all classes and fill all threads and caches. */
	private static final int WARM_UP = 1000;

	private static final Duration IDLE_TIME = Duration.ofSeconds(4);

	private final Actors actors;

	private final LocalNode node;

	private final StatementCounts statements;

	SleepingActors(Actors actors, LocalNode node, ObjectProvider<StatementCounts> statements) {
		this.actors = actors;
		this.node = node;
		this.statements = statements.getIfAvailable(StatementCounts::new);
	}

	public static void main(String[] args) throws InterruptedException {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(SleepingActors.class)
			.properties("server.address=127.0.0.1", "server.port=0", "logging.level.root=warn",
					"spring.main.banner-mode=off", "rivet.events.actor.sleep-timeout=20s")
			.run(args)) {
			int instances = context.getEnvironment().getProperty("instances", Integer.class, 100_000);
			System.out.println(context.getBean(SleepingActors.class).measure(instances));
		}
	}

	private ObjectNode measure(int instances) throws InterruptedException {
		visit("warm-up", WARM_UP);
		awaitSleep();
		Usage before = Usage.whenCalm();
		Instant start = Instant.now();
		visit("sleeper", instances);
		Duration creation = Duration.between(start, Instant.now());
		Usage awake = Usage.whenCalm();
		double awakeCpu = Usage.idleCpu(IDLE_TIME);
		if (this.node.size() != instances) {
			throw new IllegalStateException("Only %d of %d are awake: set a longer rivet.events.actor.sleep-timeout"
				.formatted(this.node.size(), instances));
		}
		awaitSleep();
		Usage asleep = Usage.whenCalm();
		double asleepCpu = Usage.idleCpu(IDLE_TIME);
		ObjectNode result = JsonMapper.shared()
			.createObjectNode()
			.put("instances", instances)
			.put("create_s", creation.toMillis() / 1000.0)
			.put("awake_bytes_each", (awake.heapBytes() - before.heapBytes()) / instances)
			.put("asleep_bytes_each", (asleep.heapBytes() - before.heapBytes()) / instances)
			.put("awake_cpu_ms_per_s", awakeCpu)
			.put("asleep_cpu_ms_per_s", asleepCpu)
			.put("threads_before", before.threads())
			.put("threads_awake", awake.threads())
			.put("threads_asleep", asleep.threads())
			.put("timers_before", before.timers())
			.put("timers_awake", awake.timers())
			.put("timers_asleep", asleep.timers());
		result.set("wake_to_read", statementsOf(() -> call("sleeper", WARM_UP, "count")));
		result.set("wake_to_change", statementsOf(() -> visit("sleeper", WARM_UP)));
		return result;
	}

	/** Returns the statements for each instance until all sleep again. */
	private ObjectNode statementsOf(Runnable waking) {
		this.statements.take();
		waking.run();
		awaitSleep();
		ObjectNode each = JsonMapper.shared().createObjectNode();
		this.statements.take().forEach((statement, count) -> each.put(statement, (double) count / WARM_UP));
		return each;
	}

	private void visit(String key, int instances) {
		call(key, instances, "visit", "ada");
	}

	private void call(String key, int instances, String action, Object... args) {
		Flux.range(0, instances)
			.flatMap((i) -> this.actors.getOrCreate(Sleeper.class, key, Integer.toString(i))
				.call(action, Integer.class, args), AT_ONCE)
			.blockLast();
	}

	private void awaitSleep() {
		Flux.interval(Duration.ofMillis(100)).takeUntil((tick) -> this.node.size() == 0).blockLast();
	}

}
