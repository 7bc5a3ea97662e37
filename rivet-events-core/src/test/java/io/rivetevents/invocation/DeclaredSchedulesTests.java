/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.security.Principal;
import java.time.Duration;
import java.time.ZoneId;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.CatchUp;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.schedule.DeclaredSchedule;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ActorSchedule;
import io.rivetevents.annotation.DefaultValue;
import io.rivetevents.connection.Connection;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link DeclaredSchedules}.
 */
class DeclaredSchedulesTests {

	@Test
	void readsTheSchedulesOfAnActor() {
		AnnotatedActorType type = type(new Sales());
		ZoneId berlin = ZoneId.of("Europe/Berlin");
		assertThat(type.schedules()).containsExactly(
				new DeclaredSchedule("clean", "clean", null, null, Duration.ofMinutes(10), CatchUp.NONE),
				new DeclaredSchedule("daily", "report", "@daily", ZoneId.of("UTC"), null, CatchUp.ONE),
				new DeclaredSchedule("report", "report", "0 9 * * MON", berlin, null, CatchUp.ALL),
				new DeclaredSchedule("sum", "total", null, null, Duration.ofSeconds(1), CatchUp.ONE));
		assertThat(type(new Plain()).schedules()).isEmpty();
	}

	@Test
	void methodWithoutActionIsInternal() {
		AnnotatedActorType type = type(new Sales());
		assertThat(type.action("clean").internal()).isTrue();
		assertThat(type.action("report").internal()).isTrue();
		assertThat(type.action("total").internal()).isFalse();
		assertThat(type.action("sum")).isNull();
		assertThat(type.contract().actions()).extracting(ActorContract.ActionContract::name).containsExactly("total");
	}

	@Test
	void methodOfAContractStaysAnActionForClients() {
		AnnotatedActorType type = type(new ByContract());
		assertThat(type.action("refresh").internal()).isFalse();
		assertThat(type.schedules()).extracting(DeclaredSchedule::action).containsExactly("refresh");
	}

	@Test
	void acceptsParametersThatAScheduleLeavesOut() {
		assertThat(type(new Optionals()).schedules()).hasSize(1);
	}

	@Test
	void rejectsInvalidTimes() {
		assertInvalid(new BadCron(), "BadCron.run()", "\"0 61 * * *\" is not a cron expression");
		assertInvalid(new NeverFires(), "NeverFires.run()", "\"0 0 30 2 *\" matches no time");
		assertInvalid(new UnknownZone(), "UnknownZone.run()", "\"Europe/Berlim\" is not a time zone");
		assertInvalid(new TooShort(), "TooShort.run()", "every = \"999ms\" is not a duration from 1s to 36525d");
		assertInvalid(new TooLong(), "TooLong.run()", "every = \"36526d\" is not a duration from 1s to 36525d");
		assertInvalid(new NoDuration(), "NoDuration.run()", "every = \"soon\" is not a duration");
	}

	@Test
	void rejectsBothTimesAndNone() {
		assertInvalid(new Both(), "Both.run()", "set either `cron` or `every`");
		assertInvalid(new Neither(), "Neither.run()", "set either `cron` or `every`");
	}

	@Test
	void rejectsInvalidNames() {
		assertInvalid(new SameName(), "the schedule \"run\" is declared twice");
		assertInvalid(new TwiceWithoutName(), "TwiceWithoutName.run()", "the schedule \"run\" is declared twice");
		assertInvalid(new LongName(), "LongName.run()", "longer than 200 bytes");
		assertInvalid(new BlankName(), "BlankName.run()", "must not be blank");
	}

	@Test
	void rejectsParametersThatAScheduleCannotFill() {
		assertInvalid(new Required(), "Required.run(String)", "parameter 0", "a schedule passes no arguments");
		assertInvalid(new OfConnection(), "OfConnection.run(Connection)", "without a connection");
		assertInvalid(new OfUser(), "OfUser.run(Principal)", "without a connection and a user");
	}

