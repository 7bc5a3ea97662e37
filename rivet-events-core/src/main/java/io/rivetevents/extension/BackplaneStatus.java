package io.rivetevents.extension;

/**
 * How a backplane is doing, counted since its start. Commands count like events.
 *
 * @param connected whether events of other nodes arrive at present
 * @param published events that have been handed over
 * @param received events that have arrived from elsewhere
 * @param notPublished events that could not be handed over; other nodes miss them
 * @param lost events of other nodes that are known to have been missed here
 * @param interruptions times at which events may have been missed here, known or not
 * @param malformed messages that could not be read
 * @since 0.1.0
 */
public record BackplaneStatus(boolean connected, long published, long received, long notPublished, long lost,
		long interruptions, long malformed) {
}
