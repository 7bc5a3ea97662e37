/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.shop;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.MethodBeforeAdvice;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

import io.rivetevents.actor.Actors;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.ActorTest;

import static org.assertj.core.api.Assertions.assertThat;

/** The application decorates the directory of the node. */
@ActorTest
class OwnDirectoryTests {

	private static final List<String> calls = new CopyOnWriteArrayList<>();

	@Autowired
	private ActorTester tester;

	@Autowired
	private Actors actors;

	@BeforeEach
	void clear() {
		calls.clear();
	}

	@Test
	void isAskedByClients() {
		this.tester.connect("shop", "a").open().call("buy", "tea").expectReply();
		assertThat(calls).contains("connect", "deliver");
	}

	@Test
	void isAskedByTheServer() {
		this.actors.getOrCreate("shop", "a").call("buy", Integer.class, "tea").block();
		assertThat(calls).contains("call");
	}

	@Test
	void reachesTheNodeThatHasReplacedAKilledOne() {
		TestConnection one = this.tester.connect("shop", "a").open();
		this.tester.kill();
		one.expectClosed();
		calls.clear();
		one.resume().call("buy", "tea").expectReply();
		this.actors.getOrCreate("shop", "a").call("buy", Integer.class, "tea").block();
		assertThat(calls).contains("connect", "deliver", "call");
	}

	@TestConfiguration
	static class Directory {

		@Bean
		Prices prices() {
			return new Prices();
		}

		@Bean
		ActorDirectory notedDirectory(@Qualifier("rivetLocalActorDirectory") ActorDirectory local) {
			ProxyFactory factory = new ProxyFactory(local);
			factory.addAdvice((MethodBeforeAdvice) (method, args, target) -> calls.add(method.getName()));
			return (ActorDirectory) factory.getProxy();
		}

	}

}
