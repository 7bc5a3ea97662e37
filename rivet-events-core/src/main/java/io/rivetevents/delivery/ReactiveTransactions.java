package io.rivetevents.delivery;

/**
 * Tells whether code of the application may run in a reactive transaction, which no
 * thread shows.
 */
@FunctionalInterface
public interface ReactiveTransactions {

	/** The application has no reactive transactions. */
	ReactiveTransactions NONE = () -> false;

	/**
	 * Returns whether there may be one. Called on any thread; does not block.
	 */
	boolean possible();

}
