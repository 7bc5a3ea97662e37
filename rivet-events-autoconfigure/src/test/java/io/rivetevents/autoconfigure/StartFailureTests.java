/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.sql.DataSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.autoconfigure.state.RivetEventsFileAutoConfiguration;
import io.rivetevents.autoconfigure.state.RivetEventsJdbcAutoConfiguration;
import io.rivetevents.autoconfigure.state.RivetEventsRedisStoreAutoConfiguration;
import io.rivetevents.autoconfigure.state.RivetEventsTransactionAutoConfiguration;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Connections;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.explain.DeliveryLog;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.delivery.Users;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * The messages to a developer when an application does not start, or starts without
 * something that clients need.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTests {

	private static final Pattern REPORT = Pattern.compile(
			"APPLICATION FAILED TO START.*?Description:\n\n(?<description>.+?)\n\nAction:\n\n(?<action>.+?)\n(\n|$)",
			Pattern.DOTALL);

	/** All mistakes, each with what is wrong and what to change. */
	static Stream<Mistake> mistakes() {
		return Stream
			.of(actors(), hooks(), parameters(), contracts(), schedules(), rules(), names(), values(), texts(),
					modules(), stores(), beans())
			.flatMap(Function.identity());
	}

	private static Stream<Mistake> actors() {
		return Stream.of(actor(InvalidActors.NoAction.class, "no method has @Action", "Add @Action to the methods"),
				actor(InvalidActors.Prototype.class, "must be a singleton", "Remove the scope of the bean"),
				actor(InvalidActors.OfRequest.class, "must be a singleton", "Remove the scope of the bean"),
				actor(InvalidActors.Abstract.class, "it is abstract", "Make the class concrete"),
				mistake(Imported.class,
						InvalidActors.Declared.class.getName() + " cannot be created: it is an interface",
						"Move @Actor to the class that implements"),
				actor(InvalidActors.Enumerated.class, "it is an enum", "Make it a class"),
				actor(InvalidActors.FinalWithRule.class, "it is final", "Remove the modifier final")
					.with(MethodSecurity.class),
				actor(InvalidActors.LongName.class, "its name exceeds", "Choose a shorter name"),
				actor(InvalidActors.NoTime.class, "actionTimeout = \"0s\"", "Use a value such as 30s"),
				actor(InvalidActors.Soon.class, "sleepTimeout = \"soon\"", "Use a value such as 30s"),
				actor(InvalidActors.SlowAction.class, "timeout of action act = \"-5s\"", "Use a value such as 30s"),
				actor(InvalidActors.NotImplemented.class, "must implement java.lang.Runnable",
						"Implement the interface, or remove it from @Actor(actions = ...)"),
				actor(InvalidActors.SameAction.class, "the action \"act\" is already declared",
						"Rename one of the methods"),
				actor(InvalidActors.Reserved.class, "\"rivet:\" are reserved", "Rename the method"),
				actor(InvalidActors.Private.class, "neither private nor static", "Remove the modifier private"),
				actor(InvalidActors.Answering.class, "@OneWay must return nothing", "return type to void"),
				actor(InvalidActors.Unblocked.class, "`blocking = false` cannot be combined",
						"Remove `blocking = false`"),
				actor(InvalidActors.DurableBeside.class, "`durable` cannot be combined", "Remove `durable`"),
				actor(InvalidActors.EmptySnapshot.class, "`snapshot = true` must return a value", "Remove `snapshot`"),
				actor(InvalidActors.AsyncAction.class, "outside of the turn because of @Async", "Remove @Async"),
				actor(InvalidActors.AsyncActor.class, "outside of the turn because of @Async", "Remove @Async"),
				actor(InvalidActors.VolatileAction.class, "its @Volatile has no effect",
						"Remove @Volatile, or move it"),
				actor(InvalidActors.ActionWithHistory.class, "its @History has no effect", "Remove @History, or move"),
				actor(InvalidActors.NamedAction.class, "its @EventName has no effect", "Remove @EventName, or move"),
				actor(InvalidActors.ScheduledAction.class, "its method tick with @Scheduled has parameters",
						"Use @ActorSchedule")
					.with(Scheduling.class),
				actor(InvalidActors.InvalidError.class, "the status 200 of @RivetError",
						"Change or remove @RivetError on " + InvalidActors.InvalidError.Teapot.class.getName()));
	}

	private static Stream<Mistake> hooks() {
		return Stream.of(
				actor(InvalidActors.TwoStates.class, "only one method can have @CreateState",
						"Remove @CreateState from one of these methods"),
				actor(InvalidActors.NoState.class, "must return the state", "return type to the type of the state"),
				actor(InvalidActors.NoVars.class, "must return the variables", "type of the variables"),
				actor(InvalidActors.NumberedVars.class, "names of variables", "Return a Map<String"),
				actor(InvalidActors.AbstractState.class, "could be saved but not loaded",
						"Change the type of the state"),
				actor(InvalidActors.MissingMigration.class, "@StateVersion(2)",
						"Add a method with @MigrateState(from = 1)"),
				actor(InvalidActors.Undecided.class, "must return boolean", "return type to boolean or Mono<Boolean>"),
				actor(InvalidActors.CreatesText.class, "must return boolean", "return type to boolean, Mono<Boolean>"),
				actor(InvalidActors.ConnectDecides.class, "must return nothing", "throw a UserError"),
				actor(InvalidActors.ManyPayloads.class, "too many parameters for a method with @OnStateChange",
						"Remove the parameters that the Javadoc of @OnStateChange does not list"),
				actor(InvalidActors.EmptyEvent.class, "empty event name", "Name the events"),
				actor(InvalidActors.SameRule.class, "only one method can have @CanSubscribe(\"said\")",
						"Remove @CanSubscribe(\"said\")"),
				actor(InvalidActors.UndeclaredEvent.class, "names \"typed\"", "Correct the name in @CanSubscribe"));
	}

	private static Stream<Mistake> parameters() {
		return Stream.of(
				actor(InvalidActors.UnknownParameter.class, "parameter 0 (java.lang.Thread", "Remove the parameter"),
				actor(InvalidActors.ForeignParameter.class, "@RequestHeader", "ActionArgumentResolver"),
				actor(InvalidActors.ForeignType.class, "its type UserDetails", "ActionArgumentResolver"),
				actor(InvalidActors.RuleOfNumber.class, "not a String for the name", "Change its type to String"),
				actor(InvalidActors.WrongState.class, "it declares java.lang.Integer",
						"Change the type to java.lang.String"),
				actor(InvalidActors.StateOfNothing.class, "no method has @CreateState",
						"Add a method with @CreateState"),
				actor(InvalidActors.MisfitDefault.class, "@DefaultValue(\"many\") does not fit",
						"Change the text of @DefaultValue"),
				actor(InvalidActors.DefaultFirst.class, "the later parameter 1 (other)", "Remove @DefaultValue"),
				actor(InvalidActors.DefaultOfHook.class, "@DefaultValue has no effect", "Remove @DefaultValue"),
				actor(InvalidActors.BrokenPrincipal.class, "its expression is invalid",
						"Correct the expression of @AuthenticationPrincipal"),
				actor(InvalidActors.LaterPrincipal.class, "a publisher is not supported",
						"Declare the type of the value itself"));
	}

	private static Stream<Mistake> contracts() {
		return Stream.of(
				actor(InvalidActors.StrictAlone.class, "requires at least one event",
						"Add an interface with the events"),
				actor(InvalidActors.SaidToo.class, "two contracts declare the event \"said\"", "add @EventName"),
				mistake(InvalidActors.ContractClass.class, "is not an interface", "Declare the events in an interface"),
				mistake(InvalidActors.ReturningContract.class, "must return void", "Change its return type to void"),
				mistake(InvalidActors.OneWayContract.class, "its @OneWay has no effect", "Remove @OneWay"),
				mistake(InvalidActors.EmptyContract.class, "has no methods", "Add a method"),
				mistake(InvalidActors.ThreadContract.class, "is not a value that can be encoded",
						"Change the type of the parameter"),
				mistake(InvalidActors.TwiceContract.class, "another method declares the event \"said\"",
						"add @EventName"),
				mistake(InvalidActors.NamelessContract.class, "its name is empty", "Add a name to its @EventName"),
				actor(InvalidActors.EndlessContract.class, "\"999999d\" is not a valid duration",
						"Change the attributes of @History"),
				actor(InvalidActors.NegativeHistory.class, "@History(maxEvents = -1)",
						"Change the attributes of @History"));
	}

	private static Stream<Mistake> schedules() {
		return Stream.of(actor(InvalidActors.Never.class, "\"0 0 31 2 *\" matches no time", "@ActorSchedule"),
				actor(InvalidActors.UnknownZone.class, "\"Europe/Atlantis\" is not a time zone", "zone = \"UTC\""),
				actor(InvalidActors.Sometimes.class, "every = \"sometimes\"", "every = \"30s\""),
				actor(InvalidActors.SameSchedule.class, "the schedule \"daily\" is declared twice",
						"Choose another name"),
				actor(InvalidActors.ScheduleWithArgument.class, "passes no arguments",
						"Add @Nullable or @DefaultValue"),
				actor(InvalidActors.ScheduleWithUser.class, "without a connection and a user", "Add @Nullable"));
	}

	private static Stream<Mistake> rules() {
		return Stream.of(
				actor(InvalidActors.NoMethodSecurity.class, "its @PreAuthorize has no effect",
						"Add @EnableMethodSecurity"),
				actor(InvalidActors.NoMethodSecurity.class, "supports only methods that return Mono or Flux",
						"replace @EnableReactiveMethodSecurity by @EnableMethodSecurity")
					.with(ReactiveMethodSecurity.class),
				actor(InvalidActors.NoJsr250.class, "its @RolesAllowed has no effect", "jsr250Enabled = true")
					.with(MethodSecurity.class),
				actor(InvalidActors.MisspelledAccess.class, "the method isAuthenticatd",
						"Correct the expression of @Actor(access = ...)"),
				actor(InvalidActors.BrokenAccess.class, "\"hasRol(\" is invalid",
						"Correct the expression of @Actor(access = ...)"),
				actor(InvalidActors.BrokenClass.class, "\"hasRol('X'\" is invalid",
						"Correct the expression of @PreAuthorize"),
				actor(InvalidActors.BrokenRule.class, "act(): its @PreAuthorize(\"hasRol('X'\")",
						"Correct the expression of @PreAuthorize")
					.with(MethodSecurity.class),
				actor(InvalidActors.FinalRule.class, "a final method cannot be overridden", "Make the method")
					.with(MethodSecurity.class),
				actor(InvalidActors.RuleOfHook.class, "would deny the server", "Remove @PreAuthorize")
					.with(MethodSecurity.class),
				mistake(InvalidActors.RuleOfSuperclass.class, "its @PostAuthorize has no effect", "Add @PostAuthorize")
					.with(MethodSecurity.class),
				actor(InvalidActors.SecuredEvent.class, "its @Secured has no effect", "Replace it by @PreAuthorize"),
				actor(InvalidActors.Access.class, "`access` requires Spring Security", "spring-boot-starter-security")
					.without("org.springframework.security"),
				actor(InvalidActors.NoMethodSecurity.class, "Spring Security is missing",
						"spring-boot-starter-security")
					.without("org.springframework.security"),
				property("management.access=hasRole(", "\"hasRole(\" is invalid", "hasRole('ADMIN')").served(),
				property("management.access=all", "uses the property all", "Set rivet.events.management.access to none")
					.served(),
				property("management.access=@guard.list()", "uses the bean guard",
						"Set rivet.events.management.access to none")
					.served());
	}

	private static Stream<Mistake> names() {
		return Stream.of(
				actor(InvalidActors.NameWithSpace.class, "\"chat room\" contains a space", "Choose another name"),
				actor(InvalidActors.EmptyPart.class, "\"users..add\" has an empty part", "Choose another name"),
				actor(InvalidActors.EndingDot.class, "\"users.\" has an empty part", "Choose another name"),
				actor(InvalidActors.InvisibleName.class, "\"ad\\u200bd\" contains", "Choose another name"),
				actor(InvalidActors.ControlCharacter.class, "\"add\\u0007\" contains", "Choose another name"),
				actor(InvalidActors.OtherForm.class, "not in the Unicode normal form C", "Choose another name"),
				actor(InvalidActors.LongAction.class, "its name exceeds 250 characters", "Choose another name"),
				actor(InvalidActors.EventWithSpace.class, "\"price changed\" contains a space",
						"Correct the name in @EventName"),
				actor(InvalidActors.EmptyNamespace.class, "\".changed\" has an empty part",
						"Correct the name in @EventName"),
				actor(InvalidActors.RuleOfNoEvent.class, "\"a..b\" has an empty part",
						"Correct the name in @CanSubscribe"),
				mistake(SameNames.class,
						"The actor name \"poll\" is used twice: by " + FirstPoll.class.getName() + " and by "
								+ SecondPoll.class.getName(),
						"The names of actors are unique. Give " + SecondPoll.class.getName() + " another name"),
				mistake(SameNameAsBean.class, FirstPoll.class.getName() + " and by " + OtherPoll.class.getName(),
						"Give " + FirstPoll.class.getName() + " another name"),
				mistake(SameNamesImported.class, SecondPoll.class.getName(), "The names of actors are unique."),
				mistake(SameNamesOfBeans.class, "the name poll is already used by", "Choose another name"));
	}

	private static Stream<Mistake> values() {
		return Stream.of(property("actor.mailbox-capacity=-1", "must be at least 1", "mailbox-capacity to at least 1"),
				property("actor.mailbox-capacity=many", "a whole number", "mailbox-capacity to a whole number"),
				property("actor.action-timeout=soon", "a duration such as 30s", "to a duration such as 30s"),
				property("actor.action-timeout=0s", "at least 1ms", "action-timeout to at least 1ms"),
				property("actor.action-timeout=99999d", "at most 36500d", "action-timeout to at most 36500d"),
				property("state.max-size=big", "a size such as 64KB", "state.max-size to a size such as 64KB"),
				property("state.max-size=3GB", "less than 2GB", "state.max-size to at least 1B and less than 2GB"),
				property("sse.enabled=maybe", "true or false", "sse.enabled to true or false"),
				property("state.store=rabbit", "one of memory, file, jdbc, redis", "to one of memory, file"),
				property("backplane=rabbit", "one of local, redis", "backplane to one of local, redis"),
				property("security.on-forbidden-subscription=shout", "one of refuse, close", "refuse, close"),
				property("state.write=never", "one of interval, sync", "state.write to one of interval, sync"),
				property("state.jdbc.initialize-schema=maybe", "one of always, embedded, never", "always, embedded"),
				property("state=redis", "it is a group of properties", "such as rivet.events.state.store"),
				property("websocket.max-queued-size=1KB", "max-outgoing-message-size must fit into it",
						"Set rivet.events.websocket.max-queued-size to at least 1048576B"),
				property("actor.max-key-size=2KB", "keys of at most 1KB", "max-key-size to at most 1KB")
					.with("rivet.events.state.store=file"));
	}

	private static Stream<Mistake> texts() {
		return Stream.of(
				property("security.allowed-origins=http://a.example,localhost:3000",
						"\"localhost:3000\" of the property rivet.events.security.allowed-origins",
						"such as https://example.org"),
				property("security.allowed-hosts=http://a.example", "is not a host name", "Write a host name"),
				property("security.stream-key=", "must not be empty", "a long random text"),
				property("limits.trusted-proxies=proxy", "\"proxy\"", "10.0.0.0/8"),
				property("base-path=rivet", "a path that starts with a slash", "Set rivet.events.base-path to a path"),
				property("redis.channel=", "the name of a channel", "such as rivet.events:1"),
				property("state.redis.prefix={a}", "must not contain '{'", "a prefix such as \"chat:\"")
					.with("rivet.events.state.store=redis")
					.with(Redis.class),
				property("state.jdbc.table-prefix=a b", "letters, digits and underscores", "a prefix such as rivet_")
					.with(Database.class));
	}

	private static Stream<Mistake> modules() {
		return Stream.of(
				property("state.store=jdbc", "its module is missing", "io.rivetevents:rivet-events-jdbc")
					.without("io.rivetevents.jdbc"),
				property("state.jdbc.join-transaction=true", "its module is missing",
						"io.rivetevents:rivet-events-jdbc and org.springframework.boot:spring-boot-starter-jdbc")
					.without("io.rivetevents.jdbc"),
				property("state.store=file", "its module is missing", "io.rivetevents:rivet-events-file")
					.without("org.sqlite"),
				property("state.store=redis", "its module is missing", "io.rivetevents:rivet-events-redis")
					.without("io.rivetevents.redis"),
				property("backplane=redis", "its module is missing", "io.rivetevents:rivet-events-redis")
					.without("io.rivetevents.redis"),
				property("backplane=redis", "its module is missing", "io.rivetevents:rivet-events-redis")
					.without("org.springframework.data.redis"),
				property("asyncapi.output=target/api.json", "a generator of JSON Schema is missing",
						"com.github.victools:jsonschema-generator")
					.without("com.github.victools"));
	}

	private static Stream<Mistake> stores() {
		String file = "rivet.events.state.store=file";
		return Stream.of(property("state.store=jdbc", "a DataSource is missing", "spring.datasource.url"),
				property("state.store=jdbc", "several DataSources: [one, other]", "@RivetDataSource")
					.with(TwoDataSources.class),
				property("state.store=redis", "a LettuceConnectionFactory is missing", "spring.data.redis"),
				property("backplane=redis", "a LettuceConnectionFactory is missing", "spring.data.redis"),
				property("state.store=redis", "Connection refused", "Check that Redis runs").with(Redis.class),
				property("state.file.path=pom.xml", "pom.xml", "Set rivet.events.state.file.path").with(file),
				property("state.file.path=src", "src", "Set rivet.events.state.file.path").with(file),
				property("state.file.path=pom.xml/rivet.db", "rivet.db", "Set rivet.events.state.file.path").with(file),
				property("state.file.path=", "is a directory", "Set rivet.events.state.file.path").with(file),
				property("state.file.path=a\u0000b", "Nul character", "path of a file").with(file),
				property("state.jdbc.join-transaction=true", "it requires the store in the DataSource",
						"rivet.events.state.store=jdbc"),
				property("asyncapi.output=pom.xml/api.json", "pom.xml", "rivet.events.asyncapi.output"),
				mistake(Database.class, "tables", "Let Flyway or Liquibase run the script"));
	}

	private static Stream<Mistake> beans() {
		String disabled = "rivet.events.enabled=false";
		return Stream.of(
				mistake(WantsActors.class, "a bean of type '" + Actors.class.getName(), "Remove " + disabled)
					.with(disabled),
				mistake(WantsConnections.class, "a bean of type '" + Connections.class.getName(), "Remove " + disabled)
					.with(disabled),
				mistake(WantsActors.class, "a bean of type '" + Actors.class.getName(), "do not exclude it")
					.with("spring.autoconfigure.exclude=" + RivetEventsAutoConfiguration.class.getName())
					.full(),
				mistake(WantsContext.class, "ActorContext', which is not a bean",
						"a parameter of the methods of an actor"),
				mistake(WantsConnection.class, "Connection', which is not a bean", Connections.class.getName()),
				mistake(WantsHandle.class, "ActorHandle', which is not a bean", "actors.get("),
				mistake(WantsLog.class, "a bean of type '" + DeliveryLog.class.getName(),
						"Set rivet.events.deliveries.recorded=true"),
				mistake(NoMapper.class, JsonMapper.class.getName(), "JsonMapper").bare(),
				mistake(TwoStores.class, "ActorStateStore', but there are 2: one, other", "Remove all but one"),
				mistake(TwoDirectories.class, "ActorDirectory', but there are 2: one, other", "Remove all but one")
					.served(),
				mistake(TwoUsers.class, "Users', but there are 2: one, other", "Remove all but one").served(),
				mistake(TwoMappers.class, "ValueMapper', but there are 2: one, other", "Remove all but one"),
				mistake(WrongWorkers.class, "reactor.core.scheduler.Scheduler", "reactor.core.scheduler.Scheduler"));
	}

	@ParameterizedTest
	@MethodSource("mistakes")
	void areReportedWithWhatToChange(Mistake mistake, CapturedOutput output) {
		assertThatException().isThrownBy(mistake.application()::run);
		Matcher report = REPORT.matcher(output);
		assertThat(report.find()).as(output.toString()).isTrue();
		assertThat(report.group()).contains(mistake.where);
		assertThat(report.group("description")).contains(mistake.description);
		assertThat(report.group("action")).contains(mistake.action);
		assertThat(output).doesNotContain("\tat ");
	}

	@Test
	void actorsOutsideOfWebApplicationsWorkAndAreWarnedOf(CapturedOutput output) {
		try (ConfigurableApplicationContext context = application(Lean.class).web(WebApplicationType.NONE).run()) {
			assertThat(context.getBean(Actors.class).getOrCreate("greeter").call("greet", String.class).block())
				.isEqualTo("hello");
			assertThat(context.getBean(Connections.class).user("ada").send("hi").targeted()).isZero();
		}
		assertThat(output.toString().lines().filter((line) -> line.contains(" WARN "))).singleElement()
			.asString()
			.contains("Clients cannot connect to the actors [greeter]", "not a web application");
	}

	@Test
	void warnsOfNothingWithoutActors(CapturedOutput output) {
		application(Nothing.class).web(WebApplicationType.NONE).run().close();
		assertThat(output).doesNotContain(" WARN ");
	}

	@Test
	void warnsOfActionsOfABeanThatIsNoActor(CapturedOutput output) {
		application(Stray.class).web(WebApplicationType.NONE)
			.properties("spring.main.lazy-initialization=true")
			.run()
			.close();
		assertThat(output.toString().lines().filter((line) -> line.contains(" WARN "))).singleElement()
			.asString()
			.contains(ForgotActor.class.getName(), "[act, join]", "Add @Actor to the class");
		assertThat(ForgotActor.created).isZero();
	}

	@Test
	void rulesAreCheckedOutsideOfWebApplicationsToo(CapturedOutput output) {
		SpringApplication application = application(InvalidActors.NoMethodSecurity.class).web(WebApplicationType.NONE)
			.build();
		assertThatException().isThrownBy(application::run);
		assertThat(output).contains("@PreAuthorize", "@EnableMethodSecurity");
	}

	private static SpringApplicationBuilder application(Class<?> configuration) {
		return new SpringApplicationBuilder(Nothing.class, configuration).bannerMode(Banner.Mode.OFF);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Nothing {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(InvalidActors.Declared.class)
	static class Imported {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(LeanApplication.Greeter.class)
	static class Lean {

	}

	@Configuration(proxyBeanMethods = false)
	@ComponentScan(useDefaultFilters = false, includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE,
			classes = { FirstPoll.class, SecondPoll.class }))
	static class SameNames {

	}

	@Configuration(proxyBeanMethods = false)
	@ComponentScan(useDefaultFilters = false,
			includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = { FirstPoll.class, OtherPoll.class }))
	static class SameNameAsBean {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ FirstPoll.class, SecondPoll.class })
	static class SameNamesImported {

	}

	@Actor("poll")
	static class FirstPoll {

		@Action
		void act() {
		}

	}

	@Actor("poll")
	static class SecondPoll {

		@Action
		void act() {
		}

	}

	@Component("poll")
	static class OtherPoll {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(ForgotActor.class)
	static class Stray {

	}

	static class ForgotActor {

		static int created;

		ForgotActor() {
			created++;
		}

		@Action
		void act() {
		}

		@OnConnect
		void join() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WantsActors {

		@Bean
		String needsActors(Actors actors) {
			return actors.toString();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WantsConnections {

		@Bean
		String needsConnections(Connections connections) {
			return connections.toString();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WantsContext {

		@Bean
		String needsContext(ActorContext<?, ?> context) {
			return context.toString();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WantsConnection {

		@Bean
		String needsConnection(Connection<?> connection) {
			return connection.toString();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WantsHandle {

		@Bean
		String needsHandle(ActorHandle handle) {
			return handle.toString();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WantsLog {

		@Bean
		String needsLog(DeliveryLog log) {
			return log.toString();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class Scheduling {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableReactiveMethodSecurity
	static class ReactiveMethodSecurity {

	}

	/** Actors, stores and transactions, without the rest of Spring Boot. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class,
			RivetEventsSecurityAutoConfiguration.class, RivetEventsRedisAutoConfiguration.class,
			RivetEventsAsyncApiAutoConfiguration.class, RivetEventsChecksAutoConfiguration.class,
			RivetEventsJdbcAutoConfiguration.class, RivetEventsFileAutoConfiguration.class,
			RivetEventsRedisStoreAutoConfiguration.class, RivetEventsTransactionAutoConfiguration.class })
	static class Small {

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	static class Bare {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity
	static class MethodSecurity {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(RivetEventsAutoConfiguration.class)
	static class NoMapper {

	}

	@Configuration(proxyBeanMethods = false)
	static class SameNamesOfBeans {

		@Bean
		FirstPoll one() {
			return new FirstPoll();
		}

		@Bean
		FirstPoll other() {
			return new FirstPoll();
		}

	}

	/** Without tables, and not embedded. */
	@Configuration(proxyBeanMethods = false)
	static class Database {

		@Bean
		DataSource dataSource() {
			return new SimpleDriverDataSource(new org.h2.Driver(), "jdbc:h2:file:./target/start/none;IFEXISTS=FALSE");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoDataSources {

		@Bean
		DataSource one() {
			return new SimpleDriverDataSource();
		}

		@Bean
		DataSource other() {
			return new SimpleDriverDataSource();
		}

	}

	/** No Redis listens to the port. */
	@Configuration(proxyBeanMethods = false)
	static class Redis {

		@Bean
		LettuceConnectionFactory connections() {
			return new LettuceConnectionFactory("127.0.0.1", 1);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoStores {

		@Bean
		ActorStateStore one(Limits limits) {
			return new MemoryActorStateStore(limits.stored());
		}

		@Bean
		ActorStateStore other(Limits limits) {
			return new MemoryActorStateStore(limits.stored());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoDirectories {

		@Bean
		ActorDirectory one(@Qualifier("rivetLocalActorDirectory") ActorDirectory local) {
			return local;
		}

		@Bean
		ActorDirectory other(@Qualifier("rivetLocalActorDirectory") ActorDirectory local) {
			return local;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoUsers {

		@Bean
		Users one() {
			return Users.PLAIN;
		}

		@Bean
		Users other() {
			return Users.PLAIN;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoMappers {

		@Bean
		ValueMapper one(JsonMapper mapper) {
			return new ValueMapper(mapper);
		}

		@Bean
		ValueMapper other(JsonMapper mapper) {
			return new ValueMapper(mapper);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WrongWorkers {

		@Bean
		String rivetActorWorkers() {
			return "none";
		}

	}

	private static Mistake actor(Class<?> actor, String description, String action) {
		return new Mistake(actor, description, action, actor.getName());
	}

	private static Mistake mistake(Class<?> configuration, String description, String action) {
		return new Mistake(configuration, description, action, "");
	}

	private static Mistake property(String property, String description, String action) {
		return new Mistake(Lean.class, description, action,
				"rivet.events." + property.substring(0, property.indexOf('=')))
			.with("rivet.events." + property);
	}

	/** An application with one mistake, and its report. */
	private static final class Mistake {

		private final List<Class<?>> configuration = new ArrayList<>(List.of(Small.class));

		private final List<String> properties = new ArrayList<>(List.of("server.port=0"));

		private final String description;

		private final String action;

		private final String where;

		private WebApplicationType type = WebApplicationType.NONE;

		private ClassLoader classes = getClass().getClassLoader();

		/**
		 * Creates a mistake.
		 * @param where also part of the report, such as the class or the property
		 */
		Mistake(Class<?> configuration, String description, String action, String where) {
			this.configuration.add(configuration);
			this.description = description;
			this.action = action;
			this.where = where;
		}

		Mistake with(Class<?> configuration) {
			this.configuration.add(configuration);
			return this;
		}

		Mistake with(String property) {
			this.properties.add(property);
			return this;
		}

		/** Hides the classes of a module. */
		Mistake without(String packageName) {
			this.classes = new FilteredClassLoader(packageName);
			return this;
		}

		/** Uses all of Spring Boot. */
		Mistake full() {
			this.configuration.set(0, Nothing.class);
			return this;
		}

		/** Uses no auto-configuration but that of the mistake. */
		Mistake bare() {
			this.configuration.set(0, Bare.class);
			return this;
		}

		Mistake served() {
			this.type = WebApplicationType.REACTIVE;
			return full();
		}

		SpringApplication application() {
			return new SpringApplicationBuilder(new DefaultResourceLoader(this.classes),
					this.configuration.toArray(Class<?>[]::new))
				.bannerMode(Banner.Mode.OFF)
				.web(this.type)
				.properties(this.properties.toArray(String[]::new))
				.build();
		}

		@Override
		public String toString() {
			String text = this.configuration.get(1).getSimpleName()
					+ this.properties.subList(1, this.properties.size());
			return text.replace('\0', '?'); // reports are XML
		}

	}

}
