/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.rivetevents.redis.DerivedConnections;
import io.rivetevents.redis.store.ReplicatedConnections.Confirmation;

/**
 * The connection of the store. All threads share it: their commands are written at once,
 * without waiting for the answers of others, and only the calling thread waits for its
 * own answer. Changes that wait for replicas have a connection of their own.
 */
final class StoreConnection implements AutoCloseable {

	/** How Lettuce rejects a command that it has not written. */
	private static final String NOT_WRITTEN = "Currently not connected";

	private static final long RETRY_MILLIS = 50;

	private final LettuceConnectionFactory factory;

	private final ClientResources resources;

	private final boolean ownsResources;

	private final Duration timeout;

	/** For changes that wait for replicas, {@code null} if they do not. */
	private final @Nullable ReplicatedConnections replicated;

	/**
	 * Creates the connection, which is not connected yet.
	 * @param application the application's connections
	 * @param settings its settings
	 */
	StoreConnection(LettuceConnectionFactory application, RedisStoreSettings settings) {
		this.ownsResources = application.getClientConfiguration().getClientResources().isEmpty();
		this.resources = application.getClientConfiguration()
			.getClientResources()
			.orElseGet(DefaultClientResources::create);
		boolean replicated = settings.waitReplicas() > 0;
		// while WAIT blocks a connection, its commands wait as well
		this.timeout = replicated ? settings.commandTimeout().plus(settings.waitTimeout().multipliedBy(2))
				: settings.commandTimeout();
		this.factory = start(application);
		this.replicated = replicated
				? new ReplicatedConnections(start(application), settings.waitReplicas(), settings.waitTimeout()) : null;
	}

