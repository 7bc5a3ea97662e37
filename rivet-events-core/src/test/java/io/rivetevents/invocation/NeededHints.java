/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.objenesis.SpringObjenesis;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateVars;
import io.rivetevents.annotation.MigrateState;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.RequestHead;
import io.rivetevents.contract.reflect.ConcreteTypes;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.placement.ActorTypes;

import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.proxies;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.reflection;

/**
 * What an actor uses by reflection, found by what the runtime and Jackson do with it
 * rather than by the rules of the hints: the methods that the runtime calls, the proxies
 * that it creates, and the members through which Jackson reads and writes values.
 */
public final class NeededHints {

	private static final Set<Class<?>> SUPPLIED = Set.of(ActorContext.class, Connection.class, RequestHead.class);

	private static final List<String> LIBRARIES = List.of("java.", "javax.", "jakarta.", "org.", "reactor.", "tools.",
			"com.");

	private final JsonMapper json = JsonMapper.builder().build();

	private final ValueMapper mapper = new ValueMapper(this.json);

	private final EventContracts contracts = new EventContracts(this.mapper);

	private final Set<JavaType> known = new HashSet<>();

	private final Set<String> missing = new LinkedHashSet<>();

	private final RuntimeHints hints;

	private final Class<?> actor;

	private final ActorType type;

	private int count;

	/**
	 * Looks for the hints of an actor.
	 * @throws InvalidActorException if the class is invalid
	 */
	public NeededHints(Class<?> actor, RuntimeHints hints) {
		this.hints = hints;
		this.actor = actor;
		this.type = read();
		ReflectionUtils.doWithMethods(actor, this::visitMethod, NeededHints::isOfApplication);
		need("type " + actor.getName(), reflection().onType(actor));
		ClassUtils.getAllInterfacesForClassAsSet(actor)
			.stream()
			.filter((api) -> !isOfLibrary(api) && isCallable(api))
			.forEach(this::visitApi);
		Actor declared = Objects.requireNonNull(AnnotatedElementUtils.findMergedAnnotation(actor, Actor.class));
		Stream.of(declared.events()).forEach(this::visitEvents);
	}

	/** Returns descriptions of the hints that are missing. */
	public Set<String> missing() {
		return this.missing;
	}

	/** Returns the number of hints that the actor needs. */
	public int count() {
		return this.count;
	}

	private ActorType read() {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		beans.registerSingleton(this.actor.getName(), new SpringObjenesis().newInstance(this.actor));
		ActorTypes types = new ActorTypes();
		beans.registerSingleton("types", types);
		new ActorRegistrar(beans, beans.getBeanProvider(ActorTypes.class), () -> ActorSettings.DEFAULTS,
				() -> new InvocationServices(this.mapper, this.contracts, InvocationServices.Neighbours.NONE))
			.afterSingletonsInstantiated();
		return Objects.requireNonNull(types.find(types.names().iterator().next()));
	}

	private void need(String what, Predicate<RuntimeHints> hint) {
		this.count++;
		if (!hint.test(this.hints)) {
			this.missing.add(what);
		}
	}

	private static boolean isOfApplication(Method method) {
		return method.getDeclaringClass() != Object.class && !method.isSynthetic()
				&& !Modifier.isStatic(method.getModifiers());
	}

	private void visitMethod(Method method) {
		boolean hook = Stream.concat(HookAnnotation.SINGLE.stream(), Stream.of(HookAnnotation.CAN_SUBSCRIBE))
			.anyMatch((each) -> AnnotatedElementUtils.hasAnnotation(method, each.annotation()));
		boolean called = hook || AnnotatedElementUtils.hasAnnotation(method, MigrateState.class)
				|| this.type.declaredAction(method) != null;
		if (called && !isOverridden(method)) {
			need("call of " + method, reflection().onMethodInvocation(method));
			visitTypes(method, this.actor);
			if (!AnnotatedElementUtils.hasAnnotation(method, CreateVars.class)) {
				visit(method.getGenericReturnType(), this.actor);
			}
		}
	}

	private boolean isOverridden(Method method) {
		return !ClassUtils.getMostSpecificMethod(method, this.actor).equals(method);
	}

	private void visitTypes(Method method, Class<?> containing) {
		Stream.of(method.getGenericParameterTypes()).forEach((parameter) -> visit(parameter, containing));
	}

