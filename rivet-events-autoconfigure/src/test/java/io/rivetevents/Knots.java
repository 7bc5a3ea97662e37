/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;

/**
 * Groups of classes of one package that depend on each other in a cycle, directly or
 * through other classes of the group. Nested classes belong to the class around them.
 */
final class Knots {

	private final Map<String, Set<String>> uses = new TreeMap<>();

	private final Map<String, Integer> order = new HashMap<>();

	private final Map<String, Integer> earliest = new HashMap<>();

	private final Deque<String> path = new ArrayDeque<>();

	private final List<Set<String>> found = new ArrayList<>();

	private Knots() {
	}

	/**
	 * Finds the knots.
	 * @param classes the classes of all packages
	 * @return the names of the classes of each group of two or more
	 */
	static List<Set<String>> of(JavaClasses classes) {
		Knots knots = new Knots();
		classes.forEach(knots::add);
		knots.uses.keySet().forEach((name) -> {
			if (!knots.order.containsKey(name)) {
				knots.visit(name);
			}
		});
		return knots.found;
	}

	private void add(JavaClass type) {
		Set<String> used = this.uses.computeIfAbsent(outermost(type).getName(), (name) -> new TreeSet<>());
		type.getDirectDependenciesFromSelf()
			.stream()
			.map((dependency) -> dependency.getTargetClass().getBaseComponentType())
			.filter((target) -> target.getPackageName().equals(type.getPackageName()))
			.map((target) -> outermost(target).getName())
			.forEach(used::add);
	}

	private static JavaClass outermost(JavaClass type) {
		JavaClass outermost = type;
		while (outermost.getEnclosingClass().isPresent()) {
			outermost = outermost.getEnclosingClass().get();
		}
		return outermost;
	}

	/** Tarjan's algorithm: a group ends at the first of its classes that was visited. */
	private void visit(String name) {
		int number = this.order.size();
		this.order.put(name, number);
		this.earliest.put(name, number);
		this.path.push(name);
		for (String used : this.uses.getOrDefault(name, Set.of())) {
			if (!this.order.containsKey(used)) {
				visit(used);
			}
			if (this.path.contains(used)) {
				this.earliest.merge(name, this.earliest.get(used), Math::min);
			}
		}
		if (this.earliest.get(name) == number) {
			endGroup(name);
		}
	}

	private void endGroup(String first) {
		Set<String> group = new TreeSet<>();
		String member;
		do {
			member = this.path.pop();
			group.add(member);
		}
		while (!member.equals(first));
		if (group.size() > 1) {
			this.found.add(group);
		}
	}

}
