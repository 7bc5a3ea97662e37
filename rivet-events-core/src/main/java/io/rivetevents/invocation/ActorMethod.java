/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.security.Principal;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.MethodParameter;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedMethod;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.Input;
import io.rivetevents.connection.Connection;
import io.rivetevents.contract.reflect.ConcreteTypes;
import io.rivetevents.error.InvalidArgumentException;
import io.rivetevents.extension.ArgumentValidator;
import io.rivetevents.extension.Invocation;
import io.rivetevents.extension.InvocationDecorator;
import io.rivetevents.invocation.validation.ArgumentSize;
import io.rivetevents.scheduling.CallerScope;

/**
 * A method of an actor, ready to be called: the sources of its arguments and its return
 * type are resolved.
 */
final class ActorMethod extends AnnotatedMethod {

	/** Parameter types that contain neither the params nor the input. */
	private static final List<Class<?>> NEITHER = List.of(ActorContext.class, Connection.class, Principal.class);

	private static final List<String> TRANSACTIONAL = List
		.of("org.springframework.transaction.annotation.Transactional", "jakarta.transaction.Transactional");

	private final Bean bean;

	private final Method invocable;

	private final Method invocableWithoutCaller;

	private final Arguments arguments;

	private final ArgumentValidator validator;

	private final InvocationDecorator decorator;

	private final AccessGuard access;

	private final CallerScope callers;

	private final @Nullable ReactiveAdapter adapter;

	private final boolean validatesParams;

	private final boolean validatesInput;

	/**
	 * The bean of an actor.
	 *
	 * @param type the class of the actor
	 * @param bean the bean, which may be a proxy
	 * @param withoutCaller the bean for calls of the server itself
	 */
	record Bean(Class<?> type, Object bean, Object withoutCaller) {
	}

	/**
	 * Creates a method.
	 * @param bean the bean
	 * @param method method of its class
	 * @param arguments resolves the arguments
	 * @param validator validates the arguments
	 * @param support services around the call
	 */
	ActorMethod(Bean bean, Method method, Arguments arguments, ArgumentValidator validator,
			InvocationServices support) {
		super(method);
		this.bean = bean;
		this.invocable = invocable(method, bean.bean());
		this.invocableWithoutCaller = invocable(method, bean.withoutCaller());
		this.arguments = arguments;
		this.validator = validator;
		this.decorator = support.decorator();
		this.access = support.access();
		this.callers = support.callers();
		this.adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(getReturnType().getParameterType());
		this.validatesParams = mayTake(Input.class);
		this.validatesInput = mayTake(ConnParams.class);
	}

	private static Method invocable(Method method, Object bean) {
		Method invocable = AopUtils.selectInvocableMethod(method, bean.getClass());
		invocable.setAccessible(true);
		return invocable;
	}

	/** Resolves the type variables of a class that the actor extends. */
	@Override
	protected Class<?> getContainingClass() {
		return this.bean.type();
	}

	/**
	 * Returns the type of the result, unwrapped from a {@code Mono}, without type
	 * variables.
	 */
	ResolvableType valueType() {
		ResolvableType type = concrete(getReturnType().getGenericParameterType());
		return (this.adapter != null && !this.adapter.isNoValue()) ? concrete(type.getGeneric(0).getType()) : type;
	}

	private ResolvableType concrete(Type type) {
		return ResolvableType.forType(ConcreteTypes.of(type, getContainingClass()));
	}

	/**
	 * Returns the type of the result for a client.
	 */
	ResolvableType resultType() {
		return (this.adapter != null && this.adapter.isMultiValue())
				? ResolvableType.forClassWithGenerics(List.class, valueType()) : valueType();
	}

	/**
	 * Returns the parameters that a client sends.
	 */
	List<MethodParameter> clientParameters() {
		return this.arguments.rest();
	}

	/**
	 * Returns whether the method can read the input of the instance: by a parameter that
	 * is neither sent by the client nor of an unrelated type. A resolver of the
	 * application may read anything.
	 */
	boolean maySeeInput() {
		return Stream.of(getMethodParameters())
			.filter((parameter) -> !clientParameters().contains(parameter))
			.filter((parameter) -> !parameter.hasParameterAnnotation(ConnParams.class))
			.anyMatch((parameter) -> !Connection.class.isAssignableFrom(parameter.getParameterType()));
	}

