/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack.victim;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

import io.netty.util.internal.PlatformDependent;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerInitializedEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

/**
 * An application with Spring Security and every limit at its default. Anonymous clients
 * have all permissions, so that no attack fails for lack of a user.
 * <p>
 * The process that started it uses the standard streams: the application prints
 * {@code @attack port <port>} when it is ready, answers each line of input with
 * {@code @attack memory <heap> <direct>} (bytes in use, after a full collection), and
 * ends when its input ends.
 */
@SpringBootApplication
public class VictimApplication {

	private static final String MARK = "@attack ";

	public static void main(String[] args) {
		SpringApplication.run(VictimApplication.class, args);
		Thread reader = new Thread(VictimApplication::answerLines, "attack-lines");
		reader.setDaemon(true);
		reader.start();
	}

	private static void answerLines() {
		try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
			while (in.readLine() != null) {
				System.gc();
				long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
				say("memory " + heap + " " + direct());
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		finally {
			Runtime.getRuntime().halt(0);
		}
	}

	/** Netty counts its own memory, which the JDK may count or not. */
	private static long direct() {
		long pooled = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)
			.stream()
			.filter((pool) -> pool.getName().equals("direct"))
			.mapToLong(BufferPoolMXBean::getMemoryUsed)
			.sum();
		return Math.max(pooled, PlatformDependent.usedDirectMemory());
	}

	private static void say(String what) {
		System.out.println(MARK + what);
	}

	@EventListener
	void started(ReactiveWebServerInitializedEvent event) {
		say("port " + event.getWebServer().getPort());
	}

	@Bean
	SecurityWebFilterChain everybody(ServerHttpSecurity http) {
		return http.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll()).build();
	}

}
