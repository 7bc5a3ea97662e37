/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

import io.rivetevents.test.autoconfigure.AutoConfigureActorTester;

/**
 * Switches the cluster of an application off in tests with clients in memory: their nodes
 * are those of the tester, and must not join others over sockets.
 */
final class ClusterSwitchFactory implements ContextCustomizerFactory {

	@Override
	public @Nullable ContextCustomizer createContextCustomizer(Class<?> testClass,
			List<ContextConfigurationAttributes> attributes) {
		return TestContextAnnotationUtils.hasAnnotation(testClass, AutoConfigureActorTester.class) ? new ClusterSwitch()
				: null;
	}

	/** Equal to all others, so that contexts are shared by test classes. */
	private record ClusterSwitch() implements ContextCustomizer {

		@Override
		public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration merged) {
			ConfigurableEnvironment environment = context.getEnvironment();
			if (environment.getProperty("rivet.test.transport", "memory").equals("memory")) {
				environment.getPropertySources()
					.addFirst(
							new MapPropertySource("rivetTestCluster", Map.of("rivet.events.cluster.enabled", "false")));
			}
		}

	}

}
