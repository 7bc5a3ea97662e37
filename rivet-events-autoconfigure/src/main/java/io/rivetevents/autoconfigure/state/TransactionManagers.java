/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.interceptor.TransactionInterceptor;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Finds the transaction managers of methods, as {@link TransactionInterceptor} does.
 */
final class TransactionManagers {

	private static final boolean JPA = ClassUtils.isPresent("org.springframework.orm.jpa.JpaTransactionManager",
			TransactionManagers.class.getClassLoader());

	private final ListableBeanFactory beanFactory;

	/**
	 * Creates an instance.
	 * @param beanFactory has the transaction managers
	 */
	TransactionManagers(ListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * Returns the {@link DataSource} of the transactions of a method.
	 * @param transaction the transaction of the method
	 * @param type class of the method
	 * @return {@code null} if there is none, or if it is not known
	 */
	@Nullable DataSource dataSourceOf(TransactionAttribute transaction, Class<?> type) {
		TransactionManager manager = managerOf(transaction, type);
		if (manager instanceof DataSourceTransactionManager jdbc) {
			return jdbc.getDataSource();
		}
		return (JPA && manager != null) ? Jpa.dataSource(manager) : null;
	}

	private @Nullable TransactionManager managerOf(TransactionAttribute transaction, Class<?> type) {
		if (StringUtils.hasText(transaction.getQualifier())) {
			return qualified(transaction.getQualifier());
		}
		String qualifier = BeanFactoryAnnotationUtils.getQualifierValue(type);
		TransactionManager manager = StringUtils.hasText(qualifier) ? qualified(qualifier) : null;
		return (manager != null) ? manager : defaultManager();
	}

	/** A name that does not exist is reported when the method is called. */
	private @Nullable TransactionManager qualified(String qualifier) {
		try {
			return BeanFactoryAnnotationUtils.qualifiedBeanOfType(this.beanFactory, TransactionManager.class,
					qualifier);
		}
		catch (NoSuchBeanDefinitionException ex) {
			return null;
		}
	}

	private @Nullable TransactionManager defaultManager() {
		TransactionInterceptor interceptor = this.beanFactory.getBeanProvider(TransactionInterceptor.class)
			.getIfUnique();
		TransactionManager configured = (interceptor != null) ? interceptor.getTransactionManager() : null;
		return (configured != null) ? configured
				: this.beanFactory.getBeanProvider(TransactionManager.class).getIfUnique();
	}

	/** Is not loaded without spring-orm. */
	private static final class Jpa {

		static @Nullable DataSource dataSource(TransactionManager manager) {
			return (manager instanceof JpaTransactionManager jpa) ? jpa.getDataSource() : null;
		}

	}

}
