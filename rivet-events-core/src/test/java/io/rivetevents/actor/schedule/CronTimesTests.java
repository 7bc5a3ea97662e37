/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link CronTimes}.
 */
class CronTimesTests {

	private static final String BERLIN = "Europe/Berlin";

	private static final String NEW_YORK = "America/New_York";

	private static final String LORD_HOWE = "Australia/Lord_Howe";

	private static final Range YEAR = new Range(Instant.parse("2026-01-01T00:00:00Z"),
			Instant.parse("2027-01-01T00:00:00Z"));

	@Test
	void fiveFieldsStartWithTheMinute() {
		assertThat(times("30 9 * * MON-FRI", "UTC", "2026-11-27T09:00", "2026-12-01T10:00"))
			.containsExactly("2026-11-27T09:30Z", "2026-11-30T09:30Z", "2026-12-01T09:30Z");
	}

	@Test
	void sixFieldsStartWithTheSecond() {
		assertThat(times(" */20 0  9 * * *\t", "UTC", "2026-11-27T00:00", "2026-11-28T00:00"))
			.containsExactly("2026-11-27T09:00Z", "2026-11-27T09:00:20Z", "2026-11-27T09:00:40Z");
	}

	@Test
	void acceptsMacros() {
		assertThat(times("@daily", "UTC", "2026-11-27T01:00", "2026-11-28T01:00")).containsExactly("2026-11-28T00:00Z");
		assertThat(times("@hourly", BERLIN, "2026-10-25T01:30", "2026-10-25T03:30"))
			.containsExactly("2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00", "2026-10-25T03:00+01:00");
	}

	@Test
	void acceptsLastWeekdayAndNthDays() {
		assertThat(times("0 0 L 2 *", "UTC", "2027-01-01T00:00", "2028-12-31T00:00"))
			.containsExactly("2027-02-28T00:00Z", "2028-02-29T00:00Z");
		assertThat(times("0 0 1W * *", "UTC", "2026-07-15T00:00", "2026-08-31T00:00"))
			.containsExactly("2026-08-03T00:00Z");
		assertThat(times("0 0 * * MON#2", "UTC", "2026-11-01T00:00", "2026-12-31T00:00"))
			.containsExactly("2026-11-09T00:00Z", "2026-12-14T00:00Z");
	}

	@Test
	void bothDayFieldsMustMatch() {
		assertThat(times("0 0 13 * FRI", "UTC", "2026-01-01T00:00", "2026-12-31T00:00"))
			.containsExactly("2026-02-13T00:00Z", "2026-03-13T00:00Z", "2026-11-13T00:00Z");
	}

	@Test
	void findsLeapDays() {
		assertThat(times("0 12 29 2 *", BERLIN, "2026-01-01T00:00", "2033-01-01T00:00"))
			.containsExactly("2028-02-29T12:00+01:00", "2032-02-29T12:00+01:00");
		assertThat(times("0 12 29 2 MON", BERLIN, "2016-03-01T00:00", "2044-03-01T00:00"))
			.containsExactly("2044-02-29T12:00+01:00");
	}

	@Test
	void nextIsAfterTheGivenTime() {
		CronTimes times = CronTimes.parse("0 9 * * *", "UTC");
		Instant nine = Instant.parse("2026-11-27T09:00:00Z");
		assertThat(times.next(nine)).isEqualTo(nine.plus(Duration.ofDays(1)));
		assertThat(times.next(nine.minusNanos(1))).isEqualTo(nine);
	}

	@Test
	void missingTimeIsMovedByTheLengthOfTheGap() {
		assertThat(times("30 2 * * *", BERLIN, "2026-03-28T00:00", "2026-03-31T00:00"))
			.containsExactly("2026-03-28T02:30+01:00", "2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00");
		assertThat(times("30 2 * * *", NEW_YORK, "2026-03-07T00:00", "2026-03-10T00:00"))
			.containsExactly("2026-03-07T02:30-05:00", "2026-03-08T03:30-04:00", "2026-03-09T02:30-04:00");
		assertThat(times("10,50 2 * * *", LORD_HOWE, "2026-10-03T00:00", "2026-10-05T00:00")).containsExactly(
				"2026-10-03T02:10+10:30", "2026-10-03T02:50+10:30", "2026-10-04T02:40+11:00", "2026-10-04T02:50+11:00");
	}

	@Test
	void repeatedTimeCountsOnce() {
		assertThat(times("30 2 * * *", BERLIN, "2026-10-24T00:00", "2026-10-27T00:00"))
			.containsExactly("2026-10-24T02:30+02:00", "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00");
		assertThat(times("0,59 1,2 * * *", NEW_YORK, "2026-11-01T00:00", "2026-11-02T00:00")).containsExactly(
				"2026-11-01T01:00-04:00", "2026-11-01T01:59-04:00", "2026-11-01T02:00-05:00", "2026-11-01T02:59-05:00");
		assertThat(times("15,45 1 * * *", LORD_HOWE, "2026-04-05T00:00", "2026-04-06T00:00"))
			.containsExactly("2026-04-05T01:15+11:00", "2026-04-05T01:45+11:00");
	}

