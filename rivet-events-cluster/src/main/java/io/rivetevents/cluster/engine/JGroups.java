/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

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

}
