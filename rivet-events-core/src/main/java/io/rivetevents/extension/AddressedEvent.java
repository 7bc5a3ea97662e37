package io.rivetevents.extension;

import java.util.List;
import java.util.Set;

import tools.jackson.databind.JsonNode;

/**
 * An event on its way: whom it goes to, and what it says.
 *
 * @param selection whom it may go to
 * @param subscribed whether only those get it who have subscribed to it
 * @param event name of the event
 * @param args its arguments, not to be changed from here on
 * @param tags tags that it carries; empty for none, and then it passes whatever tags a
 * subscription names
 * @param droppable whether it may be dropped for a connection that is slow
 * @since 0.1.0
 */
public record AddressedEvent(Selection selection, boolean subscribed, String event, List<JsonNode> args,
		Set<String> tags, boolean droppable) {

	public AddressedEvent {
		args = List.copyOf(args);
		tags = Set.copyOf(tags);
	}

	/**
	 * Returns the same event with other arguments.
	 */
	public AddressedEvent withArgs(List<JsonNode> args) {
		return new AddressedEvent(this.selection, this.subscribed, this.event, args, this.tags, this.droppable);
	}

	/**
	 * Returns the same event for other connections.
	 */
	public AddressedEvent withSelection(Selection selection) {
		return new AddressedEvent(selection, this.subscribed, this.event, this.args, this.tags, this.droppable);
	}

	/**
	 * Returns the same event as one that may be dropped for a connection that is slow.
	 */
	public AddressedEvent asDroppable() {
		return new AddressedEvent(this.selection, this.subscribed, this.event, this.args, this.tags, true);
	}

}
