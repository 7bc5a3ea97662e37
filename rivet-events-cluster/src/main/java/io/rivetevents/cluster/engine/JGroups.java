/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import org.jgroups.JChannel;
import org.jspecify.annotations.Nullable;

/**
 * Creates engines that use JGroups.
 *
 * @see <a href="http://www.jgroups.org/manual5/index.html">JGroups</a>
 */
public final class JGroups {

	private JGroups() {
	}

	/**
	 * Creates an engine. It uses no network before it is started, and can be started
	 * once.
	 * @param settings settings of the engine
	 */
	public static ClusterEngine create(JGroupsSettings settings) {
		return new JGroupsEngine(settings);
	}

	/**
	 * Returns the channel of an engine, for tests that insert faults and for tools of
	 * JGroups.
	 * @param engine an engine of {@link #create}
	 * @return the channel, {@code null} before the start
	 * @throws IllegalArgumentException if it is another engine
	 */
	public static @Nullable JChannel channel(ClusterEngine engine) {
		if (engine instanceof JGroupsEngine jgroups) {
			return jgroups.channel();
		}
		throw new IllegalArgumentException("%s does not use JGroups".formatted(engine));
	}

}
