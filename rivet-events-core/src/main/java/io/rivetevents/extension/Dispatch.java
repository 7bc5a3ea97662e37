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
 */
public record Dispatch(Selection selection, boolean subscribed, String event, List<JsonNode> args, Set<String> tags,
		boolean droppable) {

	public Dispatch {
		args = List.copyOf(args);
		tags = Set.copyOf(tags);
	}

	/**
	 * Returns the same event with other arguments.
	 */
	public Dispatch withArgs(List<JsonNode> args) {
		return new Dispatch(this.selection, this.subscribed, this.event, args, this.tags, this.droppable);
	}

	/**
	 * Return the same event for other connections.
	 */
	public Dispatch withSelection(Selection selection) {
		return new Dispatch(selection, this.subscribed, this.event, this.args, this.tags, this.droppable);
	}

	/**
	 * Return the same event as one that may be dropped for a connection that is slow.
	 */
	public Dispatch asDroppable() {
		return new Dispatch(this.selection, this.subscribed, this.event, this.args, this.tags, true);
	}

}
