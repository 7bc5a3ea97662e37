/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.index;

import java.util.List;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.HierarchicalBeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;

import io.rivetevents.annotation.Actor;

/**
 * The beans that are actors. A search reads the annotations of the classes of all beans.
 * The generated code of an application that was processed ahead of time contains the
 * result, as a singleton. Public for the generated code; applications do not use it.
 *
 * @param names names of the beans, including those of parent contexts
 * @since 0.1.0
 */
public record ActorIndex(List<String> names) {

	/** Name of the singleton that generated code registers. */
	public static final String BEAN = "rivetActorIndex";

	public ActorIndex {
		names = List.copyOf(names);
	}

	/**
	 * Returns the index that was generated, or else searches.
	 * @param beans contains the actors
	 */
	public static ActorIndex of(ListableBeanFactory beans) {
		return isGenerated(beans) ? beans.getBean(BEAN, ActorIndex.class) : search(beans);
	}

	/**
	 * Searches the beans.
	 * @param beans contains the actors
	 */
	public static ActorIndex search(ListableBeanFactory beans) {
		return new ActorIndex(List.of(BeanFactoryUtils.beanNamesForAnnotationIncludingAncestors(beans, Actor.class)));
	}

	/** The index of a parent context does not contain the actors of this one. */
	static boolean isGenerated(ListableBeanFactory beans) {
		return beans instanceof HierarchicalBeanFactory own && own.containsLocalBean(BEAN);
	}

}
