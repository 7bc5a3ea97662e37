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
 * A class whose instances of state clients can connect to and call. The class is a
 * singleton Spring bean: constructor injection, proxies and scanning work as for any
 * component. What belongs to one instance (its key, state, connections) lives in the
 * {@code ActorContext} that is handed to each method.
 * <p>
 * Methods marked {@link Action} are called by clients; methods marked with a hook
 * ({@link CreateState}, {@link CreateVars}, {@link OnCreate}, {@link OnWake},
 * {@link OnSleep}, {@link OnDestroy}, {@link CanCreate}, {@link OnBeforeConnect},
 * {@link CreateConnState}, {@link OnConnect}, {@link OnDisconnect}, {@link CanSubscribe},
 * {@link OnBeforeActionResponse}, {@link OnStateChange}) are called by the runtime. Each
 * hook may stand on one method, {@link CanSubscribe} on one for each event.
 * <p>
 * <b>Turns.</b> Methods of one instance never overlap: each call is a turn, turns run in
 * the order in which the calls arrived, on a worker thread where blocking is allowed. A
 * method that returns a {@code Mono}, {@code Flux} or {@code CompletionStage} keeps the
 * turn until that ends. {@link Action#interleave()} is the way out.
 * <p>
 * <b>Parameters</b> of any such method, in any order: {@code ActorContext<S, C>};
 * {@code Connection<C>} (of the caller); {@code Principal} and, with Spring Security,
 * {@code Authentication}, {@code @AuthenticationPrincipal} or
 * {@code @CurrentSecurityContext}; {@link ConnParams}; {@link Input}; whatever a bean of
 * type {@code ActionArgumentResolver} supports. What is left is taken from the client's
 * arguments, one after the other. A parameter that nothing can supply stops the
 * application at start-up, and so does one that is left though its annotation or type
 * says that it is not the client's, such as {@code @RequestHeader}.
 *
 * @since 0.1.0
 */
@Documented
@Component
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Actor {

	/**
	 * Name under which clients find the actor, and name of the bean where the class is
	 * scanned. Empty: the name of the bean, which for a scanned class is that of the
	 * class with its first letter in lower case. At most 64 characters.
	 */
	@AliasFor(annotation = Component.class, attribute = "value")
	String value() default "";

	/**
	 * The same as {@link #value()}, for use beside other attributes.
	 */
	@AliasFor(annotation = Component.class, attribute = "value")
	String name() default "";

	/**
	 * Longest time that an action of this actor may take, such as {@code 5s} or
	 * {@code 500ms}. Empty: {@code rivet.events.actor.action-timeout}.
	 */
	String actionTimeout() default "";

	/**
	 * Time without connections and calls after which an instance is saved and leaves
	 * memory, such as {@code 10m}. Empty: {@code rivet.events.actor.sleep-timeout}.
	 * <p>
	 * {@code never}: instances stay in memory until they call
	 * {@code ActorContext.sleep()}, are deleted, or the application stops. That holds
	 * also while memory for instances is scarce, when others sleep after a second; so
	 * what is created must be bounded by something else, such as {@link CanCreate}.
	 */
	String sleepTimeout() default "";

	/**
	 * Interfaces that declare the events of this actor, each method one event, whose
	 * parameters are its arguments:
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
	 * They are sent with {@code c.broadcast(ChatEvents.class).messageReceived(message)}.
	 * An interface within the interface is a namespace, joined with a dot:
	 * {@code ChatEvents.Admin} declares {@code admin.…}. {@link EventName} changes a
	 * name, {@link Volatile} marks what may be dropped, and a {@code @PreAuthorize} of
	 * Spring Security says who may subscribe. Methods return nothing and are not
	 * overloaded; a mistake stops the application.
	 */
	Class<?>[] events() default {};

	/**
	 * Whether an event that {@link #events()} does not declare is refused with an
	 * {@code IllegalArgumentException} where it is sent.
	 */
	boolean strict() default false;

	/**
	 * Who may reach the instances: an expression as in {@code @PreAuthorize}, in which
	 * {@code #namespace}, {@code #name} and {@code #key} are those of the instance; a
	 * client chooses namespace and key. It holds for whatever a client wants, by whatever
	 * route: a connect, a stream, a call, a subscription, a snapshot, and finding,
	 * creating or deleting under {@code /actors}, by name or by id. It is asked for each;
	 * a refusal is {@code auth.forbidden}. Calls of the server itself are not subject to
	 * it. A {@code @PreAuthorize}, {@code @Secured}, {@code @RolesAllowed},
	 * {@code @PermitAll} or {@code @DenyAll} on the class holds in the same way, and
	 * beside it; an annotation on a method cannot open what they close. Needs Spring
	 * Security. Empty: everybody.
	 */
	String access() default "";

	/**
	 * Interfaces whose methods are actions of this actor, without {@link Action} on each.
	 * The class implements them. A name of the client is that of the method unless
	 * {@code @Action} on it says otherwise; {@link OneWay} and constraints may stand on
	 * the method of the interface.
	 */
	Class<?>[] actions() default {};

}
