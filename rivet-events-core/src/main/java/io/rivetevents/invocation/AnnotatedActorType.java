/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.security.Principal;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.MethodParameter;
import org.springframework.core.Nullness;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotatedMethod;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.annotation.RepeatableContainers;
import org.springframework.core.log.LogMessage;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.actor.hibernation.HibernationSettings;
import io.rivetevents.actor.persistence.StateFormat;
import io.rivetevents.actor.schedule.DeclaredSchedule;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ActorSchedule;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.RequestHead;
import io.rivetevents.contract.History;
import io.rivetevents.contract.OneWay;
import io.rivetevents.contract.reflect.NameRules;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.AccessRule;
import io.rivetevents.extension.Hook;
import io.rivetevents.extension.Invocation;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.invocation.ActorContract.ActionContract;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.scheduling.CallerScope;

/**
 * An actor type defined by a class with {@link Actor}. The constructor finds all errors
 * in the class.
 */
final class AnnotatedActorType implements ActorType {

	private static final Log logger = LogFactory.getLog(AnnotatedActorType.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private static final int MAX_NAME_LENGTH = 64;

	/** Most characters of the failed operation in the log. */
	private static final int MAX_LOGGED = 1000;

	/** Value of a sleep timeout that never passes. */
	private static final String NEVER = "never";

	private static final String USE_DURATION = "Use a value such as 30s or 5m";

	/** Prefix of names that are reserved for the protocol. */
	private static final String RESERVED = "rivet:";

	/** Hooks that accept a client by returning. */
	private static final Set<Hook> LETTING_IN = EnumSet.of(Hook.CAN_CREATE, Hook.BEFORE_CONNECT, Hook.CREATE_CONN_STATE,
			Hook.CONNECT, Hook.REAUTHENTICATE);

	private final String name;

	private final Class<?> type;

	private final Object bean;

	private final InvocationServices support;

	private final ActorSettings settings;

	/** Except those for subscriptions. */
	private final Map<Hook, ActorMethod> hooks = new EnumMap<>(Hook.class);

	private final SubscriptionRules subscriptions = new SubscriptionRules();

	private final Set<Hook> implemented;

	private final Map<String, ActorMethod> actions = new HashMap<>();

	private final Map<String, ActionSettings> actionSettings = new HashMap<>();

	private final DeclaredSchedules schedules = new DeclaredSchedules();

	private final DeclaredEvents events;

	private final boolean durableEvents;

	private final boolean takesRequestHead;

	private final @Nullable Type stateType;

	private final StateFormat stateFormat;

	private final @Nullable AccessRule rule;

	/** The bean for calls of the server to methods without security annotations. */
	private final Object withoutCaller;

	private final SingletonSupplier<ActorContract> contract = SingletonSupplier.of(this::describe);

	/**
	 * Reads a class.
	 * @param name name of the actor
	 * @param type its class
	 * @param bean the bean, which may be a proxy
	 * @param defaults defaults for limits and times
	 * @param support services for calls
	 * @throws InvalidActorException if the class is invalid
	 */
	AnnotatedActorType(String name, Class<?> type, Object bean, ActorSettings defaults, InvocationServices support) {
		this.name = name;
		this.type = type;
		this.bean = bean;
		this.support = support;
		checkName(type, name);
		this.settings = settings(defaults);
		Actor declared = annotation();
		AccessRule rule = support.access().ruleOf(type, (declared != null) ? declared.access() : "");
		this.rule = (rule != null) ? rule.within(support.callers()) : null;
		this.withoutCaller = SecurityAnnotations.of(type).isEmpty() ? bean : support.access().withoutCaller(bean);
		Map<Method, MergedAnnotations> marked = findMarked(type);
		MisplacedAnnotations.check(type, marked.keySet());
		HookAnnotation.SINGLE.forEach((known) -> findHook(known, methodsWith(known.annotation(), marked)));
		marked.forEach(this::findSubscriptionRule);
		this.implemented = implemented();
		methodsWith(Action.class, marked).forEach(this::addAction);
		declaration((actor) -> List.of(actor.actions())).forEach(this::addContract);
		marked.keySet().forEach(this::addSchedules);
		this.events = new DeclaredEvents(type, declaration((actor) -> List.of(actor.events())), isStrict(),
				this.settings.history(), support);
		this.durableEvents = ActorType.super.hasDurableEvents();
		this.subscriptions.check(this.events);
		if (this.actions.isEmpty() && this.implemented.isEmpty()) {
			throw new InvalidActorException(type, "no method has @Action", "Add @Action to the methods for clients");
		}
		this.takesRequestHead = hasRequestHead();
		this.stateType = producedType(Hook.CREATE_STATE);
		this.stateFormat = declaredFormat();
		checkTypeArguments();
		checkState();
		if (this.settings.hibernation().enabled()) {
			checkConnectionState();
		}
	}

	private static void checkName(Class<?> type, String name) {
		if (name.length() > MAX_NAME_LENGTH) {
			throw new InvalidActorException(type, "its name exceeds %d characters".formatted(MAX_NAME_LENGTH),
					"Choose a shorter name, as in @Actor(\"…\")");
		}
		String problem = NameRules.problem(name);
		if (problem != null) {
			throw new InvalidActorException(type, problem, "Choose another name, as in @Actor(\"…\")");
		}
	}

	private StateFormat declaredFormat() {
		DeclaredType declared = (this.stateType != null) ? this.support.mapper().declared(this.stateType) : null;
		return StateFormat.declared(this.type, () -> this.withoutCaller, declared, this.support.callers(),
				(method, problem, action) -> (method != null) ? new InvalidActorException(method, problem, action)
						: new InvalidActorException(this.type, problem, action));
	}

	private void checkState() {
		ActorMethod method = this.hooks.get(Hook.CREATE_STATE);
		String problem = (this.stateType != null) ? this.support.mapper().storageProblem(this.stateType) : null;
		if (method != null && problem != null) {
			throw new InvalidActorException(method.getMethod(), "the state could be saved but not loaded: " + problem,
					"Change the type of the state, or register a deserializer for it with the JsonMapper");
		}
	}

	/** It is stored while an instance sleeps with open connections. */
	private void checkConnectionState() {
		ActorMethod method = this.hooks.get(Hook.CREATE_CONN_STATE);
		Type type = producedType(Hook.CREATE_CONN_STATE);
		String problem = (type != null) ? this.support.mapper().storageProblem(type) : null;
		if (method != null && problem != null) {
			throw new InvalidActorException(method.getMethod(),
					"the connection state could be saved but not loaded: " + problem,
					"Change the type of the connection state, register a deserializer for it with the JsonMapper, or remove hibernate");
		}
	}

	private Set<Hook> implemented() {
		Set<Hook> implemented = EnumSet.noneOf(Hook.class);
		implemented.addAll(this.hooks.keySet());
		if (this.subscriptions.methods().findAny().isPresent()) {
			implemented.add(Hook.CAN_SUBSCRIBE);
		}
		return Collections.unmodifiableSet(implemented);
	}

	private Stream<ActorMethod> methods() {
		return Stream.of(this.hooks.values().stream(), this.subscriptions.methods(), this.actions.values().stream())
			.flatMap(Function.identity());
	}

	@Override
	public boolean takesInput() {
		return methods().anyMatch(ActorMethod::maySeeInput);
	}

	@Override
	public boolean takesRequestHead() {
		return this.takesRequestHead;
	}

	private boolean hasRequestHead() {
		return methods().flatMap((method) -> Stream.of(method.getMethodParameters()))
			.anyMatch((parameter) -> parameter.getParameterType() == RequestHead.class);
	}

	private @Nullable Actor annotation() {
		return AnnotatedElementUtils.findMergedAnnotation(this.type, Actor.class);
	}

	private List<Class<?>> declaration(Function<Actor, List<Class<?>>> attribute) {
		Actor actor = annotation();
		return (actor != null) ? attribute.apply(actor) : List.of();
	}

	private boolean isStrict() {
		Actor actor = annotation();
		return actor != null && actor.strict();
	}

	private ActorSettings settings(ActorSettings defaults) {
		Actor actor = annotation();
		ActorSettings settings = defaults;
		if (actor != null && StringUtils.hasText(actor.actionTimeout())) {
			settings = settings.withActionTimeout(timeout(actor.actionTimeout(), "actionTimeout"));
		}
		if (actor != null && StringUtils.hasText(actor.sleepTimeout())) {
			settings = settings.withSleepTimeout(sleepTimeout(actor.sleepTimeout()));
		}
		if (actor != null && actor.hibernate()) {
			settings = settings.withHibernation(new HibernationSettings(true, settings.hibernation().maxSize()));
		}
		History history = AnnotatedElementUtils.findMergedAnnotation(this.type, History.class);
		return (history != null) ? settings.withHistory(limits(settings.history(), history)) : settings;
	}

	private HistoryLimits limits(HistoryLimits defaults, History own) {
		try {
			return defaults.with(own);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidActorException(this.type, String.valueOf(ex.getMessage()),
					"Change the attributes of @History");
		}
	}

	private Duration sleepTimeout(String text) {
		return text.equals(NEVER) ? ActorSettings.NEVER : duration(text, "sleepTimeout");
	}

	private Duration timeout(String text, String attribute) {
		Duration timeout = duration(text, attribute);
		if (timeout.isZero()) {
			throw new InvalidActorException(this.type, "%s = \"%s\" must be positive".formatted(attribute, text),
					USE_DURATION);
		}
		return timeout;
	}

	private Duration duration(String text, String attribute) {
		try {
			Duration duration = DurationFormatterUtils.detectAndParse(text);
			if (!duration.isNegative() && duration.compareTo(ActorSettings.NEVER) < 0) {
				return duration;
			}
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			// rejected below
		}
		throw new InvalidActorException(this.type, "%s = \"%s\" is not a valid duration".formatted(attribute, text),
				USE_DURATION);
	}

	/** Finds the methods with annotations of this library, and all their annotations. */
	private static Map<Method, MergedAnnotations> findMarked(Class<?> type) {
		return MethodIntrospector.selectMethods(type, (Method method) -> {
			MergedAnnotations all = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY,
					RepeatableContainers.none());
			return all.stream().anyMatch(AnnotatedActorType::isOurs) ? all : null;
		});
	}

