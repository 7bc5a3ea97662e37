/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.util.Objects;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;

/**
 * An application that starts with the modules on its class path, calls an action, and
 * ends.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import(LeanApplication.Greeter.class)
class LeanApplication {

	public static void main(String... args) {
		try (ConfigurableApplicationContext context = SpringApplication.run(LeanApplication.class, args)) {
			String greeting = context.getBean(Actors.class).getOrCreate("greeter").call("greet", String.class).block();
			System.out.println("the actor says: " + Objects.requireNonNull(greeting));
		}
	}

	@Actor("greeter")
	static class Greeter {

		@Action
		String greet() {
			return "hello";
		}

	}

}
