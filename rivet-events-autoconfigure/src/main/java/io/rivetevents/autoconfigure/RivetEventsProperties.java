/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

import io.rivetevents.actor.schedule.ScheduleSettings;

/**
 * Realtime actors. A group of properties without any value is not bound but taken from
 * {@link PropertyDefaults}, because binding the defaults takes a part of the start.
 *
 * @param enabled Whether to serve actors.
 * @param basePath Path of the actor routes; "/" serves them at the root.
 * @param actor Actors and their instances.
 * @param state State of the instances, and where it is stored.
 * @param websocket WebSocket transport.
 * @param http HTTP transport.
 * @param security Security of connections and requests.
 * @param shutdown Shutdown of the application.
 * @param backplane Transport of events to other nodes.
 * @param redis Redis backplane.
 * @param sse Server-Sent Events transport.
 * @param history History of events, for clients that reconnect.
 * @param asyncapi AsyncAPI document of the actors.
 * @param directIo Whether connections read from and write to their channels below WebFlux
 * where possible. Without it delivery is slower, but handlers of WebFlux see each frame.
 * @param limits Limits of the resources that clients can use.
 * @param management Management of instances over HTTP.
 * @param schedule Schedules of instances.
 * @param deliveries Record of the deliveries of events.
 * @param outbox Events and calls that are stored in a transaction.
 */
