/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.modulith;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.modulith.events.EventExternalizationConfiguration;
import org.springframework.modulith.events.support.EventExternalizerModuleListener;

import io.rivetevents.actor.Actors;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;

/**
 * Auto-configuration of events of Spring Modulith that are sent to actors: those with
 * {@code @Externalized("rivet.chatRoom.messageReceived::#{room()}")}.
 */
@AutoConfiguration(after = RivetEventsAutoConfiguration.class,
		afterName = "org.springframework.modulith.events.config.EventExternalizationAutoConfiguration")
@ConditionalOnClass(EventExternalizerModuleListener.class)
@ConditionalOnBean({ Actors.class, EventExternalizationConfiguration.class })
@ConditionalOnBooleanProperty(name = "spring.modulith.events.externalization.enabled", matchIfMissing = true)
@ConditionalOnProperty(name = "spring.modulith.events.externalization.mode", havingValue = "module-listener",
		matchIfMissing = true)
public final class RivetEventsModulithAutoConfiguration {

	@Bean
	EventExternalizerModuleListener rivetEventExternalizer(EventExternalizationConfiguration configuration,
			Actors actors, BeanFactory beanFactory) {
		StandardEvaluationContext expressions = new StandardEvaluationContext();
		expressions.setBeanResolver(new BeanFactoryResolver(beanFactory));
		return new ActorEventExternalizer(configuration, new ActorTransport(actors, expressions));
	}

}
