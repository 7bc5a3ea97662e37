/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import io.lettuce.core.KeyValue;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredConnection;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.actor.state.StoredSchedule;
import io.rivetevents.redis.store.UncertainAttempts.Attempt;

/**
 * Stores instances, their events, answers, schedules and connections in Redis 6.2 or
 * later: standalone, with Sentinel or as a cluster.
 *
 * <p>
 * <b>Durability.</b> A change is stored when Redis has answered. What that means is a
 * setting of Redis, and the store logs a warning if something can be lost. With
 * {@code appendonly yes} and {@code appendfsync always} a change survives the end of the
 * Redis process and of its machine; with {@code everysec}, the default of the append-only
 * file, the changes of about the last second are lost with the machine; without
 * {@code appendonly} everything since the last snapshot is lost when the process ends. A
 * failover loses what the new primary has not received:
 * {@link RedisStoreSettings#waitReplicas()} makes each change wait for replicas, which
 * reduces that loss and does not exclude it, because Redis may promote another replica.
 * {@code maxmemory-policy} must be {@code noeviction}: otherwise Redis deletes events,
 * answers or instances when its memory is full. With {@code noeviction} it rejects
 * changes then.
 *
 * <p>
 * <b>Changes.</b> One script executes a change as a whole. All keys of an instance are in
 * one slot of a cluster. Its id and its place in the list are other keys: they are
 * written before the instance is created and again when it is loaded into memory, and
 * deleted after it. A crash in between leaves an entry without an instance, which is
 * ignored and is deleted by a later {@link #list}.
 *
 * <p>
 * <b>Schedules.</b> They are stored with their instance, and a sorted set has the times
 * of the schedules of all instances. An entry is written to this set before the change
 * that needs it, and removed after the change that makes it superfluous. A crash in
 * between leaves an entry without a schedule, which {@link #due} ignores, and removes
 * after two further changes of the instance or after an hour. A change that adds a
 * schedule waits for Redis twice. In a cluster the set is on one node: if that node loses
 * entries, in a failover or with its machine, {@link #schedules} writes those of the
 * instance again.
 *
 * <p>
 * <b>Failures.</b> A failed change has changed nothing, except for
 * {@link UncertainCommitException}. While Redis is not reachable, changes fail at once.
 * If the connection is lost before the answer, the store finds out what Redis has
 * executed; it throws this exception only if Redis is not available again within the
 * timeout, or does not answer at all.
 *
 * <p>
 * <b>Expiry.</b> Expired events and answers are not returned. They are deleted with the
 * next change of the instance, at most 100 at a time, and all at once when the last of
 * them expires.
 *
 * <p>
 * Safe for use by several threads, which share one connection. Names of keys contain
 * namespaces, names and keys in UTF-8; incomplete surrogate pairs cannot be stored in
 * these texts.
 *
 * @since 0.1.0
 */
public final class RedisActorStateStore implements ActorStateStore, AutoCloseable {

	private static final Log logger = LogFactory.getLog(RedisActorStateStore.class);

	/** Maximum number of instances or events that are read with one command. */
	private static final int PAGE = 500;

	/** Age of an entry without an instance after which no creation can be in progress. */
	private static final Duration ABANDONED = Duration.ofHours(1);

	private final StoreConnection connection;

	private final StoreKeys keys;

	private final StoreSchedules schedules;

	private final UncertainAttempts attempts = new UncertainAttempts();

	private final InstantSource clock;

	private final DurabilityCheck durability;

	private final AtomicBoolean checked = new AtomicBoolean();

	/**
	 * Creates a store with the clock of this process. It connects with the first call.
	 * @param application the application's connections to Redis; the store opens its own
	 * to the same server
	 * @param settings its settings
	 */
	public RedisActorStateStore(LettuceConnectionFactory application, RedisStoreSettings settings) {
		this(application, settings, InstantSource.system());
	}

	/**
	 * Creates a store. It connects with the first call.
	 * @param application the application's connections to Redis; the store opens its own
	 * to the same server
	 * @param settings its settings
	 * @param clock decides which events and answers have expired
	 */
	public RedisActorStateStore(LettuceConnectionFactory application, RedisStoreSettings settings,
			InstantSource clock) {
		this.connection = new StoreConnection(application, settings);
		this.durability = new DurabilityCheck(this.connection, settings.waitReplicas());
		this.keys = new StoreKeys(settings.prefix());
		this.schedules = new StoreSchedules(this.connection, this.keys, clock);
		this.clock = clock;
	}

