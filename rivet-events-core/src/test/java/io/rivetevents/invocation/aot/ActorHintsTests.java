/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.aot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedClass;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.GeneratedMethods;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.generate.MethodReference;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.aot.AotServices;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.aot.BeanFactoryInitializationCode;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.javapoet.ClassName;
import org.springframework.util.ReflectionUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ActorSchedule;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.CreateVars;
import io.rivetevents.annotation.Input;
import io.rivetevents.annotation.MigrateState;
import io.rivetevents.annotation.OnDestroy;
import io.rivetevents.annotation.StateVersion;
import io.rivetevents.connection.Connection;
import io.rivetevents.invocation.ActorRegistrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.proxies;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.reflection;

/**
 * Hints for actors in a native image.
 */
class ActorHintsTests {

	private final RuntimeHints hints = new RuntimeHints();

	@BeforeEach
	void register() {
		new ActorHints(this.hints).register(Shop.class);
	}

	@ParameterizedTest
	@ValueSource(strings = { "createState", "createMember", "visits", "migrate", "maySubscribe", "close", "buy", "all",
			"later", "tidy", "inherited", "price" })
	void keepsTheMethodsThatAreCalled(String name) {
		assertThat(reflection().onMethodInvocation(method(Shop.class, name))).accepts(this.hints);
	}

	@Test
	void leavesOtherMethods() {
		assertThat(reflection().onMethodInvocation(method(Shop.class, "other"))).rejects(this.hints);
	}

	@ParameterizedTest
	@ValueSource(classes = { Shop.class, Base.class, Prices.class, Events.class, Events.Admin.class })
	void keepsTheTypesThatAreSearched(Class<?> type) {
		assertThat(reflection().onType(type)).accepts(this.hints);
	}

	@ParameterizedTest
	@ValueSource(classes = { State.class, Member.class, Params.class, Options.class, Order.class, Line.class,
			Product.class, Book.class, Music.class, Receipt.class, Streamed.class, Later.class, Asked.class,
			Quoted.class, Sold.class, Banned.class, ByField.class, FromBase.class, OfArray.class })
	void keepsWhatIsReadOrWritten(Class<?> type) {
		assertThat(Stream.of(type.getDeclaredConstructors()))
			.allSatisfy((each) -> assertThat(reflection().onConstructorInvocation(each)).accepts(this.hints));
		assertThat(Stream.of(type.getDeclaredFields()))
			.allSatisfy((each) -> assertThat(reflection().onFieldAccess(each)).accepts(this.hints));
	}

	@Test
	void keepsTheMethodsThroughWhichRecordsAreWritten() throws ReflectiveOperationException {
		assertThat(reflection().onMethodInvocation(Order.class.getDeclaredMethod("lines"))).accepts(this.hints);
	}

	@Test
	void leavesVariablesWhichStayInMemory() {
		assertThat(reflection().onType(Variables.class)).rejects(this.hints);
	}

	@Test
	void leavesTypesOfTheRuntime() {
		assertThat(reflection().onType(ActorContext.class)).rejects(this.hints);
		assertThat(reflection().onType(Mono.class)).rejects(this.hints);
	}

	@ParameterizedTest
	@ValueSource(classes = { Prices.class, Events.class, Events.Admin.class, Inherited.Audit.class })
	void keepsTheProxiesOfContracts(Class<?> type) {
		assertThat(proxies().forInterfaces(type)).accepts(this.hints);
	}

	@Test
	void keepsDefaultMethodsOfContracts() {
		assertThat(reflection().onMethodInvocation(method(Events.class, "both"))).accepts(this.hints);
	}

	@Test
	void keepsArrays() {
		assertThat(reflection().onType(OfArray[].class)).accepts(this.hints);
		assertThat(reflection().onType(String[].class)).accepts(this.hints);
	}

	@Test
	void isFoundByTheProcessingAheadOfTime() {
		Processed processed = new Processed(Shop.class);
		assertThat(reflection().onMethodInvocation(method(Shop.class, "buy"))).accepts(processed.hints());
		assertThat(processed.beans.containsSingleton("Shop")).isFalse();
	}

	@Test
	void generatesTheIndexOfActors() {
		assertThat(new Processed(Shop.class, String.class).code())
			.contains("beanFactory.registerSingleton(\"rivetActorIndex\", new ActorIndex(List.of(\"Shop\")))");
	}

	@Test
	void generatesAnEmptyIndexWithoutActors() {
		Processed processed = new Processed();
		assertThat(processed.code()).contains("new ActorIndex(List.of())");
		assertThat(processed.hints().reflection().typeHints()).isEmpty();
	}

