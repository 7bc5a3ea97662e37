/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Connections;
import io.rivetevents.contract.History;

/**
 * A chat room. Messages of a signed-in user have the name of the user; messages of a
 * guest have the name that the guest sends, and are marked. A user that is mentioned in a
 * message, as in {@code @ada}, receives an event in any room, on any node.
 */
@Actor(name = "chatRoom", events = ChatRoom.Events.class)
@History(durable = true)
class ChatRoom {

	private static final int HISTORY = 200;

	private static final Pattern MENTION = Pattern.compile("@(\\w+)");

	/** Prefix of the default names of guests, and suffix of all their other names. */
	private static final String GUEST = "guest";

	private static final int MAX_MENTIONS = 10;

	/** In seconds: a day. */
	private static final int MAX_DELAY = 86_400;

	private final Connections connections;

	private final String node;

	ChatRoom(Connections connections, @Value("${sample.node:}") String node) {
		this.connections = connections;
		this.node = node;
	}

	/** Events of the room. */
	interface Events {

		void messageReceived(Message message);

		void presenceChanged(List<String> names);

		void mentioned(Mention mention);

	}

	/** The id is the name of a signed-in user, unless {@code guest} is set. */
	record Message(UUID id, String userId, boolean guest, String text, long timestamp) {
	}

	record Mention(String room, String userId, boolean guest, String text) {
	}

	record Guest(@Nullable String name) {
	}

	/** Connection state; a stateless call has no name. */
	record Member(@Nullable String name) {
	}

	static class State {

		public List<Message> messages = new ArrayList<>();

	}

	@CreateState
	State createState() {
		return new State();
	}

	@CreateConnState
	Member createMember(@ConnParams @Nullable Guest guest, @Nullable Principal principal) {
		return new Member((principal != null) ? principal.getName() : marked((guest != null) ? guest.name() : null));
	}

	private static @Nullable String marked(@Nullable String name) {
		return (name == null || name.startsWith(GUEST)) ? name : "%s (%s)".formatted(name, GUEST);
	}

	@OnConnect
	void join(ActorContext<State, Member> c) {
		c.broadcast(Events.class).presenceChanged(whoIsHere(c));
	}

	@OnDisconnect
	void leave(ActorContext<State, Member> c, Connection<Member> leaving) {
		c.broadcast(Events.class).presenceChanged(names(c, leaving));
	}

	@Action(durable = true)
	Message sendMessage(ActorContext<State, Member> c, @Nullable Principal principal,
			@NotBlank @Size(max = 50) String userId, @NotBlank @Size(max = 500) String text) {
		return add(c, author(principal, userId), principal == null, text);
	}

	/** Sends a message later, even if all clients have left by then. */
	@Action
	void remind(ActorContext<State, Member> c, @Nullable Principal principal, @NotBlank @Size(max = 50) String userId,
			@NotBlank @Size(max = 500) String text, @Min(1) @Max(MAX_DELAY) int seconds) {
		c.schedule()
			.after(Duration.ofSeconds(seconds), "sendReminder", author(principal, userId), principal == null, text);
	}

	@Action(internal = true, durable = true)
	void sendReminder(ActorContext<State, Member> c, String author, boolean guest, String text) {
		add(c, author, guest, text);
	}

	private static String author(@Nullable Principal principal, String userId) {
		return (principal != null) ? principal.getName() : userId;
	}

	private Message add(ActorContext<State, Member> c, String author, boolean guest, String text) {
		Message message = new Message(UUID.randomUUID(), author, guest, text, System.currentTimeMillis());
		List<Message> messages = c.state().messages;
		messages.add(message);
		if (messages.size() > HISTORY) {
			messages.remove(0);
		}
		c.broadcast(Events.class).messageReceived(message);
		tellMentioned(message, c.key().serialize());
		return message;
	}

	private void tellMentioned(Message message, String room) {
		Mention mention = new Mention(room, message.userId(), message.guest(), message.text());
		MENTION.matcher(message.text())
			.results()
			.map((found) -> found.group(1))
			.filter((name) -> !name.equals(message.userId()))
			.distinct()
			.limit(MAX_MENTIONS)
			.forEach((name) -> this.connections.user(name).send(Events.class).mentioned(mention));
	}

	@Action(snapshot = true)
	List<Message> getHistory(ActorContext<State, Member> c) {
		return c.state().messages;
	}

	@Action
	List<String> whoIsHere(ActorContext<State, Member> c) {
		return names(c, null);
	}

	/** Returns the name of the node that runs the room, empty if there is one node. */
	@Action
	String node() {
		return this.node;
	}

	private static List<String> names(ActorContext<State, Member> c, @Nullable Connection<Member> leaving) {
		return c.conns()
			.stream()
			.filter((connection) -> leaving == null || !connection.id().equals(leaving.id()))
			.map((connection) -> connection.state().name())
			.filter(Objects::nonNull)
			.distinct()
			.sorted()
			.toList();
	}

}
