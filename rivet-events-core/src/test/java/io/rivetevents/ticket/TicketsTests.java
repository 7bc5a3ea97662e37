/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.ticket;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.extension.PrincipalCodecException;
import io.rivetevents.extension.SerializedPrincipal;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.ticket.Tickets.Accepted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class TicketsTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

	private static final String PAGE = "https://example.org";

	private static final Principal ADA = () -> "ada";

	private final AtomicReference<Instant> now = new AtomicReference<>(START);

	private final SpentTickets spent = new NodeSpentTickets(this.now::get);

	private final Tickets tickets = tickets(1, this.spent, PrincipalCodec.BY_NAME);

	@Test
	void acceptsTheUserAndTheSessionOfATicket() {
		Accepted accepted = accept(this.tickets, issue(this.tickets, PAGE, null), PAGE, "room");
		assertThat(accepted.user().getName()).isEqualTo("ada");
		assertThat(accepted.session()).isEqualTo("session-1");
	}

	/** Whatever determines it may be missing in the user that a ticket contains. */
	@Test
	void keepsTheExpiryOfTheCredentials() {
		Identity identity = new Identity(ADA, null).withExpiry(START.plusSeconds(60));
		String ticket = this.tickets.issue(identity, identity.user(), null, null);
		assertThat(accept(this.tickets, ticket, null, "room").expiresAt()).isEqualTo(START.plusSeconds(60));
		assertThat(accept(this.tickets, issue(this.tickets, null, null), null, "room").expiresAt()).isNull();
	}

	@Test
	void showsNothingOfTheContent() {
		String ticket = issue(this.tickets, null, null);
		assertThat(ticket).matches("rt1\\.[A-Za-z0-9_-]+").isNotEqualTo(issue(this.tickets, null, null));
	}

	@Test
	void acceptsATicketOnce() {
		String ticket = issue(this.tickets, null, null);
		accept(this.tickets, ticket, null, "room");
		assertRejected(ticket, null, "room");
	}

	@Test
	void acceptsATicketOfAnotherNodeOnce() {
		String ticket = issue(tickets(1, this.spent, PrincipalCodec.BY_NAME), null, null);
		assertThat(accept(this.tickets, ticket, null, "room").user().getName()).isEqualTo("ada");
		assertThatRejected(() -> accept(tickets(1, this.spent, PrincipalCodec.BY_NAME), ticket, null, "room"));
	}

	@Test
	void rejectsATicketAfterTheTimeout() {
		String first = issue(this.tickets, null, null);
		String second = issue(this.tickets, null, null);
		this.now.set(START.plus(TIMEOUT));
		accept(this.tickets, first, null, "room");
		this.now.set(START.plus(TIMEOUT).plusMillis(1));
		assertRejected(second, null, "room");
	}

	@Test
	void rejectsATicketOfAnotherOrigin() {
		String ofPage = issue(this.tickets, PAGE, null);
		assertRejected(ofPage, "https://evil.example", "room");
		assertRejected(ofPage, null, "room");
		accept(this.tickets, ofPage, PAGE, "room");
	}

	/** Many clients that are not pages send the origin of the server, but only here. */
	@Test
	void bindsATicketOfAClientThatIsNotAPageToNoOrigin() {
		accept(this.tickets, issue(this.tickets, null, null), PAGE, "room");
	}

	@Test
	void rejectsATicketForAnotherActor() {
		String ticket = issue(this.tickets, null, "room");
		assertRejected(ticket, null, "vault");
		accept(this.tickets, ticket, null, "room");
	}

	@Test
	void findsTheActorOfAnId() {
		String ticket = issue(this.tickets, null, "room");
		assertThatRejected(
				() -> this.tickets.accept(ticket, null, () -> new ActorTarget.ById("id-of-vault")).block(TIMEOUT));
		assertThatRejected(() -> this.tickets.accept(ticket, null, () -> new ActorTarget.ById("none")).block(TIMEOUT));
		assertThat(this.tickets.accept(ticket, null, () -> new ActorTarget.ById("id-of-room")).block(TIMEOUT))
			.isNotNull();
	}

	@Test
	void rejectsTicketsOfASessionThatWereIssuedBeforeItsEnd() {
		String before = issue(this.tickets, null, null);
		this.tickets.endSession("session-2");
		accept(this.tickets, issue(this.tickets, null, null), null, "room");
		this.tickets.endSession("session-1");
		assertRejected(before, null, "room");
		this.now.set(START.plusMillis(1));
		accept(this.tickets, issue(this.tickets, null, null), null, "room");
	}

	@Test
	void rejectsForgedTickets() {
		String ticket = issue(this.tickets, null, null);
		assertRejected(issue(tickets(2, this.spent, PrincipalCodec.BY_NAME), null, null), null, "room");
		for (int i = TicketCipher.PREFIX.length(); i < ticket.length() - 1; i++) {
			char other = (ticket.charAt(i) != 'A') ? 'A' : 'B';
			assertRejected(ticket.substring(0, i) + other + ticket.substring(i + 1), null, "room");
		}
		for (String forged : List.of("", "rt1.", "rt1.AAAA", "rt1.%", "rt1.AAAAAAAAAAAAAAAA", ticket.substring(4),
				ticket + "AAAA", ticket.substring(0, ticket.length() - 4), "rt2." + ticket.substring(4))) {
			assertRejected(forged, null, "room");
		}
		accept(this.tickets, ticket, null, "room");
	}

	@Test
	void keepsAUserThatCannotBeSentToAnotherNode() {
		Tickets own = tickets(1, this.spent, new Unportable());
		String ticket = issue(own, null, null);
		assertRejected(ticket, null, "room");
		assertThat(accept(own, ticket, null, "room").user()).isSameAs(ADA);
		assertThatRejected(() -> accept(own, ticket, null, "room"));
	}

	@Test
	void keepsALimitedNumberOfUsers() {
		Tickets own = tickets(1, this.spent, new Unportable());
		IntStream.range(0, Tickets.MAX_KEPT).forEach((i) -> issue(own, null, null));
		assertError(ErrorCode.OVERLOADED, () -> issue(own, null, null));
		this.now.set(START.plus(TIMEOUT).plusMillis(1));
		accept(own, issue(own, null, null), null, "room");
	}

	@Test
	void rejectsTicketsWhileTooManyHaveBeenUsed() {
		IntStream.range(0, NodeSpentTickets.MAX)
			.forEach((i) -> this.spent.spend("id" + i, START.plus(TIMEOUT)).block());
		String ticket = issue(this.tickets, null, null);
		assertError(ErrorCode.OVERLOADED, () -> accept(this.tickets, ticket, null, "room"));
		this.now.set(START.plus(TIMEOUT).plusMillis(1));
		accept(this.tickets, issue(this.tickets, null, null), null, "room");
	}

	@Test
	void acceptsNoTicketIfTheStoreCannotDecide() {
		Tickets broken = tickets(1, (id, expiresAt) -> Mono.error(new IllegalStateException("on purpose")),
				PrincipalCodec.BY_NAME);
		String ticket = issue(broken, null, null);
		assertError(ErrorCode.STATE_UNAVAILABLE, () -> accept(broken, ticket, null, "room"));
	}

	@Test
	void distinguishesTicketsFromOtherCredentials() {
		JsonMapper json = new JsonMapper();
		assertThat(Tickets.in(null)).isNull();
		assertThat(Tickets.in(json.valueToTree(Map.of("token", "rt1.a")))).isNull();
		assertThat(Tickets.in(json.valueToTree(Map.of("ticket", "own")))).isNull();
		assertThat(Tickets.in(json.valueToTree(Map.of("ticket", 1)))).isNull();
		assertThat(Tickets.in(json.valueToTree("rt1.a"))).isNull();
		assertThat(Tickets.in(json.valueToTree(Map.of("ticket", "rt1.a")))).isEqualTo("rt1.a");
	}

	private Tickets tickets(int key, SpentTickets spent, PrincipalCodec codec) {
		byte[] bytes = new byte[32];
		bytes[0] = (byte) key;
		return new Tickets(bytes, spent, codec, TIMEOUT, this.now::get,
				(target) -> Mono.just(((ActorTarget.ById) target).actorId())
					.filter((id) -> !id.equals("none"))
					.map((id) -> new ActorInfo(id, address(id.replace("id-of-", "")), 1, START, null, false)));
	}

	private static ActorAddress address(String actor) {
		return new ActorAddress(ActorAddress.DEFAULT_NAMESPACE, actor, ActorKey.of("k"));
	}

	private static String issue(Tickets tickets, String origin, String actor) {
		Identity identity = new Identity(ADA, "session-1");
		return tickets.issue(identity, identity.user(), origin, actor);
	}

	private static Accepted accept(Tickets tickets, String ticket, String origin, String actor) {
		return tickets.accept(ticket, origin, () -> new ActorTarget.Get(address(actor))).block(TIMEOUT);
	}

	private void assertRejected(String ticket, String origin, String actor) {
		assertThatRejected(() -> accept(this.tickets, ticket, origin, actor));
	}

	private static void assertThatRejected(Runnable use) {
		assertError(ErrorCode.INVALID_CREDENTIALS, use);
	}

	private static void assertError(ErrorCode code, Runnable use) {
		assertThatExceptionOfType(RivetException.class).isThrownBy(use::run)
			.satisfies((ex) -> assertThat(ex.closeReason().reason()).isEqualTo(code.reason()));
	}

	/** Writes no principal. */
	private static final class Unportable implements PrincipalCodec {

		@Override
		public SerializedPrincipal write(Principal principal) {
			throw new PrincipalCodecException("on purpose", null);
		}

		@Override
		public Principal read(SerializedPrincipal serialized) {
			throw new PrincipalCodecException("on purpose", null);
		}

	}

}
