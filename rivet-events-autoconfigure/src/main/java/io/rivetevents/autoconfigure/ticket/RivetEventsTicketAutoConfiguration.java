/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.ticket;

import java.time.Clock;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.autoconfigure.RivetEventsProperties;
import io.rivetevents.autoconfigure.RivetEventsWebAutoConfiguration;
import io.rivetevents.cluster.NodeCommands;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.redis.RedisBackplane;
import io.rivetevents.ticket.NodeSpentTickets;
import io.rivetevents.ticket.SpentTickets;
import io.rivetevents.ticket.StoredSpentTickets;
import io.rivetevents.ticket.Tickets;
import io.rivetevents.transport.LinkServices;
import io.rivetevents.transport.StreamSecrets;
import io.rivetevents.transport.http.TicketHandler;
import io.rivetevents.transport.webflux.ActorHandlerMapping;
import io.rivetevents.transport.webflux.BasePath;
import io.rivetevents.transport.webflux.LinkIo;

/**
 * Auto-configuration of connect tickets. Used tickets are kept in Redis if it is the
 * backplane, else in the store if it survives this process, else in memory.
 */
@AutoConfiguration(after = RivetEventsWebAutoConfiguration.class)
@ConditionalOnBean(LinkIo.class)
public final class RivetEventsTicketAutoConfiguration {

	private static final String KEY_LABEL = "ticket";

	@Bean
	Tickets rivetTickets(StreamSecrets secrets, SpentTickets spent, ObjectProvider<PrincipalCodec> codec,
			RivetEventsProperties properties, ObjectProvider<Clock> clock, ActorDirectory directory,
			NodeCommands commands) {
		Tickets tickets = new Tickets(secrets.derive(KEY_LABEL), spent,
				codec.getIfAvailable(() -> PrincipalCodec.BY_NAME), properties.security().ticketTimeout(),
				clock.getIfUnique(Clock::systemUTC), directory::find);
		commands.onSessionEnd(tickets::endSession);
		return tickets;
	}

	@Bean
	ActorHandlerMapping rivetTicketHandlerMapping(BasePath basePath, LinkServices services, LinkIo io,
			Tickets tickets) {
		return ActorHandlerMapping.forRoutes(basePath, ActorHandlerMapping.TICKET::equals,
				new TicketHandler(services, io, tickets));
	}

	/** For nodes that are not connected by Redis. */
	@Bean
	@ConditionalOnMissingBean
	SpentTickets rivetSpentTickets(ActorStateStore store, @Qualifier("rivetActorWorkers") Scheduler workers,
			ObjectProvider<Clock> clock) {
		Clock time = clock.getIfUnique(Clock::systemUTC);
		return store.isPersistent() ? new StoredSpentTickets(store, workers, time) : new NodeSpentTickets(time);
	}

	/** For nodes that Redis connects. Its bean is defined first. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RedisBackplane.class)
	static class Redis {

		@Bean
		@ConditionalOnBean(RedisBackplane.class)
		@ConditionalOnMissingBean(SpentTickets.class)
		SpentTickets rivetSharedSpentTickets(RedisBackplane backplane, ObjectProvider<Clock> clock) {
			return backplane.spentTickets(clock.getIfUnique(Clock::systemUTC));
		}

	}

}
