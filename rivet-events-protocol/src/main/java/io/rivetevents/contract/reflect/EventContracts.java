package io.rivetevents.contract.reflect;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import io.rivetevents.contract.InvalidContractException;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.conversion.ValueMapper;

/**
 * The contracts that an application uses, each read once.
 *
 * @since 0.1.0
 */
public final class EventContracts {

	private final Map<Class<?>, EventContract> contracts = new ConcurrentHashMap<>();

	/** What actors declare. */
	private final Set<EventMethod> declared = ConcurrentHashMap.newKeySet();

	/** By the name of the event; empty where contracts differ. */
	private final Map<String, List<DeclaredType>> arguments = new ConcurrentHashMap<>();

	private final Map<EventMethod, Boolean> guarded = new ConcurrentHashMap<>();

	private volatile Predicate<EventMethod> guard = (event) -> false;

	private final ValueMapper mapper;

	/**
	 * Create the collection.
	 * @param mapper tells what can be encoded
	 */
	public EventContracts(ValueMapper mapper) {
		this.mapper = mapper;
	}

	/**
	 * Return a contract.
	 * @param type its interface
	 * @throws InvalidContractException if it cannot declare events
	 */
	public EventContract of(Class<?> type) {
		EventContract known = this.contracts.get(type);
		return (known != null) ? known
				: this.contracts.computeIfAbsent(type, (missing) -> new EventContract(missing, this.mapper));
	}

	/**
	 * Set what knows to which events not everybody may subscribe.
	 * @param guard asked once for each event
	 */
	public void guardBy(Predicate<EventMethod> guard) {
		this.guard = guard;
		this.guarded.clear();
	}

	/**
	 * Note that an actor declares an event, so that whoever subscribes to its name is
	 * asked for what stands on it.
	 */
	public void declare(EventMethod event) {
		this.declared.add(event);
		this.arguments.merge(event.name(), event.arguments(),
				(known, added) -> known.equals(added) ? known : List.of());
	}

	/**
	 * Returns the types of an event's arguments as the contracts of all actors declare
	 * them.
	 * @param name name of the event
	 * @return the types; none if no contract declares it, or two do with other types
	 */
	public List<DeclaredType> argumentsOf(String name) {
		return this.arguments.getOrDefault(name, List.of());
	}

	/**
	 * Check that an event may be sent to those who have subscribed to its name.
	 * @throws IllegalStateException if not everybody may subscribe to it, and no actor
	 * declares it
	 */
	public void checkDeclared(EventMethod event) {
		Boolean known = this.guarded.get(event);
		boolean guarded = (known != null) ? known : this.guarded.computeIfAbsent(event, this.guard::test);
		if (guarded && !this.declared.contains(event)) {
			throw new IllegalStateException(
					"Nobody has been asked for what stands on %s: no actor of this node has %s among its events"
						.formatted(event.method(), event.scopes().get(event.scopes().size() - 1).getName()));
		}
	}

}
