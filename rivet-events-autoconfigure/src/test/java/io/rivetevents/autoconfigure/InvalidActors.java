/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.security.Principal;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import jakarta.annotation.security.RolesAllowed;
import org.springframework.context.annotation.Scope;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.security.access.annotation.Secured;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.RequestHeader;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ActorSchedule;
import io.rivetevents.annotation.CanCreate;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.CreateVars;
import io.rivetevents.annotation.DefaultValue;
import io.rivetevents.annotation.MigrateState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnStateChange;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.annotation.RivetError;
import io.rivetevents.annotation.StateVersion;
import io.rivetevents.contract.EventName;
import io.rivetevents.contract.History;
import io.rivetevents.contract.OneWay;
import io.rivetevents.contract.Volatile;

/**
 * Actors that stop the start of their application. Each has one mistake.
 */
final class InvalidActors {

	private InvalidActors() {
	}

	/** Adds an action, so that the mistake is elsewhere. */
	abstract static class Valid {

		@Action
		public void act() {
		}

	}

	interface Said {

		void said(String text);

	}

	@Actor
	static class NoAction {

	}

	@Actor
	abstract static class Abstract extends Valid {

	}

	@Actor
	static final class FinalWithRule {

		@Action
		@PreAuthorize("permitAll")
		public void act() {
		}

	}

	@Actor
	@Scope("prototype")
	static class Prototype extends Valid {

	}

	@Actor
	@Scope("request")
	static class OfRequest extends Valid {

	}

	@Actor("aNameThatIsLonger-aNameThatIsLonger-aNameThatIsLonger-aNameThatIsLonger-aNameThatIsLonger-"
			+ "aNameThatIsLonger-aNameThatIsLonger-aNameThatIsLonger-aNameThatIsLonger-aNameThatIsLonger-aNameThatIsLonger-"
			+ "aNameThatIsLonger-aNameThatIsLonger-aNameThatIsLonger-aNameThatIsLonger-aNameThatIsLonger-aNameThatIsLonger")
	static class LongName extends Valid {

	}

	@Actor("chat room")
	static class NameWithSpace extends Valid {

	}

	@Actor
	static class EmptyPart extends Valid {

		@Action("users..add")
		void add() {
		}

	}

	@Actor
	static class EndingDot extends Valid {

		@Action("users.")
		void add() {
		}

	}

	@Actor
	static class InvisibleName extends Valid {

		@Action("ad\u200bd")
		void add() {
		}

	}

	@Actor
	static class ControlCharacter extends Valid {

		@Action("add\u0007")
		void add() {
		}

	}

	@Actor
	static class OtherForm extends Valid {

		@Action("zu\u0308ge")
		void add() {
		}

	}

	@Actor
	static class LongAction extends Valid {

		private static final String NAME = "123456789_123456789_123456789_123456789_123456789_";

		@Action(NAME + NAME + NAME + NAME + NAME + "1")
		void add() {
		}

	}

	@Actor(events = EventWithSpace.Events.class)
	static class EventWithSpace extends Valid {

		interface Events {

			@EventName("price changed")
			void changed(String text);

		}

	}

	@Actor(events = EmptyNamespace.Events.class)
	static class EmptyNamespace extends Valid {

		interface Events {

			@EventName("")
			interface Admin {

				void changed(String text);

			}

		}

	}

	@Actor
	static class RuleOfNoEvent extends Valid {

		@CanSubscribe("a..b")
		boolean allow() {
			return true;
		}

	}

	@Actor
	enum Enumerated {

		ONE;

		@Action
		void act() {
		}

	}

	@Actor
	interface Declared {

		@Action
		void act();

	}

	@Actor(actionTimeout = "0s")
	static class NoTime extends Valid {

	}

	@Actor(sleepTimeout = "soon")
	static class Soon extends Valid {

	}

	@Actor
	static class SlowAction {

		@Action(timeout = "-5s")
		void act() {
		}

	}

	@Actor(actions = Runnable.class)
	static class NotImplemented {

		@Action
		void act() {
		}

	}

	@Actor
	static class AsyncAction {

		@Async
		@Action
		void act() {
		}

	}

	@Actor
	@Async
	static class AsyncActor extends Valid {

	}

	@Actor
	static class VolatileAction {

		@Volatile
		@Action
		void act() {
		}

	}

	@Actor
	static class ActionWithHistory {

