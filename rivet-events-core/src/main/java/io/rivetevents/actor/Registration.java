package io.rivetevents.actor;

/**
 * Something that is in force until it is closed. Closing it twice does nothing.
 *
 * @since 0.1.0
 */
public interface Registration extends AutoCloseable {

	@Override
	void close();

}
