package io.rivetevents.actor;

import java.util.Collection;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import tools.jackson.databind.JsonNode;

import io.rivetevents.connection.ClientConnection;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.EventTargets;
import io.rivetevents.protocol.ActorKey;

/**
 * The context of one call: the instance, and who called.
 */
final class DefaultActorContext extends EventTargets<@Nullable Object>
		implements ActorContext<@Nullable Object, @Nullable Object> {

	/** The one whose method runs on a thread. */
	static final ThreadLocal<@Nullable ActorContext<?, ?>> CURRENT = new ThreadLocal<>();

	private final ActorInstance instance;

	private final @Nullable ClientConnection caller;

	DefaultActorContext(ActorInstance instance, @Nullable ClientConnection caller) {
		super(instance.targets());
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
