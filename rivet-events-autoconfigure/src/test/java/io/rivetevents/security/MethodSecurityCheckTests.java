/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.annotation.security.DeclareRoles;
import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.annotation.security.RunAs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.Advisor;
import org.springframework.aop.ClassFilter;
import org.springframework.aop.MethodMatcher;
import org.springframework.aop.Pointcut;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.framework.autoproxy.InfrastructureAdvisorAutoProxyCreator;
import org.springframework.aop.interceptor.DebugInterceptor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.AdviceMode;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.context.event.EventListener;
import org.springframework.security.access.annotation.Secured;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PostFilter;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.access.prepost.PreFilter;
import org.springframework.security.authorization.AuthenticatedAuthorizationManager;
import org.springframework.security.authorization.AuthorizationEventPublisher;
import org.springframework.security.authorization.SpringAuthorizationEventPublisher;
import org.springframework.security.authorization.event.AuthorizationDeniedEvent;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeMethodInterceptor;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeReactiveMethodInterceptor;
import org.springframework.security.authorization.method.AuthorizeReturnObject;
import org.springframework.security.authorization.method.HandleAuthorizationDenied;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.CreateVars;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.annotation.OnDestroy;
import io.rivetevents.annotation.OnSleep;
import io.rivetevents.annotation.OnStateChange;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsSecurityAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application starts only with security annotations that have an effect.
 */
class MethodSecurityCheckTests {

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class,
				RivetEventsSecurityAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(classes = { FinalMethod.class, FinalInherited.class, PrivateMethod.class })
	void refusesWhatTheProxyCannotOverride(Class<?> actor) {
		refuses(PrePost.class, actor, "overrid");
	}

	@ParameterizedTest
	@ValueSource(classes = { OnMethod.class, OnClass.class, OnSuperclass.class, OnInterface.class, Meta.class,
			OnHook.class, PostAuthorized.class, PreFiltered.class, PostFiltered.class, FinalClass.class,
			FinalMethod.class, OnContractClass.class, OnGenericContractClass.class })
	void refusesThemWithoutMethodSecurity(Class<?> actor) {
		refuses(Nothing.class, actor, "Add @EnableMethodSecurity to the application");
	}

	@Test
	void refusesThemOnAnActorThatIsProxiedForAnotherReason() {
		refuses(OtherProxy.class, OnMethod.class,
				"its @PreAuthorize has no effect, because method security is not enabled for it. Add @EnableMethodSecurity");
	}

	@Test
	void refusesSecuredAndJsr250WhereTheyAreNotSwitchedOn() {
		refuses(PrePost.class, SecuredMethod.class, "securedEnabled = true");
		refuses(PrePost.class, SecuredBeside.class, "securedEnabled = true");
		refuses(PrePost.class, Roles.class, "jsr250Enabled = true");
		refuses(PrePost.class, Denied.class, "jsr250Enabled = true");
		refuses(PrePost.class, SecuredClass.class, "securedEnabled = true");
		refuses(AllKinds.class, RunsAs.class, "Spring Security does not support it");
	}

