package io.rivetevents.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.event.DefaultEventBus;
import io.lettuce.core.event.connection.DisconnectedEvent;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Connections to the application's Redis that belong to the backplane alone: unlike the
 * application's own they refuse commands while Redis is away, instead of keeping them.
 */
final class RedisLink {

	private final LettuceConnectionFactory factory;

	private final ClientResources resources;

	private final boolean ownsResources;

	private final ByteBuffer channel;

	private final RedisSettings settings;

	private volatile @Nullable ReactiveRedisConnection publishing;

	private volatile @Nullable RedisConnection subscribed;

	/**
	 * Create the link; nothing is connected yet.
	 * @param application the application's own connections, whose server, credentials and
	 * encryption are used
	 * @param settings settings of the backplane
	 */
	RedisLink(LettuceConnectionFactory application, RedisSettings settings) {
		LettuceClientConfiguration client = application.getClientConfiguration();
		this.ownsResources = client.getClientResources().isEmpty();
		this.resources = client.getClientResources()
			.orElseGet(DefaultClientResources::create)
			.mutate()
			.eventBus(new DefaultEventBus(Schedulers.parallel()))
			.build();
		this.factory = new LettuceConnectionFactory(configuration(application), derive(client, settings));
		this.factory.setDatabase(application.getDatabase());
		this.channel = ByteBuffer.wrap(settings.channel().getBytes(StandardCharsets.UTF_8));
		this.settings = settings;
	}

	private static RedisConfiguration configuration(LettuceConnectionFactory application) {
		RedisConfiguration cluster = application.getClusterConfiguration();
		RedisConfiguration sentinel = application.getSentinelConfiguration();
		return (cluster != null) ? cluster : (sentinel != null) ? sentinel : application.getStandaloneConfiguration();
	}

	private LettuceClientConfiguration derive(LettuceClientConfiguration client, RedisSettings settings) {
		ClientOptions options = client.getClientOptions()
			.orElseGet(ClientOptions::create)
			.mutate()
			.autoReconnect(true)
			.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
			.build();
		LettuceClientConfiguration.LettuceClientConfigurationBuilder derived = LettuceClientConfiguration.builder();
		derived.clientOptions(options)
			.clientResources(this.resources)
			.commandTimeout(settings.commandTimeout())
			.shutdownTimeout(Duration.ZERO);
		client.getReadFrom().ifPresent(derived::readFrom);
		client.getRedisCredentialsProviderFactory().ifPresent(derived::redisCredentialsProviderFactory);
		client.getClientName().ifPresent((name) -> derived.clientName(name + "-rivet-events"));
		if (client.isUseSsl()) {
			var ssl = derived.useSsl();
			ssl.verifyPeer(client.getVerifyMode());
			if (client.isStartTls()) {
				ssl.startTls();
			}
		}
		return derived.build();
	}

	/** Prepare to connect. */
	void start() {
		this.factory.afterPropertiesSet();
		this.factory.start();
	}

	/**
	 * Connect and subscribe, anew if that has been done. Blocks. Once it has succeeded,
	 * Lettuce connects and subscribes anew by itself whenever it sees that a connection
	 * has ended, which {@link #interruptions()} tells. The receiver is called as messages
	 * come, without the queue that a reactive subscription would add.
	 * @param receiver gets the messages on the channel, on the event loop of the
	 * connection
	 * @throws RuntimeException if Redis cannot be reached now
	 */
	void connect(Consumer<byte[]> receiver) {
		RedisConnection before = this.subscribed;
		if (before != null) {
			this.factory.resetConnection();
		}
		RedisConnection connection = this.factory.getConnection();
		try {
			connection.subscribe((message, pattern) -> receiver.accept(message.getBody()), this.channel.array());
			this.publishing = this.factory.getReactiveConnection();
			this.subscribed = connection;
		}
		finally {
			RedisConnection unused = (this.subscribed == connection) ? before : connection;
			if (unused != null) {
				unused.close();
			}
		}
	}

	/**
	 * Return whether it has connected and subscribed, be it that the connection has ended
	 * since.
	 */
	boolean isConnected() {
		return this.subscribed != null;
	}

	/**
	 * Return the times at which a connection was lost.
	 */
	Flux<?> interruptions() {
		return this.resources.eventBus().get().ofType(DisconnectedEvent.class);
	}

	/**
	 * Publish a message. Messages are written in the order in which the results are
	 * subscribed to, at once.
	 * @return ends once Redis has it; an error if Redis is away
	 */
	Mono<Long> publish(byte[] message) {
		ReactiveRedisConnection connection = this.publishing;
		return (connection != null)
				? connection.pubSubCommands().publish(this.channel.duplicate(), ByteBuffer.wrap(message))
				: Mono.error(() -> new IllegalStateException("Redis has not been reached yet"));
	}

	void stop() {
		this.publishing = null;
		RedisConnection connection = this.subscribed;
		this.subscribed = null;
		if (connection != null) {
			connection.close();
		}
		this.factory.destroy();
		if (this.ownsResources) {
			this.resources.shutdown();
		}
	}

}