	// Instances

	@Override
	public @Nullable StoredActor load(ActorAddress address) {
		if (!StoreKeys.isStorable(address)) {
			return null;
		}
		return StoreFields.actor(address, this.connection
			.await(commands().hmget(this.keys.actor(StoreKeys.tag(address)), StoreFields.ALL), "Loading " + address));
	}

	@Override
	public @Nullable StoredActor loadById(String actorId) {
		ActorAddress address = addressOf(actorId);
		StoredActor actor = (address != null) ? load(address) : null;
		return (actor != null && actor.actorId().equals(actorId)) ? actor : null;
	}

	private @Nullable ActorAddress addressOf(String actorId) {
		byte[] entry = this.connection.await(commands().get(this.keys.id(actorId)), "Loading instance " + actorId);
		return (entry != null) ? StoreKeys.address(StoreFields.indexedTag(entry)) : null;
	}

	@Override
	public void save(StoredActor actor, long expectedVersion) {
		commit(Change.of(actor, expectedVersion));
	}

	@Override
	public void commit(Change change) {
		StoredActor actor = change.actor();
		ActorAddress address = actor.address();
		boolean create = change.expectedVersion() == 0;
		if (create) {
			addToIndex(actor).forEach((answer) -> this.connection.await(answer, "Creating " + address));
		}
		Answer answer = commitSchedules(change);
		if (!answer.executed()) {
			if (create && !answer.text().equals(actor.actorId())) {
				removeFromIndex(address, actor.actorId());
			}
			throw new StaleStateException(address, change.expectedVersion());
		}
		if (!create && !answer.text().equals(String.valueOf(actor.generation()))) {
			restoreIndex(actor);
		}
	}

	private Answer commitSchedules(Change change) {
		String token = this.schedules.newToken(change.actor().version());
		List<DueEntry> added = StoreSchedules.entries(StoreKeys.tag(change.actor().address()), change.actor().actorId(),
				token, change.schedules());
		this.schedules.add(added);
		try {
			Answer answer = execute(change, token);
			this.schedules.remove(answer.executed() ? answer.entries(change.actor().actorId()) : added);
			return answer;
		}
		catch (UncertainCommitException ex) {
			throw ex;
		}
		catch (RedisStateException ex) {
			this.schedules.remove(added);
			throw ex;
		}
	}

	private Answer execute(Change change, String token) {
		ActorAddress address = change.actor().address();
		Attempt attempt = this.attempts.begin(address);
		return execute(StoreScript.COMMIT, address, attempt.with(change),
				StoreFields.arguments(change, attempt, token, this.clock.instant()));
	}

	@Override
	public void delete(StoredActor actor) {
		ActorAddress address = actor.address();
		if (!StoreKeys.isStorable(address)) {
			throw new StaleStateException(address, actor.version());
		}
		Attempt attempt = this.attempts.begin(address);
		Answer answer = execute(StoreScript.DELETE, address, attempt,
				new byte[][] { StoreFields.bytes(actor.actorId()), StoreFields.bytes(actor.version()),
						StoreFields.bytes(attempt.writer()), StoreFields.bytes(attempt.number()) });
		if (!answer.executed()) {
			throw new StaleStateException(address, actor.version());
		}
		this.schedules.remove(answer.entries(answer.text()));
		removeFromIndex(address, answer.text());
	}

	/**
	 * Answer of a script.
	 *
	 * @param tag text of the instance's address
	 * @param executed whether the change was made; otherwise it is stale
	 * @param text the generation before the change if it was made by a commit, the stored
	 * id otherwise; empty if no instance was stored
	 * @param schedules ids of schedules that were replaced or removed, each followed by
	 * the first line of the schedule
	 */
	private record Answer(String tag, boolean executed, String text, List<byte[]> schedules) {

		/** Returns the entries that are not needed any more. */
		List<DueEntry> entries(String actorId) {
			return StoreSchedules.entries(this.tag, actorId, this.schedules);
		}

	}

