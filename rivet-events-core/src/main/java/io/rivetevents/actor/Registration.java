package io.rivetevents.actor;

/**
 * Something that is in force until it is closed. Closing it twice does nothing.
 */
public interface Registration extends AutoCloseable {

	@Override
	void close();

}
