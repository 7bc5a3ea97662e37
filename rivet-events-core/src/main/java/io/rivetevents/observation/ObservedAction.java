package io.rivetevents.observation;

/**
 * Takes the end of an action. Of several ends the first one counts. Safe for use by
 * several threads.
 */
public interface ObservedAction {

	/** Is not observed. */
	ObservedAction NONE = new ObservedAction() {

		@Override
		public void succeed() {
		}

		@Override
		public void fail(Throwable failure) {
		}

	};

	/** Reports that it has a result. */
	void succeed();

	/**
	 * Reports that it has none.
	 * @param failure what the caller gets
	 */
	void fail(Throwable failure);

}
