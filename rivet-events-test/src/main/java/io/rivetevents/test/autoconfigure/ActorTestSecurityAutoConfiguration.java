/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;

/**
 * Auto-configuration of method security for {@link ActorTest @ActorTest}, which does not
 * find the configuration classes of an application.
 */
@AutoConfiguration
@ConditionalOnClass(EnableMethodSecurity.class)
final class ActorTestSecurityAutoConfiguration {

	/** All kinds of annotations, because those that are not used do no harm. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(annotation = { EnableMethodSecurity.class, EnableReactiveMethodSecurity.class })
	@EnableMethodSecurity(securedEnabled = true, jsr250Enabled = true)
	static class MethodSecurity {

	}

}
