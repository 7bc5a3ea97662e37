/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Recipients;
import io.rivetevents.connection.Targets;
import io.rivetevents.delivery.dispatch.Dispatcher;
import io.rivetevents.extension.Selection;

/**
 * All connections that a dispatcher can reach.
 *
 * @param <C> type of the connection state
 */
public class EventTargets<C extends @Nullable Object> extends ForwardingRecipients implements Targets<C> {

	private final SelectedRecipients all;

	private final TargetServices services;

	/**
	 * Creates the targets.
	 * @param dispatcher sends events to connections
	 * @param services shared by all targets
	 */
	public EventTargets(Dispatcher dispatcher, TargetServices services) {
		this.all = new SelectedRecipients(dispatcher, services, Selection.ALL);
		this.services = services;
	}

	/**
	 * Creates a copy of the targets.
	 * @param same the targets to copy
	 */
	protected EventTargets(EventTargets<C> same) {
		this.all = same.all;
		this.services = same.services;
	}

	@Override
	final Recipients recipients() {
		return this.all;
	}

	@Override
	public Recipients to(Connection<?>... connections) {
		return to(List.of(connections));
	}

	@Override
	public Recipients to(Collection<? extends Connection<?>> connections) {
		return this.all.select(new Selection.These(ids(connections)));
	}

	@Override
	public Recipients except(Connection<?>... connections) {
		return except(List.of(connections));
	}

	@Override
	public Recipients except(Collection<? extends Connection<?>> connections) {
		return this.all.select(new Selection.AllExcept(ids(connections)));
	}

	private static Set<String> ids(Collection<? extends Connection<?>> connections) {
		return connections.stream().map(Connection::id).collect(Collectors.toUnmodifiableSet());
	}

	@Override
	public Recipients toUser(String userName) {
		return this.all.select(new Selection.User(checkName(userName)));
	}

	@Override
	public Recipients toUser(String userName, String issuer) {
		return this.all.select(new Selection.User(checkName(userName), this.services.known(issuer)));
	}

	@Override
	public Recipients exceptUser(String userName) {
		return this.all.select(new Selection.AllExceptUser(checkName(userName)));
	}

	@Override
	public Recipients exceptUser(String userName, String issuer) {
		return this.all.select(new Selection.AllExceptUser(checkName(userName), this.services.known(issuer)));
	}

	private static String checkName(String userName) {
		Assert.hasText(userName,
				"The user name must not be empty: only a user whose principal has a name can get events");
		return userName;
	}

	@Override
	@SuppressWarnings("unchecked")
	public Recipients where(Predicate<? super Connection<C>> predicate) {
		return this.all.select(new Selection.Where((connection) -> predicate.test((Connection<C>) connection)));
	}

}
