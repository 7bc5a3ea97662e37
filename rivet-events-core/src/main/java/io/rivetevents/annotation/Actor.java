/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;

import io.rivetevents.contract.EventName;
import io.rivetevents.contract.OneWay;
import io.rivetevents.contract.Volatile;

/**
 * A class whose instances clients can connect to and call. The class is a singleton
 * Spring bean: constructor injection, proxies and component scanning work as usual. The
 * data of one instance (its key, state and connections) is in the {@code ActorContext}
 * that is passed to each method.
 * <p>
 * Clients call the methods annotated with {@link Action}. The runtime calls the methods
 * annotated with a hook ({@link CreateState}, {@link CreateVars}, {@link OnCreate},
 * {@link OnWake}, {@link OnSleep}, {@link OnDestroy}, {@link CanCreate},
 * {@link OnBeforeConnect}, {@link CreateConnState}, {@link OnConnect},
 * {@link OnReauthenticate}, {@link OnDisconnect}, {@link CanSubscribe},
 * {@link OnBeforeActionResponse}, {@link OnStateChange}). Each hook may be on one method
 * only, {@link CanSubscribe} on one method for each event.
 * <p>
 * <b>Turns.</b> Methods of one instance never overlap. Each call is a turn. Turns run in
 * the order in which the calls arrive, on a worker thread where blocking is allowed. A
 * method that returns a {@code Mono}, {@code Flux} or {@code CompletionStage} keeps the
 * turn until its result is complete, unless it uses {@link Action#interleave()}.
 * <p>
 * <b>Parameters</b> of these methods, in any order: {@code ActorContext<S, C>};
 * {@code Connection<C>} (of the caller); {@code Principal} and, with Spring Security,
 * {@code Authentication}, {@code @AuthenticationPrincipal} or
 * {@code @CurrentSecurityContext}; {@link ConnParams}; {@link Input}; and the types that
 * a bean of type {@code ActionArgumentResolver} supports. The remaining parameters take
 * the client's arguments in order. The application does not start if a parameter has no
 * source, or if a remaining parameter has an annotation or type that is not meant for
 * client arguments, such as {@code @RequestHeader}.
 *
 * @since 0.1.0
 */
@Documented
@Component
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Actor {

	/**
	 * Name of the actor for clients, and name of the bean if the class is scanned.
	 * Default: the name of the bean, which for a scanned class is the class name with a
	 * lower-case first letter. At most 64 characters.
	 */
	@AliasFor(annotation = Component.class, attribute = "value")
	String value() default "";

	/**
	 * Alias for {@link #value()}, for use with other attributes.
	 */
	@AliasFor(annotation = Component.class, attribute = "value")
	String name() default "";

	/**
	 * Time limit of this actor's actions, such as {@code 5s} or {@code 500ms}. Default:
	 * {@code rivet.events.actor.action-timeout}.
	 */
	String actionTimeout() default "";

	/**
	 * Time without connections and calls after which an instance is saved and removed
	 * from memory, such as {@code 10m}. Default:
	 * {@code rivet.events.actor.sleep-timeout}.
	 * <p>
	 * {@code never}: an instance stays in memory until it calls
	 * {@code ActorContext.sleep()}, it is deleted, or the application stops. This holds
	 * even when memory for instances is low and other instances sleep after one second.
	 * Limit the number of such instances by other means, for example {@link CanCreate}.
	 */
	String sleepTimeout() default "";

	/**
	 * Whether an instance sleeps while clients are connected, after the time of
	 * {@link #sleepTimeout()} without calls. The connections stay open; the next message
	 * of a client, call or schedule wakes the instance. Default:
	 * {@code rivet.events.actor.hibernate}; {@code true} here takes precedence.
	 * <p>
	 * The connection states are stored as JSON when the instance sleeps. The variables
	 * are created again when it wakes. {@link OnConnect} is not called again, and
	 * {@link OnDisconnect} is called once when the socket closes, for which the instance
	 * wakes. Requires a store that keeps connections, as all built-in ones do.
	 */
	boolean hibernate() default false;

	/**
	 * Interfaces that declare the events of this actor. Each method is one event, and its
	 * parameters are the arguments of the event:
	 *
	 * <pre>{@code
	 * interface ChatEvents {
	 *
	 *     void messageReceived(Message message);
	 *
	 *     &#64;Volatile
	 *     void typing(String userId);
	 *
	 * }
	 * }</pre>
	 *
	 * Send them with {@code c.broadcast(ChatEvents.class).messageReceived(message)}. A
	 * nested interface is a namespace, joined with a dot: {@code ChatEvents.Admin}
	 * declares {@code admin.…}. {@link EventName} changes a name, {@link Volatile} marks
	 * events that may be dropped, and {@code @PreAuthorize} of Spring Security restricts
	 * subscriptions. Methods return {@code void} and cannot be overloaded. The
	 * application does not start if a declaration is invalid.
	 */
	Class<?>[] events() default {};

	/**
	 * Whether sending an event that {@link #events()} does not declare throws an
	 * {@code IllegalArgumentException}.
	 */
	boolean strict() default false;

	/**
	 * Access rule of the instances: an expression as in {@code @PreAuthorize}, in which
	 * {@code #namespace}, {@code #name} and {@code #key} are those of the instance. The
	 * client chooses the namespace and the key.
	 * <p>
	 * The rule is checked for every client request on every route: a connect, a stream, a
	 * call, a subscription, a snapshot, and finding, creating or deleting under
	 * {@code /actors}, by name or by id. A request that it denies is rejected with
	 * {@code auth.forbidden}. Calls from server code are not checked. A
	 * {@code @PreAuthorize}, {@code @Secured}, {@code @RolesAllowed}, {@code @PermitAll}
	 * or {@code @DenyAll} on the class is checked in the same way, in addition to this
	 * rule. An annotation on a method cannot allow what the class denies. Requires Spring
	 * Security. Default: every client has access.
	 */
	String access() default "";

	/**
	 * Interfaces whose methods are actions of this actor without {@link Action} on each
	 * method. The class must implement them. The name of an action is that of the method
	 * unless {@code @Action} on the method sets another. {@link OneWay} and constraints
	 * may be on the method of the interface.
	 */
	Class<?>[] actions() default {};

}
