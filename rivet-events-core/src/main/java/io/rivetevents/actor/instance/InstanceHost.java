package io.rivetevents.actor.instance;

import java.util.Map;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActionListeners;
import io.rivetevents.actor.answer.KeptAnswers;
import io.rivetevents.actor.turn.Turn;
import io.rivetevents.delivery.ConnectionIndex;
import io.rivetevents.limit.CreatedInstance;
import io.rivetevents.scheduling.DueQueue;

/**
 * The node that holds an instance, as the instance sees it. Safe for use by several
 * threads.
 */
public interface InstanceHost {

	/**
	 * Returns what finds the instances of a namespace.
	 * @param namespace the namespace
	 */
	Actors actors(String namespace);

	/** Put a turn in that goes on with something, whatever has become of the instance. */
	void submit(ActorInstance instance, Turn<ActorInstance> turn);

	/** Give a turn that waited for one instance to the next at the same address. */
	void submitAgain(ActorInstance gone, Turn<ActorInstance> turn);

	/** The instance has been started: it is found by its id. */
	void started(ActorInstance instance);

	/** The instance has left memory, and takes no more turns. */
	void forget(ActorInstance instance);

	/** The instance has left memory, and all that follows from it has happened. */
	void left(ActorInstance instance);

	/** Returns the queue by which instances are visited when something is due. */
	DueQueue dueQueue();

	/** Returns the shares of those who have created what a store in memory keeps. */
	Map<ActorAddress, CreatedInstance> creators();

	/** Returns what the answers of all instances take. */
	KeptAnswers keptAnswers();

	/** Returns the listeners that were added at run time. */
	ActionListeners listeners();

	/** Returns the connections of all instances. */
	ConnectionIndex members();

}