	@Test
	void movedTimeThatIsAlsoARegularTimeCountsOnce() {
		assertThat(times("0,30 1-3 * * *", BERLIN, "2026-03-29T00:00", "2026-03-30T00:00")).containsExactly(
				"2026-03-29T01:00+01:00", "2026-03-29T01:30+01:00", "2026-03-29T03:00+02:00", "2026-03-29T03:30+02:00");
	}

	@ParameterizedTest
	@CsvSource({ "Africa/Cairo, 2026-04-24, 2026-04-24T01:00+03:00",
			"America/Sao_Paulo, 2017-10-15, 2017-10-15T01:00-02:00" })
	void midnightThatDoesNotExistIsMoved(String zone, String day, String expected) {
		assertThat(times("@daily", zone, day + "T00:00", day + "T12:00")).containsExactly(expected);
		assertThat(times("30 0 * * *", zone, day + "T00:00", day + "T12:00"))
			.containsExactly(expected.replace("01:00", "01:30"));
		assertThat(times("0 * * * *", zone, day + "T00:00", day + "T02:30")).containsExactly(expected,
				expected.replace("01:00", "02:00"));
	}

	@Test
	void repeatedMidnightCountsOnce() {
		assertThat(times("0 0,23 * * *", "Africa/Cairo", "2026-10-29T12:00", "2026-10-30T12:00"))
			.containsExactly("2026-10-29T23:00+03:00", "2026-10-30T00:00+02:00");
		assertThat(times("@hourly", "Africa/Cairo", "2026-10-29T22:30", "2026-10-30T00:30"))
			.containsExactly("2026-10-29T23:00+03:00", "2026-10-29T23:00+02:00", "2026-10-30T00:00+02:00");
	}

	@Test
	void timesOfADayThatDoesNotExistAreThoseOfTheNextDay() {
		assertThat(times("0 9 * * *", "Pacific/Apia", "2011-12-29T00:00", "2012-01-01T00:00"))
			.containsExactly("2011-12-29T09:00-10:00", "2011-12-31T09:00+14:00");
		assertThat(times("0 9 30 12 *", "Pacific/Apia", "2011-01-01T00:00", "2012-12-31T00:00"))
			.containsExactly("2011-12-31T09:00+14:00", "2012-12-30T09:00+14:00");
		assertThat(times("0 */12 * * *", "Pacific/Apia", "2011-12-29T00:00", "2011-12-31T23:00")).containsExactly(
				"2011-12-29T00:00-10:00", "2011-12-29T12:00-10:00", "2011-12-31T00:00+14:00", "2011-12-31T12:00+14:00");
	}

	@Test
	void everyHourFollowsTheElapsedTime() {
		assertThat(times("0 * * * *", BERLIN, "2026-03-29T01:00", "2026-03-29T04:00"))
			.containsExactly("2026-03-29T01:00+01:00", "2026-03-29T03:00+02:00", "2026-03-29T04:00+02:00");
		assertThat(times("30 * * * *", NEW_YORK, "2026-11-01T00:00", "2026-11-01T02:30")).containsExactly(
				"2026-11-01T00:30-04:00", "2026-11-01T01:30-04:00", "2026-11-01T01:30-05:00", "2026-11-01T02:30-05:00");
	}

	@Test
	void everySecondHourFollowsTheElapsedTime() {
		assertThat(times("0 */2 * * *", BERLIN, "2026-03-29T00:00", "2026-03-29T06:00"))
			.containsExactly("2026-03-29T00:00+01:00", "2026-03-29T04:00+02:00", "2026-03-29T06:00+02:00");
		assertThat(times("0 */2 * * *", BERLIN, "2026-10-25T00:00", "2026-10-25T04:00")).containsExactly(
				"2026-10-25T00:00+02:00", "2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00", "2026-10-25T04:00+01:00");
	}

	@ParameterizedTest
	@ValueSource(strings = { "0 2 * * *", "@daily", "0,20,40 0-4,22-23 * * *", "7 * * * *", "30 */6 * * *", "* * * * *",
			"59 59 23 L * *" })
	void timesIncreaseInEveryZone(String expression) {
		for (String zone : zonesWithTransitions()) {
			CronTimes times = CronTimes.parse(expression, zone);
			for (Range days : aroundTransitions(zone)) {
				Instant time = days.from();
				while (time.isBefore(days.to())) {
					Instant next = times.next(time);
					assertThat(next).as("%s in %s after %s", expression, zone, time).isAfter(time);
					assertThat(times.next(next.minusNanos(1))).isEqualTo(next);
					time = next;
				}
			}
		}
	}

