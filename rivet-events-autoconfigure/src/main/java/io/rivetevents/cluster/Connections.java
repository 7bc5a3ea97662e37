package io.rivetevents.cluster;

import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

import io.rivetevents.connection.Connection;
import io.rivetevents.connection.ConnectionRegistry;
import io.rivetevents.connection.Dispatch;
import io.rivetevents.connection.Dispatcher;
import io.rivetevents.connection.EventTargets;
import io.rivetevents.connection.ReactiveTransactions;
import io.rivetevents.connection.Receipt;
import io.rivetevents.connection.Recipients;
import io.rivetevents.connection.RepeatedFailures;
import io.rivetevents.connection.Targets;
import io.rivetevents.contract.EventContracts;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ValueMapper;

/**
 * The connections of all actors, for the server's own code: a controller, a listener, a
 * scheduled job. What is sent here passes by the turns of the actors: it arrives in the
 * order in which it was sent here, and in no certain order with what an actor sends
 * itself. The declarations of actors have no say in how it is sent: no event is refused
 * by a strict contract, and only one that is sent by a contract is droppable for it. They
 * have in who gets it: a name that an actor's contract guards reaches by a broadcast,
 * here and on other nodes, those alone whom the guard lets subscribe.
 */
public final class Connections {

	private static final Log logger = LogFactory.getLog(Connections.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private final ConnectionRegistry registry;

	private final Backplane backplane;

	private final Targets<@Nullable Object> here;

	private final Targets<@Nullable Object> everywhere;

	/**
	 * Create the bean of an application without reactive transactions.
	 * @param registry the connections of this node
	 * @param backplane the way to the other nodes
	 * @param mapper converts arguments of events
	 * @param contracts the contracts that are implemented
	 */
	public Connections(ConnectionRegistry registry, Backplane backplane, ValueMapper mapper, EventContracts contracts) {
		this(registry, backplane, mapper, contracts, ReactiveTransactions.NONE);
	}

	/**
	 * Creates the bean of an application that may have reactive transactions.
	 * @param registry the connections of this node
	 * @param backplane the way to the other nodes
	 * @param mapper converts arguments of events
	 * @param contracts the contracts that are implemented
	 * @param transactions tells whether a thread without a transaction may be in a
	 * reactive one
	 */
	public Connections(ConnectionRegistry registry, Backplane backplane, ValueMapper mapper, EventContracts contracts,
			ReactiveTransactions transactions) {
		this.registry = registry;
		this.backplane = backplane;
		this.here = new EventTargets<>(registry.members(), mapper, contracts, transactions);
		this.everywhere = new EventTargets<>(new Everywhere(), mapper, contracts, transactions);
	}

	/** The connections of all nodes. */
	private final class Everywhere implements Dispatcher {

		@Override
		public Receipt dispatch(Dispatch dispatch) {
			Receipt here = Connections.this.registry.members().dispatch(dispatch);
			Connections.this.backplane.publish(dispatch);
			return here;
		}

		@Override
		public void check(Dispatch dispatch) {
			Connections.this.registry.members().check(dispatch);
		}

	}

	/**
	 * Begin to receive what other nodes send.
	 */
	public void start() {
		this.backplane.start(this::receive);
	}

	/** Its sender is on another node: one that is too long is counted and logged here. */
	private void receive(Dispatch dispatch) {
		try {
			this.registry.members().dispatch(dispatch);
		}
		catch (RivetException ex) {
			logger.debug("An event of another node is dropped", ex);
		}
		catch (Throwable ex) {
			failures.error(ex,
					() -> "Event %s of another node could not be sent".formatted(SafeText.of(dispatch.event())));
		}
	}

	/**
	 * Receive no more.
	 */
	public void stop() {
		this.backplane.stop();
	}

	/**
	 * Return the connections of this node, whatever their actor. A predicate sees the
	 * principal, the params, the actor and the state of each; since not every actor keeps
	 * a connection state, it asks for the actor first. One that fails sends nothing.
	 */
	public Targets<@Nullable Object> here() {
		return this.here;
	}

	/**
	 * Return every connection of all nodes, whatever its actor.
	 */
	public Recipients everywhere() {
		return this.everywhere;
	}

	/**
	 * Return one user's connections on all nodes, whatever their actor.
	 * @param userName name of the principal, as for {@link Targets#toUser(String)}
	 * @throws IllegalArgumentException if it is empty
	 */
	public Recipients user(String userName) {
		return this.everywhere.toUser(userName);
	}

	/**
	 * Return the connections on all nodes of one user whom a certain issuer has named.
	 * @param userName name of the principal
	 * @param issuer the issuer, such as the claim {@code iss} of its token
	 * @throws IllegalArgumentException if one of them is empty
	 */
	public Recipients user(String userName, String issuer) {
		return this.everywhere.toUser(userName, issuer);
	}

	/**
	 * Send an event to one user's connections on all nodes, whatever their actor and
	 * whether they have subscribed to it or not. Other nodes get it as well as the
	 * backplane can bring it there.
	 * @param userName name of the principal
	 * @param event name of the event; not empty
	 * @param args values to encode, in order; may be empty
	 * @return what became of it on this node
	 * @throws IllegalArgumentException if the name of the user is empty
	 */
	public Receipt sendToUser(String userName, String event, @Nullable Object... args) {
		return user(userName).send(event, args);
	}

	/**
	 * Return one user's connections on this node; a snapshot.
	 * @param userName name of the principal
	 */
	public List<? extends Connection<?>> ofUser(String userName) {
		Assert.hasText(userName, "The user has no name");
		return this.registry.members().ofUser(userName, null);
	}

	/**
	 * Return the connections on this node of one user whom a certain issuer has named; a
	 * snapshot.
	 * @param userName name of the principal
	 * @param issuer the issuer, such as the claim {@code iss} of its token
	 */
	public List<? extends Connection<?>> ofUser(String userName, String issuer) {
		Assert.hasText(userName, "The user has no name");
		return this.registry.members().ofUser(userName, issuer);
	}

	/**
	 * Return how many connections this node has.
	 */
	public int count() {
		return this.registry.members().size();
	}

}
