package io.rivetevents.actor;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import tools.jackson.databind.JsonNode;

import io.rivetevents.connection.ClientConnection;
import io.rivetevents.connection.Connection;
import io.rivetevents.protocol.ActorKey;

/**
 * The context of one call: the instance, and who called.
 */
final class DefaultActorContext implements ActorContext<@Nullable Object, @Nullable Object> {

	private final ActorInstance instance;

	private final @Nullable ClientConnection caller;

	DefaultActorContext(ActorInstance instance, @Nullable ClientConnection caller) {
		this.instance = instance;
		this.caller = caller;
	}

	ActorInstance instance() {
		return this.instance;
	}

	@Override
	public String name() {
		return this.instance.address().name();
	}

	@Override
	public ActorKey key() {
		return this.instance.address().key();
	}

	@Override
	public String id() {
		return this.instance.actorId();
	}

	@Override
	@SuppressWarnings("NullAway") // without its JSpecify mode it takes C for not nullable
	public @Nullable Object state() {
		return this.instance.state().get();
	}

	@Override
	public void setState(@Nullable Object state) {
		this.instance.state().set(state);
	}

	@Override
	public Map<String, Object> vars() {
		return this.instance.vars();
	}

	@Override
	public <T> @Nullable T input(Class<T> type) {
		JsonNode input = this.instance.input();
		return (input != null) ? this.instance.mapper().convert(input, type) : null;
	}

	@Override
	public Collection<Connection<@Nullable Object>> conns() {
		return this.instance.connections().all();
	}

	@Override
	public Connection<@Nullable Object> conn() {
		Assert.state(this.caller != null, "This call comes from no connection");
		return this.caller;
	}

	@Override
	public void broadcast(String event, @Nullable Object... args) {
		broadcastWhere((connection) -> true, event, args);
	}

	@Override
	public void broadcastExcept(Connection<@Nullable Object> except, String event, @Nullable Object... args) {
		broadcastWhere((connection) -> connection != except, event, args);
	}

	@Override
	public void broadcastExcept(Collection<? extends Connection<@Nullable Object>> except, String event,
			@Nullable Object... args) {
		Set<String> ids = except.stream().map(Connection::id).collect(Collectors.toUnmodifiableSet());
		broadcastWhere((connection) -> !ids.contains(connection.id()), event, args);
	}

	@Override
	public void broadcastWhere(Predicate<? super Connection<@Nullable Object>> who, String event,
			@Nullable Object... args) {
		Assert.hasLength(event, "An event needs a name");
		this.instance.connections().broadcast(who, event, args);
	}

	@Override
	public ActorHandle actor(String name, String... key) {
		return this.instance.neighbour(name, key);
	}

	@Override
	public void destroy() {
		this.instance.requestEnd(ActorInstance.End.DESTROY);
	}

	@Override
	public void sleep() {
		this.instance.requestEnd(ActorInstance.End.SLEEP);
	}

	@Override
	public void saveState() {
		this.instance.state().save();
	}

}
