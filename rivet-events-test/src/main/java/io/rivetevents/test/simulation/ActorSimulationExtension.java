/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.test.context.junit.jupiter.SpringExtension;
import org.springframework.util.ReflectionUtils;

import io.rivetevents.test.simulation.actors.SimulatedActors;

/**
 * Calls a test method with {@link ActorSimulation} once for each seed.
 */
final class ActorSimulationExtension implements InvocationInterceptor, ParameterResolver {

	private static final Log logger = LogFactory.getLog(ActorSimulation.class);

	/** Faults are expected, and thousands of them would be logged. */
	private static final String QUIET = "io.rivetevents";

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.getParameter().getType() == Simulation.class;
	}

	/** Each seed replaces it. */
	@Override
	public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		return null;
	}

	@Override
	public void interceptTestMethod(Invocation<Void> invocation, ReflectiveInvocationContext<Method> called,
			ExtensionContext context) throws Throwable {
		invocation.skip();
		Method method = called.getExecutable();
		ActorSimulation simulation = AnnotatedElementUtils.findMergedAnnotation(method, ActorSimulation.class);
		if (simulation == null) {
			throw new IllegalStateException("@ActorSimulation is missing on " + method);
		}
		ReflectionUtils.makeAccessible(method);
		Object test = context.getRequiredTestInstance();
		if (simulation.actors().length == 0) {
			run(simulation, SpringExtension.getApplicationContext(context), test, method);
			return;
		}
		try (AnnotationConfigApplicationContext beans = new AnnotationConfigApplicationContext(simulation.actors())) {
			run(simulation, beans, test, method);
		}
	}

	private static void run(ActorSimulation simulation, ListableBeanFactory beans, Object test, Method method)
			throws Throwable {
		Long only = Long.getLong(ActorSimulation.SEED);
		long seed = (only != null) ? only : simulation.seed();
		boolean all = seed == ActorSimulation.ALL;
		SimulationSettings found = SimulationSettings.of(beans).withNodes(simulation.nodes());
		SimulationSettings settings = all ? found : found.withKept(Integer.MAX_VALUE);
		SimulationRunner runner = new SimulationRunner(new SimulatedActors(beans, settings.node().actor()), settings,
				(run) -> call(test, method, run));
		if (all) {
			quietly(() -> runAll(runner, Integer.getInteger(ActorSimulation.SEEDS, simulation.seeds()), method));
		}
		else {
			runner.run(seed, 1);
		}
	}

	private static void runAll(SimulationRunner runner, int seeds, Method method) throws Throwable {
		long start = System.nanoTime();
		long hash = runner.run(1, seeds);
		double seconds = (System.nanoTime() - start) / 1e9;
		logger.info("%s: %d seeds in %.1f s, %.0f a second, trace %016x".formatted(method.getName(), seeds, seconds,
				seeds / seconds, hash));
	}

	private static void call(Object test, Method method, Simulation run) throws Throwable {
		Object[] args = List.of(method.getParameterTypes())
			.stream()
			.map((type) -> (type == Simulation.class) ? run : null)
			.toArray();
		try {
			method.invoke(test, args);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

	/** A block that may throw anything. */
	@FunctionalInterface
	private interface Work {

		/** Runs the block. */
		void run() throws Throwable;

	}

	private static void quietly(Work work) throws Throwable {
		LoggingSystem logging = LoggingSystem.get(ActorSimulationExtension.class.getClassLoader());
		logging.setLogLevel(QUIET, LogLevel.OFF);
		try {
			work.run();
		}
		finally {
			logging.setLogLevel(QUIET, null);
		}
	}

}
