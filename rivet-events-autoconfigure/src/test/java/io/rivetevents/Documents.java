package io.rivetevents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The README and the documents beside it.
 */
final class Documents {

	private Documents() {
	}

	/**
	 * A document.
	 *
	 * @param name its file name
	 * @param text what it says
	 */
	record Document(String name, String text) {
	}

	/** Returns all of them, the README first. */
	static List<Document> all() {
		List<Document> documents = new ArrayList<>(List.of(read(Path.of("../README.md"))));
		try (Stream<Path> files = Files.list(Path.of("../docs"))) {
			files.filter((file) -> file.toString().endsWith(".md"))
				.sorted()
				.map(Documents::read)
				.forEach(documents::add);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return documents;
	}

	private static Document read(Path file) {
		try {
			return new Document(file.getFileName().toString(), Files.readString(file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
