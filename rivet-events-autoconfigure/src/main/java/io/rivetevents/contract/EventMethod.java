package io.rivetevents.contract;

import java.lang.reflect.Method;

/**
 * A method that declares an event.
 *
 * @param name name of the event, with its namespaces
 * @param method the method
 * @param droppable whether it or a namespace around it is {@code @Volatile}
 */
public record EventMethod(String name, Method method, boolean droppable) {
}
