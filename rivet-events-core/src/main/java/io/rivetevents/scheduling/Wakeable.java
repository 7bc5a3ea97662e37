package io.rivetevents.scheduling;

/**
 * Somebody who sleeps while there is nothing to do.
 */
public interface Wakeable {

	/**
	 * Look for something to do. By any thread; to be called too often does no harm.
	 */
	void wake();

}
