/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.slf4j.LoggerFactory;

import io.rivetevents.transport.webflux.OriginFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Keeps what the server logs as a warning, as an error or with a stack trace, and makes
 * Netty report each buffer that was not released.
 */
final class ServerWatch implements AutoCloseable {

	private static final int COLLECTIONS = 3;

	private static final long PATIENCE_MILLIS = 10_000;

	private static final int ENOUGH = 20;

	/** Log what operators must hear of each minute: refused origins and credentials. */
	private static final Set<String> REFUSALS = Set.of(OriginFilter.class.getName(),
			"io.rivetevents.security.webflux.ManagedConnectionAuthenticator");

	/** Lines about refusals, in a run of some minutes. */
	private static final int MAX_REFUSALS = 300;

	private final AtomicInteger refusals = new AtomicInteger();

	private final List<String> logged = new CopyOnWriteArrayList<>();

	private final ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();

	private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {

		@Override
		protected void append(ILoggingEvent event) {
			boolean meant = event.getLevel() == Level.WARN && REFUSALS.contains(event.getLoggerName());
			if (meant && ServerWatch.this.refusals.incrementAndGet() <= MAX_REFUSALS || isOfClient(event)) {
				return;
			}
			boolean loud = event.getLevel().isGreaterOrEqual(Level.WARN)
					|| event.getLevel() == Level.INFO && event.getThrowableProxy() != null;
			if (loud && ServerWatch.this.logged.size() < ENOUGH) {
				ServerWatch.this.logged.add("%s %s: %s%n%s".formatted(event.getLevel(), event.getLoggerName(),
						event.getFormattedMessage(), (event.getThrowableProxy() != null)
								? ThrowableProxyUtil.asString(event.getThrowableProxy()) : ""));
			}
		}

	};

	ServerWatch() {
		ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
		root().addAppender(this.appender);
		this.appender.setContext(root().getLoggerContext());
		this.appender.start();
	}

	/**
	 * Buffers that clients in other tests of this JVM may have lost: Lettuce that of a
	 * connection that is closed while it is registered, Reactor Netty the close frame of
	 * a WebSocket that has closed meanwhile.
	 */
	private static boolean isOfClient(ILoggingEvent event) {
		return event.getLoggerName().equals(ResourceLeakDetector.class.getName())
				&& (event.getFormattedMessage().contains("io.lettuce.core.protocol.CommandHandler.channelRegistered")
						|| event.getFormattedMessage().contains("WebsocketClientOperations.lambda$sendClose"));
	}

	private static Logger root() {
		return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
	}

	/** Return what was logged since the start as a warning or an error. */
	List<String> logged() {
		return this.logged;
	}

	/**
	 * Look for buffers that were lost: a detector reports them at the next allocation.
	 */
	void assertNothingLeaked() throws InterruptedException {
		for (int i = 0; i < COLLECTIONS; i++) {
			collect();
			ByteBufAllocator.DEFAULT.directBuffer(64).release();
			ByteBufAllocator.DEFAULT.heapBuffer(64).release();
			ByteBufAllocator.DEFAULT.compositeBuffer().release();
		}
		assertThat(this.logged).filteredOn((line) -> line.contains("LEAK")).isEmpty();
	}

	/** Returns when the collector has queued the references to unreachable objects. */
	private static void collect() throws InterruptedException {
		ReferenceQueue<Object> queue = new ReferenceQueue<>();
		WeakReference<Object> canary = new WeakReference<>(new Object(), queue);
		System.gc();
		assertThat(queue.remove(PATIENCE_MILLIS)).isSameAs(canary);
	}

	@Override
	public void close() {
		root().detachAppender(this.appender);
		ResourceLeakDetector.setLevel(this.levelBefore);
	}

}