	private static boolean isOurs(MergedAnnotation<?> annotation) {
		return annotation.getType().getPackage() == Action.class.getPackage();
	}

	private static List<Method> methodsWith(Class<? extends Annotation> annotation,
			Map<Method, MergedAnnotations> marked) {
		return marked.entrySet()
			.stream()
			.filter((each) -> each.getValue().isPresent(annotation))
			.map(Map.Entry::getKey)
			.toList();
	}

	private void findSubscriptionRule(Method method, MergedAnnotations annotations) {
		MergedAnnotation<CanSubscribe> rule = annotations.get(CanSubscribe.class);
		if (rule.isPresent()) {
			this.subscriptions.add(hookMethod(HookAnnotation.CAN_SUBSCRIBE, method),
					rule.getStringArray(MergedAnnotation.VALUE));
		}
	}

	private void findHook(HookAnnotation known, List<Method> methods) {
		if (methods.size() > 1) {
			throw new InvalidActorException(methods.get(1),
					"only one method can have @%s, but %s has it, too".formatted(known.annotation().getSimpleName(),
							methods.get(0).getName()),
					"Remove @%s from one of these methods".formatted(known.annotation().getSimpleName()));
		}
		methods.forEach((method) -> this.hooks.put(known.hook(), hookMethod(known, method)));
	}

