/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttributeSource;
import org.springframework.transaction.support.TransactionSynchronizationUtils;
import org.springframework.util.ClassUtils;

import io.rivetevents.annotation.Action;
import io.rivetevents.autoconfigure.InvalidSettingException;
import io.rivetevents.invocation.index.ActorIndex;

/**
 * Checks at the start which actions can be committed by transactions of the application:
 * fails if a transaction has another {@link DataSource} than the store, and warns of
 * actions that are saved separately. Creates no actors.
 */
final class TransactionCheck implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(TransactionCheck.class);

	/** Of transactions that begin with a method. */
	private static final Set<Integer> PROPAGATIONS = Set.of(TransactionDefinition.PROPAGATION_REQUIRED,
			TransactionDefinition.PROPAGATION_REQUIRES_NEW, TransactionDefinition.PROPAGATION_NESTED);

	private final ConfigurableListableBeanFactory beanFactory;

	private final TransactionAttributeSource transactions;

	private final DataSource dataSource;

	private final TransactionManagers managers;

	/**
	 * Creates a check.
	 * @param beanFactory has the actors and the transaction managers
	 * @param transactions finds the methods that run in transactions
	 * @param dataSource of the store
	 */
	TransactionCheck(ConfigurableListableBeanFactory beanFactory, TransactionAttributeSource transactions,
			DataSource dataSource) {
		this.beanFactory = beanFactory;
		this.transactions = transactions;
		this.dataSource = dataSource;
		this.managers = new TransactionManagers(beanFactory);
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (!exists(PlatformTransactionManager.class)) {
			throw invalid(
					exists(ReactiveTransactionManager.class)
							? "only reactive transactions are configured: a transaction of R2DBC has another connection"
									+ " than the store and cannot commit actions"
							: "a PlatformTransactionManager for the DataSource of the store is missing",
					"Use JDBC or JPA with a PlatformTransactionManager for the DataSource of the store, or remove "
							+ RivetEventsTransactionAutoConfiguration.PROPERTY);
		}
		for (String name : ActorIndex.of(this.beanFactory).names()) {
			Class<?> type = AutoProxyUtils.determineTargetClass(this.beanFactory, name);
			if (type != null) {
				check(ClassUtils.getUserClass(type));
			}
		}
	}

	private static InvalidSettingException invalid(String problem, String action) {
		return new InvalidSettingException(RivetEventsTransactionAutoConfiguration.PROPERTY, true, problem, action);
	}

	private boolean exists(Class<?> type) {
		return this.beanFactory.getBeanNamesForType(type, true, false).length > 0;
	}

	private void check(Class<?> actor) {
		List<Method> actions = MethodIntrospector
			.selectMethods(actor,
					(Method method) -> AnnotatedElementUtils.hasAnnotation(method, Action.class)
							&& this.transactions.hasTransactionAttribute(method, actor))
			.stream()
			.sorted(Comparator.comparing(Method::getName))
			.toList();
		actions.forEach((action) -> check(action, actor));
	}

	private void check(Method action, Class<?> actor) {
		if (isAsynchronous(action)) {
			warn(action, actor, "has an asynchronous result");
		}
		else if (isInterleaved(action)) {
			warn(action, actor, "has interleave = true");
		}
		else {
			checkDataSource(action, actor, this.transactions.getTransactionAttribute(action, actor));
		}
	}

	private static void warn(Method action, Class<?> actor, String reason) {
		logger.warn("%s %s, so its transaction does not commit the state and the events of the actor"
			.formatted(ClassUtils.getQualifiedMethodName(action, actor), reason));
	}

	static boolean isAsynchronous(Method method) {
		return ReactiveAdapterRegistry.getSharedInstance().getAdapter(method.getReturnType()) != null;
	}

	private static boolean isInterleaved(Method action) {
		return MergedAnnotations.from(action, SearchStrategy.TYPE_HIERARCHY).get(Action.class).getBoolean("interleave");
	}

	/** The name under which a transaction keeps its connection is its DataSource. */
	private void checkDataSource(Method action, Class<?> actor, @Nullable TransactionAttribute transaction) {
		if (transaction == null || transaction.isReadOnly()
				|| !PROPAGATIONS.contains(transaction.getPropagationBehavior())) {
			return;
		}
		DataSource found = this.managers.dataSourceOf(transaction, actor);
		if (found != null
				&& TransactionSynchronizationUtils.unwrapResourceIfNecessary(found) != TransactionSynchronizationUtils
					.unwrapResourceIfNecessary(this.dataSource)) {
			throw invalid(
					"the transaction of %s uses the DataSource %s, and the store uses %s, so the transaction cannot commit the actor"
						.formatted(ClassUtils.getQualifiedMethodName(action, actor), found, this.dataSource),
					"Annotate the DataSource of the transaction with @RivetDataSource,"
							+ " or name a transaction manager of the other one in @Transactional");
		}
	}

}