@ConfigurationProperties("rivet.events")
public record RivetEventsProperties(@DefaultValue("true") boolean enabled, @DefaultValue("/rivet") String basePath,
		Actor actor, State state, Websocket websocket, Http http, Security security, Shutdown shutdown,
		@DefaultValue("local") Backplane backplane, Redis redis, Sse sse, History history, Asyncapi asyncapi,
		@DefaultValue("true") boolean directIo, Limits limits, Management management, Schedule schedule,
		Deliveries deliveries, Outbox outbox) {

	public RivetEventsProperties {
		actor = (actor != null) ? actor : PropertyDefaults.actor();
		state = (state != null) ? state : PropertyDefaults.state();
		websocket = (websocket != null) ? websocket : PropertyDefaults.websocket();
		http = (http != null) ? http : PropertyDefaults.http();
		security = (security != null) ? security : PropertyDefaults.security();
		shutdown = (shutdown != null) ? shutdown : PropertyDefaults.shutdown();
		redis = (redis != null) ? redis : PropertyDefaults.redis();
		sse = (sse != null) ? sse : PropertyDefaults.sse();
		history = (history != null) ? history : PropertyDefaults.history();
		asyncapi = (asyncapi != null) ? asyncapi : PropertyDefaults.asyncapi();
		limits = (limits != null) ? limits : PropertyDefaults.limits();
		management = (management != null) ? management : PropertyDefaults.management();
		schedule = (schedule != null) ? schedule : PropertyDefaults.schedule();
		deliveries = (deliveries != null) ? deliveries : PropertyDefaults.deliveries();
		outbox = (outbox != null) ? outbox : PropertyDefaults.outbox();
	}

	/**
	 * Transport of events to other nodes.
	 */
	public enum Backplane {

		/** No other nodes. */
		LOCAL,

		/** Redis pub/sub. */
		REDIS

	}

	/**
	 * Actors and their instances.
	 *
	 * @param actionTimeout Longest duration of an action. A longer action is answered
	 * with actor.action_timed_out, cancelled and interrupted.
	 * @param connectionHookTimeout Longest duration of each connection hook. A longer
	 * hook rejects the client with actor.callback_timed_out.
	 * @param lifecycleHookTimeout Longest duration of each hook of an instance.
	 * @param sleepTimeout Time without connections and calls after which an instance is
	 * saved and removed from memory; "never" disables it, and an instance sleeps only if
	 * it calls c.sleep().
	 * @param hibernate Whether an instance sleeps while clients are connected, after the
	 * sleep timeout without calls. The connections stay open, and the next message wakes
	 * it. "@Actor(hibernate = true)" switches it on for one actor.
	 * @param maxHibernatedSize Maximum size of the stored connections of an instance that
	 * sleeps while clients are connected. An instance with more stays in memory.
	 * @param saveInterval Longest time from a change of the state to its save. Changes
	 * within it are lost if the process crashes.
	 * @param mailboxCapacity Maximum number of calls that wait for one instance. Further
	 * calls are answered with actor.overloaded.
	 * @param maxKeySize Maximum size of a key as on the wire, in UTF-8. A larger key is
	 * answered with actor.key_too_large.
	 * @param maxInputSize Maximum size of the input of a new instance, as JSON. A larger
	 * input is answered with actor.input_too_large.
	 * @param workerThreads Maximum number of actions that run or block at the same time.
	 * Not used with virtual threads, or if the application has its own Scheduler bean
	 * "rivetActorWorkers".
	 */
	public record Actor(@DefaultValue("60s") Duration actionTimeout, @DefaultValue("5s") Duration connectionHookTimeout,
			@DefaultValue("5s") Duration lifecycleHookTimeout,
			@MayBeZero @MayBeNever @DefaultValue("30s") Duration sleepTimeout, @DefaultValue("false") boolean hibernate,
			@DefaultValue("4MB") DataSize maxHibernatedSize, @MayBeZero @DefaultValue("1s") Duration saveInterval,
			@DefaultValue("10000") int mailboxCapacity, @DefaultValue("1KB") DataSize maxKeySize,
			@DefaultValue("64KB") DataSize maxInputSize, @DefaultValue("64") int workerThreads) {
	}

	/**
	 * State of the instances, and where it is stored. An application's own
	 * ActorStateStore bean replaces the store.
	 *
	 * @param store Store of the instances. Defaults to "jdbc" if rivet-events-jdbc is on
	 * the class path and the application has one DataSource, or one that is annotated
	 * with RivetDataSource; otherwise to "memory".
	 * @param write When the state is saved.
	 * @param maxSize Maximum size of the state of an instance, as JSON. A larger state is
	 * not saved: a durable action fails with state.too_large.
	 * @param file File with all instances, for the store "file".
	 * @param jdbc Database, for the store "jdbc".
	 * @param redis Redis, for the store "redis". The connection is set by
	 * spring.data.redis.*.
	 */
	public record State(@Nullable Store store, @DefaultValue("interval") Write write,
			@DefaultValue("4MB") DataSize maxSize, File file, Jdbc jdbc, StateRedis redis) {

		public State {
			file = (file != null) ? file : PropertyDefaults.file();
			jdbc = (jdbc != null) ? jdbc : PropertyDefaults.jdbc();
			redis = (redis != null) ? redis : PropertyDefaults.stateRedis();
		}

	}

	/**
	 * Store of the instances.
	 */
	public enum Store {

		/** The memory of this process. Instances are lost when it ends. */
		MEMORY,

		/** A file. Requires rivet-events-file. */
		FILE,

		/** The DataSource of the application. Requires rivet-events-jdbc. */
		JDBC,

		/** Redis. Requires rivet-events-redis. */
		REDIS

	}

	/**
	 * When the state is saved.
	 */
	public enum Write {

		/**
		 * Within rivet.events.actor.save-interval after a change, and before the answer
		 * of a durable action.
		 */
		INTERVAL,

		/**
		 * Before the answer of each action: every action is durable. An interleaved one
		 * is saved as well, but not undone if that fails.
		 */
		SYNC

	}

	/**
	 * File with all instances.
	 *
	 * @param path Path of the file, which is created with its directory if it is missing.
	 * One process can use it at a time.
	 */
	public record File(@DefaultValue("data/rivet.db") String path) {
	}

	/**
	 * Database with all instances.
	 *
	 * @param initializeSchema When to create the missing tables at start. "embedded"
	 * creates them in an embedded database only.
	 * @param tablePrefix Prefix of the names of the tables.
	 * @param joinTransaction Whether the transaction of an action with "@Transactional"
	 * also commits its state, its events and its answer.
	 */
	public record Jdbc(@DefaultValue("embedded") InitializeSchema initializeSchema,
			@DefaultValue("rivet_") String tablePrefix, @DefaultValue("false") boolean joinTransaction) {
	}

	/**
	 * Redis with all instances.
	 *
	 * @param prefix Prefix of all keys. Applications that share a Redis require different
	 * prefixes.
	 * @param commandTimeout Longest time to wait for an answer of Redis. A save that
	 * takes longer fails.
	 * @param waitReplicas Number of replicas that must have received a change before it
	 * counts as saved. If there are fewer, the save fails.
	 * @param waitTimeout Longest time to wait for these replicas.
	 */
	public record StateRedis(@DefaultValue("rivet:") String prefix, @DefaultValue("5s") Duration commandTimeout,
			@MayBeZero @DefaultValue("0") int waitReplicas, @DefaultValue("1s") Duration waitTimeout) {
	}

	/**
	 * When to create the missing tables at start.
	 */
	public enum InitializeSchema {

		/** Always. */
		ALWAYS,

		/** Only in an embedded database. */
		EMBEDDED,

		/** Never. The start fails if tables are missing. */
		NEVER

	}

	/**
	 * WebSocket transport.
	 *
	 * @param enabled Whether to serve actors over WebSocket.
	 * @param maxMessageSize Maximum size of a message from a client. A larger message
	 * closes the connection with message.incoming_too_long.
	 * @param maxFrameSize Maximum size of a frame that is read, at least
	 * max-message-size. A larger frame closes the connection with close code 1009.
	 * @param maxOutgoingMessageSize Maximum size of a message to a client. A larger
	 * answer fails its action and a larger event fails at its sender, both with
	 * message.outgoing_too_long.
	 * @param maxQueuedSize Maximum size of the data that waits for one client. A client
	 * that reads too slowly is closed with connection.slow_consumer.
	 * @param keepAlive Idle time after which the server sends a ping. A client that does
	 * not answer for the same time is closed with connection.timed_out.
	 * @param rejectionDelay Delay of a rejection, which slows down clients that retry at
	 * once.
	 * @param compression Whether to offer permessage-deflate, which costs CPU for each
	 * client.
	 */
	public record Websocket(@DefaultValue("true") boolean enabled, @DefaultValue("64KB") DataSize maxMessageSize,
			@DefaultValue("1MB") DataSize maxFrameSize, @DefaultValue("1MB") DataSize maxOutgoingMessageSize,
			@DefaultValue("4MB") DataSize maxQueuedSize, @DefaultValue("25s") Duration keepAlive,
			@MayBeZero @DefaultValue("500ms") Duration rejectionDelay, @DefaultValue("false") boolean compression) {
	}

	/**
	 * Server-Sent Events transport.
	 *
	 * @param enabled Whether to serve actors over Server-Sent Events.
	 * @param maxMessageSize Maximum size of a body from a client. A larger body closes
	 * the connection with message.incoming_too_long.
	 * @param maxOutgoingMessageSize Maximum size of a message to a client. A larger
	 * answer fails its action and a larger event fails at its sender, both with
	 * message.outgoing_too_long.
	 * @param maxQueuedSize Maximum size of the data that waits for one client. A client
	 * that reads too slowly is closed with connection.slow_consumer.
	 * @param keepAlive Interval of keep-alive messages. On Linux a client that
	 * acknowledges nothing for twice that time is closed.
	 */
	public record Sse(@DefaultValue("true") boolean enabled, @DefaultValue("64KB") DataSize maxMessageSize,
			@DefaultValue("1MB") DataSize maxOutgoingMessageSize, @DefaultValue("4MB") DataSize maxQueuedSize,
			@DefaultValue("25s") Duration keepAlive) {
	}

	/**
	 * History of events for clients that reconnect, for each instance.
	 *
	 * @param maxEvents Maximum number of events that an instance keeps; 0 disables the
	 * history.
	 * @param maxSize Maximum size of the events that an instance keeps, limited to half
	 * of the data that may wait for a client.
	 * @param maxAge Longest time that an event is kept.
	 * @param durable Whether events are stored before they are sent, so that clients
	 * resume after a restart. A turn that sends events then waits for the store.
	 */
	public record History(@MayBeZero @DefaultValue("1000") int maxEvents,
			@MayBeZero @DefaultValue("1MB") DataSize maxSize, @MayBeZero @DefaultValue("2m") Duration maxAge,
			@DefaultValue("false") boolean durable) {
	}

	/**
	 * AsyncAPI document of the actors, for authors of clients.
	 *
	 * @param enabled Whether to serve the document at asyncapi.json below the base path.
	 * Requires jsonschema-generator and jsonschema-module-jackson of com.github.victools
	 * on the class path.
	 * @param output File that the document is written to when the application has
	 * started, for use in a build.
	 */
	public record Asyncapi(@DefaultValue("false") boolean enabled, @Nullable String output) {
	}

	/**
	 * HTTP transport.
	 *
	 * @param enabled Whether to serve calls and the management of instances over HTTP.
	 * @param maxMessageSize Maximum size of the body of a call. A larger body is answered
	 * with message.incoming_too_long.
	 * @param maxOutgoingMessageSize Maximum size of the body of an answer. A larger body
	 * fails the call with message.outgoing_too_long.
	 */
	public record Http(@DefaultValue("true") boolean enabled, @DefaultValue("64KB") DataSize maxMessageSize,
			@DefaultValue("1MB") DataSize maxOutgoingMessageSize) {
	}

	/**
	 * Security of connections and requests.
	 *
	 * @param allowedOrigins Origins of pages that may connect in addition to the server's
	 * own, such as https://example.org or https://*.example.org. Pages of other origins
	 * are answered with 403.
	 * @param allowedHosts Host names that requests may use, without port, such as
	 * www.example.org or *.example.org. Requests for other hosts are answered with 403,
	 * which prevents DNS rebinding. If empty, every host is allowed.
	 * @param csrfExempt Whether to exempt the actor routes from Spring Security's CSRF
	 * protection. They are protected by checks of the origin and the content type.
	 * @param onForbiddenSubscription Reaction to a subscription that the client is not
	 * allowed to make. With "close", RivetKit clients reconnect at once and try again.
	 * @param authenticationRequired Whether to reject clients that are still anonymous
	 * after the handshake, connection params and first message, with
	 * auth.authentication_required.
	 * @param authenticationTimeout Time limit for the first message of a client in the
	 * extended mode, and for the application's authentication of a client, over HTTP as
	 * well. Exceeding it ends with auth.authentication_timed_out, or with
	 * connection.timed_out if the first message of a client that need not sign in is
	 * late.
	 * @param expiryNotice Time before the expiry of a client's credentials at which the
	 * client is notified, so that it sends new ones. At most half of the time that is
	 * left when they are received.
	 * @param expiryGrace Time after the expiry until a client that has not sent new
	 * credentials is closed with auth.expired. Clients of RivetKit are closed at the
	 * expiry.
	 * @param issuer Home issuer: its users are identified by their name alone, in user
	 * events and elsewhere. Defaults to
	 * spring.security.oauth2.resourceserver.jwt.issuer-uri. If neither is set, or this is
	 * empty, the issuer is part of each user.
	 * @param streamKey Key of the secrets that authenticate streams. Nodes that share
	 * clients require the same key. If not set, a random key is kept in the store; with
	 * the memory store it is lost at each restart. The key of tickets is derived from it.
	 * @param ticketTimeout Time for which a connect ticket is accepted.
	 * @param recheckInterval Interval at which the users of open connections are loaded
	 * from the ReactiveUserDetailsService again, and their sessions from Spring Session.
	 * Connections are closed with auth.logged_out if the user is missing, disabled,
	 * locked or expired, or if the session is missing. If the user has other authorities,
	 * they replace those of its connections. If not set, they are not checked again.
	 * @param extendSessions Whether an open connection extends its web session, so that
	 * it does not become idle. Otherwise only requests extend it.
	 */
	public record Security(@DefaultValue List<String> allowedOrigins, @DefaultValue List<String> allowedHosts,
			@DefaultValue("true") boolean csrfExempt,
			@DefaultValue("refuse") OnForbiddenSubscription onForbiddenSubscription,
			@DefaultValue("false") boolean authenticationRequired, @DefaultValue("10s") Duration authenticationTimeout,
			@DefaultValue("1m") Duration expiryNotice, @DefaultValue("30s") Duration expiryGrace,
			@Nullable String issuer, @Nullable String streamKey, @DefaultValue("30s") Duration ticketTimeout,
			@Nullable Duration recheckInterval, @DefaultValue("false") boolean extendSessions) {
	}

	/**
	 * Management of instances over HTTP.
	 *
	 * @param access Access rule for listing and deleting instances below /actors: "none",
	 * or an expression as in @PreAuthorize, such as hasRole('ADMIN'). Finding an instance
	 * by key or id and creating one require only access to the actor.
	 */
	public record Management(@DefaultValue("none") String access) {
	}

	/**
	 * Schedules of instances.
	 *
	 * @param enabled Whether this node runs schedules that are due. Without it they wait
	 * in the store for another node.
	 * @param maxPerInstance Maximum number of schedules of one instance. A further one is
	 * rejected with actor.overloaded.
	 * @param maxConcurrent Maximum number of schedules that the node runs at the same
	 * time. Further ones wait.
	 */
	public record Schedule(@DefaultValue("true") boolean enabled, @DefaultValue("1000") int maxPerInstance,
			@DefaultValue("64") int maxConcurrent) {

		ScheduleSettings settings() {
			return new ScheduleSettings(this.enabled, this.maxPerInstance, this.maxConcurrent);
		}

	}

	/**
	 * Record of the deliveries of events.
	 *
	 * @param recorded Whether to record what happens to each event on its way to each
	 * connection, for DeliveryLog. The record is limited to 10,000 deliveries and 8 MB of
	 * heap, and slows down events: each connection of the instance is noted for each of
	 * them.
	 */
	public record Deliveries(@DefaultValue("false") boolean recorded) {
	}

	/**
	 * Events and calls that are stored in a transaction. Requires the store "jdbc".
	 *
	 * @param enabled Whether this node delivers stored events and calls. Without it they
	 * wait in the database for another node.
	 * @param pollInterval Interval of the query for events and calls of other nodes, and
	 * for those that are tried again. Those of this node are delivered after the commit.
	 * @param lease Time after which another node delivers the events and calls that a
	 * node has taken and not finished, because it has failed.
	 * @param maxAge Time for which an event is kept if no connection receives it. With 0
	 * it is dropped after the first attempt.
	 * @param maxSize Maximum size of a stored event or call, as JSON. A larger one fails
	 * with message.outgoing_too_long.
	 */
	public record Outbox(@DefaultValue("true") boolean enabled, @DefaultValue("1s") Duration pollInterval,
			@DefaultValue("30s") Duration lease, @MayBeZero @DefaultValue("0s") Duration maxAge,
			@DefaultValue("64KB") DataSize maxSize) {
	}

	/**
	 * Reaction to a subscription that the client is not allowed to make.
	 */
	public enum OnForbiddenSubscription {

		/**
		 * The subscription is answered with auth.forbidden; the connection stays open.
		 */
		REFUSE,

		/** The connection is closed with auth.forbidden, as Rivet does. */
		CLOSE

	}

	/**
	 * Shutdown of the application.
	 *
	 * @param timeout Longest time to wait for instances to be saved and connections to be
	 * closed when the application stops.
	 * @param spread Time over which connections are closed one after the other, and over
	 * which their clients reconnect. Not used without connections. At most half of the
	 * timeout.
	 */
	public record Shutdown(@MayBeZero @DefaultValue("10s") Duration timeout,
			@MayBeZero @DefaultValue("2s") Duration spread) {
	}

	/**
	 * Redis backplane.
	 *
	 * @param channel Channel of the nodes of one application. Applications that share a
	 * Redis require different channels.
	 * @param heartbeat Interval of the heartbeats of a node. Missed events are detected
	 * within one interval, a lost connection within three.
	 * @param commandTimeout Longest time until Redis has received an event. An event that
	 * takes longer, in a burst or over a connection that hangs, counts as not published.
	 * @param maxMessageSize Maximum size of a message to and from other nodes. A larger
	 * message is dropped and counted.
	 */
	public record Redis(@DefaultValue("rivet.events:1") String channel, @DefaultValue("5s") Duration heartbeat,
			@DefaultValue("5s") Duration commandTimeout, @DefaultValue("1MB") DataSize maxMessageSize) {
	}

	/**
	 * Limits of the resources that clients can use. Sizes that are not set are derived
	 * from the heap.
	 *
	 * @param connection Limits of one connection.
	 * @param instance Limits of one instance.
	 * @param principal Share of one signed-in user.
	 * @param tenant Share of one tenant.
	 * @param address Share of one remote address.
	 * @param node Totals of the node.
	 * @param trustedProxies Addresses or networks (CIDR) of proxies. They are exempt from
	 * the limits of an address. If set, forwarded headers are accepted only from them and
	 * from loopback.
	 * @param headerTimeout Time limit for the head of a request. A connection that
	 * exceeds it is closed.
	 * @param bodyTimeout Time limit for the body of a request and for a WebSocket
	 * message. If exceeded, a request is answered with 408 and a connection is closed,
	 * both with request.timed_out.
	 * @param idleTimeout Time without a request after which a connection is closed.
	 * Longer than the 60 seconds of common proxies.
	 * @param writeTimeout Time after which a connection is closed if it accepts no data
	 * of its answer. Event streams have their own limits.
	 */
	public record Limits(ConnectionLimits connection, InstanceLimits instance, PrincipalShare principal,
			TenantShare tenant, AddressShare address, NodeLimits node, @DefaultValue List<String> trustedProxies,
			@DefaultValue("10s") Duration headerTimeout, @DefaultValue("30s") Duration bodyTimeout,
			@DefaultValue("75s") Duration idleTimeout, @DefaultValue("60s") Duration writeTimeout) {

		public Limits {
			connection = (connection != null) ? connection : PropertyDefaults.connectionLimits();
			instance = (instance != null) ? instance : PropertyDefaults.instanceLimits();
			principal = (principal != null) ? principal : PropertyDefaults.principalShare();
			tenant = (tenant != null) ? tenant : PropertyDefaults.tenantShare();
			address = (address != null) ? address : PropertyDefaults.addressShare();
			node = (node != null) ? node : PropertyDefaults.nodeLimits();
		}

	}

	/**
	 * Limits of one connection.
	 *
	 * @param calls Maximum number of pending calls. Further calls are answered with
	 * actor.overloaded.
	 * @param pendingSize Maximum memory of pending calls. Further calls are answered with
	 * actor.overloaded.
	 * @param subscriptions Maximum number of subscribed events. Further subscriptions are
	 * answered with actor.too_many_subscriptions.
	 * @param subscriptionsSize Maximum memory of subscriptions, and of connection params
	 * over 8 KB. Further subscriptions are answered with actor.too_many_subscriptions.
	 * @param pipelinedSize Maximum size of the data that arrives behind a request before
	 * its answer. Reading pauses until then.
	 */
	public record ConnectionLimits(@DefaultValue("1000") int calls, @DefaultValue("4MB") DataSize pendingSize,
			@MayBeZero @DefaultValue("1000") int subscriptions, @DefaultValue("1MB") DataSize subscriptionsSize,
			@DefaultValue("64KB") DataSize pipelinedSize) {
	}

	/**
	 * Limits of one instance.
	 *
	 * @param calls Maximum number of pending calls of clients, including interleaved
	 * ones. Further calls are answered with actor.overloaded.
	 * @param pendingSize Maximum memory of pending calls. Further calls are answered with
	 * actor.overloaded.
	 */
	public record InstanceLimits(@DefaultValue("10000") int calls, @DefaultValue("16MB") DataSize pendingSize) {
	}

	/**
	 * Share of one signed-in user, over all connections to the node.
	 *
	 * @param calls Maximum number of pending calls. Further calls are answered with
	 * actor.overloaded.
	 * @param connections Maximum number of open connections. Further connections are
	 * rejected with connection.too_many.
	 * @param subscriptions Maximum number of subscriptions of all connections. Further
	 * subscriptions are answered with actor.too_many_subscriptions.
	 * @param instances Maximum number of awake instances that the user has created.
	 * Further creations are answered with actor.overloaded. Defaults to 10,000, at most
	 * half of the instances that may be awake.
	 * @param callRate Maximum number of calls and requests for instances a second, with a
	 * burst of one second. Further ones are answered with actor.overloaded. With 0 there
	 * is no limit.
	 * @param receiveRate Maximum size of messages and bodies a second. Further calls are
	 * answered with actor.overloaded. With 0 there is no limit.
	 * @param fanOutRate Maximum number of deliveries a second that calls cause. Further
	 * calls are answered with actor.overloaded. With 0 there is no limit.
	 */
	public record PrincipalShare(@DefaultValue("10000") int calls, @DefaultValue("1000") int connections,
			@MayBeZero @DefaultValue("20000") int subscriptions, @MayBeZero @Nullable Integer instances,
			@MayBeZero @DefaultValue("0") int callRate, @MayBeZero @DefaultValue("0") DataSize receiveRate,
			@MayBeZero @DefaultValue("0") int fanOutRate) {
	}

	/**
	 * Share of one tenant, over all connections to the node. A TenantResolver bean finds
	 * the tenants. Limits that are not set do not apply.
	 *
	 * @param calls Maximum number of pending calls. Further calls are answered with
	 * actor.overloaded.
	 * @param connections Maximum number of open connections. Further connections are
	 * rejected with connection.too_many.
	 * @param subscriptions Maximum number of subscriptions of all connections. Further
	 * subscriptions are answered with actor.too_many_subscriptions.
	 * @param instances Maximum number of awake instances that clients of the tenant have
	 * created. Further creations are answered with actor.overloaded.
	 * @param callRate Maximum number of calls and requests for instances a second, with a
	 * burst of one second. Further ones are answered with actor.overloaded. With 0 there
	 * is no limit.
	 * @param receiveRate Maximum size of messages and bodies a second. Further calls are
	 * answered with actor.overloaded. With 0 there is no limit.
	 * @param fanOutRate Maximum number of deliveries a second that calls cause. Further
	 * calls are answered with actor.overloaded. With 0 there is no limit.
	 */
	public record TenantShare(@Nullable Integer calls, @Nullable Integer connections,
			@MayBeZero @Nullable Integer subscriptions, @MayBeZero @Nullable Integer instances,
			@MayBeZero @DefaultValue("0") int callRate, @MayBeZero @DefaultValue("0") DataSize receiveRate,
			@MayBeZero @DefaultValue("0") int fanOutRate) {
	}

	/**
	 * Share of one remote address, over all connections to the node. Loopback and
	 * trusted-proxies are exempt.
	 *
	 * @param calls Maximum number of pending calls. Further calls are answered with
	 * actor.overloaded.
	 * @param connections Maximum number of open connections. Further connections are
	 * rejected with connection.too_many. Defaults to 20,000, at most three quarters of
	 * the connections of the node.
	 * @param subscriptions Maximum number of subscriptions of all connections. Further
	 * subscriptions are answered with actor.too_many_subscriptions.
	 * @param instances Maximum number of awake instances that clients of the address have
	 * created. Further creations are answered with actor.overloaded. Defaults to 50,000,
	 * at most half of the instances that may be awake.
	 * @param callRate Maximum number of calls and requests for instances a second, with a
	 * burst of one second. Further ones are answered with actor.overloaded. With 0 there
	 * is no limit.
	 * @param receiveRate Maximum size of messages and bodies a second. Further calls are
	 * answered with actor.overloaded. With 0 there is no limit.
	 * @param fanOutRate Maximum number of deliveries a second that calls cause. Further
	 * calls are answered with actor.overloaded. With 0 there is no limit.
	 */
	public record AddressShare(@MayBeZero @DefaultValue("50000") int calls, @MayBeZero @Nullable Integer connections,
			@MayBeZero @DefaultValue("200000") int subscriptions, @MayBeZero @Nullable Integer instances,
			@MayBeZero @DefaultValue("0") int callRate, @MayBeZero @DefaultValue("0") DataSize receiveRate,
			@MayBeZero @DefaultValue("0") int fanOutRate) {
	}

	/**
	 * Totals of the node. Limits that are not set are derived from the heap.
	 *
	 * @param connections Maximum number of open connections. Further connections are
	 * rejected with connection.too_many. The last eighth is reserved for clients that
	 * resume a stream. Defaults to one for each 64 KB of heap.
	 * @param pendingSize Maximum memory of all pending calls. Further calls are answered
	 * with actor.overloaded. Defaults to a tenth of the heap.
	 * @param queuedSize Maximum memory of all messages that wait to be written. If
	 * exceeded, the clients with the longest queues are closed with
	 * connection.slow_consumer. Defaults to an eighth of the heap.
	 * @param subscriptionsSize Maximum memory of all subscriptions. Further subscriptions
	 * are answered with actor.too_many_subscriptions. Defaults to a sixteenth of the
	 * heap.
	 * @param historySize Maximum memory of the histories of all instances. If exceeded,
	 * an instance removes its oldest events. Defaults to a tenth of the heap.
	 * @param answersSize Maximum memory of all answers that are kept for repeated calls.
	 * If exceeded, the oldest answers of the client with the most memory are removed.
	 * Defaults to a twentieth of the heap.
	 * @param awakeSize Maximum memory of awake instances, 4 KB for each. Beyond three
	 * quarters of it unused instances sleep after a second; beyond seven eighths a
	 * creation is answered with actor.overloaded. Defaults to a tenth of the heap.
	 * @param storedSize Maximum memory of instances in the memory store. A creation
	 * beyond it, or beyond half of it for one user or address, is answered with
	 * actor.overloaded. Defaults to a tenth of the heap.
	 * @param receivingSize Maximum memory of incomplete bodies and fragments. Further
	 * ones are rejected. Defaults to a quarter of the direct memory, at most a sixteenth
	 * of the heap.
	 * @param sendingSize Maximum direct memory of data that sockets have not accepted. If
	 * exceeded, the clients with the most data are closed with connection.slow_consumer.
	 * Defaults to a quarter of the direct memory, at most an eighth of the heap.
	 * @param compressionSize Maximum memory outside the heap for WebSockets with
	 * compression, 300 KB for each. Further clients are served without compression.
	 * Defaults to the size of an eighth of the heap.
	 * @param requestsSize Maximum memory of HTTP connections and pending requests. If
	 * exceeded, requests are answered with 503, HTTP/2 streams are rejected, and new
	 * connections are closed. Defaults to an eighth of the heap.
	 * @param callRate Maximum number of calls and requests for instances a second, with a
	 * burst of one second. Further ones are answered with actor.overloaded. With 0 there
	 * is no limit.
	 * @param receiveRate Maximum size of messages and bodies a second. Further calls are
	 * answered with actor.overloaded. With 0 there is no limit.
	 * @param fanOutRate Maximum number of deliveries a second that calls cause. Further
	 * calls are answered with actor.overloaded. With 0 there is no limit.
	 */
	public record NodeLimits(@Nullable Integer connections, @Nullable DataSize pendingSize,
			@Nullable DataSize queuedSize, @Nullable DataSize subscriptionsSize,
			@MayBeZero @Nullable DataSize historySize, @MayBeZero @Nullable DataSize answersSize,
			@Nullable DataSize awakeSize, @Nullable DataSize storedSize, @Nullable DataSize receivingSize,
			@Nullable DataSize sendingSize, @MayBeZero @Nullable DataSize compressionSize,
			@Nullable DataSize requestsSize, @MayBeZero @DefaultValue("0") int callRate,
			@MayBeZero @DefaultValue("0") DataSize receiveRate, @MayBeZero @DefaultValue("0") int fanOutRate) {
	}

}
