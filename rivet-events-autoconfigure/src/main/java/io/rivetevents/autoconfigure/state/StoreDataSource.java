/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.sql.SQLException;
import java.util.Objects;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.util.ClassUtils;

import io.rivetevents.autoconfigure.InvalidSettingException;

/**
 * The {@link DataSource} of a store, whose connections take no part in transactions of
 * the application. A {@link TransactionAwareDataSourceProxy} returns the connection of
 * the current transaction, which the store would commit, so its target is used. Other
 * proxies stay, such as a lazy one with replicas, or one that is observed.
 */
final class StoreDataSource {

	private static final boolean SPRING_JDBC = ClassUtils.isPresent(
			"org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy",
			StoreDataSource.class.getClassLoader());

	private StoreDataSource() {
	}

	/**
	 * Returns a {@code DataSource} without proxies that use the current transaction.
	 * @param dataSource of the application
	 * @throws InvalidSettingException if such a proxy is behind another one
	 */
	static DataSource of(DataSource dataSource) {
		return SPRING_JDBC ? Proxies.remove(dataSource) : dataSource;
	}

	/** Is not loaded without spring-jdbc. */
	private static final class Proxies {

		static DataSource remove(DataSource dataSource) {
			DataSource target = dataSource;
			while (target instanceof TransactionAwareDataSourceProxy proxy) {
				target = Objects.requireNonNull(proxy.getTargetDataSource());
			}
			if (hidesAProxy(target)) {
				throw new InvalidSettingException("rivet.events.state.store", "jdbc",
						"the DataSource %s has a TransactionAwareDataSourceProxy behind it, so the store would commit transactions of the application"
							.formatted(target),
						"Annotate another DataSource with @RivetDataSource, such as the target of that proxy");
			}
			return target;
		}

		private static boolean hidesAProxy(DataSource dataSource) {
			try {
				return dataSource.isWrapperFor(TransactionAwareDataSourceProxy.class);
			}
			catch (SQLException ex) {
				return false; // its target is unknown
			}
		}

	}

}
