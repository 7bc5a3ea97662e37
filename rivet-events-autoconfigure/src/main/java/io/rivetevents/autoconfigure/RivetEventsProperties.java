package io.rivetevents.autoconfigure;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Realtime actors.
 *
 * @param enabled Whether to serve actors.
 * @param basePath Path under which clients find the actors; "/" serves them at the root.
 * @param actor Actors and their instances.
 * @param websocket WebSocket transport.
 * @param http HTTP transport.
 * @param security Who may connect.
 * @param shutdown End of the application.
 * @param backplane What carries events to other nodes.
 * @param redis Backplane over Redis.
 * @param sse Server-Sent Events transport.
 * @param history Events that are kept for clients that come back.
 * @param asyncapi Description of the actors.
 * @param directIo Whether connections read from and write to their channels below WebFlux
 * where that is possible. Slower without, and for the case that something else has to see
 * each frame.
 * @param limits Bounds of what clients may take.
 * @param management Instances over HTTP.
 */
@ConfigurationProperties("rivet.events")
public record RivetEventsProperties(@DefaultValue("true") boolean enabled, @DefaultValue("/rivet") String basePath,
		@DefaultValue Actor actor, @DefaultValue Websocket websocket, @DefaultValue Http http,
		@DefaultValue Security security, @DefaultValue Shutdown shutdown, @DefaultValue("local") Backplane backplane,
		@DefaultValue Redis redis, @DefaultValue Sse sse, @DefaultValue History history,
		@DefaultValue Asyncapi asyncapi, @DefaultValue("true") boolean directIo, @DefaultValue Limits limits,
		@DefaultValue Management management) {

	/**
	 * What carries events to other nodes.
	 */
	public enum Backplane {

		/** Nothing: this node is alone. */
		LOCAL,

		/** Redis pub/sub. */
		REDIS

	}

	/**
	 * Actors and their instances.
	 *
	 * @param actionTimeout Longest time that an action may take; a longer one is answered
	 * with actor.action_timed_out, cancelled and interrupted.
	 * @param connectionHookTimeout Longest time that each hook of a connection may take;
	 * a longer one refuses the client with actor.callback_timed_out.
	 * @param lifecycleHookTimeout Longest time that each hook of an instance may take.
	 * @param sleepTimeout Time without connections and calls after which an instance is
	 * saved and leaves memory; never keeps it there until it asks to sleep.
	 * @param saveInterval Longest time from a change of the state until it is saved; a
	 * crash of the process loses what is younger.
	 * @param mailboxCapacity Most calls that may wait for one instance; one more is
	 * answered with actor.overloaded.
	 * @param maxKeySize Longest key as it is written on the wire, in UTF-8; a longer one
	 * is answered with actor.key_too_large.
	 * @param maxInputSize Largest input that a client sends for an instance, as JSON; a
	 * larger one is answered with actor.input_too_large.
	 * @param workerThreads Most actions that run or block at the same time. Without
	 * effect where virtual threads are enabled or the application has its own scheduler
	 * bean "rivetActorWorkers".
	 */
	public record Actor(@DefaultValue("60s") Duration actionTimeout, @DefaultValue("5s") Duration connectionHookTimeout,
			@DefaultValue("5s") Duration lifecycleHookTimeout,
			@MayBeZero @MayBeNever @DefaultValue("30s") Duration sleepTimeout,
			@MayBeZero @DefaultValue("1s") Duration saveInterval, @DefaultValue("10000") int mailboxCapacity,
			@DefaultValue("1KB") DataSize maxKeySize, @DefaultValue("64KB") DataSize maxInputSize,
			@DefaultValue("64") int workerThreads) {
	}

	/**
	 * WebSocket transport.
	 *
	 * @param enabled Whether to serve actors over WebSocket.
	 * @param maxMessageSize Largest message that is accepted from a client; a larger one
	 * closes its connection with message.incoming_too_long.
	 * @param maxFrameSize Largest frame that is read at all; a larger one ends the
	 * connection with close code 1009. At least max-message-size.
	 * @param maxOutgoingMessageSize Largest message that is sent to a client; a larger
	 * answer fails its action and a larger event fails at its sender, both with
	 * message.outgoing_too_long.
	 * @param maxQueuedSize Most data that may wait for one client; a client that reads
	 * too slowly for it is closed with connection.slow_consumer.
	 * @param keepAlive Idle time after which a client is sent a ping; one that is silent
	 * for another such time is closed with connection.timed_out.
	 * @param rejectionDelay Time for which a refused client waits for the refusal, which
	 * calms those that try again at once.
	 * @param compression Whether to offer permessage-deflate; it costs CPU for each
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
	 * @param maxMessageSize Largest body that is accepted from a client; a larger one
	 * closes its connection with message.incoming_too_long.
	 * @param maxOutgoingMessageSize Largest message that is sent to a client; a larger
	 * answer fails its action and a larger event fails at its sender, both with
	 * message.outgoing_too_long.
	 * @param maxQueuedSize Most data that may wait for one client; a client that reads
	 * too slowly for it is closed with connection.slow_consumer.
	 * @param keepAlive Time from one keep-alive to the next; on Linux a client that does
	 * not acknowledge anything for twice that time is closed.
	 */
	public record Sse(@DefaultValue("true") boolean enabled, @DefaultValue("64KB") DataSize maxMessageSize,
			@DefaultValue("1MB") DataSize maxOutgoingMessageSize, @DefaultValue("4MB") DataSize maxQueuedSize,
			@DefaultValue("25s") Duration keepAlive) {
	}

	/**
	 * Events that are kept for clients that come back; for each instance, in memory.
	 *
	 * @param maxEvents Most events that are kept; 0 keeps none.
	 * @param maxSize Most data that is kept; never more than half of what may wait for a
	 * client.
	 * @param maxAge Longest time for which an event is kept.
	 */
	public record History(@MayBeZero @DefaultValue("1000") int maxEvents,
			@MayBeZero @DefaultValue("1MB") DataSize maxSize, @MayBeZero @DefaultValue("2m") Duration maxAge) {
	}

	/**
	 * Description of the actors, for those who write clients.
	 *
	 * @param enabled Whether to serve it at asyncapi.json below the base path. Needs
	 * jsonschema-generator and jsonschema-module-jackson of com.github.victools on the
	 * class path.
	 * @param output File to write it to when the application has started, such as in a
	 * build.
	 */
	public record Asyncapi(@DefaultValue("false") boolean enabled, @Nullable String output) {
	}

	/**
	 * HTTP transport.
	 *
	 * @param enabled Whether to serve calls and the management of instances over HTTP.
	 * @param maxMessageSize Largest body of a call; a larger one is answered with
	 * message.incoming_too_long.
	 * @param maxOutgoingMessageSize Largest body of an answer; a larger one fails the
	 * call with message.outgoing_too_long.
	 */
	public record Http(@DefaultValue("true") boolean enabled, @DefaultValue("64KB") DataSize maxMessageSize,
			@DefaultValue("1MB") DataSize maxOutgoingMessageSize) {
	}

	/**
	 * Who may connect.
	 *
	 * @param allowedOrigins Origins of pages that may connect beside those of the server
	 * itself, such as https://example.org or https://*.example.org; a page from elsewhere
	 * gets 403.
	 * @param allowedHosts Names of hosts under which the server may be asked, without
	 * port, such as www.example.org or *.example.org; a request for another gets 403,
	 * which keeps out pages that point a name of their own at the server. Every host if
	 * empty.
	 * @param csrfExempt Whether Spring Security's CSRF protection leaves the actor routes
	 * alone, which protect themselves by the origin and the content type of a request.
	 * @param onForbiddenSubscription What happens to a client that may not subscribe to
	 * an event; RivetKit clients that are closed come back at once and try again.
	 * @param authenticationRequired Whether clients are refused with
	 * auth.authentication_required whom neither the handshake nor their params nor their
	 * first message identify.
	 * @param authenticationTimeout Time for the first message of a client of the extended
	 * mode; one that must sign in and takes longer is closed with
	 * auth.authentication_timed_out, any other with connection.timed_out. Also time for
	 * the application to find out who a client is, over HTTP as well.
	 * @param issuer Issuer of tokens whose users are known by their names alone, in user
	 * events and elsewhere. That of spring.security.oauth2.resourceserver.jwt.issuer-uri
	 * if it is not set; every issuer is a part of its users if neither is, or this is
	 * empty.
	 * @param streamKey Key to the secrets that prove streams; nodes that share clients
	 * need the same. Random if it is not set.
	 */
	public record Security(@DefaultValue List<String> allowedOrigins, @DefaultValue List<String> allowedHosts,
			@DefaultValue("true") boolean csrfExempt,
			@DefaultValue("refuse") OnForbiddenSubscription onForbiddenSubscription,
			@DefaultValue("false") boolean authenticationRequired, @DefaultValue("10s") Duration authenticationTimeout,
			@Nullable String issuer, @Nullable String streamKey) {
	}

	/**
	 * Instances over HTTP.
	 *
	 * @param access Who may list and delete instances below /actors: "none", or an
	 * expression as in @PreAuthorize, such as hasRole('ADMIN'). To find one by its key or
	 * id and to create one is open to those who may connect to it.
	 */
	public record Management(@DefaultValue("none") String access) {
	}

	/**
	 * What happens to a client that may not subscribe to an event.
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
	 * End of the application.
	 *
	 * @param timeout Longest time to wait for instances to be saved and connections to be
	 * closed when the application stops.
	 * @param spread Time over which the connections are closed one after the other, and
	 * over which their clients come back; nothing if there are none. Never more than half
	 * of the time-out.
	 */
	public record Shutdown(@MayBeZero @DefaultValue("10s") Duration timeout,
			@MayBeZero @DefaultValue("2s") Duration spread) {
	}

	/**
	 * Backplane over Redis.
	 *
	 * @param channel Channel on which the nodes of one application talk; applications
	 * that share a Redis need one each.
	 * @param heartbeat Time from one heartbeat of a node to its next; missed events are
	 * noticed within it, a lost connection within three of it.
	 * @param commandTimeout Longest time that an event may take to Redis; one that takes
	 * longer, in a burst or over a connection that hangs, counts as not published.
	 * @param maxMessageSize Largest message to and from other nodes; a larger one is
	 * counted and goes nowhere.
	 */
	public record Redis(@DefaultValue("rivet.events:1") String channel, @DefaultValue("5s") Duration heartbeat,
			@DefaultValue("5s") Duration commandTimeout, @DefaultValue("1MB") DataSize maxMessageSize) {
	}

	/**
	 * Bounds of what clients may take. A size that is not set is a part of the heap.
	 *
	 * @param connection Bounds of one connection.
	 * @param instance Bounds of one instance.
	 * @param principal Share of one signed-in user.
	 * @param address Share of one remote address.
	 * @param node Totals of the node.
	 * @param trustedProxies Addresses or networks in CIDR notation of proxies, which are
	 * not counted by address. Once there are some, forwarded headers count only from them
	 * and from loopback.
	 * @param headerTimeout Time for the head of a request; a connection that takes longer
	 * is closed.
	 * @param bodyTimeout Time for the body of a request, and for a message of a
	 * WebSocket; one that takes longer is answered with 408 or closed, both as
	 * request.timed_out.
	 * @param idleTimeout Time without a request after which a connection is closed;
	 * longer than the 60 seconds after which common proxies close theirs.
	 * @param writeTimeout Time after which a connection is closed that has taken nothing
	 * of its answer; streams of events have their own bounds.
	 */
	public record Limits(@DefaultValue ConnectionLimits connection, @DefaultValue InstanceLimits instance,
			@DefaultValue PrincipalShare principal, @DefaultValue AddressShare address, @DefaultValue NodeLimits node,
			@DefaultValue List<String> trustedProxies, @DefaultValue("10s") Duration headerTimeout,
			@DefaultValue("30s") Duration bodyTimeout, @DefaultValue("75s") Duration idleTimeout,
			@DefaultValue("60s") Duration writeTimeout) {
	}

	/**
	 * Bounds of one connection.
	 *
	 * @param calls Calls that may be unanswered at the same time; one more is answered
	 * with actor.overloaded.
	 * @param pendingSize Memory that its unanswered calls may take; one more is answered
	 * with actor.overloaded.
	 * @param subscriptions Events that it may subscribe to; one more is answered with
	 * actor.too_many_subscriptions.
	 * @param subscriptionsSize Memory of these, and of connection params over 8 KB; one
	 * more is answered with actor.too_many_subscriptions.
	 * @param pipelinedSize Data that may arrive behind a request before that is answered;
	 * reading stops until then.
	 */
	public record ConnectionLimits(@DefaultValue("1000") int calls, @DefaultValue("4MB") DataSize pendingSize,
			@MayBeZero @DefaultValue("1000") int subscriptions, @DefaultValue("1MB") DataSize subscriptionsSize,
			@DefaultValue("64KB") DataSize pipelinedSize) {
	}

	/**
	 * Bounds of one instance.
	 *
	 * @param calls Calls of clients that may be unanswered at the same time, interleaved
	 * ones included; one more is answered with actor.overloaded.
	 * @param pendingSize Memory that its unanswered calls may take; one more is answered
	 * with actor.overloaded.
	 */
	public record InstanceLimits(@DefaultValue("10000") int calls, @DefaultValue("16MB") DataSize pendingSize) {
	}

	/**
	 * Share of one signed-in user, over all connections to the node.
	 *
	 * @param calls Calls that may be unanswered at the same time; one more is answered
	 * with actor.overloaded.
	 * @param connections Connections that may be open; one more is refused with
	 * connection.too_many.
	 * @param subscriptions Subscriptions of all its connections; one more is answered
	 * with actor.too_many_subscriptions.
	 * @param instances Instances that it has created and that are awake; one more is
	 * refused with actor.overloaded. 10,000 if not set, at most half of those that may be
	 * awake.
	 */
	public record PrincipalShare(@DefaultValue("10000") int calls, @DefaultValue("1000") int connections,
			@MayBeZero @DefaultValue("20000") int subscriptions, @MayBeZero @Nullable Integer instances) {
	}

	/**
	 * Share of one remote address, over all connections to the node. Loopback and
	 * trusted-proxies are not counted.
	 *
	 * @param calls Calls that may be unanswered at the same time; one more is answered
	 * with actor.overloaded.
	 * @param connections Connections that may be open; one more is refused with
	 * connection.too_many. 20,000 if not set, at most three quarters of those of the
	 * node.
	 * @param subscriptions Subscriptions of all its connections; one more is answered
	 * with actor.too_many_subscriptions.
	 * @param instances Instances that it has created and that are awake; one more is
	 * refused with actor.overloaded. 50,000 if not set, at most half of those that may be
	 * awake.
	 */
	public record AddressShare(@MayBeZero @DefaultValue("50000") int calls, @MayBeZero @Nullable Integer connections,
			@MayBeZero @DefaultValue("200000") int subscriptions, @MayBeZero @Nullable Integer instances) {
	}

	/**
	 * Totals of the node. What is not set is a part of the heap.
	 *
	 * @param connections Connections that may be open; one more is refused with
	 * connection.too_many. One for each 64 KB of heap if not set.
	 * @param pendingSize Memory of all unanswered calls; one more is answered with
	 * actor.overloaded. A tenth of the heap if not set.
	 * @param queuedSize Memory of all messages that wait to be written; beyond it the
	 * clients with the longest queues are closed with connection.slow_consumer. An eighth
	 * of the heap if not set.
	 * @param subscriptionsSize Memory of all subscriptions; one more is answered with
	 * actor.too_many_subscriptions. A sixteenth of the heap if not set.
	 * @param historySize Memory of all events that are kept; beyond it an instance keeps
	 * no more. A tenth of the heap if not set.
	 * @param answersSize Memory of all answers that are kept for repeated calls; beyond
	 * it the client with most of it loses its oldest. A twentieth of the heap if not set.
	 * @param awakeSize Memory of instances that are awake, 4 KB for each; beyond three
	 * quarters of it those that are not used sleep after a second, and beyond seven
	 * eighths a creation is answered with actor.overloaded. A tenth of the heap if not
	 * set.
	 * @param storedSize Memory of instances in the memory store; a creation beyond it, or
	 * beyond half of it for one user or address, is answered with actor.overloaded. A
	 * tenth of the heap if not set.
	 * @param receivingSize Memory of bodies and fragments that have not arrived whole;
	 * beyond it they are refused. A quarter of the direct memory, at most a sixteenth of
	 * the heap if not set.
	 * @param sendingSize Direct memory of what sockets have not taken; beyond it the
	 * clients that hold most of it are closed with connection.slow_consumer. A quarter of
	 * the direct memory, at most an eighth of the heap if not set.
	 * @param compressionSize Memory outside of the heap of WebSockets that compress, 300
	 * KB for each; beyond it a client is served without compression. As much as an eighth
	 * of the heap if not set.
	 * @param requestsSize Memory of HTTP connections and of requests that are not
	 * answered; beyond it requests are answered with 503, streams of HTTP/2 are refused,
	 * and new connections are closed. An eighth of the heap if not set.
	 */
	public record NodeLimits(@Nullable Integer connections, @Nullable DataSize pendingSize,
			@Nullable DataSize queuedSize, @Nullable DataSize subscriptionsSize,
			@MayBeZero @Nullable DataSize historySize, @MayBeZero @Nullable DataSize answersSize,
			@Nullable DataSize awakeSize, @Nullable DataSize storedSize, @Nullable DataSize receivingSize,
			@Nullable DataSize sendingSize, @MayBeZero @Nullable DataSize compressionSize,
			@Nullable DataSize requestsSize) {
	}

}
