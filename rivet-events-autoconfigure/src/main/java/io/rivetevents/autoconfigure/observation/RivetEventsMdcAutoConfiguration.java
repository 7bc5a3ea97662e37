/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the MDC of actions and hooks.
 */
@AutoConfiguration
@ConditionalOnClass(MDC.class)
@ConditionalOnBooleanProperty(name = "rivet.events.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "rivet.events.mdc.enabled", matchIfMissing = true)
@EnableConfigurationProperties(RivetEventsMdcProperties.class)
public final class RivetEventsMdcAutoConfiguration {

	@Bean
	MdcDecorator rivetMdcDecorator(RivetEventsMdcProperties properties) {
		return new MdcDecorator(properties.user());
	}

}