	private Answer execute(StoreScript script, ActorAddress address, Attempt attempt, byte[][] arguments) {
		String what = "%s %s".formatted((script == StoreScript.COMMIT) ? "Saving" : "Deleting", address);
		String tag = StoreKeys.tag(address);
		try {
			List<Object> answer = this.connection.execute(script, this.keys.all(tag), arguments, what);
			this.attempts.settle(address);
			return new Answer(tag, answer.get(0).equals(StoreScript.EXECUTED), StoreFields.text((byte[]) answer.get(1)),
					StoreSchedules.rest(answer));
		}
		catch (UncertainCommitException ex) {
			this.attempts.fail(address, attempt);
			throw ex;
		}
	}

	// Index

	private List<RedisFuture<?>> addToIndex(StoredActor actor) {
		ActorAddress address = actor.address();
		return List.of(
				commands().set(this.keys.id(actor.actorId()),
						StoreFields.indexEntry(this.clock.instant(), StoreKeys.tag(address))),
				commands().zadd(this.keys.list(address.namespace(), address.name()), 0.0,
						StoreKeys.entry(address, actor.actorId())));
	}

	/**
	 * Writes the entries again, in case that they were lost in a failover. Does not wait:
	 * this is repeated when the instance is loaded the next time.
	 */
	private void restoreIndex(StoredActor actor) {
		try {
			addToIndex(actor);
		}
		catch (RedisStateException ex) {
			logger.debug("Index entries of %s were not written again".formatted(actor.address()), ex);
		}
	}

	/**
	 * Does not wait: entries that remain are ignored, and deleted by a list, which needs
	 * that of the id for it.
	 */
	private void removeFromIndex(ActorAddress address, String actorId) {
		try {
			RedisClusterAsyncCommands<byte[], byte[]> commands = commands();
			commands.zrem(this.keys.list(address.namespace(), address.name()), StoreKeys.entry(address, actorId))
				.thenAccept((removed) -> commands.del(this.keys.id(actorId)));
		}
		catch (RedisStateException ex) {
			logger.debug("Index entries of %s remain".formatted(address), ex);
		}
	}

	@Override
	public List<StoredActor> list(String namespace, String name, @Nullable String after, int limit) {
		byte[] list = this.keys.list(namespace, name);
		Boundary<byte[]> start = (after != null) ? Boundary.including(StoreKeys.after(after)) : Boundary.unbounded();
		List<StoredActor> found = new ArrayList<>();
		while (found.size() < limit) {
			int size = Math.min(limit - found.size(), PAGE);
			List<byte[]> entries = this.connection.await(
					commands().zrangebylex(list, Range.from(start, Boundary.unbounded()), Limit.from(size)),
					"Listing " + name);
			found.addAll(resolve(namespace, name, entries));
			if (entries.size() < size) {
				break;
			}
			start = Boundary.excluding(entries.get(size - 1));
		}
		return found;
	}

	/** Loads the instances of some entries and leaves out entries without an instance. */
	private List<StoredActor> resolve(String namespace, String name, List<byte[]> entries) {
		List<ActorAddress> addresses = entries.stream()
			.map((entry) -> StoreKeys.addressOf(namespace, name, entry))
			.toList();
		List<List<KeyValue<byte[], byte[]>>> values = this.connection.awaitAll(addresses.stream()
			.map((address) -> commands().hmget(this.keys.actor(StoreKeys.tag(address)), StoreFields.LISTED))
			.toList(), "Listing " + name);
		List<StoredActor> found = new ArrayList<>();
		for (int i = 0; i < entries.size(); i++) {
			String actorId = StoreKeys.idOf(entries.get(i));
			StoredActor actor = StoreFields.actor(addresses.get(i), values.get(i));
			if (actor != null && actor.actorId().equals(actorId)) {
				found.add(actor);
			}
			else {
				removeIfAbandoned(addresses.get(i), actorId);
			}
		}
		return found;
	}

	private void removeIfAbandoned(ActorAddress address, String actorId) {
		byte[] entry = this.connection.await(commands().get(this.keys.id(actorId)), "Listing " + address.name());
		Instant abandoned = this.clock.instant().minus(ABANDONED);
		if (entry != null && StoreFields.indexedAt(entry).isBefore(abandoned)) {
			removeFromIndex(address, actorId);
		}
	}