	@Test
	void everyMinuteHasItsTimeInEveryZone() {
		for (String zone : zonesWithTransitions()) {
			CronTimes times = CronTimes.parse("* * * * *", zone);
			for (Range days : aroundTransitions(zone)) {
				for (Instant time = days.from(); time.isBefore(days.to()); time = time.plusSeconds(60)) {
					assertThat(times.next(time)).isEqualTo(time.plusSeconds(60));
				}
			}
		}
	}

	@Test
	void fixedTimesAreThoseOfEachDayInEveryZone() {
		for (String zone : zonesWithTransitions()) {
			CronTimes times = CronTimes.parse("0,20,40 0-3,23 * * *", zone);
			for (Range days : aroundTransitions(zone)) {
				Instant time = days.from();
				for (Instant expected : resolved(days, ZoneId.of(zone))) {
					assertThat(times.next(time)).as("%s after %s", zone, time).isEqualTo(expected);
					time = expected;
				}
			}
		}
	}

	/** Returns each 20th minute of the local hours 23 to 3 as Java resolves it. */
	private static SortedSet<Instant> resolved(Range days, ZoneId zone) {
		SortedSet<Instant> resolved = new TreeSet<>();
		LocalDateTime local = LocalDateTime.ofInstant(days.from(), zone).truncatedTo(ChronoUnit.DAYS);
		for (; local.atZone(zone).toInstant().isBefore(days.to()); local = local.plusMinutes(20)) {
			if (local.getHour() <= 3 || local.getHour() == 23) {
				resolved.add(local.atZone(zone).toInstant());
			}
		}
		return resolved.tailSet(days.from().plusNanos(1));
	}

	/** Returns a zone for each set of rules with transitions in the year. */
	private static Collection<String> zonesWithTransitions() {
		Map<ZoneRules, String> zones = new HashMap<>();
		for (String zone : ZoneId.getAvailableZoneIds()) {
			if (!aroundTransitions(zone).isEmpty()) {
				zones.put(ZoneId.of(zone).getRules(), zone);
			}
		}
		assertThat(zones).hasSizeGreaterThan(20);
		return zones.values();
	}

	private static List<Range> aroundTransitions(String zone) {
		List<Range> ranges = new ArrayList<>();
		ZoneOffsetTransition found = ZoneId.of(zone).getRules().nextTransition(YEAR.from());
		while (found != null && found.getInstant().isBefore(YEAR.to())) {
			Instant time = found.getInstant().truncatedTo(ChronoUnit.MINUTES);
			ranges.add(new Range(time.minus(Duration.ofHours(30)), time.plus(Duration.ofHours(30))));
			found = ZoneId.of(zone).getRules().nextTransition(found.getInstant());
		}
		return ranges;
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "9", "@reboot", "* * * *", "0 0 0 * * * 2026" })
	void rejectsAnotherNumberOfFields(String expression) {
		assertThatIllegalArgumentException().isThrownBy(() -> CronTimes.parse(expression, "UTC"))
			.withMessage("\"%s\" is not a cron expression: use the five fields minute, hour, day of month, month and"
					+ " day of week, or six with the second first, or a macro such as @daily", expression);
	}

	@ParameterizedTest
	@ValueSource(strings = { "61 * * * *", "0 24 * * *", "0 x * * *", "0 0 */0 * *", "0 0 * 13 *", "0 22-2 * * *" })
	void rejectsInvalidFields(String expression) {
		assertThatIllegalArgumentException().isThrownBy(() -> CronTimes.parse(expression, "UTC"))
			.withMessageStartingWith("\"%s\" is not a cron expression: ", expression);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0 0 30 2 *", "0 0 31 4,6 *", "0 0 * * MON#6" })
	void rejectsExpressionsThatMatchNoTime(String expression) {
		assertThatIllegalArgumentException().isThrownBy(() -> CronTimes.parse(expression, "UTC"))
			.withMessage("The cron expression \"%s\" matches no time", expression);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "Europe/Berlim", "berlin", "+25:00" })
	void rejectsUnknownZones(String zone) {
		assertThatIllegalArgumentException().isThrownBy(() -> CronTimes.parse("@daily", zone))
			.withMessage("\"%s\" is not a time zone: use an id such as Europe/Berlin or UTC", zone);
	}

	@Test
	void acceptsOffsets() {
		assertThat(times("0 9 * * *", "+02:00", "2026-11-27T00:00", "2026-11-27T12:00"))
			.containsExactly("2026-11-27T09:00+02:00");
	}

	/** Returns the times from one local time to another, both included. */
	private static List<String> times(String expression, String zone, String from, String until) {
		ZoneId id = ZoneId.of(zone);
		Instant end = LocalDateTime.parse(until).atZone(id).toInstant();
		CronTimes times = CronTimes.parse(expression, zone);
		List<String> found = new ArrayList<>();
		Instant time = times.next(LocalDateTime.parse(from).atZone(id).toInstant().minusNanos(1));
		while (time != null && !time.isAfter(end)) {
			found.add(OffsetDateTime.ofInstant(time, id).toString());
			time = times.next(time);
		}
		return found;
	}

	private record Range(Instant from, Instant to) {
	}

}
