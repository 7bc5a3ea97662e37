/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.lang.reflect.Method;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.interceptor.TransactionAttributeSource;
import org.springframework.util.ClassUtils;

import io.rivetevents.annotation.Actor;
import io.rivetevents.autoconfigure.InvalidSettingException;

/**
 * Reports at the start what cannot be committed by a transaction of the application.
 */
final class TransactionCheck implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(TransactionCheck.class);

	private final ListableBeanFactory beanFactory;

	private final TransactionAttributeSource transactions;

	/**
	 * Creates a check.
	 * @param beanFactory has the actors and the transaction managers
	 * @param transactions finds the methods that run in transactions
	 */
	TransactionCheck(ListableBeanFactory beanFactory, TransactionAttributeSource transactions) {
		this.beanFactory = beanFactory;
		this.transactions = transactions;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (!exists(PlatformTransactionManager.class)) {
			throw new InvalidSettingException(RivetEventsTransactionAutoConfiguration.PROPERTY, true,
					exists(ReactiveTransactionManager.class)
							? "only reactive transactions are configured: a transaction of R2DBC has another connection"
									+ " than the store and cannot commit actions"
							: "a PlatformTransactionManager for the DataSource of the store is missing",
					"Use JDBC or JPA with a PlatformTransactionManager for the DataSource of the store, or remove "
							+ RivetEventsTransactionAutoConfiguration.PROPERTY);
		}
		this.beanFactory.getBeansWithAnnotation(Actor.class).values().forEach(this::warn);
	}

	private boolean exists(Class<?> type) {
		return this.beanFactory.getBeanNamesForType(type, true, false).length > 0;
	}

	private void warn(Object actor) {
		Class<?> type = AopUtils.getTargetClass(actor);
		Set<Method> methods = MethodIntrospector.selectMethods(type,
				(Method method) -> isAsynchronous(method) && this.transactions.hasTransactionAttribute(method, type));
		methods.forEach((method) -> logger.warn(
				"%s has an asynchronous result, so its transaction does not commit the state and the events of the actor"
					.formatted(ClassUtils.getQualifiedMethodName(method, type))));
	}

	static boolean isAsynchronous(Method method) {
		return ReactiveAdapterRegistry.getSharedInstance().getAdapter(method.getReturnType()) != null;
	}

}