		@History(maxEvents = 3)
		@Action
		void act() {
		}

	}

	@Actor
	static class NamedAction {

		@EventName("acted")
		@OnConnect
		void act() {
		}

	}

	@Actor
	static class ScheduledAction extends Valid {

		@Scheduled(fixedRate = 1000)
		void tick(ActorContext<?, ?> c) {
		}

	}

	@Actor
	static class SameAction {

		@Action
		void act() {
		}

		@Action("act")
		void other() {
		}

	}

	@Actor
	static class Reserved {

		@Action("rivet:act")
		void act() {
		}

	}

	@Actor
	static class Private {

		@Action
		private void act() {
		}

	}

	@Actor
	static class Answering {

		@Action
		@OneWay
		String act() {
			return "";
		}

	}

	@Actor
	static class Unblocked {

		@Action(blocking = false)
		Mono<String> act() {
			return Mono.empty();
		}

	}

	@Actor
	static class DurableBeside {

		@Action(durable = true, interleave = true)
		void act() {
		}

	}

	@Actor
	static class EmptySnapshot {

		@Action(snapshot = true)
		void act() {
		}

	}

	@Actor
	static class TwoStates extends Valid {

		@CreateState
		String one() {
			return "";
		}

		@CreateState
		String other() {
			return "";
		}

	}

	@Actor
	static class NoState extends Valid {

		@CreateState
		void create() {
		}

	}

	@Actor
	static class NoVars extends Valid {

		@CreateVars
		void create() {
		}

	}

	@Actor
	static class NumberedVars extends Valid {

		@CreateVars
		Map<Integer, String> create() {
			return Map.of();
		}

	}

	@Actor
	static class AbstractState extends Valid {

		@CreateState
		Valid create() {
			throw new IllegalStateException();
		}

	}

	@Actor
	static class Undecided extends Valid {

		@CanSubscribe
		String mayAll() {
			return "";
		}

	}

	@Actor
	static class CreatesText extends Valid {

		@CanCreate
		String may() {
			return "";
		}

	}

	@Actor
	static class ConnectDecides extends Valid {

		@OnConnect
		boolean connect() {
			return true;
		}

	}

	@Actor
	static class ManyPayloads extends Valid {

		@CreateState
		String create() {
			return "";
		}

		@OnStateChange
		void changed(String state, String other, String more) {
		}

	}

	@Actor
	static class UnknownParameter extends Valid {

		@OnWake
		void wake(Thread thread) {
		}

	}

	@Actor
	static class ForeignParameter {

		@Action
		void act(@RequestHeader("x") String header) {
		}

	}

	@Actor
	static class ForeignType {

		@Action
		void act(org.springframework.security.core.userdetails.UserDetails user) {
		}

	}

	@Actor
	static class WrongState {

		@CreateState
		String create() {
			return "";
		}

		@Action
		void act(ActorContext<Integer, Void> c) {
		}

	}

	@Actor
	static class StateOfNothing {

		@Action
		void act(ActorContext<Integer, Void> c) {
		}

	}

	@Actor
	static class MisfitDefault {

		@Action
		void act(@DefaultValue("many") int count) {
		}

	}

	@Actor
	static class DefaultFirst {

		@Action
		void act(@DefaultValue("1") int count, int other) {
		}

	}

	@Actor
	static class DefaultOfHook extends Valid {

		@OnWake
		void wake(@DefaultValue("1") ActorContext<Void, Void> c) {
		}

	}

	@Actor
	static class EmptyEvent extends Valid {

		@CanSubscribe("")
		boolean may() {
			return true;
		}

	}

	@Actor
	static class SameRule extends Valid {

		@CanSubscribe("said")
		boolean may() {
			return true;
		}

		@CanSubscribe("said")
		boolean mayToo() {
			return true;
		}

	}

	@Actor
	static class RuleOfNumber extends Valid {

		@CanSubscribe
		boolean may(int number) {
			return true;
		}

	}

	@Actor(events = Said.class, strict = true)
	static class UndeclaredEvent extends Valid {

		@CanSubscribe("typed")
		boolean may() {
			return true;
		}

	}

	@Actor(strict = true)
	static class StrictAlone extends Valid {

	}

	@Actor(events = { Said.class, SaidToo.Events.class })
	static class SaidToo extends Valid {

		interface Events {

			@EventName("said")
			void other(String text);

		}

	}

