/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.security;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.WebSessionManager;

import io.rivetevents.autoconfigure.InvalidSettingException;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsWebAutoConfiguration;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.transport.session.ExtendingLookup;

/**
 * Auto-configuration of sessions that do not become idle while they have open
 * connections.
 */
@AutoConfiguration(after = RivetEventsAutoConfiguration.class, before = RivetEventsWebAutoConfiguration.class)
@ConditionalOnWebApplication(type = Type.REACTIVE)
@ConditionalOnBooleanProperty("rivet.events.security.extend-sessions")
@ConditionalOnClass(ExtendingLookup.class)
@ConditionalOnBean(ActorDirectory.class)
public final class RivetEventsSessionExtensionAutoConfiguration {

	@Bean
	@Primary
	ExtendingLookup rivetExtendingLookup(WebSessionManager sessions) {
		if (sessions instanceof DefaultWebSessionManager manager) {
			return new ExtendingLookup(manager.getSessionStore());
		}
		throw new InvalidSettingException("rivet.events.security.extend-sessions", true,
				"the session manager is a %s, which has no store".formatted(sessions.getClass().getName()),
				"Remove the property, or use a DefaultWebSessionManager");
	}

}
