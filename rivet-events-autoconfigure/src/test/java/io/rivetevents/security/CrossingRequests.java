/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import reactor.core.publisher.Mono;

import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.PrincipalCodec;

/**
 * Serializes and deserializes each request and identity between transports and actors, as
 * if the actors were on another node. For applications with the property
 * {@value #PROPERTY}, which may be set for whole suites:
 * {@code -Drivet.test.crossing=true}.
 */
public class CrossingRequests implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	static final String PROPERTY = "rivet.test.crossing";

	private static final String BEAN = "crossingDirectory";

	/** Those that have crossed. */
	static final AtomicInteger count = new AtomicInteger();

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		if (context.getEnvironment().getProperty(PROPERTY, boolean.class, false)) {
			context.addBeanFactoryPostProcessor(new Registration());
		}
	}

	/** After the conditions of all other beans: they find no directory but their own. */
	private static final class Registration implements BeanDefinitionRegistryPostProcessor {

		@Override
		public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
		}

		@Override
		public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
			if (beans.getBeanNamesForType(ActorDirectory.class, false, false).length == 0) {
				return;
			}
			((BeanDefinitionRegistry) beans).registerBeanDefinition(BEAN,
					BeanDefinitionBuilder.genericBeanDefinition(ActorDirectory.class, () -> directory(beans))
						.setPrimary(true)
						.getBeanDefinition());
		}

	}

	private static ActorDirectory directory(ListableBeanFactory beans) {
		ActorDirectory directory = Stream.of(beans.getBeanNamesForType(ActorDirectory.class))
			.filter((name) -> !name.equals(BEAN))
			.map((name) -> beans.getBean(name, ActorDirectory.class))
			.findFirst()
			.orElseThrow();
		ConnectRequestCodec codec = new ConnectRequestCodec(
				beans.getBeanProvider(PrincipalCodec.class).getIfUnique(() -> PrincipalCodec.BY_NAME));
		return (ActorDirectory) Proxy.newProxyInstance(CrossingRequests.class.getClassLoader(),
				new Class<?>[] { ActorDirectory.class },
				(proxy, method, args) -> method.getReturnType().equals(Mono.class)
						? Mono.defer(() -> (Mono<?>) call(directory, codec, method, args))
						: call(directory, codec, method, args));
	}

	private static @Nullable Object call(ActorDirectory directory, ConnectRequestCodec codec, Method method,
			Object @Nullable [] args) {
		try {
			return method.invoke(directory,
					(args != null) ? Arrays.stream(args).map((arg) -> cross(codec, arg)).toArray() : null);
		}
		catch (InvocationTargetException ex) {
			throw (RuntimeException) ex.getCause();
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static @Nullable Object cross(ConnectRequestCodec codec, @Nullable Object arg) {
		if (arg instanceof ConnectRequest request) {
			count.incrementAndGet();
			return codec.fromJson(codec.toJson(request));
		}
		return (arg instanceof Identity identity) ? codec.readIdentity(codec.write(identity)) : arg;
	}

}
