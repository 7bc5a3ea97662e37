/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.time.Duration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.logging.LoggerConfiguration;
import org.springframework.boot.logging.LogLevel;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.webflux.autoconfigure.WebHttpHandlerBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.util.unit.DataSize;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.server.adapter.ForwardedHeaderTransformer;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.WebSessionManager;
import reactor.core.scheduler.Scheduler;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.cluster.NodeCommands;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.Users;
import io.rivetevents.extension.AccessRule;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.AuthenticationExpiry;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.invocation.AccessGuard;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.Observers;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.outbound.QueuedTotal;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.scheduling.WakeupBatches;
import io.rivetevents.ticket.Tickets;
import io.rivetevents.transport.Handshake;
import io.rivetevents.transport.LinkServices;
import io.rivetevents.transport.LinkSettings;
import io.rivetevents.transport.StreamSecrets;
import io.rivetevents.transport.http.ActorHttpHandler;
import io.rivetevents.transport.http.HttpLimits;
import io.rivetevents.transport.http.Management;
import io.rivetevents.transport.netty.ChannelWriters;
import io.rivetevents.transport.netty.ConnectionGuard;
import io.rivetevents.transport.session.ExtendingLookup;
import io.rivetevents.transport.session.SessionLookup;
import io.rivetevents.transport.session.SessionWatch;
import io.rivetevents.transport.sse.EventStreamHandler;
import io.rivetevents.transport.sse.EventStreamSettings;
import io.rivetevents.transport.webflux.ActorHandlerMapping;
import io.rivetevents.transport.webflux.BasePath;
import io.rivetevents.transport.webflux.ClientAddresses;
import io.rivetevents.transport.webflux.LinkIo;
import io.rivetevents.transport.webflux.OriginFilter;
import io.rivetevents.transport.webflux.RefusedHandshakes;
import io.rivetevents.transport.webflux.RequestFailureHandler;
import io.rivetevents.transport.webflux.RequestFailures;
import io.rivetevents.transport.webflux.SessionFilter;
import io.rivetevents.transport.websocket.ActorWebSocketHandler;
import io.rivetevents.transport.websocket.ActorWebSocketHandlerAdapter;
import io.rivetevents.transport.websocket.WebSocketSettings;

/**
 * Auto-configuration of the transports.
 */
@AutoConfiguration(after = RivetEventsAutoConfiguration.class)
@ConditionalOnWebApplication(type = Type.REACTIVE)
@ConditionalOnClass({ DispatcherHandler.class, HttpServer.class })
@ConditionalOnBean(ActorDirectory.class)
public final class RivetEventsWebAutoConfiguration {

	@Bean
	BasePath rivetBasePath(RivetEventsProperties properties) {
		return new BasePath(properties.basePath());
	}

	@Bean
	@ConditionalOnMissingBean
	Users rivetUsers() {
		return Users.PLAIN;
	}

	@Bean
	StreamSecrets rivetStreamSecrets(RivetEventsProperties properties, ActorStateStore store) {
		String key = properties.security().streamKey();
		return new StreamSecrets((key != null) ? key : store.initialize("stream-key", StreamSecrets.newKey()));
	}

	@Bean
	QueuedTotal rivetQueuedTotal(Limits limits) {
		return new QueuedTotal(limits);
	}

	@Bean
	LinkServices rivetLinkServices(ActorDirectory directory, OutboundRegistry connections,
			ObjectProvider<ConnectionAuthenticator> authenticator, Users users, RivetEventsProperties properties,
			ValueMapper mapper, Observers observers, WakeupBatches bursts, Limits limits, LocalNode node,
			StreamSecrets secrets, @Qualifier("rivetActorTimers") Scheduler timers, ObjectProvider<CallerScope> callers,
			ActorTypes types, ObjectProvider<AuthenticationExpiry> expiries, ObjectProvider<Tickets> tickets) {
		ConnectionAuthenticator found = RivetEventsAutoConfiguration.available(authenticator,
				ConnectionAuthenticator.NONE);
		RivetEventsProperties.Security security = properties.security();
		Handshake handshake = new Handshake(found.within(RivetEventsAutoConfiguration.callers(callers)), users,
				security.authenticationRequired(), limits, security.authenticationTimeout(), timers,
				types::takeRequestHead, AuthenticationExpiry.earliest(expiries.orderedStream().toList()),
				tickets.getIfAvailable());
		return new LinkServices(directory, connections, handshake, mapper, secrets, observers, bursts, limits, node);
	}

