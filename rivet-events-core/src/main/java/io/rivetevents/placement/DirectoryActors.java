/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.lang.reflect.Type;

import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.util.Assert;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActionListener;
import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorApi;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.DurableCalls;
import io.rivetevents.actor.Registration;
import io.rivetevents.actor.call.ActionListeners;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Receipt;
import io.rivetevents.conversion.Args;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.EventTargets;
import io.rivetevents.delivery.TargetServices;
import io.rivetevents.delivery.dispatch.Dispatcher;
import io.rivetevents.delivery.dispatch.PendingReceipt;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Outbox;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.observation.CallContext;
import io.rivetevents.observation.TracedWork;
import io.rivetevents.observation.Tracing;
import io.rivetevents.placement.api.ActorApis;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.value.WireValues;

/**
 * Handles on instances that a directory finds. Names of actor classes, and listeners,
 * which are called for the instances of this node, are local and do not need the
 * directory.
 */
public final class DirectoryActors implements Actors {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(DirectoryActors.class));

	private final Supplier<ActorDirectory> directory;

	private final ActorTypes types;

	private final ActionListeners listeners;

	private final TargetServices services;

	private final ValueMapper mapper;

	private final Outbox outbox;

	private final Tracing tracing;

	private final ActorApis apis;

	private final String namespace;

	/**
	 * Creates the actors of an application.
	 * @param directory finds instances; resolved at each use, and not earlier
	 * @param types names of actor classes
	 * @param listeners registry for listeners
	 * @param services shared by all targets of events
	 * @param outbox stores durable calls
	 * @param tracing traces events
	 */
	public DirectoryActors(Supplier<ActorDirectory> directory, ActorTypes types, ActionListeners listeners,
			TargetServices services, Outbox outbox, Tracing tracing) {
		this.directory = directory;
		this.types = types;
		this.listeners = listeners;
		this.services = services;
		this.mapper = services.mapper();
		this.outbox = outbox;
		this.tracing = tracing;
		this.apis = new ActorApis(types::all, this.mapper);
		this.namespace = ActorAddress.DEFAULT_NAMESPACE;
	}

	private DirectoryActors(DirectoryActors others, String namespace) {
		this.directory = others.directory;
		this.types = others.types;
		this.listeners = others.listeners;
		this.services = others.services;
		this.mapper = others.mapper;
		this.outbox = others.outbox;
		this.tracing = others.tracing;
		this.apis = others.apis;
		this.namespace = namespace;
	}

	@Override
	public Actors inNamespace(String namespace) {
		Assert.hasLength(namespace, "The namespace must not be empty");
		return new DirectoryActors(this, namespace);
	}

	private ActorAddress address(String name, ActorKey key) {
		return new ActorAddress(this.namespace, name, key);
	}

	@Override
	public ActorHandle get(String name, ActorKey key) {
		return new Handle(new ActorTarget.Get(address(name, key)));
	}

	@Override
	public ActorHandle get(Class<?> actor, ActorKey key) {
		return get(this.types.nameOf(actor), key);
	}

	@Override
	public ActorHandle getOrCreate(String name, ActorKey key) {
		return new Handle(new ActorTarget.GetOrCreate(address(name, key), null));
	}

	@Override
	public ActorHandle getOrCreate(Class<?> actor, ActorKey key) {
		return getOrCreate(this.types.nameOf(actor), key);
	}

	@Override
	public ActorHandle getOrCreateWithInput(Object input, String name, ActorKey key) {
		return new Handle(new ActorTarget.GetOrCreate(address(name, key), encode(input)));
	}

	@Override
	public <T> ActorApi<T> api(Class<T> api) {
		ActorApis.checkInterface(api);
		return new ActorApi<>() {

			@Override
			public T get(ActorKey key) {
				return DirectoryActors.this.get(actor(), key).as(api);
			}

			@Override
			public T getOrCreate(ActorKey key) {
				return DirectoryActors.this.getOrCreate(actor(), key).as(api);
			}

			private String actor() {
				return DirectoryActors.this.apis.nameOf(api);
			}

		};
	}

	@Override
	public ActorHandle byId(String actorId) {
		return new Handle(new ActorTarget.ById(actorId));
	}

	@Override
	public Mono<ActorHandle> create(@Nullable Object input, String name, ActorKey key) {
		byte[] encoded = (input != null) ? encode(input) : null;
		return CallContext.captured(this.directory.get().resolve(new ActorTarget.Create(address(name, key), encoded)))
			.map((info) -> byId(info.actorId()));
	}

	@Override
	public Registration on(String name, String action, ActionListener listener) {
		return this.listeners.add(name, action, listener);
	}

	private byte[] encode(Object input) {
		return WireValues.encodeJson(this.mapper.toTree(input));
	}

	private Receipt dispatch(ActorTarget target, AddressedEvent dispatch) {
		PendingReceipt receipt = new PendingReceipt();
		CallContext.captured(this.directory.get().dispatch(target, dispatch)).subscribe(receipt::complete, (ex) -> {
			failures.warn(SafeText.of(dispatch.event()), () -> "Event %s could not be sent to %s: %s"
				.formatted(SafeText.of(dispatch.event()), target, SafeText.of(ex.getMessage())));
			receipt.fail(ex);
		});
		return receipt;
	}

	/** Sends events to the connections of one instance, which may be on another node. */
	private final class TargetEvents implements Dispatcher {

		private final ActorTarget target;

		TargetEvents(ActorTarget target) {
			this.target = target;
		}

		@Override
		public Receipt dispatch(AddressedEvent dispatch) {
			return DirectoryActors.this.dispatch(this.target, dispatch);
		}

		@Override
		public TracedWork trace(String event) {
			return DirectoryActors.this.tracing.broadcast(nameOf(this.target), event);
		}

	}

	/**
	 * Returns the name of an actor, {@code null} if only the id of the instance is known.
	 */
	private static @Nullable String nameOf(ActorTarget target) {
		ActorAddress address = target.address();
		return (address != null) ? address.name() : null;
	}

	private final class Handle extends EventTargets<@Nullable Object> implements ActorHandle {

		private final ActorTarget target;

		Handle(ActorTarget target) {
			super(new TargetEvents(target), DirectoryActors.this.services);
			this.target = target;
		}

		@Override
		public <T> Mono<T> call(String action, Class<T> type, @Nullable Object... args) {
			return convert(call(action, args), type);
		}

		@Override
		public <T> T as(Class<T> api) {
			return DirectoryActors.this.apis.implement(api, this.target,
					(action, args) -> CallContext.captured(call(new ToServer.ActionRequest(0, action, args))));
		}

		@Override
		public <T> Mono<T> call(String action, ParameterizedTypeReference<T> type, @Nullable Object... args) {
			return convert(call(action, args), type.getType());
		}

		private Mono<JsonNode> call(String action, @Nullable Object[] args) {
			return CallContext.captured(Mono.defer(() -> call(request(action, args))));
		}

		private Mono<JsonNode> call(ToServer.ActionRequest request) {
			return DirectoryActors.this.directory.get().call(this.target, null, request);
		}

		@Override
		public DurableCalls durable() {
			return (action, args) -> DirectoryActors.this.outbox.add(this.target, action,
					Args.of(DirectoryActors.this.mapper, args).values());
		}

		@Override
		public <T> Mono<T> predict(Connection<?> connection, String action, Class<T> type, @Nullable Object... args) {
			return convert(predict(connection, action, args), type);
		}

		@Override
		public <T> Mono<T> predict(Connection<?> connection, String action, ParameterizedTypeReference<T> type,
				@Nullable Object... args) {
			return convert(predict(connection, action, args), type.getType());
		}

		private Mono<JsonNode> predict(Connection<?> connection, String action, @Nullable Object[] args) {
			return CallContext.captured(Mono.defer(() -> DirectoryActors.this.directory.get()
				.predict(this.target, connection.id(), request(action, args))));
		}

		private ToServer.ActionRequest request(String action, @Nullable Object[] args) {
			return new ToServer.ActionRequest(0, action, Args.of(DirectoryActors.this.mapper, args).values());
		}

		@SuppressWarnings("unchecked")
		private <T> Mono<T> convert(Mono<JsonNode> output, Type type) {
			JavaType target = DirectoryActors.this.mapper.constructType(type);
			return (Mono<T>) output.mapNotNull((value) -> convert(value, target));
		}

		private @Nullable Object convert(JsonNode output, JavaType type) {
			boolean none = output.isMissingNode() || output.isNull() || type.hasRawClass(Void.class);
			return none ? null : DirectoryActors.this.mapper.convert(output, type);
		}

		@Override
		public Registration on(String action, ActionListener listener) {
			return DirectoryActors.this.listeners.add(this.target, action, listener);
		}

		@Override
		public Mono<ActorInfo> resolve() {
			return CallContext.captured(DirectoryActors.this.directory.get().resolve(this.target));
		}

		@Override
		public Mono<Void> destroy() {
			return CallContext.captured(DirectoryActors.this.directory.get().destroy(this.target));
		}

		@Override
		public String toString() {
			return "handle on " + this.target;
		}

	}

}