	@Actor(events = Valid.class)
	static class ContractClass extends Valid {

	}

	@Actor(events = ReturningContract.Events.class)
	static class ReturningContract extends Valid {

		interface Events {

			String said();

		}

	}

	@Actor(events = OneWayContract.Events.class)
	static class OneWayContract extends Valid {

		interface Events {

			@OneWay
			void said();

		}

	}

	@Actor(events = EmptyContract.Events.class)
	static class EmptyContract extends Valid {

		interface Events {

		}

	}

	@Actor(events = ThreadContract.Events.class)
	static class ThreadContract extends Valid {

		interface Events {

			void said(CompletableFuture<String> text);

		}

	}

	@Actor(events = TwiceContract.Events.class)
	static class TwiceContract extends Valid {

		interface Events {

			void said(String text);

			@EventName("said")
			void other(String text);

		}

	}

	@Actor(events = NamelessContract.Events.class)
	static class NamelessContract extends Valid {

		interface Events {

			@EventName("")
			void said(String text);

		}

	}

	@Actor(events = EndlessContract.Events.class)
	static class EndlessContract extends Valid {

		interface Events {

			@History(maxAge = "999999d")
			void said(String text);

		}

	}

	@Actor
	@History(maxEvents = -1)
	static class NegativeHistory extends Valid {

	}

	@Actor
	static class Never {

		@ActorSchedule(cron = "0 0 31 2 *")
		void act() {
		}

	}

	@Actor
	static class UnknownZone {

		@ActorSchedule(cron = "0 3 * * *", zone = "Europe/Atlantis")
		void act() {
		}

	}

	@Actor
	static class Sometimes {

		@ActorSchedule(every = "sometimes")
		void act() {
		}

	}

	@Actor
	static class SameSchedule {

		@ActorSchedule(name = "daily", every = "1h")
		void act() {
		}

		@ActorSchedule(name = "daily", every = "2h")
		void other() {
		}

	}

	@Actor
	static class ScheduleWithArgument {

		@ActorSchedule(every = "1h")
		void act(int count) {
		}

	}

	@Actor
	static class ScheduleWithUser {

		@ActorSchedule(every = "1h")
		void act(Principal user) {
		}

	}

	@Actor
	static class MissingMigration extends Valid {

		@StateVersion(2)
		record Text(String text) {
		}

		@CreateState
		Text create() {
			return new Text("");
		}

		@MigrateState(from = 0)
		JsonNode migrate(JsonNode old) {
			return old;
		}

	}

	@Actor
	static class InvalidError {

		@Action
		void act() throws Teapot {
		}

		@RivetError(code = "tea", status = 200)
		static class Teapot extends Exception {

		}

	}

	@Actor
	static class NoMethodSecurity {

		@Action
		@PreAuthorize("hasRole('ADMIN')")
		public void act() {
		}

	}

	@Actor
	static class NoJsr250 {

		@Action
		@RolesAllowed("ADMIN")
		public void act() {
		}

	}

	@Actor(access = "isAuthenticatd()")
	static class MisspelledAccess extends Valid {

	}

	@Actor(access = "hasRol(")
	static class BrokenAccess extends Valid {

	}

	@Actor(access = "isAuthenticated()")
	static class Access extends Valid {

	}

	@Actor
	@PreAuthorize("hasRol('X'")
	static class BrokenClass extends Valid {

	}

	@Actor
	static class BrokenRule {

		@Action
		@PreAuthorize("hasRol('X'")
		public void act() {
		}

	}

	@Actor
	static class FinalRule {

		@Action
		@PreAuthorize("permitAll")
		public final void act() {
		}

	}

	@Actor
	static class RuleOfHook extends Valid {

		@OnWake
		@PreAuthorize("hasRole('ADMIN')")
		public void wake() {
		}

	}

	@Actor
	@PostAuthorize("permitAll")
	static class RuleOfSuperclass extends Valid {

	}

	@Actor(events = SecuredEvent.Events.class)
	static class SecuredEvent extends Valid {

		interface Events {

			@Secured("ROLE_ADMIN")
			void said(String text);

		}

	}

	@Actor
	static class BrokenPrincipal {

		@Action
		void act(@AuthenticationPrincipal(expression = "name(") String name) {
		}

	}

	@Actor
	static class LaterPrincipal {

		@Action
		void act(@AuthenticationPrincipal Mono<Object> user) {
		}

	}

}