	@Bean(initMethod = "start", destroyMethod = "stop")
	SessionWatch rivetSessionWatch(OutboundRegistry registry, NodeCommands commands,
			ObjectProvider<SessionLookup> lookup, RivetEventsProperties properties,
			@Qualifier("rivetActorTimers") Scheduler timers) {
		return new SessionWatch(registry, commands, lookup.getIfAvailable(() -> SessionLookup.NONE),
				properties.security().recheckInterval(), timers);
	}

	/** Preferred to the lookup in the sessions of Spring Session. */
	@Bean
	@Primary
	@ConditionalOnBooleanProperty("rivet.events.security.extend-sessions")
	ExtendingLookup rivetExtendingLookup(WebSessionManager sessions) {
		if (sessions instanceof DefaultWebSessionManager manager) {
			return new ExtendingLookup(manager.getSessionStore());
		}
		throw new InvalidSettingException("rivet.events.security.extend-sessions", true,
				"the session manager is a %s, which has no store".formatted(sessions.getClass().getName()),
				"Remove the property, or use a DefaultWebSessionManager");
	}

	@Bean
	SessionFilter rivetSessionFilter(BasePath basePath, SessionWatch watch) {
		return new SessionFilter(basePath, watch);
	}

	@Bean
	LinkIo rivetLinkIo(RivetEventsProperties properties, Limits limits, WakeupBatches bursts,
			ObjectProvider<ServerProperties> server, ObjectProvider<ForwardedHeaderTransformer> transformer,
			Environment environment, SessionWatch sessions) {
		ClientAddresses addresses = new ClientAddresses(limits,
				ForwardedHeaders.areRead(server.getIfAvailable(), transformer.getIfAvailable(), environment));
		return new LinkIo(properties.directIo(), new ChannelWriters(limits), bursts, addresses, sessions);
	}

	@Bean
	OriginFilter rivetOriginFilter(BasePath basePath, ValueMapper mapper, RivetEventsProperties properties, LinkIo io) {
		RivetEventsProperties.Security security = properties.security();
		return new OriginFilter(basePath, security.allowedOrigins(), security.allowedHosts(), io.addresses(), mapper);
	}

	@Bean
	RefusedHandshakes rivetRefusedHandshakes(BasePath basePath, LinkServices services) {
		return new RefusedHandshakes(basePath, services);
	}

	@Bean
	RequestFailureHandler rivetRequestFailureHandler(BasePath basePath, ValueMapper mapper) {
		return new RequestFailureHandler(basePath, mapper);
	}

	@Bean
	WebHttpHandlerBuilderCustomizer rivetUnreadableRequests() {
		return (builder) -> builder.httpHandlerDecorator(RequestFailures::answering);
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "rivet.events.http.enabled", matchIfMissing = true)
	ActorHandlerMapping rivetHttpHandlerMapping(BasePath basePath, LinkServices services, LinkIo io,
			RivetEventsProperties properties, ObjectProvider<AccessGuard> guard,
			@Qualifier("rivetActorWorkers") Scheduler workers, ObjectProvider<CallerScope> callers) {
		RivetEventsProperties.Http http = properties.http();
		int maxInput = bytes(properties.actor().maxInputSize());
		HttpLimits limits = new HttpLimits(bytes(http.maxMessageSize()), bytes(http.maxOutgoingMessageSize()),
				maxInput * 2);
		Management management = management(guard, properties, workers, RivetEventsAutoConfiguration.callers(callers));
		return ActorHandlerMapping.forHttp(basePath, new ActorHttpHandler(basePath, services, limits, io, management));
	}

	private static Management management(ObjectProvider<AccessGuard> guard, RivetEventsProperties properties,
			Scheduler workers, CallerScope callers) {
		String access = properties.management().access();
		AccessRule rule = access.equals("none") ? null
				: rule(RivetEventsAutoConfiguration.available(guard, AccessGuard.NONE), access);
		return new Management((rule != null) ? rule.within(callers) : null, workers);
	}