	@Test
	void leavesContextsThatRegisterNoActors() {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		beans.registerBeanDefinition("shop", new RootBeanDefinition(Shop.class));
		assertThat(Processed.processor().processAheadOfTime(beans)).isNull();
	}

	/** Beans that were processed ahead of time. */
	private static final class Processed implements BeanFactoryInitializationCode {

		private final DefaultListableBeanFactory beans = new DefaultListableBeanFactory();

		private final InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();

		private final DefaultGenerationContext context = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get(ActorHintsTests.class)), this.files);

		private final GeneratedClass generated = this.context.getGeneratedClasses().addForFeature("Test", (type) -> {
		});

		private final List<MethodReference> initializers = new ArrayList<>();

		Processed(Class<?>... types) {
			this.beans.registerBeanDefinition("registrar", new RootBeanDefinition(ActorRegistrar.class));
			Stream.of(types)
				.forEach((type) -> this.beans.registerBeanDefinition(type.getSimpleName(),
						new RootBeanDefinition(type)));
			BeanFactoryInitializationAotContribution contribution = processor().processAheadOfTime(this.beans);
			Objects.requireNonNull(contribution).applyTo(this.context, this);
			assertThat(this.initializers).hasSize(1);
			this.context.writeGeneratedContent();
		}

		private static BeanFactoryInitializationAotProcessor processor() {
			return AotServices.factories()
				.load(BeanFactoryInitializationAotProcessor.class)
				.stream()
				.filter(ActorAotProcessor.class::isInstance)
				.findFirst()
				.orElseThrow();
		}

		RuntimeHints hints() {
			return this.context.getRuntimeHints();
		}

		String code() {
			try {
				return this.files.getGeneratedFileContent(Kind.SOURCE,
						this.generated.getName().canonicalName().replace('.', '/') + ".java");
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public GeneratedMethods getMethods() {
			return this.generated.getMethods();
		}

		@Override
		public ClassName getClassName() {
			return this.generated.getName();
		}

		@Override
		public void addInitializer(MethodReference initializer) {
			this.initializers.add(initializer);
		}

	}

	private static Method method(Class<?> type, String name) {
		return Stream.of(ReflectionUtils.getAllDeclaredMethods(type))
			.filter((method) -> method.getName().equals(name) && !method.isBridge())
			.findFirst()
			.orElseThrow();
	}

	abstract static class Base<T> {

		@Action
		T inherited() {
			throw new UnsupportedOperationException();
		}

	}

	interface Prices {

		Quoted price(Asked asked);

	}

	interface Inherited {

		Audit audit();

		interface Audit {

			void banned(Banned banned);

		}

	}

	interface Events extends Inherited {

		void sold(Sold sold);

		Admin admin();

		default void both(Sold sold) {
			sold(sold);
		}

		interface Admin {

			void closed();

		}

	}

	@Actor(events = Events.class, actions = Prices.class)
	static class Shop extends Base<FromBase> implements Prices {

		@CreateState
		State createState(@Input Options options) {
			return new State();
		}

		@MigrateState(from = 1)
		JsonNode migrate(JsonNode state) {
			return state;
		}

		@CreateConnState
		Member createMember(@ConnParams Params params) {
			return new Member("");
		}

		@CreateVars
		Variables visits() {
			return new Variables();
		}

		@CanSubscribe("sold")
		boolean maySubscribe() {
			return true;
		}

		@OnDestroy
		void close() {
		}

		@Action
		Receipt buy(ActorContext<State, Member> c, Connection<Member> caller, Order order) {
			return new Receipt(1);
		}

		@Action
		Flux<Streamed> all(OfArray[] arrays, String... names) {
			return Flux.empty();
		}

		@Action
		Mono<Map<String, List<? extends Later>>> later() {
			return Mono.empty();
		}

		@ActorSchedule(every = "1m")
		void tidy() {
		}

		@Override
		public Quoted price(Asked asked) {
			return new Quoted(1);
		}

		void other() {
		}

	}

	@StateVersion(2)
	static class State {

		public List<ByField> fields = List.of();

	}

	record Options(int size) {
	}

	record Params(String token) {
	}

	record Member(String name) {
	}

	static class Variables {

	}

	record Order(List<Line> lines, Product product) {
	}

	record Line(int count) {
	}

	sealed interface Product permits Book {

	}

	@JsonSubTypes(@JsonSubTypes.Type(Music.class))
	record Book(String title) implements Product {
	}

	record Music(int bars) {
	}

	record Receipt(int number) {
	}

	record Streamed(int number) {
	}

	record Later(int number) {
	}

	record Asked(String product) {
	}

	record Quoted(int price) {
	}

	record Sold(int count) {
	}

	record Banned(String name) {
	}

	record ByField(int value) {
	}

	record FromBase(int value) {
	}

	record OfArray(int value) {
	}

}
