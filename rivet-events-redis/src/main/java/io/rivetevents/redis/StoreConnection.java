/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The connection of the store. All threads share it: their commands are written at once,
 * without waiting for the answers of others, and only the calling thread waits for its
 * own answer.
 */
final class StoreConnection implements AutoCloseable {

	/** How Lettuce rejects a command that it has not written. */
	private static final String NOT_WRITTEN = "Currently not connected";

	private final LettuceConnectionFactory factory;

	private final ClientResources resources;

	private final boolean ownsResources;

	private final Duration timeout;

	/**
	 * Creates the connection, which is not connected yet.
	 * @param application the application's connections
	 * @param timeout longest time to wait for an answer
	 */
	StoreConnection(LettuceConnectionFactory application, Duration timeout) {
		this.timeout = timeout;
		this.ownsResources = application.getClientConfiguration().getClientResources().isEmpty();
		this.resources = application.getClientConfiguration()
			.getClientResources()
			.orElseGet(DefaultClientResources::create);
		this.factory = DerivedConnections.of(application, this.resources, timeout);
		this.factory.afterPropertiesSet();
		this.factory.start();
	}

	/**
	 * Returns the commands. Connects if it has never been connected; afterwards Lettuce
	 * reconnects.
	 * @throws RedisStateException if Redis is not reachable
	 */
	@SuppressWarnings("unchecked")
	RedisClusterAsyncCommands<byte[], byte[]> commands() {
		try (RedisConnection connection = this.factory.getConnection()) {
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
	 * Executes a script.
	 * @param what what the script does, for the message of an exception
	 * @throws UncertainCommitException if the script may have been executed
	 * @throws RedisStateException if it has not been executed
	 */
	List<Object> execute(StoreScript script, byte[][] keys, byte[][] arguments, String what) {
		RedisClusterAsyncCommands<byte[], byte[]> commands = commands();
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
		if (this.ownsResources) {
			this.resources.shutdown();
		}
	}

}
