package io.rivetevents.actor;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.ValueMapper;

/**
 * Finds instances for the server's own code: a controller, a listener, a scheduled job.
 */
public final class Actors {

	private final ActorDirectory directory;

	private final ValueMapper mapper;

	public Actors(ActorDirectory directory, ValueMapper mapper) {
		this.directory = directory;
		this.mapper = mapper;
	}

	/**
	 * Return a handle on an instance that must exist.
	 * @param name name of the actor
	 * @param key its key, part by part
	 */
	public ActorHandle get(String name, String... key) {
		return new Handle(new ActorTarget.Get(ActorAddress.of(name, key)));
	}

	/**
	 * Return a handle on an instance that is created by its first use if there is none.
	 * @param name name of the actor
	 * @param key its key, part by part
	 */
	public ActorHandle getOrCreate(String name, String... key) {
		return new Handle(new ActorTarget.GetOrCreate(ActorAddress.of(name, key), null));
	}

	/**
	 * Return a handle on an instance that is created by its first use if there is none.
	 * @param input what a new instance gets as its input
	 * @param name name of the actor
	 * @param key its key, part by part
	 */
	public ActorHandle getOrCreateWithInput(Object input, String name, String... key) {
		return new Handle(new ActorTarget.GetOrCreate(ActorAddress.of(name, key), this.mapper.toTree(input)));
	}

	/**
	 * Return a handle on an instance that must exist.
	 * @param actorId its id
	 */
	public ActorHandle byId(String actorId) {
		return new Handle(new ActorTarget.ById(actorId));
	}

	/**
	 * Create an instance.
	 * @param input what it gets as its input, {@code null} for none
	 * @param name name of the actor
	 * @param key its key, part by part
	 * @return a handle on it; {@code actor.duplicate_key} if there is one
	 */
	public Mono<ActorHandle> create(@Nullable Object input, String name, String... key) {
		JsonNode tree = (input != null) ? this.mapper.toTree(input) : null;
		return this.directory.resolve(new ActorTarget.Create(ActorAddress.of(name, key), tree))
			.map((info) -> byId(info.actorId()));
	}

	private final class Handle implements ActorHandle {

		private final ActorTarget target;

		Handle(ActorTarget target) {
			this.target = target;
		}

		@Override
		public <T> Mono<T> call(String action, Class<T> type, @Nullable Object... args) {
			Actors owner = Actors.this;
			return Mono.defer(() -> {
				List<JsonNode> trees = Arrays.stream(args).map(owner.mapper::toTree).toList();
				return owner.directory.call(this.target, null, new ToServer.ActionRequest(0, action, trees));
			}).mapNotNull((output) -> {
				boolean none = output.isMissingNode() || output.isNull() || type == Void.class;
				return none ? null : owner.mapper.convert(output, type);
			});
		}

		@Override
		public Mono<ActorInfo> resolve() {
			return Actors.this.directory.resolve(this.target);
		}

		@Override
		public Mono<Void> destroy() {
			return Actors.this.directory.destroy(this.target);
		}

		@Override
		public String toString() {
			return "handle on " + this.target;
		}

	}

}
