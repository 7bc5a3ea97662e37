/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.error.RivetException;
import io.rivetevents.jdbc.DatabaseServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A joined transaction that waits for a row of another session, which waits for the
 * transaction: the database cannot notice it.
 */
class LockedTransactionTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@Test
	void aSaveGivesUpSoThatTheTransactionContinues() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.bannerMode(Banner.Mode.OFF)
			.web(WebApplicationType.NONE)
			.properties("spring.datasource.url=" + DatabaseServer.postgresql().newDatabase(),
					"spring.flyway.enabled=false", "rivet.events.state.jdbc.initialize-schema=always",
					"rivet.events.state.jdbc.join-transaction=true", "rivet.events.shutdown.spread=0s")
			.run()) {
			JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
			jdbc.execute("create table page (total int not null)");
			jdbc.update("insert into page values (0)");
			CompletableFuture<Integer> aside = call(context, "addAside");
			context.getBean(Ledger.class).awaitLock();
			CompletableFuture<Integer> joined = call(context, "add");
			assertThat(aside).failsWithin(PATIENCE)
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(RivetException.class);
			assertThat(joined).succeedsWithin(PATIENCE).isEqualTo(1);
			assertThat(jdbc.queryForObject("select total from page", Integer.class)).isEqualTo(1);
		}
	}

	private static CompletableFuture<Integer> call(ConfigurableApplicationContext context, String action) {
		return context.getBean(Actors.class).getOrCreate("ledger", "k").call(action, Integer.class).toFuture();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Ledger.class)
	static class Application {

	}

	static final class Total {

		public int total;

	}

	@Actor("ledger")
	static class Ledger {

		private final CountDownLatch locked = new CountDownLatch(1);

		private final CountDownLatch joined = new CountDownLatch(1);

		private final JdbcTemplate jdbc;

		private final TransactionOperations transactions;

		Ledger(JdbcTemplate jdbc, TransactionOperations transactions) {
			this.jdbc = jdbc;
			this.transactions = transactions;
		}

		@CreateState
		Total createState() {
			return new Total();
		}

		void awaitLock() {
			await(this.locked);
		}

		private void addRow() {
			this.jdbc.update("update page set total = total + 1");
		}

		@Action
		@Transactional
		public int add(ActorContext<Total, ?> c) {
			this.joined.countDown();
			addRow();
			return ++c.state().total;
		}

		/** Its thread is interrupted at the timeout. */
		@Action(interleave = true, timeout = "2s")
		public Mono<Integer> addAside(ActorContext<Total, ?> c) {
			return Mono.fromCallable(() -> this.transactions.execute((status) -> {
				addRow();
				this.locked.countDown();
				await(this.joined);
				c.saveState();
				return 1;
			})).subscribeOn(Schedulers.boundedElastic());
		}

		private static void await(CountDownLatch latch) {
			try {
				assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
