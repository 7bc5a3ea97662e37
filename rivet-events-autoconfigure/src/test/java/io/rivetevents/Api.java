/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.util.Set;

import com.sun.source.tree.CompilationUnitTree;

/**
 * The types that an application may use. All others are internal.
 */
final class Api {

	private static final Set<String> PACKAGES = Set.of("io.rivetevents.annotation", "io.rivetevents.contract",
			"io.rivetevents.actor", "io.rivetevents.actor.state", "io.rivetevents.connection", "io.rivetevents.event",
			"io.rivetevents.error", "io.rivetevents.extension", "io.rivetevents.test", "io.rivetevents.cluster.status",
			"io.rivetevents.test.autoconfigure", "io.rivetevents.test.backplane", "io.rivetevents.test.cluster",
			"io.rivetevents.test.simulation", "io.rivetevents.test.store", "io.rivetevents.tracing");

	/** Types of packages that are internal otherwise. */
	private static final Set<String> TYPES = Set.of("io.rivetevents.autoconfigure.state.RivetDataSource",
			"io.rivetevents.conversion.Args", "io.rivetevents.explain.Delivery", "io.rivetevents.explain.DeliveryLog",
			"io.rivetevents.explain.Explanation", "io.rivetevents.protocol.ActorKey", "io.rivetevents.limit.Limit",
			"io.rivetevents.limit.LimitHits", "io.rivetevents.limit.Limits", "io.rivetevents.protocol.ActorSpecifier",
			"io.rivetevents.protocol.CloseReason", "io.rivetevents.protocol.ErrorCode",
			"io.rivetevents.protocol.Position", "io.rivetevents.scheduling.CallerScope",
			"io.rivetevents.security.ConnParamsAuthenticationConverter",
			"io.rivetevents.security.CredentialsAuthenticationConverter",
			"io.rivetevents.security.webflux.ConnectionLogoutHandler");

	private Api() {
	}

	/** Returns whether a source file declares a type of the API. */
	static boolean contains(CompilationUnitTree unit) {
		return contains(nameOf(unit));
	}

	/** Returns whether a type, or what it is nested in, is of the API. */
	static boolean contains(String type) {
		int name = type.lastIndexOf('.');
		return PACKAGES.contains(type.substring(0, name)) || TYPES.contains(type)
				|| (Character.isUpperCase(type.charAt(type.lastIndexOf('.', name - 1) + 1))
						&& contains(type.substring(0, name)));
	}

	/** Returns the full name of the type that a source file declares. */
	static String nameOf(CompilationUnitTree unit) {
		String file = unit.getSourceFile().getName();
		String name = file.substring(file.lastIndexOf('/') + 1, file.length() - ".java".length());
		return unit.getPackageName() + "." + name;
	}

}
