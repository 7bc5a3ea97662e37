/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation.check;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Checks that a node owns nothing for 30 seconds after more than half of the nodes of its
 * view have left without a goodbye, unless another node joins. Losses that a node notices
 * one after the other are not counted together.
 */
public final class SmallerParts {

	private static final Duration WAIT = Duration.ofSeconds(30);

	private final Predicate<String> departed;

	private final Violations violations;

	private final Map<Object, Seen> seen = new WeakHashMap<>();

	/**
	 * What a node has seen.
	 *
	 * @param view the nodes of its view
	 * @param end end of the time in which it owns nothing, {@code null} for none
	 */
	private record Seen(Set<String> view, @Nullable Instant end) {
	}

	/**
	 * Creates a check that has seen no node.
	 * @param departed returns whether the node of a name has said goodbye
	 * @param violations receives what it finds
	 */
	public SmallerParts(Predicate<String> departed, Violations violations) {
		this.departed = departed;
		this.violations = violations;
	}

	/**
	 * Checks a node, after each step.
	 * @param node the node
	 * @param view names of the nodes in its view, the same set as long as it has the view
	 * @param owns returns whether it owns an instance
	 * @param now the time
	 */
	public void check(Object node, Set<String> view, BooleanSupplier owns, Instant now) {
		Seen seen = this.seen.get(node);
		if (seen == null || seen.view() != view) {
			seen = new Seen(view, (seen != null) ? end(seen, view, now) : null);
			this.seen.put(node, seen);
		}
		if (seen.end() != null && now.isBefore(seen.end()) && owns.getAsBoolean()) {
			this.violations.add("the smaller part owns nothing",
					"%s continues with %d nodes".formatted(node, view.size()));
		}
	}

	private @Nullable Instant end(Seen before, Set<String> view, Instant now) {
		if (!before.view().containsAll(view)) {
			return null;
		}
		Set<String> lost = new HashSet<>(before.view());
		lost.removeAll(view);
		boolean smaller = 2 * view.size() < before.view().size() && lost.stream().noneMatch(this.departed);
		return (before.end() == null && smaller) ? now.plus(WAIT) : before.end();
	}

}