	@Test
	void rejectsAnInternalSnapshot() {
		assertInvalid(new InternalSnapshot(), "InternalSnapshot.run()", "`snapshot = true`", "not be `internal`");
	}

	@Test
	void rejectsAScheduleOfTheNameOfAnotherAction() {
		assertInvalid(new OtherAction(), "OtherAction.run()", "the action \"run\" is already declared");
	}

	private static AnnotatedActorType type(Object actor) {
		ValueMapper mapper = new ValueMapper(new JsonMapper());
		InvocationServices support = new InvocationServices(mapper, new EventContracts(mapper),
				InvocationServices.Neighbours.NONE);
		return new AnnotatedActorType("test", actor.getClass(), actor, ActorSettings.DEFAULTS, support);
	}

	private static void assertInvalid(Object actor, String... parts) {
		assertThatExceptionOfType(InvalidActorException.class).isThrownBy(() -> type(actor))
			.withMessageContaining(actor.getClass().getSimpleName())
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(parts));
	}

	static class Sales {

		@ActorSchedule(cron = "0 9 * * MON", zone = "Europe/Berlin", catchUp = CatchUp.ALL)
		@ActorSchedule(cron = "@daily", name = "daily")
		void report(ActorContext<?, ?> c) {
		}

		@ActorSchedule(every = "10m", catchUp = CatchUp.NONE)
		void clean() {
		}

		@Action("total")
		@ActorSchedule(every = "1s")
		int sum() {
			return 1;
		}

	}

	static class Plain {

		@Action
		void run() {
		}

	}

	interface Refreshing {

		void refresh();

	}

	@Actor(actions = Refreshing.class)
	static class ByContract implements Refreshing {

		@Override
		@ActorSchedule(every = "1h")
		public void refresh() {
		}

	}

	static class Optionals {

		@Action
		@ActorSchedule(every = "1h")
		void run(@Nullable Connection<?> connection, @Nullable Principal user, @DefaultValue("20") int limit,
				@Nullable String text, String... rest) {
		}

	}

	static class BadCron {

		@ActorSchedule(cron = "0 61 * * *")
		void run() {
		}

	}

	static class NeverFires {

		@ActorSchedule(cron = "0 0 30 2 *")
		void run() {
		}

	}

	static class UnknownZone {

		@ActorSchedule(cron = "@daily", zone = "Europe/Berlim")
		void run() {
		}

	}

	static class TooShort {

		@ActorSchedule(every = "999ms")
		void run() {
		}

	}

	static class TooLong {

		@ActorSchedule(every = "36526d")
		void run() {
		}

	}

	static class NoDuration {

		@ActorSchedule(every = "soon")
		void run() {
		}

	}

	static class Both {

		@ActorSchedule(cron = "@daily", every = "1h")
		void run() {
		}

	}

	static class Neither {

		@ActorSchedule
		void run() {
		}

	}

	static class SameName {

		@ActorSchedule(every = "1h")
		void run() {
		}

		@ActorSchedule(every = "1h", name = "run")
		void other() {
		}

	}

	static class TwiceWithoutName {

		@ActorSchedule(every = "1h")
		@ActorSchedule(cron = "@daily")
		void run() {
		}

	}

	static class BlankName {

		@ActorSchedule(every = "1h", name = " ")
		void run() {
		}

	}

	static class LongName {

		@ActorSchedule(every = "1h", name = "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"
				+ "éééééééééééééééééééééééééééééééé")
		void run() {
		}

	}

	static class Required {

		@ActorSchedule(every = "1h")
		void run(String text) {
		}

	}

	static class OfConnection {

		@ActorSchedule(every = "1h")
		void run(Connection<?> connection) {
		}

	}

	static class OfUser {

		@Action
		@ActorSchedule(every = "1h")
		void run(Principal user) {
		}

	}

	static class InternalSnapshot {

		@Action(internal = true, snapshot = true)
		int run() {
			return 1;
		}

	}

	static class OtherAction {

		@Action("run")
		void other() {
		}

		@ActorSchedule(every = "1h")
		void run() {
		}

	}

}