	private static AccessRule rule(AccessGuard guard, String access) {
		try {
			return guard.ruleOf(access);
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			throw new InvalidSettingException("rivet.events.management.access", access, String.valueOf(ex.getMessage()),
					"Set rivet.events.management.access to none, or to an expression such as hasRole('ADMIN')");
		}
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "rivet.events.sse.enabled", matchIfMissing = true)
	ActorHandlerMapping rivetEventStreamHandlerMapping(BasePath basePath, LinkServices services, LinkIo io,
			QueuedTotal queued, RivetEventsProperties properties) {
		RivetEventsProperties.Sse sse = properties.sse();
		LinkSettings link = NodeSettings.link(bytes(sse.maxMessageSize()), sse.keepAlive(), Duration.ZERO,
				properties.security());
		EventStreamSettings settings = new EventStreamSettings(link, new OutboundQueue.Limits(
				sse.maxQueuedSize().toBytes(), bytes(sse.maxOutgoingMessageSize()), "rivet.events.sse", queued));
		return ActorHandlerMapping.forRoutes(basePath, EventStreamHandler::handles,
				new EventStreamHandler(basePath, services, io, settings));
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "rivet.events.websocket.enabled", matchIfMissing = true)
	ActorHandlerMapping rivetWebSocketHandlerMapping(BasePath basePath, LinkServices services, LinkIo io,
			RivetEventsProperties properties, QueuedTotal queued) {
		return ActorHandlerMapping.forWebSocket(basePath,
				new ActorWebSocketHandler(basePath, services, io, webSocket(properties, queued)));
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "rivet.events.websocket.enabled", matchIfMissing = true)
	ActorWebSocketHandlerAdapter rivetWebSocketHandlerAdapter(RivetEventsProperties properties, QueuedTotal queued) {
		return new ActorWebSocketHandlerAdapter(webSocket(properties, queued));
	}

	private static WebSocketSettings webSocket(RivetEventsProperties properties, QueuedTotal queued) {
		RivetEventsProperties.Websocket websocket = properties.websocket();
		NodeSettings settings = NodeSettings.of(properties);
		return new WebSocketSettings(settings.websocket(), bytes(websocket.maxFrameSize()), websocket.compression(),
				settings.queues(queued));
	}

	private static int bytes(DataSize size) {
		return (int) size.toBytes();
	}

	/** What is specific to the server of Reactor Netty. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(NettyReactiveWebServerFactory.class)
	static class Server {

		/** As in {@code reactor.netty.ReactorNetty}. */
		private static final String CONFIGURED = "reactor.netty.ioWorkerCount";

		/**
		 * Logs undecodable requests as warnings, and failures of the server as errors.
		 */
		private static final String DECODING = "reactor.netty.http.server.HttpServerOperations";

		Server(BeanFactory beans) {
			if (beans.containsBean(LoggingApplicationListener.LOGGING_SYSTEM_BEAN_NAME)) {
				logFailures(beans.getBean(LoggingApplicationListener.LOGGING_SYSTEM_BEAN_NAME, LoggingSystem.class));
			}
		}

		/**
		 * Any client could fill the log: a request that cannot be decoded is answered 400
		 * and logged with its whole content. A default property would do the same, but
		 * makes Spring Boot bind the levels of all loggers at the start.
		 */
		private static void logFailures(LoggingSystem logging) {
			LoggerConfiguration present = logging.getLoggerConfiguration(DECODING);
			if (present == null || present.getConfiguredLevel() == null) {
				logging.setLogLevel(DECODING, LogLevel.ERROR);
			}
		}

		/** For all connections of the server, including those of other routes. */
		@Bean
		NettyServerCustomizer rivetConnectionGuard(Limits limits) {
			return (server) -> server
				.doOnChannelInit((observer, channel, remote) -> ConnectionGuard.install(channel, limits));
		}

		/**
		 * One event loop for each processor. Reactor Netty starts at least four; on one
		 * processor each of them would have only a quarter of the pending writes, so that
		 * fewer writes are batched.
		 */
		@Bean(defaultCandidate = false)
		ReactorResourceFactory rivetServerResources() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			resources.setLoopResourcesSupplier(
					() -> LoopResources.create("rivet-http", Runtime.getRuntime().availableProcessors(), true));
			// the server, and all its connections, are closed by then
			resources.setShutdownQuietPeriod(Duration.ZERO);
			return resources;
		}

		/** Settings of the application for all servers and clients take precedence. */
		@Bean
		WebServerFactoryCustomizer<NettyReactiveWebServerFactory> rivetEventLoops(
				@Qualifier("rivetServerResources") ReactorResourceFactory own,
				ObjectProvider<ReactorResourceFactory> shared) {
			return (factory) -> {
				ReactorResourceFactory present = shared.getIfUnique();
				boolean global = present == null || present.isUseGlobalResources();
				if (global && System.getProperty(CONFIGURED) == null) {
					factory.setResourceFactory(own);
				}
			};
		}

	}

}