	/**
	 * Returns whether the result is complete when the method returns.
	 */
	boolean isImmediate() {
		return this.adapter == null && !getReturnType().getParameterType().isAssignableFrom(Mono.class);
	}

	/**
	 * Returns whether the method or its class is declared to run in a transaction. The
	 * annotation may be of Spring or of Jakarta, neither of which need be present.
	 */
	boolean isTransactional() {
		return Stream.of(getMethod(), getContainingClass())
			.map((declared) -> MergedAnnotations.from(declared, SearchStrategy.TYPE_HIERARCHY))
			.anyMatch((annotations) -> TRANSACTIONAL.stream().anyMatch(annotations::isPresent));
	}

	/**
	 * Returns whether the method has no result.
	 */
	boolean returnsNothing() {
		Class<?> type = valueType().toClass();
		return type == void.class || type == Void.class || (this.adapter != null && this.adapter.isNoValue());
	}

	/**
	 * Calls the method on the current thread.
	 * @param invocation the call to resolve arguments from
	 * @return its result; a {@code Mono} if it is asynchronous
	 */
	@Nullable Object invoke(Invocation invocation) throws Exception {
		// argument resolvers may change the thread's state, which the method must not see
		@Nullable Object[] args = this.arguments.arePlain() ? arguments(invocation)
				: this.callers.call(invocation.caller(), () -> arguments(invocation));
		Callable<@Nullable Object> call = () -> adapt(call(invocation.hasCaller(), args));
		return this.decorator.around(invocation, call);
	}

	private @Nullable Object[] arguments(Invocation invocation) {
		@Nullable Object[] resolved = this.arguments.resolve(invocation);
		validate(invocation, resolved);
		return resolved;
	}

	/**
	 * Checks whether the method may be called, on the current thread.
	 * @param invocation the call to resolve arguments from
	 * @return a {@code Mono} that completes if access is allowed
	 */
	@Nullable Object authorize(Invocation invocation) throws Exception {
		@Nullable Object[] args = this.callers.call(invocation.caller(), () -> this.arguments.resolve(invocation));
		return this.decorator.around(invocation, () -> this.access.authorize(this.bean.bean(), getMethod(), args));
	}

	/**
	 * Returns whether an argument may be created from the params, or from the input. A
	 * resolver of the application may read anything.
	 * @param other annotation of parameters created from the other one only
	 */
	private boolean mayTake(Class<? extends Annotation> other) {
		return Stream.of(getMethodParameters())
			.filter((parameter) -> !clientParameters().contains(parameter))
			.filter((parameter) -> !parameter.hasParameterAnnotation(other))
			.map(MethodParameter::getParameterType)
			.anyMatch((type) -> NEITHER.stream().noneMatch((known) -> known.isAssignableFrom(type)));
	}

	/** Whether the arguments to validate are large. */
	private boolean isLarge(Invocation invocation) {
		if (invocation.hook() == null) {
			return ArgumentSize.isLarge(invocation.args());
		}
		// the input is decoded each time, and its sender determines the cost
		return (this.validatesParams && ArgumentSize.isLarge(invocation.params()))
				|| (this.validatesInput && ArgumentSize.isLarge(invocation.input()));
	}

	private void validate(Invocation invocation, @Nullable Object[] args) {
		if (!this.validator.checks(this.bean.bean(), getMethod())) {
			return;
		}
		try {
			if (isLarge(invocation)) {
				this.validator.validateFirst(this.bean.bean(), getMethod(), args);
			}
			else {
				this.validator.validate(this.bean.bean(), getMethod(), args);
			}
		}
		catch (InvalidArgumentException ex) {
			throw this.arguments.locate(ex, invocation);
		}
	}

	private @Nullable Object call(boolean hasCaller, @Nullable Object[] args) throws Exception {
		try {
			return hasCaller ? this.invocable.invoke(this.bean.bean(), args)
					: this.invocableWithoutCaller.invoke(this.bean.withoutCaller(), args);
		}
		catch (InvocationTargetException ex) {
			if (ex.getTargetException() instanceof Exception cause) {
				throw cause;
			}
			throw ex;
		}
	}

	private @Nullable Object adapt(@Nullable Object result) {
		if (this.adapter == null || result == null) {
			return result;
		}
		Publisher<Object> publisher = this.adapter.toPublisher(result);
		return this.adapter.isMultiValue() ? Flux.from(publisher).collectList() : Mono.from(publisher);
	}

}
