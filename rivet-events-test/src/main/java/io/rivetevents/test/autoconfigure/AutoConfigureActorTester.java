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

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.PropertyMapping;
import org.springframework.boot.test.context.PropertyMapping.Skip;

/**
 * Adds an {@link io.rivetevents.test.ActorTester} to a test class, for example to one
 * with {@code @SpringBootTest}. Actors then run on threads of the test and in virtual
 * time, which a bean of type {@code java.time.Clock} shows. {@link ActorTest @ActorTest}
 * includes it.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
@PropertyMapping("rivet.test")
public @interface AutoConfigureActorTester {

	/**
	 * Number of nodes, from 1 to 16. Several nodes share the store and the beans of the
	 * application, and are joined as by {@code rivet-events-cluster}, which must be on
	 * the class path. They require clients in memory.
	 */
	@PropertyMapping(skip = Skip.ON_DEFAULT_VALUE)
	int nodes() default 1;

}
