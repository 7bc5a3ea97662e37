/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a test that runs once for each seed, with a {@link Simulation} as its only
 * parameter. Methods with {@code @BeforeEach} and {@code @AfterEach} run once for all
 * seeds. The test ends at the first seed that fails, with the seed, the last steps and
 * the line that replays it. The system property {@value #SEED} runs a single seed and
 * {@value #SEEDS} sets the number of seeds, both in all simulations.
 * <p>
 * The method and the actors run on a thread that must not block: {@code Mono.block()}
 * fails there.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Test
@ExtendWith(ActorSimulationExtension.class)
public @interface ActorSimulation {

	/** System property with the only seed to run. */
	String SEED = "rivet.simulation.seed";

	/** System property with the number of seeds. */
	String SEEDS = "rivet.simulation.seeds";

	/** Value of {@link #seed()} for all seeds. */
	long ALL = Long.MIN_VALUE;

	/**
	 * Number of seeds to run, from 1.
	 */
	int seeds() default 1000;

	/**
	 * The only seed to run. Default: all.
	 */
	long seed() default ALL;

	/**
	 * Number of nodes that run at the same time, and that have a store in common. More
	 * than one requires rivet-events-cluster: each instance is then on one of them, and
	 * clients connect to any.
	 */
	int nodes() default 1;

	/**
	 * Classes of the actors and of the beans that they need; the settings then have their
	 * defaults. Default: the beans of the test's application context, for example of
	 * {@code @ActorTest}, with the settings of its properties {@code rivet.events.*}.
	 */
	Class<?>[] actors() default {};

}
