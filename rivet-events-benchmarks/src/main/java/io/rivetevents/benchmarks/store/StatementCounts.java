/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Counts the prepared statements that a {@link DataSource} executes, each one of a batch,
 * by their first word and their table; and the commits.
 */
public final class StatementCounts {

	private static final Pattern STATEMENT = Pattern.compile("\\s*(\\w+)(?:.*?\\b(?:from|into))?\\s+(\\S+).*",
			Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

	private interface Calls {

		void note(String method, @Nullable Object @Nullable [] arguments);

	}

	/** Returns the counts since the last call, such as {@code select rivet_actor}. */
	public Map<String, Long> take() {
		Map<String, Long> taken = new TreeMap<>();
		this.counts.forEach((what, count) -> taken.put(what, count.sumThenReset()));
		taken.values().removeIf((count) -> count == 0);
		return taken;
	}

	DataSource count(DataSource database) {
		return watch(DataSource.class, database, (method, arguments) -> {
		});
	}

	private <T> T watch(Class<T> type, Object target, Calls calls) {
		return type
			.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, method, args) -> {
				calls.note(method.getName(), args);
				try {
					return wrap(method.invoke(target, args), args);
				}
				catch (InvocationTargetException ex) {
					throw ex.getTargetException();
				}
			}));
	}

	private @Nullable Object wrap(@Nullable Object result, @Nullable Object @Nullable [] arguments) {
		if (result instanceof Connection connection) {
			return watch(Connection.class, connection, (method, none) -> {
				if (method.equals("commit")) {
					add("commit");
				}
			});
		}
		if (result instanceof PreparedStatement statement && arguments != null && arguments[0] instanceof String sql) {
			return watch(PreparedStatement.class, statement, (method, none) -> {
				if (method.equals("addBatch") || (method.startsWith("execute") && !method.equals("executeBatch"))) {
					add(describe(sql));
				}
			});
		}
		return result;
	}

	private void add(String what) {
		this.counts.computeIfAbsent(what, (key) -> new LongAdder()).increment();
	}

	private static String describe(String sql) {
		Matcher matcher = STATEMENT.matcher(sql);
		return matcher.matches() ? (matcher.group(1) + " " + matcher.group(2)).toLowerCase() : sql;
	}

}
