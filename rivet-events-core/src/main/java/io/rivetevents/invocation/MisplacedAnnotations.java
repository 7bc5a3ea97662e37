/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.scheduling.annotation.Async;

import io.rivetevents.contract.EventName;
import io.rivetevents.contract.History;
import io.rivetevents.contract.Volatile;

/**
 * Finds annotations that would have no effect, or the wrong one, on a method of an actor.
 */
final class MisplacedAnnotations {

	/** Of the methods of an event contract. */
	private static final List<Class<? extends Annotation>> OF_EVENTS = List.of(EventName.class, History.class,
			Volatile.class);

	private static final String OUTSIDE = "called outside of the turn because of @Async, beside other calls and without a result";

	private static final String WORKER = "actions and hooks already run on worker threads, and may block";

	private MisplacedAnnotations() {
	}

	/**
	 * Checks a class.
	 * @param actor class of the actor
	 * @param methods its actions and hooks
	 * @throws InvalidActorException if an annotation is in the wrong place
	 */
	static void check(Class<?> actor, Set<Method> methods) {
		if (AnnotatedElementUtils.hasAnnotation(actor, Async.class)) {
			throw new InvalidActorException(actor, "its methods are " + OUTSIDE, "Remove @Async: " + WORKER);
		}
		methods.forEach(MisplacedAnnotations::check);
	}

	private static void check(Method method) {
		if (AnnotatedElementUtils.hasAnnotation(method, Async.class)) {
			throw new InvalidActorException(method, "it is " + OUTSIDE, "Remove @Async: " + WORKER);
		}
		for (Class<? extends Annotation> annotation : OF_EVENTS) {
			if (AnnotatedElementUtils.hasAnnotation(method, annotation)) {
				String name = annotation.getSimpleName();
				throw new InvalidActorException(method,
						"its @%s has no effect, because it is not an event".formatted(name),
						"Remove @%s, or move it to the method of an interface of @Actor(events = ...)".formatted(name));
			}
		}
	}

}