	// History

	/**
	 * A change is repeated until the timeout of its connection, and answered within
	 * another one.
	 */
	@Override
	public Duration timeout() {
		return this.connection.timeout().multipliedBy(2);
	}

	@Override
	public boolean keepsHistory() {
		return true;
	}

	@Override
	public List<StoredEvent> events(String actorId, int limit) {
		String tag = storedTag(actorId);
		if (tag == null) {
			return List.of();
		}
		Instant now = this.clock.instant();
		List<StoredEvent> latest = new ArrayList<>();
		Boundary<String> end = Boundary.unbounded();
		boolean more = true;
		while (more && latest.size() < limit) {
			int size = Math.min(limit, PAGE);
			List<StreamMessage<byte[], byte[]>> page = this.connection.await(commands().xrevrange(this.keys.events(tag),
					Range.from(Boundary.unbounded(), end), Limit.from(size)), "Loading the events of " + actorId);
			page.stream()
				.map(StoreFields::event)
				.filter((event) -> event.expiresAt().isAfter(now))
				.limit(limit - latest.size())
				.forEach(latest::add);
			more = page.size() == size;
			end = more ? Boundary.excluding(page.get(size - 1).getId()) : end;
		}
		Collections.reverse(latest);
		return latest;
	}

	@Override
	public @Nullable StoredAnswer answer(String actorId, String key) {
		String tag = storedTag(actorId);
		if (tag == null) {
			return null;
		}
		byte[] stored = this.connection.await(commands().hget(this.keys.answers(tag), StoreFields.bytes(key)),
				"Loading an answer of " + actorId);
		StoredAnswer answer = (stored != null) ? StoreFields.answer(key, stored) : null;
		return (answer != null && answer.expiresAt().isAfter(this.clock.instant())) ? answer : null;
	}

	// Schedules

	@Override
	public boolean keepsSchedules() {
		return true;
	}

	@Override
	public List<StoredSchedule> schedules(String actorId) {
		String tag = storedTag(actorId);
		return (tag != null) ? this.schedules.load(tag, actorId) : List.of();
	}

	@Override
	public List<DueSchedule> due(Instant until, @Nullable DueSchedule after, int limit) {
		return this.schedules.due(until, after, limit);
	}

	@Override
	public void postpone(DueSchedule due, Instant until) {
		String tag = storedTag(due.actorId());
		if (tag != null) {
			this.schedules.postpone(tag, due, until);
		}
	}

	// Connections

	@Override
	public boolean keepsConnections() {
		return true;
	}

	@Override
	public List<StoredConnection> connections(String actorId) {
		String tag = storedTag(actorId);
		if (tag == null) {
			return List.of();
		}
		List<StoredConnection> all = new ArrayList<>();
		this.connection.await(commands().hgetall(this.keys.connections(tag)), "Loading the connections of " + actorId)
			.forEach((id, body) -> all.add(new StoredConnection(StoreFields.text(id), body)));
		return all;
	}

	/** Returns the text of the address of a stored instance. */
	private @Nullable String storedTag(String actorId) {
		String what = "Loading instance " + actorId;
		byte[] entry = this.connection.await(commands().get(this.keys.id(actorId)), what);
		if (entry == null) {
			return null;
		}
		String tag = StoreFields.indexedTag(entry);
		byte[] stored = this.connection.await(commands().hget(this.keys.actor(tag), StoreFields.bytes("id")), what);
		return (stored != null && StoreFields.text(stored).equals(actorId)) ? tag : null;
	}

	// Shared values

	@Override
	public String initialize(String name, String value) {
		String what = "Storing " + name;
		byte[] key = this.keys.meta(name);
		this.connection.await(commands().setnx(key, StoreFields.bytes(value)), what);
		byte[] stored = this.connection.await(commands().get(key), what);
		return (stored != null) ? StoreFields.text(stored) : value;
	}

	/** Closes the connection of the store. */
	@Override
	public void close() {
		this.connection.close();
	}

	private RedisClusterAsyncCommands<byte[], byte[]> commands() {
		RedisClusterAsyncCommands<byte[], byte[]> commands = this.connection.commands();
		if (this.checked.compareAndSet(false, true)) {
			this.durability.run(commands);
		}
		return commands;
	}

}