	private ActorMethod hookMethod(HookAnnotation known, Method method) {
		Arguments arguments = arguments(method, known.scope(), known.rest());
		if (known.rest() == Arguments.Rest.PAYLOAD && arguments.restSize() > known.payloadSize()) {
			throw new InvalidActorException(method,
					"it has too many parameters for a method with @%s".formatted(known.annotation().getSimpleName()),
					"Remove the parameters that the Javadoc of @%s does not list"
						.formatted(known.annotation().getSimpleName()));
		}
		ActorMethod hook = new ActorMethod(bean(method), method, arguments, this.support.validator(), this.support);
		checkProduct(known.hook(), hook);
		checkDecision(known.hook(), hook);
		return hook;
	}

	private static void checkProduct(Hook hook, ActorMethod method) {
		boolean makesState = hook == Hook.CREATE_STATE || hook == Hook.CREATE_CONN_STATE;
		if (makesState && method.returnsNothing()) {
			throw new InvalidActorException(method.getMethod(), "it must return the state",
					"Change its return type to the type of the state");
		}
		if (hook == Hook.CREATE_VARS && method.returnsNothing()) {
			throw new InvalidActorException(method.getMethod(), "it must return the variables",
					"Change its return type to the type of the variables");
		}
		ResolvableType map = method.valueType().as(Map.class);
		if (hook == Hook.CREATE_VARS && map != ResolvableType.NONE && map.resolveGeneric(0) != String.class) {
			throw new InvalidActorException(method.getMethod(), "the keys of the returned map are names of variables",
					"Return a Map<String, …>, or a class of your own that contains the map");
		}
	}

