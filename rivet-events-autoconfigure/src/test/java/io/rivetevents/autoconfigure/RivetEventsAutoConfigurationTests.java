/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.core.type.MethodMetadata;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.Authentication;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.autoconfigure.actuate.RivetEventsHealthAutoConfiguration;
import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.connection.ConnectionCounts;
import io.rivetevents.connection.Connections;
import io.rivetevents.event.ActorCreatedEvent;
import io.rivetevents.event.publishing.EventPublishingObserver;
import io.rivetevents.explain.DeliveryLog;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.extension.FailureTranslator;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.InvocationDecorator;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.extension.PrincipalIssuer;
import io.rivetevents.invocation.InvalidActorException;
import io.rivetevents.redis.RedisBackplane;
import io.rivetevents.security.PreAuthorizeSubscriptionGuard;
import io.rivetevents.security.SecurityContextDecorator;
import io.rivetevents.transport.http.Management;
import io.rivetevents.transport.webflux.OriginFilter;
import io.rivetevents.transport.websocket.WebSocketSettings;

import static org.assertj.core.api.Assertions.assertThat;

class RivetEventsAutoConfigurationTests {

	private final ReactiveWebApplicationContextRunner contextRunner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, WebFluxAutoConfiguration.class,
				HttpHandlerAutoConfiguration.class, NettyReactiveWebServerAutoConfiguration.class,
				ReactiveWebSecurityAutoConfiguration.class, RivetEventsAutoConfiguration.class,
				RivetEventsSecurityAutoConfiguration.class, RivetEventsWebAutoConfiguration.class));

	@Test
	void servesActorsByDefault() {
		this.contextRunner.withUserConfiguration(OneActor.class).run((context) -> {
			assertThat(context).hasBean("rivetActorDirectory")
				.hasSingleBean(Actors.class)
				.hasSingleBean(StoredActors.class)
				.hasBean("rivetHttpHandlerMapping")
				.hasBean("rivetWebSocketHandlerMapping")
				.hasSingleBean(OriginFilter.class)
				.hasSingleBean(Connections.class)
				.hasSingleBean(LocalBackplane.class)
				.hasSingleBean(PreAuthorizeSubscriptionGuard.class)
				.hasSingleBean(EventPublishingObserver.class)
				.hasSingleBean(SecurityContextDecorator.class);
			assertThat(context.getBean(Actors.class).getOrCreate("one", "k").call("act", String.class).block())
				.isEqualTo("done");
		});
	}

	@Test
	void recordsNoDeliveriesByDefault() {
		this.contextRunner.withUserConfiguration(OneActor.class)
			.run((context) -> assertThat(context).doesNotHaveBean(DeliveryLog.class));
	}

	@Test
	void recordsDeliveriesIfConfigured() {
		this.contextRunner.withUserConfiguration(OneActor.class)
			.withPropertyValues("rivet.events.deliveries.recorded=true")
			.run((context) -> {
				ActorHandle instance = context.getBean(Actors.class).getOrCreate("one", "k");
				instance.call("act", String.class).block();
				instance.broadcast("said", "hi");
				DeliveryLog log = context.getBean(DeliveryLog.class);
				Awaitility.await()
					.atMost(Duration.ofSeconds(5))
					.untilAsserted(() -> assertThat(log.explain(ActorAddress.of("one", "k"), "said")).hasSize(1));
			});
	}

	@Test
	void givesActorsAndConnectionsToBeansThatExtendIt() {
		this.contextRunner.withUserConfiguration(OneActor.class, Extensions.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void doesNothingWhenDisabled() {
		this.contextRunner.withPropertyValues("rivet.events.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ActorDirectory.class)
				.doesNotHaveBean("rivetWebSocketHandlerMapping")
				.doesNotHaveBean(SecurityContextDecorator.class));
	}

	@Test
	void doesNotServeWebSocketWhenDisabled() {
		this.contextRunner.withPropertyValues("rivet.events.websocket.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean("rivetWebSocketHandlerMapping")
				.hasBean("rivetHttpHandlerMapping"));
	}

	@Test
	void doesNotServeHttpWhenDisabled() {
		this.contextRunner.withPropertyValues("rivet.events.http.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean("rivetHttpHandlerMapping")
				.hasBean("rivetWebSocketHandlerMapping"));
	}

	@Test
	void worksWithoutSpringSecurity() {
		this.contextRunner.withUserConfiguration(OneActor.class)
			.withClassLoader(
					new FilteredClassLoader(Authentication.class.getPackageName(), "org.springframework.security"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(SecurityContextDecorator.class)
				.hasBean("rivetWebSocketHandlerMapping"));
	}

	@Test
	void worksWithoutBeanValidation() {
		this.contextRunner.withUserConfiguration(OneActor.class)
			.withClassLoader(new FilteredClassLoader("jakarta.validation"))
			.run((context) -> assertThat(context).hasNotFailed().hasBean("rivetActorDirectory"));
	}

	@Test
	void backsOffWhenTheApplicationHasItsOwnStore() {
		this.contextRunner.withUserConfiguration(OwnStore.class)
			.run((context) -> assertThat(context).hasSingleBean(ActorStateStore.class).hasBean("ownStore"));
	}

	@Test
	void backsOffWhenTheApplicationHasItsOwnWorkers() {
		this.contextRunner.withUserConfiguration(OwnWorkers.class)
			.run((context) -> assertThat(context.getBean("rivetActorWorkers", Scheduler.class))
				.isSameAs(OwnWorkers.WORKERS));
	}

	@Test
	void leavesTheSchedulersOfTheApplicationAlone() {
		this.contextRunner.withUserConfiguration(OneActor.class, Jobs.class).run((context) -> {
			assertThat(context).hasNotFailed().hasBean("rivetActorWorkers").hasBean("rivetActorTimers");
			assertThat(context.getBean(Jobs.class).scheduler).isNull();
		});
		this.contextRunner.withUserConfiguration(OneActor.class, Jobs.class, OwnScheduler.class)
			.run((context) -> assertThat(context.getBean(Jobs.class).scheduler).isSameAs(OwnScheduler.OWN));
	}

	/** An application may have its own, and ask for it by its type. */
	@Test
	void beansOfGeneralTypesAreNoDefaultCandidates() {
		this.contextRunner.withUserConfiguration(OneActor.class).run((context) -> {
			List<String> general = Stream.of(context.getBeanDefinitionNames())
				.filter((name) -> name.startsWith("rivet"))
				.filter((name) -> isGeneralAndDefault(context.getBeanFactory().getBeanDefinition(name)))
				.toList();
			assertThat(general).isEmpty();
		});
	}

	private static boolean isGeneralAndDefault(BeanDefinition definition) {
		MethodMetadata method = ((AnnotatedBeanDefinition) definition).getFactoryMethodMetadata();
		String type = (method != null) ? method.getReturnTypeName() : "";
		return (type.startsWith("java.") || type.startsWith("reactor.") || type.startsWith("io.netty.")
				|| type.startsWith("org.springframework.http."))
				&& ((AbstractBeanDefinition) definition).isDefaultCandidate();
	}

	@Test
	void settingsAreNoBeans() {
		this.contextRunner.withUserConfiguration(OneActor.class)
			.run((context) -> assertThat(context).doesNotHaveBean(ActorSettings.class)
				.doesNotHaveBean(WebSocketSettings.class)
				.doesNotHaveBean(Management.class));
	}

	@Test
	void callsAllObserversAndPublishesEventsAsWell() {
		this.contextRunner.withUserConfiguration(OneActor.class, OwnObservers.class).run((context) -> {
			OwnObservers own = context.getBean(OwnObservers.class);
			context.getBean(Actors.class).getOrCreate("one", "k").resolve().block(Duration.ofSeconds(10));
			assertThat(own.created).containsExactly("first", "second", "event");
		});
	}

	@Test
	void worksWithoutTransactions() {
		this.contextRunner.withUserConfiguration(OneActor.class)
			.withClassLoader(new FilteredClassLoader("org.springframework.transaction"))
			.run((context) -> assertThat(
					context.getBean(Connections.class).everywhere().afterCommit().send("event").targeted())
				.isZero());
	}

	@Test
	void joinsNodesOverRedisIfThatIsAskedFor() {
		this.contextRunner.withPropertyValues("rivet.events.backplane=redis", "spring.data.redis.port=1")
			.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class,
					RivetEventsRedisAutoConfiguration.class, RivetEventsHealthAutoConfiguration.class))
			.run((context) -> {
				assertThat(context).hasSingleBean(RedisBackplane.class).doesNotHaveBean(LocalBackplane.class);
				assertThat(context).getBean(OtherNodes.class).isSameAs(context.getBean(RedisBackplane.class).others());
				// other nodes are not known without Redis
				assertThat(context.getBean(Connections.class).countEverywhere(Duration.ofSeconds(1)).block())
					.isEqualTo(new ConnectionCounts(0, 0, false, Set.of()));
				// there is no Redis, and the application runs all the same
				Health health = context.getBean(HealthIndicator.class).health();
				assertThat(health.getStatus()).isEqualTo(Status.DOWN);
				assertThat(health.getDetails()).containsEntry("lost", 0L).containsKey("interruptions");
			});
	}

	@Test
	void leavesRedisAloneByDefault() {
		this.contextRunner
			.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class,
					RivetEventsRedisAutoConfiguration.class, RivetEventsHealthAutoConfiguration.class))
			.run((context) -> assertThat(context).hasSingleBean(LocalBackplane.class)
				.doesNotHaveBean(RedisBackplane.class)
				.doesNotHaveBean(HealthIndicator.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.rivetevents.redis", "org.springframework.data.redis,io.lettuce",
			"io.rivetevents.redis,org.springframework.data.redis,io.lettuce" })
	void saysWhatIsMissingForRedis(String missing) {
		this.contextRunner.withPropertyValues("rivet.events.backplane=redis")
			.withConfiguration(AutoConfigurations.of(RivetEventsRedisAutoConfiguration.class,
					RivetEventsChecksAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(missing.split(",")))
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("io.rivetevents:rivet-events-redis"));
	}

	@Test
	void refusesABackplaneThatThereIsNot() {
		this.contextRunner.withPropertyValues("rivet.events.backplane=rabbit")
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void refusesAContractThatCannotDeclareEvents() {
		this.contextRunner.withUserConfiguration(BadContract.class)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.hasMessageContaining("BadContract$Answers.ask()")
				.hasMessageContaining("must return void"));
	}

	@Test
	void bindsItsProperties() {
		this.contextRunner
			.withPropertyValues("rivet.events.actor.action-timeout=3s", "rivet.events.actor.max-key-size=2KB",
					"rivet.events.base-path=/live", "rivet.events.security.on-forbidden-subscription=close")
			.run((context) -> {
				ActorSettings settings = settings(context);
				assertThat(settings.actionTimeout()).isEqualTo(Duration.ofSeconds(3));
				assertThat(settings.maxKeySize()).isEqualTo(2048);
				assertThat(settings.closeOnForbiddenSubscription()).isTrue();
				assertThat(context.getBean(io.rivetevents.transport.webflux.BasePath.class)).hasToString("/live");
			});
	}

	@Test
	void theDefaultsOfThePropertiesAreThoseOfTheRuntime() {
		this.contextRunner.run((context) -> assertThat(settings(context)).isEqualTo(ActorSettings.DEFAULTS));
	}

	private static ActorSettings settings(ApplicationContext context) {
		return RivetEventsAutoConfiguration.actorSettings(context.getBean(RivetEventsProperties.class));
	}

	@Test
	void refusesABadValue() {
		this.contextRunner.withPropertyValues("rivet.events.actor.action-timeout=soon")
			.run((context) -> assertThat(context).hasFailed());
		this.contextRunner.withPropertyValues("rivet.events.base-path=live")
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void refusesSecurityAnnotationsThatNothingLooksAt() {
		this.contextRunner.withUserConfiguration(SecuredActor.class)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.isInstanceOf(InvalidActorException.class)
				.hasMessageContaining("Secured.act()")
				.hasMessageContaining("@EnableMethodSecurity"));
		this.contextRunner.withUserConfiguration(SecuredActor.class, MethodSecurity.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void stopsTheApplicationForABadActor() {
		this.contextRunner.withUserConfiguration(BadActor.class)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.hasMessageContaining("Bad.act(Thread)")
				.hasMessageContaining("thread"));
	}

	@Actor("one")
	static class One {

		@Action
		String act() {
			return "done";
		}

	}

	@Actor("secured")
	static class Secured {

		@Action
		@PreAuthorize("hasRole('ADMIN')")
		void act() {
		}

	}

	@Actor("bad")
	static class Bad {

		/** An interface of the JDK that Jackson cannot make would do as well. */
		@io.rivetevents.annotation.OnConnect
		void act(Thread thread) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OneActor {

		@Bean
		One one() {
			return new One();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SecuredActor {

		@Bean
		Secured secured() {
			return new Secured();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BadActor {

		@Bean
		Bad bad() {
			return new Bad();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity
	static class MethodSecurity {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnStore {

		@Bean
		MemoryActorStateStore ownStore() {
			return new MemoryActorStateStore();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnWorkers {

		static final Scheduler WORKERS = Schedulers.newSingle("own");

		@Bean
		Scheduler rivetActorWorkers() {
			return WORKERS;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Jobs {

		private final @Nullable Scheduler scheduler;

		Jobs(ObjectProvider<Scheduler> scheduler) {
			this.scheduler = scheduler.getIfAvailable();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnScheduler {

		static final Scheduler OWN = Schedulers.newSingle("own");

		@Bean
		Scheduler ownScheduler() {
			return OWN;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnObservers {

		private final List<String> created = new CopyOnWriteArrayList<>();

		@Bean
		@Order(2)
		ActorObserver secondObserver() {
			return noting("second");
		}

		@Bean
		@Order(1)
		ActorObserver firstObserver() {
			return noting("first");
		}

		private ActorObserver noting(String name) {
			return new ActorObserver() {

				@Override
				public void actorCreated(ActorInfo actor) {
					OwnObservers.this.created.add(name);
				}

			};
		}

		@EventListener
		void created(ActorCreatedEvent event) {
			this.created.add("event");
		}

	}

	@Actor(name = "bad", events = BadContract.Answers.class)
	static class BadContract {

		interface Answers {

			String ask();

		}

		@Action
		void act() {
		}

	}

	/** Each of them may call actors, and send events. */
	@Configuration(proxyBeanMethods = false)
	static class Extensions {

		@Bean
		InboundInterceptor inbound(Actors actors, Connections connections) {
			return (inbound, next) -> next.proceed(inbound);
		}

		@Bean
		OutboundInterceptor outbound(Actors actors, Connections connections) {
			return (event) -> event;
		}

		@Bean
		ActorObserver observer(Actors actors, Connections connections) {
			return new ActorObserver() {
			};
		}

		@Bean
		InvocationDecorator decorator(Actors actors, Connections connections) {
			return (invocation, call) -> call.call();
		}

		@Bean
		FailureTranslator translator(Actors actors, Connections connections) {
			return (failure) -> null;
		}

		@Bean
		PrincipalIssuer issuers(Actors actors, Connections connections) {
			return (principal) -> null;
		}

		@Bean
		ConnectionAuthenticator authenticator(Actors actors, Connections connections) {
			return (params) -> Mono.empty();
		}

	}

}
