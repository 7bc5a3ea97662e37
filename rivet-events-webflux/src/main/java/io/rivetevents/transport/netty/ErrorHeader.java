package io.rivetevents.transport.netty;

/**
 * Header that names the error of an answer, for clients that do not read its body, and
 * for answers that have none.
 */
public final class ErrorHeader {

	/** Name of the header. */
	public static final String NAME = "x-rivet-error";

	/** Characters of a value that are kept. */
	private static final int MAX_LENGTH = 1000;

	private ErrorHeader() {
	}

	/**
	 * Returns the value for an error. An application may give its errors any code: what a
	 * header cannot hold is replaced.
	 * @param group group of the error
	 * @param code code of the error
	 */
	public static String value(String group, String code) {
		String text = group + "." + code;
		String kept = (text.length() > MAX_LENGTH) ? text.substring(0, MAX_LENGTH) : text;
		return kept.replaceAll("[^\\x20-\\x7e]", "?");
	}

}