	private static void checkDecision(Hook hook, ActorMethod method) {
		if (hook == Hook.CAN_SUBSCRIBE && !isBoolean(method)) {
			throw new InvalidActorException(method.getMethod(), "it must return boolean or Mono<Boolean>",
					"Change its return type to boolean or Mono<Boolean>");
		}
		if (hook == Hook.CAN_CREATE && !isBoolean(method) && !method.returnsNothing()) {
			throw new InvalidActorException(method.getMethod(), "it must return boolean, Mono<Boolean> or nothing",
					"Change its return type to boolean, Mono<Boolean> or void");
		}
		boolean accepts = hook == Hook.BEFORE_CONNECT || hook == Hook.CONNECT || hook == Hook.REAUTHENTICATE;
		if (accepts && isBoolean(method)) {
			throw new InvalidActorException(method.getMethod(),
					"it must return nothing, since its value would be ignored",
					"Change its return type to void, and throw a UserError to reject the client");
		}
		if (LETTING_IN.contains(hook) && !isBoolean(method) && SecurityAnnotations.handlesDenial(method.getMethod())) {
			throw new InvalidActorException(method.getMethod(),
					"its @HandleAuthorizationDenied would accept denied clients, because this hook accepts a client"
							+ " unless it throws an exception",
					"Remove @HandleAuthorizationDenied");
		}
	}

	/** Security annotations of the method itself also apply to calls of the server. */
	private ActorMethod.Bean bean(Method method) {
		return new ActorMethod.Bean(this.type, this.bean,
				SecurityAnnotations.of(method).isEmpty() ? this.withoutCaller : this.bean);
	}

	/** Adds every method of the interface as an action, implemented by the class. */
	private void addContract(Class<?> contract) {
		if (!contract.isInterface() || !contract.isAssignableFrom(this.type)) {
			throw new InvalidActorException(this.type,
					"it must implement %s, which `actions` declares".formatted(contract.getName()),
					"Implement the interface, or remove it from @Actor(actions = ...)");
		}
		for (Method declared : contract.getMethods()) {
			Method method = implementation(declared);
			boolean known = this.actions.values().stream().anyMatch((action) -> action.getMethod().equals(method));
			if (!known && !Modifier.isStatic(declared.getModifiers())) {
				addAction(method);
			}
		}
	}

	private Method implementation(Method declared) {
		return BridgeMethodResolver.findBridgedMethod(ClassUtils.getMostSpecificMethod(declared, this.type));
	}

	private void addAction(Method method) {
		addAction(method, false);
	}

