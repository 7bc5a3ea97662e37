/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.sleeping;

import java.lang.management.ManagementFactory;
import java.time.Duration;

import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import com.sun.management.OperatingSystemMXBean;

/**
 * The resources of this process after a full collection.
 *
 * @param heapBytes bytes of live objects
 * @param threads live threads
 * @param timers waiting tasks in a scheduler of the JDK or of Netty
 */
record Usage(long heapBytes, int threads, long timers) {

	private static final String TIMER = "ScheduledFutureTask";

	private static final int MOST_LOOKS = 20;

	/**
	 * Measures when no more garbage is created, because observers are notified of events
	 * after they have happened.
	 */
	static Usage whenCalm() throws InterruptedException {
		Usage before = measure();
		for (int i = 0; i < MOST_LOOKS; i++) {
			Thread.sleep(500);
			Usage now = measure();
			if (now.heapBytes() > before.heapBytes() * 0.998) {
				return now;
			}
			before = now;
		}
		return before;
	}

	/**
	 * Measures the activity of this process while it is idle.
	 * @return milliseconds of CPU for each second
	 */
	static double idleCpu(Duration time) throws InterruptedException {
		OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
		long before = system.getProcessCpuTime();
		Thread.sleep(time.toMillis());
		return (system.getProcessCpuTime() - before) / 1000.0 / time.toMillis();
	}

	private static Usage measure() {
		long heap = 0;
		long timers = 0;
		// " 12: 3456 123456 the.ClassName (module)", and last "Total 1234 5678"
		for (String line : histogram().split("\n")) {
			String[] columns = line.trim().split("\\s+");
			if (columns[0].equals("Total")) {
				heap = Long.parseLong(columns[2]);
			}
			else if (columns.length > 3 && columns[3].endsWith(TIMER)) {
				timers += Long.parseLong(columns[1]);
			}
		}
		return new Usage(heap, ManagementFactory.getThreadMXBean().getThreadCount(), timers);
	}

	/** The JVM collects all garbage before it counts. */
	private static String histogram() {
		try {
			MBeanServer server = ManagementFactory.getPlatformMBeanServer();
			return (String) server.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"),
					"gcClassHistogram", new Object[] { null }, new String[] { String[].class.getName() });
		}
		catch (JMException ex) {
			throw new IllegalStateException("This JVM does not support counting its objects", ex);
		}
	}

}