	@ParameterizedTest
	@ValueSource(classes = { OnMethod.class, OnClass.class, OnSuperclass.class, OnInterface.class, Meta.class,
			OnHook.class, PostAuthorized.class, PreFiltered.class, PostFiltered.class, SecuredMethod.class,
			SecuredBeside.class, Roles.class, Denied.class, SecuredClass.class, Plain.class,
			InheritsWithPostAuthorize.class, InheritsBesidePreAuthorize.class, ReturnsAuthorized.class, Harmless.class,
			OnContractClass.class })
	void startsWithThoseThatHaveAnEffect(Class<?> actor) {
		this.runner.withUserConfiguration(AllKinds.class, actor).run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(classes = { InheritsBesidePostAuthorize.class, InheritsBesidePostFilter.class,
			InheritsBesidePreFilter.class, InheritsBesideAnother.class })
	void refusesWhatStandsOnAClassForAMethodOfItsSuperclass(Class<?> actor) {
		refuses(AllKinds.class, actor, "reads it from the class that declares the method");
	}

	@Test
	void takesReactiveMethodSecurityForWhatReturnsPublishers() {
		this.runner.withUserConfiguration(Reactive.class, Later.class)
			.run((context) -> assertThat(context).hasNotFailed());
		refuses(Reactive.class, OnMethod.class, "return Mono or Flux");
	}

	@ParameterizedTest
	@ValueSource(classes = { AdvisorForActors.class, AdvisorForEverything.class })
	void refusesWhatAnAdvisorMatchesForAnotherReason(Class<?> settings) {
		refuses(settings, SecuredMethod.class, "securedEnabled = true");
		refuses(settings, Roles.class, "jsr250Enabled = true");
		this.runner.withUserConfiguration(settings, PrePost.class, OnMethod.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void knowsAReactiveAdvisorThatTheApplicationDeclares() {
		this.runner.withUserConfiguration(ReactiveAdvisor.class, Later.class)
			.run((context) -> assertThat(context).hasNotFailed());
		refuses(ReactiveAdvisor.class, OnMethod.class, "return Mono or Flux");
	}

	@Test
	void asksNoAdvisorAtStartUp() {
		this.runner
			.withUserConfiguration(AllKinds.class, Denials.class, OnMethod.class, SecuredMethod.class, Denied.class,
					PostAuthorized.class)
			.run((context) -> assertThat(context.getBean(Denials.class).seen).isEmpty());
	}

	@Test
	void saysThatWovenChecksAreNotSeen() {
		refuses(Woven.class, OnMethod.class, "Remove mode = ASPECTJ");
		refuses(Woven.class, SecuredMethod.class, "Remove mode = ASPECTJ");
	}

	@Test
	void refusesAnEventWithWhatIsNotAskedForIt() {
		refuses(AllKinds.class, SecuredEvent.class, "an event supports @PreAuthorize");
		refuses(AllKinds.class, RolesEvents.class, "an event supports @PreAuthorize");
		refuses(AllKinds.class, SecuredBesideEvent.class, "an event supports @PreAuthorize only");
		refuses(AllKinds.class, RolesAroundEvent.class, "an event supports @PreAuthorize only");
		this.runner.withUserConfiguration(Nothing.class, PreAuthorizedEvent.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void refusesThemWithoutSpringSecurity() {
		for (Class<?> actor : List.of(Roles.class, OnClass.class, OnContractClass.class, RolesEvents.class,
				WithAccess.class)) {
			this.runner.withUserConfiguration(Nothing.class, actor)
				.withClassLoader(new FilteredClassLoader("org.springframework.security"))
				.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("Spring Security"));
		}
	}

	@Test
	void runsHooksWithoutCallerOfAClassWithARule() {
		this.runner.withUserConfiguration(AllKinds.class, OnClass.class)
			.run((context) -> assertThat(
					context.getBean(Actors.class).getOrCreate(OnClass.class, "k").call("read", String.class).block())
				.isEqualTo("state"));
	}

	@ParameterizedTest
	@ValueSource(classes = { OnCreateState.class, OnCreateHook.class, OnWakeHook.class, OnSleepHook.class,
			OnDestroyHook.class, OnStateChangeHook.class, CreateVarsHook.class })
	void refusesThemOnHooksThatNeverHaveACaller(Class<?> actor) {
		String hook = "@" + actor.getSimpleName().replace("Hook", "").replace("OnCreateState", "CreateState");
		refuses(AllKinds.class, actor, "would deny the server, since a method with " + hook);
	}

	@ParameterizedTest
	@ValueSource(classes = { BrokenPreAuthorize.class, BrokenPostAuthorize.class, BrokenPreFilter.class,
			BrokenPostFilter.class, BrokenMeta.class, BrokenOnInterface.class })
	void refusesAnExpressionThatCannotBeRead(Class<?> actor) {
		this.runner.withUserConfiguration(AllKinds.class, actor)
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContainingAll(".read(", "(\"hasRol('X'\")", "is invalid"));
	}

	@Test
	void refusesAnExpressionOnTheClassThatCannotBeRead() {
		refuses(AllKinds.class, BrokenClass.class, "hasRol('X'");
		refuses(AllKinds.class, BrokenPostAuthorizeClass.class, "hasRol('X'");
	}

	@Test
	void startsWithAHookThatPermitsAll() {
		this.runner.withUserConfiguration(AllKinds.class, OpenHook.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private void refuses(Class<?> configuration, Class<?> actor, String text) {
		this.runner.withUserConfiguration(configuration, actor)
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining(text));
	}

	@Configuration(proxyBeanMethods = false)
	static class Nothing {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity
	static class PrePost {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity(securedEnabled = true, jsr250Enabled = true)
	static class AllKinds {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableReactiveMethodSecurity
	static class Reactive {

	}

	@Configuration(proxyBeanMethods = false)
	static class OtherProxy {

		@Bean
		static DefaultAdvisorAutoProxyCreator proxies() {
			DefaultAdvisorAutoProxyCreator creator = new DefaultAdvisorAutoProxyCreator();
			creator.setProxyTargetClass(true);
			return creator;
		}

		@Bean
		static DefaultPointcutAdvisor advisor() {
			return new DefaultPointcutAdvisor(AnnotationMatchingPointcut.forClassAnnotation(Actor.class),
					new DebugInterceptor());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity(mode = AdviceMode.ASPECTJ, prePostEnabled = false)
	static class Woven {

	}

	@Configuration(proxyBeanMethods = false)
	static class AdvisorForActors {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor signedIn() {
			return new AuthorizationManagerBeforeMethodInterceptor(new AnnotationMatchingPointcut(Actor.class),
					AuthenticatedAuthorizationManager.authenticated());
		}

		@Bean
		static InfrastructureAdvisorAutoProxyCreator proxies() {
			return proxyCreator();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AdvisorForEverything {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor signedIn() {
			return new AuthorizationManagerBeforeMethodInterceptor(new Pointcut() {

				@Override
				public ClassFilter getClassFilter() {
					return (type) -> !type.getSimpleName().startsWith("Rivet")
							&& (type.isAnnotationPresent(Actor.class) || type.getSimpleName().equals("Probe"));
				}

				@Override
				public MethodMatcher getMethodMatcher() {
					return MethodMatcher.TRUE;
				}

			}, AuthenticatedAuthorizationManager.authenticated());
		}

		@Bean
		static InfrastructureAdvisorAutoProxyCreator proxies() {
			return proxyCreator();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ReactiveAdvisor {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor preAuthorize() {
			return AuthorizationManagerBeforeReactiveMethodInterceptor.preAuthorize();
		}

		@Bean
		static InfrastructureAdvisorAutoProxyCreator proxies() {
			return proxyCreator();
		}

	}

	private static InfrastructureAdvisorAutoProxyCreator proxyCreator() {
		InfrastructureAdvisorAutoProxyCreator creator = new InfrastructureAdvisorAutoProxyCreator();
		creator.setProxyTargetClass(true);
		return creator;
	}

	@Configuration(proxyBeanMethods = false)
	static class Denials {

		final List<AuthorizationDeniedEvent<?>> seen = new CopyOnWriteArrayList<>();

		@Bean
		static AuthorizationEventPublisher publisher(ApplicationEventPublisher events) {
			return new SpringAuthorizationEventPublisher(events);
		}

		@EventListener
		void see(AuthorizationDeniedEvent<?> event) {
			this.seen.add(event);
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@Target({ ElementType.METHOD, ElementType.TYPE })
	@PreAuthorize("hasRole('ADMIN')")
	@interface AdminOnly {

	}

	@Actor
	static class Plain {

		@Action
		String read() {
			return "free";
		}

	}

	@Actor
	static class FinalMethod {

		@Action
		@PreAuthorize("denyAll")
		final String read() {
			return "gold";
		}

	}

	abstract static class Base {

		@Action
		@PreAuthorize("denyAll")
		public final String read() {
			return "gold";
		}

	}

	@Actor
	static class FinalInherited extends Base {

	}

	@Actor
	static class PrivateMethod {

		@Action
		String read() {
			return help();
		}

		@PreAuthorize("denyAll")
		private String help() {
			return "gold";
		}

	}

	@Actor
	static final class FinalClass {

		@Action
		@PreAuthorize("denyAll")
		String read() {
			return "gold";
		}

	}

	@Actor
	static class OnMethod {

		@Action
		@PreAuthorize("denyAll")
		String read() {
			return "gold";
		}

	}

	@Actor
	@PreAuthorize("hasRole('ADMIN')")
	static class OnClass {

		@CreateState
		String createState() {
			return "state";
		}

		@Action
		String read(ActorContext<String, ?> c) {
			return c.state();
		}

	}

	@PreAuthorize("denyAll")
	abstract static class SecuredBase {

	}

	@Actor
	static class OnSuperclass extends SecuredBase {

		@Action
		String read() {
			return "gold";
		}

	}

	interface Reading {

		@PreAuthorize("denyAll")
		String read();

	}

	@Actor(actions = Reading.class)
	static class OnInterface implements Reading {

		@Override
		public String read() {
			return "gold";
		}

	}

	interface Writing {

		String write(String text);

	}

	@Actor(actions = Writing.class)
	@PreAuthorize("denyAll")
	static class OnContractClass implements Writing {

		@Override
		public String write(String text) {
			return text;
		}

	}

	interface Changing<T> {

		T change(T value);

	}

	@Actor(actions = Changing.class)
	@PreAuthorize("denyAll")
	static class OnGenericContractClass implements Changing<String> {

		@Override
		public String change(String value) {
			return value;
		}

	}

	@Actor
	static class Meta {

		@Action
		@AdminOnly
		String read() {
			return "gold";
		}

	}

	@Actor
	static class OnHook {

		@OnBeforeConnect
		@PreAuthorize("hasRole('ADMIN')")
		void check() {
		}

	}

	@Actor
	static class OnCreateState {

		@CreateState
		@PreAuthorize("hasRole('ADMIN')")
		Object run() {
			return this;
		}

	}

	@Actor
	static class OnCreateHook {

		@OnCreate
		@Secured("ROLE_ADMIN")
		void run() {
		}

	}

	@Actor
	static class OnWakeHook {

		@OnWake
		@PreAuthorize("isAuthenticated()")
		void run() {
		}

	}

	@Actor
	static class OnSleepHook {

		@OnSleep
		@RolesAllowed("ADMIN")
		void run() {
		}

	}

	@Actor
	static class OnDestroyHook {

		@OnDestroy
		@AdminOnly
		void run() {
		}

	}

	@Actor
	static class CreateVarsHook {

		@CreateVars
		@PreAuthorize("isAuthenticated()")
		Object createVars() {
			return "vars";
		}

	}

	@Actor
	static class OnStateChangeHook {

		@OnStateChange
		@PostAuthorize("authentication != null")
		void run() {
		}

	}

	@Actor
	static class OpenHook {

		@OnWake
		@PermitAll
		void run() {
		}

	}

	@Actor
	static class PostAuthorized {

		@Action
		@PostAuthorize("returnObject == authentication.name")
		String read() {
			return "gold";
		}

	}

	@Actor
	static class PreFiltered {

		@Action
		@PreFilter("filterObject != null")
		String read(List<String> names) {
			return "gold";
		}

	}

	@Actor
	static class PostFiltered {

		@Action
		@PostFilter("filterObject != null")
		List<String> read() {
			return List.of();
		}

	}

	abstract static class Lister {

		@Action
		List<String> list(List<String> names) {
			return names;
		}

	}

	@Actor
	@PostAuthorize("hasRole('ADMIN')")
	static class InheritsBesidePostAuthorize extends Lister {

	}

	@Actor
	@PostFilter("hasRole('ADMIN')")
	static class InheritsBesidePostFilter extends Lister {

	}

	@Actor
	@PreFilter("hasRole('ADMIN')")
	static class InheritsBesidePreFilter extends Lister {

	}

	/** The rule of the actor is evaluated. */
	@Actor
	@PreAuthorize("hasRole('ADMIN')")
	static class InheritsBesidePreAuthorize extends Lister {

	}

	@PostAuthorize("hasRole('USER')")
	abstract static class GuardedLister {

		@Action
		List<String> list(List<String> names) {
			return names;
		}

	}

	@Actor
	static class InheritsWithPostAuthorize extends GuardedLister {

	}

	@Actor
	@PostAuthorize("hasRole('ADMIN')")
	static class InheritsBesideAnother extends GuardedLister {

	}

	@Actor
	static class SecuredMethod {

		@Action
		@Secured("ROLE_ADMIN")
		String read() {
			return "gold";
		}

	}

	/** The other annotation has its advisor. */
	@Actor
	static class SecuredBeside {

		@Action
		@Secured("ROLE_ADMIN")
		@PreAuthorize("permitAll")
		String read() {
			return "gold";
		}

	}

	@Actor
	@Secured("ROLE_ADMIN")
	static class SecuredClass {

		@Action
		String read() {
			return "gold";
		}

	}

	@Actor
	static class Roles {

		@Action
		@RolesAllowed("ADMIN")
		String read() {
			return "gold";
		}

	}

	@Actor
	static class Denied {

		@Action
		@DenyAll
		String read() {
			return "gold";
		}

	}

	@Actor
	@DeclareRoles("ADMIN")
	static class Harmless {

		@Action
		@PreAuthorize("denyAll")
		@HandleAuthorizationDenied
		String read() {
			return "gold";
		}

	}

	@Actor
	@AuthorizeReturnObject
	static class ReturnsAuthorized {

		@Action
		List<String> read() {
			return List.of();
		}

		@Action
		void change() {
		}

	}

	@Actor
	@RunAs("ADMIN")
	static class RunsAs {

		@Action
		String read() {
			return "gold";
		}

	}

	@Actor
	static class Later {

		@Action
		@PreAuthorize("denyAll")
		Mono<String> read() {
			return Mono.just("gold");
		}

	}

	interface SecuredEventContract {

		@Secured("ROLE_ADMIN")
		void opened();

	}

	@Actor(events = SecuredEventContract.class)
	static class SecuredEvent {

		@Action
		String read() {
			return "free";
		}

	}

	interface SecuredBesideEventContract {

		@Secured("ROLE_ADMIN")
		@PreAuthorize("permitAll")
		void opened();

	}

	@Actor(events = SecuredBesideEventContract.class)
	static class SecuredBesideEvent {

		@Action
		String read() {
			return "free";
		}

	}

	@RolesAllowed("ADMIN")
	interface RolesAroundEventContract {

		@PreAuthorize("permitAll")
		void opened();

	}

	@Actor(events = RolesAroundEventContract.class)
	static class RolesAroundEvent {

		@Action
		String read() {
			return "free";
		}

	}

	@RolesAllowed("ADMIN")
	interface RolesEventContract {

		void opened();

	}

	@Actor(events = RolesEventContract.class)
	static class RolesEvents {

		@Action
		String read() {
			return "free";
		}

	}

	interface PreAuthorizedEventContract {

		@AdminOnly
		void opened();

	}

	@Actor(events = PreAuthorizedEventContract.class)
	static class PreAuthorizedEvent {

		@Action
		String read() {
			return "free";
		}

	}

	@Actor(access = "hasRole('ADMIN')")
	static class WithAccess {

		@Action
		String read() {
			return "free";
		}

	}

	@Actor
	static class BrokenPreAuthorize {

		@Action
		@PreAuthorize("hasRol('X'")
		public List<String> read(List<String> values) {
			return values;
		}

	}

	@Actor
	static class BrokenPostAuthorize {

		@Action
		@PostAuthorize("hasRol('X'")
		public List<String> read(List<String> values) {
			return values;
		}

	}

	@Actor
	static class BrokenPreFilter {

		@Action
		@PreFilter("hasRol('X'")
		public List<String> read(List<String> values) {
			return values;
		}

	}

	@Actor
	static class BrokenPostFilter {

		@Action
		@PostFilter("hasRol('X'")
		public List<String> read(List<String> values) {
			return values;
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@PreAuthorize("hasRol('X'")
	@interface BrokenRule {

	}

	@Actor
	static class BrokenMeta {

		@Action
		@BrokenRule
		public List<String> read(List<String> values) {
			return values;
		}

	}

	interface BrokenReading {

		@PreAuthorize("hasRol('X'")
		List<String> read(List<String> values);

	}

	@Actor
	static class BrokenOnInterface implements BrokenReading {

		@Override
		@Action
		public List<String> read(List<String> values) {
			return values;
		}

	}

	@Actor
	@PreAuthorize("hasRol('X'")
	static class BrokenClass {

		@Action
		public String read() {
			return "";
		}

	}

	@Actor
	@PostAuthorize("hasRol('X'")
	static class BrokenPostAuthorizeClass {

		@Action
		public String read() {
			return "";
		}

	}

}
