package io.rivetevents.connection;

import java.security.Principal;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.OutgoingMessage;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ValueMapper;

/**
 * The actor's side of one client: from the moment it is let in until its last hook has
 * run. It holds no socket, only the way out.
 */
public final class ClientConnection implements Connection<@Nullable Object> {

	private final ConnectRequest request;

	private final Outbound outbound;

	private final ValueMapper mapper;

	private final Set<String> subscriptions = ConcurrentHashMap.newKeySet(2);

	private final boolean stateful;

	private volatile @Nullable Object state;

	/**
	 * Create a connection.
	 * @param request what the client asked for
	 * @param outbound its way out
	 * @param mapper converts values
	 * @param stateful whether the actor keeps a connection state
	 * @param state the connection state; {@code null} without one
	 */
	public ClientConnection(ConnectRequest request, Outbound outbound, ValueMapper mapper, boolean stateful,
			@Nullable Object state) {
		this.request = request;
		this.outbound = outbound;
		this.mapper = mapper;
		this.stateful = stateful;
		this.state = state;
	}

	@Override
	public String id() {
		return this.request.connectionId();
	}

	@Override
	@SuppressWarnings("NullAway") // without its JSpecify mode it takes C for not nullable
	public @Nullable Object state() {
		if (!this.stateful) {
			throw new IllegalStateException("The actor has no method with @CreateConnState");
		}
		return this.state;
	}

	@Override
	public void setState(@Nullable Object state) {
		this.state = state;
	}

	@Override
	public <T> @Nullable T params(Class<T> type) {
		JsonNode params = this.request.params();
		return (params != null) ? this.mapper.convert(params, type) : null;
	}

	@Override
	public @Nullable Principal principal() {
		return this.request.identity().principal();
	}

	@Override
	public boolean isSubscribed(String event) {
		return this.subscriptions.contains(event);
	}

	@Override
	public boolean isStateless() {
		return this.request.stateless();
	}

	@Override
	public void send(String event, @Nullable Object... args) {
		if (!isStateless()) {
			this.outbound.send(OutgoingMessage.of(new ToClient.Event(event, toTrees(this.mapper, args))));
		}
	}

	@Override
	public void disconnect(String reason) {
		this.outbound.close(CloseReason.disconnected(reason));
	}

	/**
	 * Return what the client asked for on connecting.
	 */
	public ConnectRequest request() {
		return this.request;
	}

	/**
	 * Return the way out.
	 */
	public Outbound outbound() {
		return this.outbound;
	}

	/**
	 * Return the names of the events that the client has subscribed to, to be changed by
	 * the actor alone.
	 */
	public Set<String> subscriptions() {
		return this.subscriptions;
	}

	/**
	 * Convert the arguments of an event.
	 * @param mapper converts values
	 * @param args the arguments
	 */
	public static List<JsonNode> toTrees(ValueMapper mapper, @Nullable Object... args) {
		return Arrays.stream(args).map(mapper::toTree).toList();
	}

	@Override
	public String toString() {
		return "connection " + id();
	}

}
