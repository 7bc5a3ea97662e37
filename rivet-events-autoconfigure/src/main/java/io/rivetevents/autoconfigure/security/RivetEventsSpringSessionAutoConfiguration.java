/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.security;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.annotation.Bean;
import org.springframework.session.ReactiveSessionRepository;

import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsWebAutoConfiguration;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.transport.session.SessionWatch;
import io.rivetevents.transport.session.SpringSessions;

/**
 * Auto-configuration of the closing of connections whose session of Spring Session has
 * ended.
 */
@AutoConfiguration(after = RivetEventsAutoConfiguration.class, before = RivetEventsWebAutoConfiguration.class)
@ConditionalOnWebApplication(type = Type.REACTIVE)
@ConditionalOnClass({ ReactiveSessionRepository.class, SpringSessions.class })
@ConditionalOnBean(ActorDirectory.class)
public final class RivetEventsSpringSessionAutoConfiguration {

	@Bean
	SpringSessions rivetSpringSessions(ObjectProvider<ReactiveSessionRepository<?>> repository,
			ObjectProvider<SessionWatch> watch) {
		return new SpringSessions(repository, watch);
	}

}
