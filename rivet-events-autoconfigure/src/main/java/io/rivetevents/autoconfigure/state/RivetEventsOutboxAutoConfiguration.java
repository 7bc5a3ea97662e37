/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.time.Clock;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.util.function.SingletonSupplier;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsProperties;
import io.rivetevents.autoconfigure.state.RivetEventsJdbcAutoConfiguration.StoreDatabase;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.dispatch.ReactiveTransactions;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.Outbox;
import io.rivetevents.jdbc.outbox.JdbcOutboxStore;
import io.rivetevents.outbox.OutboxSettings;
import io.rivetevents.outbox.StoredOutbox;

/**
 * Auto-configuration of the outbox in the database of the store.
 */
@AutoConfiguration(after = RivetEventsJdbcAutoConfiguration.class, before = RivetEventsAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "rivet.events.enabled", matchIfMissing = true)
@ConditionalOnClass({ DataSourceUtils.class, JdbcOutboxStore.class })
@ConditionalOnBean(StoreDatabase.class)
@ConditionalOnMissingBean(Outbox.class)
public final class RivetEventsOutboxAutoConfiguration {

	/** Resolves what needs the outbox itself, such as the directory, when it is used. */
	@Bean
	StoredOutbox rivetOutbox(StoreDatabase database, RivetEventsProperties properties, OutboundRegistry registry,
			ObjectProvider<Backplane> backplane, ObjectProvider<ActorDirectory> directory, StoredOutbox.Time time,
			ObjectProvider<ReactiveTransactions> transactions) {
		JdbcOutboxStore store = new JdbcOutboxStore(database.dataSource(),
				RivetEventsJdbcAutoConfiguration.settings(properties.state().jdbc()),
				transactions.getIfAvailable(() -> ReactiveTransactions.NONE)::possible, time.workers()::schedule);
		return new StoredOutbox(store, settings(properties.outbox()), time,
				new StoredOutbox.Targets(registry.members(), SingletonSupplier.of(backplane::getObject)::obtain,
						SingletonSupplier.of(directory::getObject)::obtain));
	}

	@Bean
	StoredOutbox.Time rivetOutboxTime(ObjectProvider<Clock> clock, @Qualifier("rivetActorTimers") Scheduler timers,
			@Qualifier("rivetActorWorkers") Scheduler workers) {
		return new StoredOutbox.Time(clock.getIfUnique(Clock::systemUTC), timers, workers);
	}

	private static OutboxSettings settings(RivetEventsProperties.Outbox properties) {
		return new OutboxSettings(properties.enabled(), properties.pollInterval(), properties.lease(),
				properties.maxAge(), (int) properties.maxSize().toBytes());
	}

}
