package io.rivetevents.invocation;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Actor;
import io.rivetevents.placement.ActorTypes;

/**
 * Finds the {@link Actor} beans, those of parent contexts too, once all singletons are
 * there, so that an actor may itself be injected with what calls other actors.
 */
public final class ActorRegistrar implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(ActorRegistrar.class);

	private final List<AnnotatedActorType> actors = new CopyOnWriteArrayList<>();

	private final ListableBeanFactory beanFactory;

	private final ObjectProvider<ActorTypes> types;

	private final Supplier<ActorSettings> settings;

	private final Supplier<InvocationServices> support;

	/**
	 * Creates a registrar.
	 * @param beanFactory where actors are looked for
	 * @param types where they are put
	 * @param settings limits and times that an actor does not set
	 * @param support what calls need
	 */
	public ActorRegistrar(ListableBeanFactory beanFactory, ObjectProvider<ActorTypes> types,
			Supplier<ActorSettings> settings, Supplier<InvocationServices> support) {
		this.beanFactory = beanFactory;
		this.types = types;
		this.settings = settings;
		this.support = support;
	}

	@Override
	public void afterSingletonsInstantiated() {
		for (String name : BeanFactoryUtils.beanNamesForAnnotationIncludingAncestors(this.beanFactory, Actor.class)) {
			register(name);
		}
		StrayActions.warn(this.beanFactory);
		logger.info("Actors: " + this.types.getObject().names().stream().sorted().toList());
	}

	private void register(String name) {
		Object bean = this.beanFactory.getBean(name);
		Class<?> type = AopProxyUtils.ultimateTargetClass(bean);
		if (!this.beanFactory.isSingleton(name)) {
			throw new InvalidActorException(type, "it must be a singleton; what belongs to one instance is its state");
		}
		String actorName = nameOf(type, name);
		this.actors.stream().filter((other) -> other.name().equals(actorName)).findFirst().ifPresent((other) -> {
			throw new InvalidActorException(type,
					"its name, %s, is that of %s, too; give it another one, as @Actor(\"…\")".formatted(actorName,
							other.actorClass().getName()));
		});
		AnnotatedActorType actor = new AnnotatedActorType(actorName, type, bean, this.settings.get(),
				this.support.get());
		this.types.getObject().register(actor);
		this.actors.add(actor);
	}

	/**
	 * The bean may have another name than the annotation says, as one of a method with
	 * {@code @Bean}. One that is imported has the name of its class with the package; it
	 * is called as if it had been scanned.
	 */
	private static String nameOf(Class<?> type, String bean) {
		Actor annotation = AnnotatedElementUtils.findMergedAnnotation(type, Actor.class);
		if (annotation != null && StringUtils.hasText(annotation.value())) {
			return annotation.value();
		}
		return bean.equals(type.getName()) ? StringUtils.uncapitalizeAsProperty(ClassUtils.getShortName(type)) : bean;
	}

	/**
	 * Returns what the actors offer to clients, in the order of their names.
	 */
	public List<ActorContract> contracts() {
		return this.actors.stream()
			.map(AnnotatedActorType::contract)
			.sorted(Comparator.comparing(ActorContract::name))
			.toList();
	}

}