	private LettuceConnectionFactory start(LettuceConnectionFactory application) {
		LettuceConnectionFactory factory = DerivedConnections.of(application, this.resources, this.timeout);
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

	/**
	 * Returns the commands. Connects if it has never been connected; afterwards Lettuce
	 * reconnects.
	 * @throws RedisStateException if Redis is not reachable
	 */
	RedisClusterAsyncCommands<byte[], byte[]> commands() {
		return commands(this.factory);
	}

	@SuppressWarnings("unchecked")
	private static RedisClusterAsyncCommands<byte[], byte[]> commands(LettuceConnectionFactory factory) {
		try (RedisConnection connection = factory.getConnection()) {
			return (RedisClusterAsyncCommands<byte[], byte[]>) connection.getNativeConnection();
		}
		catch (DataAccessException ex) {
			throw new RedisStateException("Redis is not reachable", ex);
		}
	}

	/**
	 * Waits for the answer to a command that can be repeated.
	 * @param what what the command does, for the message of an exception
	 * @throws RedisStateException if there is no answer
	 */
	<T> T await(Future<T> answer, String what) {
		try {
			return get(answer);
		}
		catch (RuntimeException | TimeoutException | InterruptedException ex) {
			throw new RedisStateException("%s failed: %s".formatted(what, reason(ex)), ex);
		}
	}

	/** Waits for the answers to several commands that can be repeated. */
	<T> List<T> awaitAll(List<? extends Future<T>> answers, String what) {
		List<T> all = new ArrayList<>();
		answers.forEach((answer) -> all.add(await(answer, what)));
		return all;
	}

	/**
	 * Executes a script that changes nothing, with several keys and arguments.
	 * @return the results in the same order
	 * @throws RedisStateException if there is no answer
	 */
	List<List<Object>> read(StoreScript script, List<byte[][]> keys, List<byte[][]> arguments, String what) {
		RedisClusterAsyncCommands<byte[], byte[]> commands = commands();
		List<Future<List<Object>>> answers = new ArrayList<>();
		for (int i = 0; i < keys.size(); i++) {
			answers.add(commands.evalsha(script.digest(), ScriptOutputType.MULTI, keys.get(i), arguments.get(i)));
		}
		List<List<Object>> all = new ArrayList<>();
		for (int i = 0; i < keys.size(); i++) {
			try {
				all.add(await(answers.get(i), what));
			}
			catch (RedisStateException ex) {
				if (!(ex.getCause() instanceof RedisNoScriptException)) {
					throw ex;
				}
				all.add(await(commands.eval(script.text(), ScriptOutputType.MULTI, keys.get(i), arguments.get(i)),
						what));
			}
		}
		return all;
	}

	/**
	 * Executes a script, and waits for replicas if it has changed something. Executes it
	 * again if the connection was lost before the answer, until the timeout.
	 * @param script a script that can be repeated with the same arguments
	 * @param what what the script does, for the message of an exception
	 * @throws UncertainCommitException if the script may have been executed
	 * @throws RedisStateException if it has not been executed
	 */
	List<Object> execute(StoreScript script, byte[][] keys, byte[][] arguments, String what) {
		long start = System.nanoTime();
		UncertainCommitException uncertain = null;
		while (true) {
			try {
				return executeOnce(script, keys, arguments, what);
			}
			catch (UncertainCommitException ex) {
				uncertain = ex;
			}
			catch (RedisStateException ex) {
				if (uncertain == null) {
					throw ex;
				}
			}
			boolean lost = uncertain.getCause() instanceof RedisException;
			if (!lost || System.nanoTime() - start > this.timeout.toNanos() || !pause()) {
				throw uncertain;
			}
		}
	}

	/** Returns how long an answer is awaited. */
	Duration timeout() {
		return this.timeout;
	}

	/** Returns whether the thread may continue. */
	private static boolean pause() {
		try {
			Thread.sleep(RETRY_MILLIS);
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private List<Object> executeOnce(StoreScript script, byte[][] keys, byte[][] arguments, String what) {
		ReplicatedConnections replicated = this.replicated;
		if (replicated == null) {
			return execute(commands(), script, keys, arguments, what);
		}
		StatefulRedisConnection<byte[], byte[]> connection;
		try {
			connection = ReplicatedConnections.connection(commands(replicated.factory()), keys[0]);
		}
		catch (RedisException ex) {
			replicated.refresh();
			throw new RedisStateException("%s failed: %s".formatted(what, reason(ex)), ex);
		}
		Confirmation confirmation = replicated.confirmation(connection);
		List<Object> answer;
		try {
			answer = execute(connection.async(), script, keys, arguments, what);
		}
		catch (RedisStateException ex) {
			if (hasMoved(ex)) {
				replicated.refresh();
			}
			throw ex;
		}
		if (answer.get(0).equals(StoreScript.EXECUTED)) {
			confirm(confirmation, what);
		}
		return answer;
	}

	private List<Object> execute(RedisClusterAsyncCommands<byte[], byte[]> commands, StoreScript script, byte[][] keys,
			byte[][] arguments, String what) {
		try {
			return get(commands.evalsha(script.digest(), ScriptOutputType.MULTI, keys, arguments));
		}
		catch (RedisNoScriptException ex) {
			return executeText(commands, script, keys, arguments, what);
		}
		catch (RuntimeException | TimeoutException | InterruptedException ex) {
			throw failure(what, ex);
		}
	}

	private List<Object> executeText(RedisClusterAsyncCommands<byte[], byte[]> commands, StoreScript script,
			byte[][] keys, byte[][] arguments, String what) {
		try {
			return get(commands.eval(script.text(), ScriptOutputType.MULTI, keys, arguments));
		}
		catch (RuntimeException | TimeoutException | InterruptedException ex) {
			throw failure(what, ex);
		}
	}

	private void confirm(Confirmation confirmation, String what) {
		String problem;
		Exception cause = null;
		try {
			problem = confirmation.problem(get(confirmation.request()));
		}
		catch (RuntimeException | TimeoutException | InterruptedException ex) {
			problem = reason(ex);
			cause = ex;
		}
		if (problem != null) {
			throw new UncertainCommitException(
					"%s is executed and may be lost in a failover: %s".formatted(what, problem), cause);
		}
	}

	private <T> T get(Future<T> answer) throws TimeoutException, InterruptedException {
		try {
			return answer.get(this.timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof RuntimeException unchecked) ? unchecked
					: new RedisException(String.valueOf(ex.getCause()), ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw ex;
		}
		finally {
			// an unanswered command would be sent again after a reconnect
			answer.cancel(true);
		}
	}

	private RedisStateException failure(String what, Exception ex) {
		boolean notExecuted = ex instanceof RedisCommandExecutionException || isNotWritten(ex);
		return notExecuted ? new RedisStateException("%s failed: %s".formatted(what, reason(ex)), ex)
				: new UncertainCommitException("%s may or may not have been executed: %s".formatted(what, reason(ex)),
						ex);
	}

	/** Returns whether another node of a cluster may serve the slot by now. */
	private static boolean hasMoved(RedisStateException ex) {
		return ex.getCause() instanceof RedisException cause
				&& (isNotWritten(cause) || String.valueOf(cause.getMessage()).startsWith("MOVED"));
	}

	private static boolean isNotWritten(Exception ex) {
		return String.valueOf(ex.getMessage()).startsWith(NOT_WRITTEN);
	}

	private String reason(Exception ex) {
		if (ex instanceof TimeoutException) {
			return "no answer of Redis within " + this.timeout;
		}
		if (ex instanceof InterruptedException) {
			return "the thread was interrupted";
		}
		String message = String.valueOf(ex.getMessage());
		if (message.startsWith("OOM")) {
			return "Redis has reached maxmemory and rejects writes; raise maxmemory or delete instances (%s)"
				.formatted(message);
		}
		return isNotWritten(ex) ? "Redis is not reachable" : message;
	}

	@Override
	public void close() {
		this.factory.destroy();
		if (this.replicated != null) {
			this.replicated.factory().destroy();
		}
		if (this.ownsResources) {
			this.resources.shutdown();
		}
	}

}
