package io.rivetevents.actor.instance;

import java.util.List;

import io.rivetevents.actor.call.ActorType;
import io.rivetevents.connection.Receipt;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.delivery.Dispatcher;
import io.rivetevents.extension.AddressedEvent;

/**
 * Brings events to the connections of one instance, as its actor declares them. For any
 * thread.
 */
final class InstanceEvents implements Dispatcher {

	private final ActorType type;

	private final ActorConnections connections;

	/**
	 * Creates events.
	 * @param type declares them
	 * @param connections those of the instance
	 */
	InstanceEvents(ActorType type, ActorConnections connections) {
		this.type = type;
		this.connections = connections;
	}

	/**
	 * Bring an event to connections.
	 * @throws IllegalArgumentException if the actor does not declare the event, and must
	 */
	@Override
	public Receipt dispatch(AddressedEvent dispatch) {
		ActorType.EventSettings event = event(dispatch);
		return this.connections.dispatch(event.droppable() ? dispatch.asDroppable() : dispatch, event.history());
	}

	@Override
	public List<DeclaredType> argumentsOf(String event) {
		ActorType.EventSettings known = this.type.event(event);
		return (known != null) ? known.arguments() : List.of();
	}

	@Override
	public void check(AddressedEvent dispatch) {
		if (!event(dispatch).droppable()) {
			this.connections.check(dispatch);
		}
	}

	private ActorType.EventSettings event(AddressedEvent dispatch) {
		ActorType.EventSettings event = this.type.event(dispatch.event());
		if (event == null) {
			throw new IllegalArgumentException("The contract of actor %s is strict and has no event `%s`"
				.formatted(this.type.name(), dispatch.event()));
		}
		return event;
	}

}
