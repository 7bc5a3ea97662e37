/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import javax.lang.model.element.Modifier;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.SimpleTreeVisitor;
import org.jspecify.annotations.Nullable;

/**
 * Lists the public types of some packages and their accessible members as text: one line
 * for each, ordered by name, as in the source.
 */
final class ApiListing {

	private final Map<String, Set<String>> members = new TreeMap<>();

	/**
	 * Adds the public types of a file.
	 * @param unit the file
	 */
	void add(CompilationUnitTree unit) {
		String packageName = unit.getPackageName().toString();
		for (Tree type : unit.getTypeDecls()) {
			if (type instanceof ClassTree declared) {
				add(packageName, declared, false);
			}
		}
	}

	private void add(String outer, ClassTree type, boolean inInterface) {
		if (!isVisible(type.getModifiers(), inInterface)) {
			return;
		}
		String name = outer + "." + type.getSimpleName();
		Set<String> lines = new TreeSet<>();
		this.members.put(head(name, type, inInterface), lines);
		boolean isInterface = type.getKind() == Tree.Kind.INTERFACE || type.getKind() == Tree.Kind.ANNOTATION_TYPE;
		for (Tree member : type.getMembers()) {
			if (member instanceof ClassTree nested) {
				add(name, nested, isInterface);
			}
			else {
				String line = member.accept(new MemberLine(type, isInterface), null);
				if (line != null) {
					lines.add(line);
				}
			}
		}
	}

	private static boolean isVisible(ModifiersTree modifiers, boolean inInterface) {
		Set<Modifier> flags = modifiers.getFlags();
		return flags.contains(Modifier.PUBLIC) || flags.contains(Modifier.PROTECTED)
				|| (inInterface && !flags.contains(Modifier.PRIVATE));
	}

	private static String head(String name, ClassTree type, boolean inInterface) {
		StringBuilder head = new StringBuilder(name);
		head.append(": ").append(modifiers(type.getModifiers(), inInterface)).append(kind(type));
		if (!type.getTypeParameters().isEmpty()) {
			head.append(join("<", type.getTypeParameters(), ">"));
		}
		if (type.getKind() == Tree.Kind.RECORD) {
			head.append(join("(", components(type), ")"));
		}
		if (type.getExtendsClause() != null) {
			head.append(" extends ").append(type.getExtendsClause());
		}
		if (!type.getImplementsClause().isEmpty()) {
			head.append(join((type.getKind() == Tree.Kind.INTERFACE) ? " extends " : " implements ",
					type.getImplementsClause(), ""));
		}
		return head.toString();
	}

	private static String kind(ClassTree type) {
		return switch (type.getKind()) {
			case INTERFACE -> "interface";
			case ANNOTATION_TYPE -> "annotation";
			case ENUM -> "enum";
			case RECORD -> "record";
			default -> "class";
		};
	}

	private static List<String> components(ClassTree type) {
		List<String> components = new ArrayList<>();
		for (Tree member : type.getMembers()) {
			// a component is a field that is not static, of which a record has no others
			if (member instanceof VariableTree field && !field.getModifiers().getFlags().contains(Modifier.STATIC)) {
				components.add(variable(field));
			}
		}
		return components;
	}

	private static String variable(VariableTree variable) {
		// its text tells "..." from "[]"
		return variable.toString()
			.replaceAll("\\s+", " ")
			.replace("@Nullable()", "@Nullable")
			.replace("private final ", "");
	}

	private static String modifiers(ModifiersTree modifiers, boolean inInterface) {
		String flags = modifiers.getFlags()
			.stream()
			.filter((flag) -> flag != Modifier.PUBLIC && flag != Modifier.SYNCHRONIZED
					&& !(inInterface && flag == Modifier.ABSTRACT))
			.map((flag) -> flag + " ")
			.collect(Collectors.joining());
		return annotations(modifiers) + flags;
	}

	/** Of all annotations, those that tell a caller something. */
	private static String annotations(ModifiersTree modifiers) {
		return modifiers.getAnnotations()
			.stream()
			.filter((annotation) -> Set.of("Nullable", "CheckReturnValue", "Deprecated")
				.contains(annotation.getAnnotationType().toString()))
			.map(AnnotationTree::getAnnotationType)
			.map((type) -> "@" + type + " ")
			.collect(Collectors.joining());
	}

	private static String join(String before, List<?> parts, String after) {
		return parts.stream().map(Object::toString).collect(Collectors.joining(", ", before, after));
	}

	/**
	 * Returns all that was added, with a line break after each line.
	 */
	String text() {
		StringBuilder text = new StringBuilder();
		this.members.forEach((type, lines) -> {
			text.append(type).append('\n');
			lines.forEach((line) -> text.append('\t').append(line).append('\n'));
		});
		return text.toString();
	}

	/** Writes one member; {@code null} if it cannot be used. */
	private static final class MemberLine extends SimpleTreeVisitor<@Nullable String, @Nullable Void> {

		private final ClassTree owner;

		private final boolean inInterface;

		MemberLine(ClassTree owner, boolean inInterface) {
			this.owner = owner;
			this.inInterface = inInterface;
		}

		@Override
		public @Nullable String visitMethod(MethodTree method, @Nullable Void nothing) {
			if (!isVisible(method.getModifiers(), this.inInterface) || isOverride(method)) {
				return null;
			}
			StringBuilder line = new StringBuilder(modifiers(method.getModifiers(), this.inInterface));
			if (!method.getTypeParameters().isEmpty()) {
				line.append(join("<", method.getTypeParameters(), "> "));
			}
			line.append((method.getReturnType() != null) ? method.getReturnType() + " " + method.getName()
					: this.owner.getSimpleName());
			line.append(join("(", method.getParameters().stream().map(ApiListing::variable).toList(), ")"));
			if (!method.getThrows().isEmpty()) {
				line.append(join(" throws ", method.getThrows(), ""));
			}
			if (method.getDefaultValue() != null) {
				line.append(" default ").append(method.getDefaultValue());
			}
			return line.toString();
		}

		private static boolean isOverride(MethodTree method) {
			return method.getModifiers()
				.getAnnotations()
				.stream()
				.anyMatch((annotation) -> annotation.getAnnotationType().toString().equals("Override"));
		}

		@Override
		public @Nullable String visitVariable(VariableTree field, @Nullable Void nothing) {
			boolean constant = this.owner.getKind() == Tree.Kind.ENUM
					&& field.getType().toString().equals(this.owner.getSimpleName().toString());
			if (constant) {
				return field.getName().toString();
			}
			return isVisible(field.getModifiers(), this.inInterface)
					? modifiers(field.getModifiers(), this.inInterface) + field.getType() + " " + field.getName()
					: null;
		}

	}

}
