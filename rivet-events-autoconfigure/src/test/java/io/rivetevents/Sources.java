/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import org.jspecify.annotations.Nullable;

/**
 * The sources of all modules, as the compiler parses them.
 */
final class Sources {

	private static final Path ROOT = Path.of("..");

	private static final Pattern LICENCE_HEADER = Pattern.compile("\\A/\\*[^*].*?\\*/\\s*", Pattern.DOTALL);

	private final List<CompilationUnitTree> units = new ArrayList<>();

	private final DocTrees docs;

	private Sources(JavacTask task) throws IOException {
		this.docs = DocTrees.instance(task);
		task.parse().forEach(this.units::add);
	}

	/** Returns the main sources of the modules that applications have. */
	static Sources ofModules() {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		try (Stream<Path> modules = Files.list(ROOT);
				StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
			List<Path> sources = new ArrayList<>();
			for (Path module : modules.filter(Sources::isModule).toList()) {
				sources.addAll(sourcesOf(module.resolve("src/main/java")));
			}
			return new Sources((JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null,
					files.getJavaFileObjectsFromPaths(sources)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static boolean isModule(Path directory) {
		String name = directory.getFileName().toString();
		return name.startsWith("rivet-events-") && !name.equals("rivet-events-benchmarks")
				&& Files.isDirectory(directory.resolve("src/main/java"));
	}

	private static List<Path> sourcesOf(Path directory) throws IOException {
		try (Stream<Path> files = Files.walk(directory)) {
			return files.filter((file) -> file.toString().endsWith(".java")).toList();
		}
	}

	/** Returns the lines of each package by its name, without the licence headers. */
	Map<String, Long> linesOfPackages() {
		Map<String, Long> lines = new TreeMap<>();
		for (CompilationUnitTree unit : this.units) {
			lines.merge(unit.getPackageName().toString(), lines(unit), Long::sum);
		}
		return lines;
	}

	private static long lines(CompilationUnitTree unit) {
		try {
			return LICENCE_HEADER.matcher(unit.getSourceFile().getCharContent(true)).replaceFirst("").lines().count();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Visits each method.
	 * @param visitor gets its name, with that of its class, and how many lines it has
	 */
	void methods(BiConsumer<String, Long> visitor) {
		SourcePositions positions = this.docs.getSourcePositions();
		scan(new Scanner() {

			@Override
			void method(CompilationUnitTree unit, String owner, MethodTree method) {
				if (method.getBody() != null) {
					LineMap map = unit.getLineMap();
					// as one counts them: from the name to the last brace
					long first = map.getLineNumber(positions.getStartPosition(unit, method.getBody()));
					long last = map.getLineNumber(positions.getEndPosition(unit, method.getBody()));
					visitor.accept(owner + "." + method.getName(), last - first + 1);
				}
			}

		});
	}

	/**
	 * Returns what an application may use and has no documentation. A method that
	 * implements another one has its documentation there.
	 */
	List<String> undocumented() {
		List<String> found = new ArrayList<>();
		scan(new Scanner() {

			@Override
			void type(CompilationUnitTree unit, String name, ClassTree type) {
				if (isPublic(type.getModifiers().toString(), name) && !documented()) {
					report(unit, name);
				}
			}

			@Override
			void method(CompilationUnitTree unit, String owner, MethodTree method) {
				boolean documentedElsewhere = method.getModifiers().toString().contains("@Override");
				if (isPublic(method.getModifiers().toString(), owner) && !documentedElsewhere
						&& method.getName().charAt(0) != '<' && !documented()) {
					report(unit, owner + "." + method.getName());
				}
			}

			private boolean documented() {
				return Sources.this.docs.getDocComment(getCurrentPath()) != null;
			}

			private boolean isPublic(String modifiers, String owner) {
				return modifiers.contains("public") || (!modifiers.contains("private") && inInterface());
			}

			private boolean inInterface() {
				Tree parent = getCurrentPath().getParentPath().getLeaf();
				return parent.getKind() == Tree.Kind.INTERFACE || parent.getKind() == Tree.Kind.ANNOTATION_TYPE;
			}

			private void report(CompilationUnitTree unit, String name) {
				if (Api.contains(unit)) {
					found.add(unit.getPackageName() + "." + name);
				}
			}

		});
		return found;
	}

	/** Returns the full names of the types of all modules, nested ones not. */
	Set<String> types() {
		return this.units.stream().map(Api::nameOf).collect(Collectors.toCollection(TreeSet::new));
	}

	/** Lists what an application may use. */
	String api() {
		ApiListing listing = new ApiListing();
		this.units.stream().filter(Api::contains).forEach(listing::add);
		return listing.text();
	}

	private void scan(Scanner scanner) {
		this.units.forEach((unit) -> scanner.scan(unit, unit));
	}

	/** Visits types and methods. */
	private abstract static class Scanner extends TreePathScanner<@Nullable Void, CompilationUnitTree> {

		private String owner = "";

		void type(CompilationUnitTree unit, String name, ClassTree type) {
		}

		void method(CompilationUnitTree unit, String owner, MethodTree method) {
		}

		@Override
		public @Nullable Void visitClass(ClassTree type, CompilationUnitTree unit) {
			String outer = this.owner;
			this.owner = outer.isEmpty() ? type.getSimpleName().toString() : outer + "." + type.getSimpleName();
			type(unit, this.owner, type);
			super.visitClass(type, unit);
			this.owner = outer;
			return null;
		}

		@Override
		public @Nullable Void visitMethod(MethodTree method, CompilationUnitTree unit) {
			method(unit, this.owner, method);
			return super.visitMethod(method, unit);
		}

	}

}
