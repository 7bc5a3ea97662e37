package io.rivetevents.contract;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.rivetevents.protocol.ValueMapper;

/**
 * The contracts that an application uses, each read once.
 */
public final class EventContracts {

	private final Map<Class<?>, EventContract> contracts = new ConcurrentHashMap<>();

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

}