	/**
	 * Adds an action.
	 * @param scheduled whether only a schedule makes the method an action
	 */
	private void addAction(Method method, boolean scheduled) {
		Action action = AnnotatedElementUtils.findMergedAnnotation(method, Action.class);
		String actionName = (action != null && StringUtils.hasText(action.name())) ? action.name() : method.getName();
		ActorMethod previous = this.actions.get(actionName);
		if (previous != null) {
			throw new InvalidActorException(method,
					"the action \"%s\" is already declared by another method: %s".formatted(actionName,
							previous.getMethod().toGenericString()),
					"Rename one of the methods, or add a name, as in @Action(name = \"…\")");
		}
		if (actionName.startsWith(RESERVED)) {
			throw new InvalidActorException(method, "names that start with \"%s\" are reserved".formatted(RESERVED),
					"Rename the method, or add a name, as in @Action(name = \"…\")");
		}
		String problem = NameRules.problem(actionName);
		if (problem != null) {
			throw new InvalidActorException(method, problem, "Choose another name, as in @Action(name = \"…\")");
		}
		Arguments arguments = arguments(method, ContextResolvers.Scope.CONNECTION, Arguments.Rest.CLIENT);
		ActorMethod added = new ActorMethod(bean(method), method, arguments, this.support.validator(), this.support);
		this.actions.put(actionName, added);
		this.actionSettings.put(actionName, actionSettings(actionName, action, added, scheduled));
	}

	private void addSchedules(Method method) {
		Set<ActorSchedule> annotations = DeclaredSchedules.on(method);
		if (annotations.isEmpty()) {
			return;
		}
		if (declaredAction(method) == null) {
			addAction(method, true);
		}
		String action = Objects.requireNonNull(declaredAction(method)).name();
		this.schedules.add(Objects.requireNonNull(this.actions.get(action)), annotations, action);
	}

	private ActionSettings actionSettings(String actionName, @Nullable Action action, ActorMethod method,
			boolean scheduled) {
		String limit = (action != null) ? action.timeout() : "";
		Duration timeout = StringUtils.hasText(limit) ? timeout(limit, "timeout of action " + actionName)
				: this.settings.actionTimeout();
		boolean oneWay = AnnotatedElementUtils.hasAnnotation(method.getMethod(), OneWay.class);
		if (oneWay && !method.returnsNothing()) {
			throw new InvalidActorException(method.getMethod(), "a method with @OneWay must return nothing",
					"Change its return type to void, or remove @OneWay");
		}
		boolean interleave = action != null && action.interleave();
		boolean declared = action != null && action.durable();
		boolean durable = declared || (this.settings.state().sync() && !interleave);
		boolean blocking = action == null || action.blocking();
		if (!blocking && (interleave || declared || !method.isImmediate())) {
			throw new InvalidActorException(method.getMethod(),
					"`blocking = false` cannot be combined with `durable`,"
							+ " `interleave` or an asynchronous return type",
					"Remove `blocking = false`, or what it excludes");
		}
		if (durable && interleave) {
			throw new InvalidActorException(method.getMethod(),
					"`durable` cannot be combined with `interleave`: if the save fails, the changes of the action could"
							+ " not be separated from those of other calls",
					"Remove `durable`, and call c.saveState() in the action");
		}
		boolean snapshot = action != null && action.snapshot();
		boolean internal = scheduled || (action != null && action.internal());
		if (snapshot && (internal || method.returnsNothing())) {
			throw new InvalidActorException(method.getMethod(),
					"an action with `snapshot = true` must return a value, and must not be `internal`",
					"Remove `snapshot`, or return the value for clients");
		}
		return new ActionSettings(actionName, timeout, interleave, durable, method.returnsNothing(), oneWay,
				method.isImmediate(), blocking || durable, method.isTransactional(), snapshot, internal,
				resultType(method));
	}

	private DeclaredType resultType(ActorMethod method) {
		return this.support.mapper().declared(method.returnsNothing() ? Object.class : method.resultType().getType());
	}

