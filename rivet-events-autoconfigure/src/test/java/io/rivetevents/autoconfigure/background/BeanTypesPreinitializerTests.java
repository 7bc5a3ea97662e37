/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.background;

import java.io.File;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each case has a class loader of its own, so that no class is loaded before.
 */
class BeanTypesPreinitializerTests {

	@Test
	void isKnownToSpringBoot() {
		assertThat(SpringFactoriesLoader.loadFactories(BackgroundPreinitializer.class, null))
			.hasAtLeastOneElementOfType(BeanTypesPreinitializer.class);
	}

	@Test
	void loadsTheTypesOfBeansAndOfTheirFields() throws Exception {
		try (Loader loader = new Loader("none")) {
			preinitialize(loader);
			assertThat(loader.hasLoaded("io.rivetevents.placement.LocalNode")).isTrue();
			assertThat(loader.hasLoaded("io.rivetevents.actor.runtime.ActorRuntime")).isTrue();
			assertThat(loader.hasLoaded("io.rivetevents.cluster.NodeQueries")).isTrue();
			assertThat(loader.hasLoaded("io.rivetevents.transport.LinkServices")).isTrue();
			assertThat(loader.hasLoaded("io.rivetevents.security.SecurityRules")).isTrue();
		}
	}

	@Test
	void verifiesTheLargestClassesOfReactor() throws Exception {
		try (Loader loader = new Loader("none")) {
			preinitialize(loader);
			assertThat(loader.hasLoaded("reactor.core.publisher.FluxZip")).isTrue();
			assertThat(loader.hasLoaded("reactor.core.publisher.MonoZip")).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring-security", "spring-webflux", "reactor-netty", "jakarta.validation", "spring-tx" })
	void continuesWithoutAnOptionalLibrary(String missing) throws Exception {
		try (Loader loader = new Loader(missing)) {
			preinitialize(loader);
			assertThat(loader.hasLoaded("io.rivetevents.actor.runtime.ActorRuntime")).isTrue();
		}
	}

	private static void preinitialize(Loader loader) throws ReflectiveOperationException {
		Class<?> type = loader.loadClass(BeanTypesPreinitializer.class.getName());
		Constructor<?> constructor = type.getDeclaredConstructor();
		constructor.setAccessible(true);
		Method method = type.getDeclaredMethod("preinitialize");
		method.setAccessible(true);
		method.invoke(constructor.newInstance());
	}

	/** The class path of the test, without the jars of one library. */
	private static final class Loader extends URLClassLoader {

		Loader(String missing) {
			super(Stream
				.of(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
					.split(File.pathSeparator))
				.filter((entry) -> !Path.of(entry).getFileName().toString().startsWith(missing))
				.map(Loader::url)
				.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
		}

		private static URL url(String entry) {
			try {
				return Path.of(entry).toUri().toURL();
			}
			catch (MalformedURLException ex) {
				throw new IllegalArgumentException(entry, ex);
			}
		}

		boolean hasLoaded(String name) {
			return findLoadedClass(name) != null;
		}

	}

}
