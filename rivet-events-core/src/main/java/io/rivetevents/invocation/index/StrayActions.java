/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.index;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;

/**
 * Warns of beans with actions or hooks whose class has no {@link Actor} annotation, so
 * that clients cannot find them. Reads types that the bean factory has, creates no bean.
 * Public for the processing ahead of time; applications do not use it.
 */
public final class StrayActions {

	private static final Log logger = LogFactory.getLog(StrayActions.class);

	/** Names of the beans of imported classes begin with their package. */
	private static final String OWN = "io.rivetevents.autoconfigure.RivetEvents";

	private static final List<String> FOREIGN = List.of("java.", "javax.", "jakarta.", "org.springframework.");

	private StrayActions() {
	}

	/**
	 * Logs a warning for each class, unless this was done ahead of time.
	 * @param beanFactory contains the beans; those of parent contexts are not checked
	 */
	public static void warn(ListableBeanFactory beanFactory) {
		if (ActorIndex.isGenerated(beanFactory)) {
			return;
		}
		for (String name : beanFactory.getBeanDefinitionNames()) {
			Class<?> known = name.startsWith(OWN) ? null : beanFactory.getType(name, false);
			Class<?> type = (known != null) ? ClassUtils.getUserClass(known) : Object.class;
			if (!isForeign(type) && !AnnotatedElementUtils.hasAnnotation(type, Actor.class)) {
				List<String> methods = marked(type);
				if (!methods.isEmpty()) {
					logger.warn("%s has methods with actor annotations, %s, but no @Actor: clients cannot call them."
						.formatted(type.getName(), methods) + " Add @Actor to the class, or remove the annotations");
				}
			}
		}
	}

	private static boolean isForeign(Class<?> type) {
		for (String prefix : FOREIGN) {
			if (type.getName().startsWith(prefix)) {
				return true;
			}
		}
		return false;
	}

	private static List<String> marked(Class<?> type) {
		List<String> found = new ArrayList<>();
		ReflectionUtils.doWithMethods(type, (method) -> found.add(method.getName()), StrayActions::isMarked);
		return found.stream().distinct().sorted().toList();
	}

	private static boolean isMarked(Method method) {
		if (method.getAnnotations().length > 0) {
			for (MergedAnnotation<Annotation> annotation : MergedAnnotations.from(method)) {
				if (annotation.getType().getPackage().equals(Action.class.getPackage())) {
					return true;
				}
			}
		}
		return false;
	}

}