	private Arguments arguments(Method method, ContextResolvers.Scope scope, Arguments.Rest rest) {
		if (Modifier.isPrivate(method.getModifiers()) || Modifier.isStatic(method.getModifiers())) {
			throw new InvalidActorException(method, "the method must be neither private nor static",
					"Remove the modifier private or static from the method");
		}
		MethodParameter[] parameters = new AnnotatedMethod(method) {

			@Override
			protected Class<?> getContainingClass() {
				return AnnotatedActorType.this.type;
			}

		}.getMethodParameters();
		return new Arguments(parameters, this.support.resolvers().chain(scope), rest, this.support.mapper());
	}

	private @Nullable Type producedType(Hook hook) {
		ActorMethod method = this.hooks.get(hook);
		return (method != null) ? method.valueType().getType() : null;
	}

	private void checkTypeArguments() {
		methods().forEach(this::checkTypeArguments);
		methods().map(ActorMethod::getMethod).forEach(AnnotatedErrors::check);
	}

	private void checkTypeArguments(ActorMethod method) {
		Type connectionState = producedType(Hook.CREATE_CONN_STATE);
		for (MethodParameter parameter : method.getMethodParameters()) {
			ResolvableType declared = ResolvableType.forMethodParameter(parameter);
			if (parameter.getParameterType() == ActorContext.class) {
				check(parameter, declared.getGeneric(0), this.stateType, "state", "@CreateState");
				check(parameter, declared.getGeneric(1), connectionState, "connection state", "@CreateConnState");
			}
			else if (parameter.getParameterType() == Connection.class) {
				check(parameter, declared.getGeneric(0), connectionState, "connection state", "@CreateConnState");
			}
		}
	}

	private static void check(MethodParameter parameter, ResolvableType declared, @Nullable Type produced, String what,
			String annotation) {
		Class<?> wanted = declared.resolve(Object.class);
		if (wanted == Object.class || wanted == Void.class) {
			return;
		}
		if (produced == null) {
			throw new InvalidActorException(parameter,
					"it declares %s as the %s type, but no method has %s".formatted(wanted.getName(), what, annotation),
					"Add a method with %s that returns it, or change the type to Object".formatted(annotation));
		}
		if (!declared.isAssignableFrom(ResolvableType.forType(produced))) {
			throw new InvalidActorException(parameter,
					"it declares %s as the %s type, but the method with %s returns %s".formatted(wanted.getName(), what,
							annotation, produced.getTypeName()),
					"Change the type to %s".formatted(produced.getTypeName()));
		}
	}

	/**
	 * Returns its contract with clients.
	 */
	ActorContract contract() {
		return this.contract.obtain();
	}

	private ActorContract describe() {
		List<ActionContract> offered = this.actions.entrySet()
			.stream()
			.filter((each) -> action(each.getKey(), true) != null)
			.sorted(Map.Entry.comparingByKey())
			.map((each) -> contract(each.getKey(), each.getValue()))
			.toList();
		return new ActorContract(this.name, params(), offered, this.events.all());
	}

	private static ActionContract contract(String name, ActorMethod method) {
		boolean nullable = Nullness.forMethodReturnType(method.getMethod()) == Nullness.NULLABLE;
		return new ActionContract(name, method.clientParameters(),
				method.returnsNothing() ? null : method.resultType().getType(), nullable);
	}