	/** An interface of which an object can be created, which calls actions. */
	private boolean isCallable(Class<?> api) {
		List<Method> declared = Stream.of(api.getMethods())
			.filter((method) -> Modifier.isAbstract(method.getModifiers()))
			.toList();
		return !declared.isEmpty() && declared.stream().allMatch((method) -> this.type.declaredAction(method) != null);
	}

	private void visitApi(Class<?> api) {
		visitProxy(api);
		Stream.of(api.getMethods()).forEach((method) -> {
			visitTypes(method, this.actor);
			visit(method.getGenericReturnType(), this.actor);
		});
	}

	private void visitEvents(Class<?> contract) {
		visitSender(this.contracts.of(contract).implement((event, args) -> {
		}));
		this.contracts.of(contract).events().forEach((event) -> visitTypes(event.method(), contract));
	}

	/** Follows namespaces, as code of an application does. */
	private void visitSender(Object sender) {
		Class<?> created = sender.getClass().getInterfaces()[0];
		visitProxy(created);
		for (Method method : created.getMethods()) {
			if (Modifier.isAbstract(method.getModifiers()) && method.getReturnType().isInterface()) {
				method.setAccessible(true);
				visitSender(Objects.requireNonNull(ReflectionUtils.invokeMethod(method, sender)));
			}
		}
	}

	private void visitProxy(Class<?> type) {
		need("proxy of " + type.getName(), proxies().forInterfaces(type));
		need("methods of " + type.getName(), reflection().onType(type));
		Stream.of(type.getMethods())
			.filter(Method::isDefault)
			.forEach((method) -> need("call of " + method, reflection().onMethodInvocation(method)));
	}

	private void visit(Type declared, Class<?> containing) {
		visit(this.mapper.constructType(ConcreteTypes.of(declared, containing)));
	}

	private void visit(JavaType value) {
		if (!this.known.add(value)) {
			return;
		}
		value.getBindings().getTypeParameters().forEach(this::visit);
		Stream.of(value.getContentType(), value.getKeyType(), value.getReferencedType())
			.filter(Objects::nonNull)
			.forEach(this::visit);
		Class<?> raw = value.getRawClass();
		if (raw.isArray()) {
			need("array " + raw.getName(), reflection().onType(raw));
		}
		else if (!raw.isPrimitive() && !isOfLibrary(raw) && !SUPPLIED.contains(raw)) {
			need("type " + raw.getName(), reflection().onType(raw));
			if (!raw.isEnum() && value.getContentType() == null) {
				visitBean(value);
			}
		}
	}

	private static boolean isOfLibrary(Class<?> type) {
		return LIBRARIES.stream().anyMatch(type.getName()::startsWith);
	}

	private void visitBean(JavaType value) {
		DeserializationContext reading = this.json._deserializationContext();
		BeanDescription read = reading.introspectBeanDescription(value);
		visitProperties(read);
		visitProperties(this.json._serializationContext().introspectBeanDescription(value));
		if (!value.isAbstract()) {
			List<Annotated> creators = new ArrayList<>(read.getConstructors());
			creators.add(read.findDefaultConstructor());
			creators.addAll(read.getFactoryMethods());
			creators.forEach(this::visitMember);
		}
		for (NamedType subtype : this.json.deserializationConfig()
			.getSubtypeResolver()
			.collectAndResolveSubtypesByClass(this.json.deserializationConfig(), read.getClassInfo())) {
			visit(this.mapper.constructType(subtype.getType()));
		}
	}

	private void visitProperties(BeanDescription bean) {
		bean.findProperties().forEach((property) -> {
			visitMember(property.getAccessor());
			visitMember(property.getMutator());
			visit(property.getPrimaryType());
		});
	}

	private void visitMember(Annotated annotated) {
		if (annotated == null) {
			return;
		}
		if (annotated instanceof AnnotatedParameter parameter) {
			visitMember(parameter.getOwner());
			return;
		}
		Member member = ((AnnotatedMember) annotated).getMember();
		if (isOfLibrary(member.getDeclaringClass())) {
			return;
		}
		if (member instanceof Field field) {
			need("access of " + field, reflection().onFieldAccess(field));
		}
		else if (member instanceof Method method) {
			need("call of " + method, reflection().onMethodInvocation(method));
		}
		else if (member instanceof Constructor<?> constructor) {
			need("call of " + constructor, reflection().onConstructorInvocation(constructor));
		}
	}

}
