/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.store;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StoredActor;

/**
 * Writes to a store with several threads until its process is killed, and prints each
 * change after the store has confirmed it: {@value #WRITTEN}, then thread, instance, id
 * and version, and version 0 for a deletion. A failure is printed as a line that begins
 * with {@value #FAILED}. Other lines are logged by libraries.
 */
final class StoreWriter {

	static final String WRITTEN = "written: ";

	static final String FAILED = "failed: ";

	private final ActorStateStore store;

	private StoreWriter(ActorStateStore store) {
		this.store = store;
	}

	/**
	 * Writes until the process is killed.
	 * @param args class name of an {@link ActorStateStoreFactory}, and the location for
	 * it
	 */
	public static void main(String[] args) throws ReflectiveOperationException {
		ActorStateStoreFactory factory = (ActorStateStoreFactory) Class.forName(args[0])
			.getDeclaredConstructor()
			.newInstance();
		StoreWriter writer = new StoreWriter(factory.open(args[1]));
		for (int i = 0; i < WrittenContent.THREADS; i++) {
			int thread = i;
			new Thread(() -> writer.writeUntilItFails(thread)).start();
		}
	}

	private void writeUntilItFails(int thread) {
		try {
			while (true) {
				for (int i = 0; i < WrittenContent.INSTANCES_OF_A_THREAD; i++) {
					write(thread, i);
				}
			}
		}
		catch (Throwable ex) {
			ex.printStackTrace();
			print(FAILED + ex);
		}
	}

	private void write(int thread, int instance) {
		ActorAddress address = WrittenContent.address(thread, instance);
		StoredActor found = this.store.load(address);
		if (found != null && found.version() == WrittenContent.LAST_VERSION) {
			this.store.delete(found);
			print(thread, instance, found.actorId(), 0);
			return;
		}
		Change change = WrittenContent.changeOf(orNew(found, address), this.store);
		this.store.commit(change);
		print(thread, instance, change.actor().actorId(), change.actor().version());
	}

	private static StoredActor orNew(@Nullable StoredActor found, ActorAddress address) {
		return (found != null) ? found : StoredActor.builder(UUID.randomUUID().toString(), address).build();
	}

	private static void print(int thread, int instance, String actorId, long version) {
		print((WRITTEN + "%d %d %s %d").formatted(thread, instance, actorId, version));
	}

	/** Writes a line at once, so that lines of several threads are not mixed. */
	private static void print(String line) {
		synchronized (System.out) {
			System.out.print(line + "\n");
			System.out.flush();
		}
	}

}
