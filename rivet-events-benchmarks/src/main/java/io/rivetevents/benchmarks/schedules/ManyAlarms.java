/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.schedules;

import java.time.Duration;
import java.time.Instant;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import reactor.core.publisher.Flux;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.Actors;
import io.rivetevents.benchmarks.store.DatabaseConfiguration;

/**
 * Creates many instances whose schedules are due at the same time, waits until each has
 * run, and prints the delays and how many ran not once, as a line of JSON. Options:
 * {@code --instances=100000}, {@code --due=60s} from the start until they are due, and
 * those of the application.
 */
@SpringBootApplication
@Import(DatabaseConfiguration.class)
class ManyAlarms {

	private static final int AT_ONCE = 64;

	private static final Duration PATIENCE = Duration.ofMinutes(10);

	private static final Duration QUIET_TIME = Duration.ofSeconds(5);

	private final Actors actors;

	private final Rings rings;

	ManyAlarms(Actors actors, Rings rings) {
		this.actors = actors;
		this.rings = rings;
	}

	public static void main(String[] args) throws InterruptedException {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(ManyAlarms.class)
			.properties("server.address=127.0.0.1", "server.port=0", "logging.level.root=warn",
					"spring.main.banner-mode=off", "rivet.events.actor.sleep-timeout=1s")
			.run(args)) {
			int instances = context.getEnvironment().getProperty("instances", Integer.class, 100_000);
			Duration due = context.getEnvironment().getProperty("due", Duration.class, Duration.ofSeconds(60));
			System.out.println(context.getBean(ManyAlarms.class).measure(instances, due));
		}
	}

	private ObjectNode measure(int instances, Duration wait) throws InterruptedException {
		Instant start = Instant.now();
		Instant due = start.plus(wait);
		Flux.range(0, instances)
			.flatMap((i) -> this.actors.getOrCreate(Alarm.class, Integer.toString(i)).call("set", Void.class, due),
					AT_ONCE)
			.blockLast();
		Duration creation = Duration.between(start, Instant.now());
		if (Instant.now().isAfter(due)) {
			throw new IllegalStateException("The creation took %s: set a longer --due".formatted(creation));
		}
		awaitAll(instances);
		long[] delays = this.rings.delays(due);
		long wrong = Flux.range(0, instances)
			.flatMap((i) -> this.actors.getOrCreate(Alarm.class, Integer.toString(i)).call("rings", Integer.class),
					AT_ONCE)
			.filter((rings) -> rings != 1)
			.count()
			.blockOptional()
			.orElseThrow();
		return JsonMapper.shared()
			.createObjectNode()
			.put("instances", instances)
			.put("create_s", creation.toMillis() / 1000.0)
			.put("runs", delays.length)
			.put("not_once", wrong)
			.put("first_ms", delays[0])
			.put("median_ms", delays[delays.length / 2])
			.put("last_ms", delays[delays.length - 1])
			.put("per_s", Math.round(1000.0 * delays.length / (delays[delays.length - 1] - delays[0] + 1)));
	}

	/** Waits until all have run, and whether any runs again. */
	private void awaitAll(int instances) throws InterruptedException {
		Instant end = Instant.now().plus(PATIENCE);
		while (this.rings.count() < instances) {
			if (Instant.now().isAfter(end)) {
				throw new IllegalStateException("Only %d of %d have run".formatted(this.rings.count(), instances));
			}
			Thread.sleep(100);
		}
		Thread.sleep(QUIET_TIME.toMillis());
	}

}
