/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.problem;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ControllerAdvice;

import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.extension.ActorDirectory;

/**
 * Auto-configuration of the answer of the application's controllers to errors of actors.
 */
@AutoConfiguration(after = RivetEventsAutoConfiguration.class)
@ConditionalOnWebApplication
@ConditionalOnClass({ ControllerAdvice.class, ProblemDetail.class })
@ConditionalOnBean(ActorDirectory.class)
public final class RivetEventsProblemAutoConfiguration {

	@Bean
	RivetExceptionAdvice rivetExceptionAdvice() {
		return new RivetExceptionAdvice();
	}

}
