/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.version;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import org.assertj.core.api.Assertions;

/**
 * The classes of this module in two builds: as they are, and as those of the next
 * version, which has one more field in each event and one more kind of frame. The next
 * version is compiled from changed sources. Each build has a class loader of its own; the
 * types of other modules are the same in both.
 */
final class Builds {

	private static final String SOURCES = "src/main/java/io/rivetevents/cluster/";

	private static final String OURS = "io.rivetevents.cluster.";

	private final Path next;

	/**
	 * Compiles the next version.
	 * @param directory an empty directory
	 */
	Builds(Path directory) {
		this.next = directory.resolve("classes");
		List<String> changed = new ArrayList<>();
		changed.add(change(directory, "peer/Envelope.java", "int VERSION = 4;", "int VERSION = 5;"));
		changed.add(change(directory, "frame/Frame.java", "	record Leaving() implements Frame {", """
				record Next(String text) implements Frame {

					@Override
					public int since() {
						return 5;
					}

				}

				record Leaving() implements Frame {"""));
		changed.add(change(directory, "frame/FrameCodec.java", "new Variant<>(10, Frame.Leaving.class,", """
				new Variant<>(200, Frame.Next.class, (out, next) -> out.text(next.text()),
						(in) -> new Frame.Next(in.text())),
				new Variant<>(10, Frame.Leaving.class,"""));
		changed.add(change(directory, "frame/Messages.java", ".optional(event.traceparent(), FrameOutput::text);",
				".optional(event.traceparent(), FrameOutput::text).text(\"a field of the next version\");"));
		changed.add(change(directory, "directory/ClusterNode.java", "	private void leaveOwners() {", """
				public static final java.util.concurrent.atomic.AtomicInteger NEXT
						= new java.util.concurrent.atomic.AtomicInteger();

				public boolean sendNext(String node) {
					return this.peers.send(node, new Frame.Next("text"));
				}

				private void leaveOwners() {""", "			else if (frame instanceof Frame.LeavingSeen) {", """
				else if (frame instanceof Frame.Next) {
					NEXT.incrementAndGet();
				}
				else if (frame instanceof Frame.LeavingSeen) {"""));
		compile(changed);
	}

	private static String change(Path directory, String source, String... replacements) {
		try {
			String content = Files.readString(Path.of(SOURCES + source));
			for (int i = 0; i < replacements.length; i += 2) {
				Assertions.assertThat(content).containsOnlyOnce(replacements[i]);
				content = content.replace(replacements[i], replacements[i + 1]);
			}
			Path target = directory.resolve(source);
			Files.createDirectories(target.getParent());
			return Files.writeString(target, content).toString();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void compile(List<String> sources) {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		List<String> arguments = new ArrayList<>(List.of("-d", this.next.toString(), "-parameters", "-proc:none",
				"-nowarn", "-cp", System.getProperty("java.class.path")));
		arguments.addAll(sources);
		Assertions.assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).isZero();
	}

	/** Creates a node of this version. */
	TestedNode present(Object store, int port, List<Integer> ports) {
		return node(List.of(), store, port, ports);
	}

	/** Creates a node of the next version. */
	TestedNode next(Object store, int port, List<Integer> ports) {
		return node(List.of(url(this.next)), store, port, ports);
	}

	private static URL url(Path directory) {
		try {
			return directory.toUri().toURL();
		}
		catch (MalformedURLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static TestedNode node(List<URL> first, Object store, int port, List<Integer> ports) {
		List<URL> urls = new ArrayList<>(first);
		urls.add(url(Path.of("target/classes")));
		urls.add(url(Path.of("target/test-classes")));
		try {
			return (TestedNode) new Build(urls).loadClass(VersionedNode.class.getName())
				.getConstructor(Object.class, int.class, List.class)
				.newInstance(store, port, ports);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Loads the classes of this module itself. */
	private static final class Build extends URLClassLoader {

		Build(List<URL> urls) {
			super(urls.toArray(URL[]::new), Builds.class.getClassLoader());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.startsWith(OURS) || name.equals(TestedNode.class.getName())) {
				return super.loadClass(name, resolve);
			}
			synchronized (getClassLoadingLock(name)) {
				Class<?> loaded = findLoadedClass(name);
				return (loaded != null) ? loaded : find(name, resolve);
			}
		}

		private Class<?> find(String name, boolean resolve) throws ClassNotFoundException {
			if (findResource(name.replace('.', '/') + ".class") == null) {
				return super.loadClass(name, resolve); // of another module
			}
			return findClass(name);
		}

	}

}