	private @Nullable MethodParameter params() {
		return methods().flatMap((method) -> Stream.of(method.getMethodParameters()))
			.filter((parameter) -> parameter.hasParameterAnnotation(ConnParams.class))
			.findFirst()
			.orElse(null);
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public Class<?> actorClass() {
		return this.type;
	}

	@Override
	public @Nullable EventSettings event(String name) {
		return this.events.settings(name);
	}

	@Override
	public boolean hasDurableEvents() {
		return this.durableEvents;
	}

	@Override
	public Map<String, EventSettings> declaredEvents() {
		return this.events.settings();
	}

	@Override
	public boolean checkSubscription(String event, @Nullable Principal principal) {
		try {
			return this.support.callers()
				.call(CallerScope.client(principal), () -> this.events.checkSubscription(event, principal));
		}
		catch (Throwable ex) { // an Error too, which Reactor would not catch
			throw translate(ex, "Subscription to %s of actor %s".formatted(event, this.name),
					CallerScope.client(principal));
		}
	}

	@Override
	public boolean isGuarded() {
		return this.rule != null;
	}

	@Override
	public void checkAccess(@Nullable Principal principal, ActorAddress address) {
		if (this.rule == null) {
			return;
		}
		try {
			this.rule.check(principal, address);
		}
		catch (Throwable ex) { // an Error too, which Reactor would not catch
			throw translate(ex, "Access check of " + address, CallerScope.client(principal));
		}
	}

	@Override
	public ActorSettings settings() {
		return this.settings;
	}

	@Override
	public Set<Hook> hooks() {
		return this.implemented;
	}

	@Override
	public boolean usesContext(Hook hook) {
		ActorMethod method = this.hooks.get(hook);
		return method != null && Stream.of(method.getMethodParameters())
			.anyMatch((parameter) -> ActorContext.class.isAssignableFrom(parameter.getParameterType()));
	}

	@Override
	public boolean returnsDecision(Hook hook) {
		ActorMethod method = this.hooks.get(hook);
		return method != null && isBoolean(method);
	}

	private static boolean isBoolean(ActorMethod method) {
		Class<?> value = method.valueType().toClass();
		return value == boolean.class || value == Boolean.class;
	}

	@Override
	public @Nullable DeclaredType connectionStateType() {
		Type type = producedType(Hook.CREATE_CONN_STATE);
		return (type != null) ? this.support.mapper().declared(type) : null;
	}

	@Override
	public @Nullable DeclaredType stateType() {
		return this.stateFormat.type();
	}

	@Override
	public StateFormat stateFormat() {
		return this.stateFormat;
	}

	@Override
	public @Nullable ActionSettings action(String name) {
		return this.actionSettings.get(name);
	}

	@Override
	public List<DeclaredSchedule> schedules() {
		return this.schedules.all();
	}

	@Override
	public @Nullable DeclaredAction declaredAction(Method declared) {
		Method method = implementation(declared);
		return this.actions.entrySet()
			.stream()
			.filter((action) -> action.getValue().getMethod().equals(method))
			.map((action) -> new DeclaredAction(action.getKey(),
					action.getValue().clientParameters().size() == method.getParameterCount(), method.isVarArgs()))
			.findFirst()
			.orElse(null);
	}

	@Override
	public @Nullable Object invoke(Invocation invocation) throws Exception {
		Hook hook = invocation.hook();
		ActorMethod method = (hook != null) ? method(hook, invocation) : this.actions.get(invocation.name());
		if (method == null && hook == Hook.CAN_SUBSCRIBE) {
			return true; // only other events have a method
		}
		if (method == null) {
			throw new IllegalStateException("No method of the actor class handles " + invocation);
		}
		return invocation.isCheck() ? method.authorize(invocation) : method.invoke(invocation);
	}

	private @Nullable ActorMethod method(Hook hook, Invocation invocation) {
		return (hook == Hook.CAN_SUBSCRIBE) ? this.subscriptions.of(String.valueOf(invocation.payload()[0]))
				: this.hooks.get(hook);
	}

	@Override
	public RivetException translate(Throwable failure, Object what, @Nullable Principal caller) {
		try {
			RivetException known = this.support.translate(failure, caller);
			if (known != null) {
				logger.debug(LogMessage.of(() -> "%s failed: its caller gets %s.%s"
					.formatted(SafeText.of(what, MAX_LOGGED), known.group(), known.code())), failure);
				return known;
			}
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "A FailureTranslator failed for %s".formatted(SafeText.of(what, MAX_LOGGED)));
		}
		failures.error(failure, () -> "%s failed".formatted(SafeText.of(what, MAX_LOGGED)));
		return new RivetException(ErrorCode.INTERNAL_ERROR);
	}

	@Override
	public String toString() {
		return "actor %s (%s)".formatted(this.name, this.type.getName());
	}

}
