/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.lang.reflect.Method;

import org.aopalliance.intercept.MethodInterceptor;
import org.springframework.aop.Advisor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.interceptor.TransactionAttributeSource;
import org.springframework.util.function.SingletonSupplier;

import io.rivetevents.actor.call.CurrentTurn;
import io.rivetevents.annotation.Actor;
import io.rivetevents.autoconfigure.InvalidSettingException;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.state.RivetEventsJdbcAutoConfiguration.StoreDatabase;
import io.rivetevents.jdbc.JdbcActorStateStore;
import io.rivetevents.jdbc.JoinedTransactions;

/**
 * Auto-configuration of actions that are committed by transactions of the application.
 */
@AutoConfiguration(after = RivetEventsJdbcAutoConfiguration.class, before = RivetEventsAutoConfiguration.class,
		afterName = "org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration")
@ConditionalOnBooleanProperty(name = "rivet.events.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(RivetEventsTransactionAutoConfiguration.PROPERTY)
@ConditionalOnClass({ DataSourceUtils.class, TransactionAttributeSource.class, JdbcActorStateStore.class })
public final class RivetEventsTransactionAutoConfiguration {

	static final String PROPERTY = "rivet.events.state.jdbc.join-transaction";

	@Configuration(proxyBeanMethods = false)
	@Order(Ordered.HIGHEST_PRECEDENCE)
	@ConditionalOnBean({ StoreDatabase.class, TransactionAttributeSource.class })
	static class Join {

		/**
		 * Defined after the advisor that begins transactions, and therefore closer to the
		 * method: both have the lowest precedence. Created before most beans, so it must
		 * not require any.
		 */
		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor rivetTransactionAdvisor(ObjectProvider<JdbcActorStateStore> store,
				ObjectProvider<StoreDatabase> database, TransactionAttributeSource transactions) {
			SingletonSupplier<MethodInterceptor> joined = SingletonSupplier
				.of(() -> new JoinedTransactions(store.getObject(), database.getObject().dataSource(),
						CurrentTurn::takeAction));
			MethodInterceptor advice = (invocation) -> joined.obtain().invoke(invocation);
			return new DefaultPointcutAdvisor(new ActorsInTransactions(transactions), advice);
		}

		@Bean
		TransactionCheck rivetTransactionCheck(ConfigurableListableBeanFactory beanFactory,
				TransactionAttributeSource transactions, StoreDatabase database) {
			return new TransactionCheck(beanFactory, transactions, database.dataSource());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Order(Ordered.LOWEST_PRECEDENCE)
	@ConditionalOnMissingBean(name = "rivetTransactionCheck")
	static class NoDatabase {

		NoDatabase() {
			throw new InvalidSettingException(PROPERTY, true,
					"it requires the store in the DataSource of the application and a PlatformTransactionManager for it:"
							+ " files, Redis and R2DBC cannot take part in such a transaction",
					"Set rivet.events.state.store=jdbc, and add the dependency"
							+ " org.springframework.boot:spring-boot-starter-jdbc or spring-boot-starter-data-jpa");
		}

	}

	/**
	 * The methods of actors that are declared to run in a transaction. An asynchronous
	 * result is available only after the transaction.
	 */
	static final class ActorsInTransactions extends StaticMethodMatcherPointcut {

		private final TransactionAttributeSource transactions;

		ActorsInTransactions(TransactionAttributeSource transactions) {
			this.transactions = transactions;
			setClassFilter((type) -> AnnotatedElementUtils.hasAnnotation(type, Actor.class));
		}

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			return !TransactionCheck.isAsynchronous(method)
					&& this.transactions.hasTransactionAttribute(method, targetClass);
		}

	}

}
