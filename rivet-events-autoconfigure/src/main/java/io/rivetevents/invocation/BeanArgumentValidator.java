package io.rivetevents.invocation;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import jakarta.validation.Validator;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;

/**
 * Checks the Bean Validation constraints on the parameters of actions.
 */
public final class BeanArgumentValidator implements ArgumentValidator {

	private final Validator validator;

	public BeanArgumentValidator(Validator validator) {
		this.validator = validator;
	}

	@Override
	public void validate(Object actor, Method method, @Nullable Object[] args) {
		if (!isConstrained(method)) {
			return;
		}
		Object target = AopProxyUtils.getSingletonTarget(actor);
		Violations violations = new Violations();
		Set<ConstraintViolation<Object>> found = this.validator.forExecutables()
			.validateParameters((target != null) ? target : actor, method, args);
		found.forEach((violation) -> violations.add(path(violation.getPropertyPath()), violation.getMessage()));
		if (!violations.isEmpty()) {
			throw violations.toException(parameter(found.iterator().next().getPropertyPath()), null);
		}
	}

	/** The provider answers from what it has cached. */
	private boolean isConstrained(Method method) {
		var descriptor = this.validator.getConstraintsForClass(method.getDeclaringClass())
			.getConstraintsForMethod(method.getName(), method.getParameterTypes());
		return descriptor != null && descriptor.hasConstrainedParameters();
	}

	private static int parameter(Path path) {
		return StreamSupport.stream(path.spliterator(), false)
			.filter((node) -> node.getKind() == ElementKind.PARAMETER)
			.mapToInt((node) -> node.as(Path.ParameterNode.class).getParameterIndex())
			.findFirst()
			.orElse(-1);
	}

	/** The first node is the method, which the client need not know. */
	private static String path(Path path) {
		return StreamSupport.stream(path.spliterator(), false)
			.filter((node) -> node.getKind() != ElementKind.METHOD)
			.map(Path.Node::toString)
			.collect(Collectors.joining("."));
	}

}
