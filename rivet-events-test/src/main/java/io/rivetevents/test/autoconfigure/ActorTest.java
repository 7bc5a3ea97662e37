/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.autoconfigure.json.AutoConfigureJson;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * Test of actors alone, without a server and a port. The application context contains the
 * actors, the interceptors and other extensions of the runtime, conversion, validation
 * and method security. Other components, such as services and repositories, are not
 * found: declare them in the test, for example by {@code @MockitoBean}, or add
 * {@code @Import}. Nested classes of tests are not found either: an actor that is one
 * needs {@code @Import}. Inject an {@link io.rivetevents.test.ActorTester}.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(ActorTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(ActorTypeExcludeFilter.class)
@AutoConfigureJson
@AutoConfigureActorTester
@ImportAutoConfiguration
public @interface ActorTest {

	/**
	 * Properties in the form {@code key=value} to add to the environment.
	 */
	String[] properties() default {};

	/**
	 * The actors of the test; all actors by default.
	 */
	@AliasFor("actors")
	Class<?>[] value() default {};

	/**
	 * The actors of the test; all actors by default.
	 */
	@AliasFor("value")
	Class<?>[] actors() default {};

	/**
	 * Number of nodes, as in {@link AutoConfigureActorTester#nodes()}.
	 */
	@AliasFor(annotation = AutoConfigureActorTester.class, attribute = "nodes")
	int nodes() default 1;

	/**
	 * Whether the components named above are found. With {@code false} only those of
	 * {@link #includeFilters()} are.
	 */
	boolean useDefaultFilters() default true;

	/**
	 * Filters that add components.
	 */
	Filter[] includeFilters() default {};

	/**
	 * Filters that remove components.
	 */
	Filter[] excludeFilters() default {};

	/**
	 * Auto-configuration to exclude.
	 */
	@AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
	Class<?>[] excludeAutoConfiguration() default {};

}
