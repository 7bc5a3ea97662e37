/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.placement.LocalNode;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The direction of dependencies, read as a table.
 */
@AnalyzeClasses(packages = "io.rivetevents",
		importOptions = { ImportOption.DoNotIncludeTests.class, ArchitectureTests.WithoutTestsOfModules.class })
class ArchitectureTests {

	/** What the tests of several modules use is a jar once a module is packaged. */
	static final class WithoutTestsOfModules implements ImportOption {

		@Override
		public boolean includes(Location location) {
			return !location.contains("-tests.jar");
		}

	}

	private static final String PREFIX = "io.rivetevents.";

	/** Each package, and what it may use besides the JDK and libraries. */
	private static final String MAY_USE = """
			# what travels, on Jackson alone
			protocol:
			error: protocol
			protocol.value: protocol error
			protocol.encoding: protocol error protocol.value
			conversion: protocol error protocol.value
			contract: error
			contract.reflect: conversion contract
			# what everything stands on
			annotation: actor
			failure: protocol
			scheduling:
			# what applications see, and what they plug in
			connection: protocol
			actor: protocol conversion connection
			actor.schedule: protocol error protocol.value conversion failure actor actor.state
			actor.state: protocol error protocol.value limit actor
			actor.ownership: protocol error actor actor.state
			extension: protocol error conversion scheduling connection actor
			limit.address:
			limit: protocol error extension limit.address
			limit.call: protocol limit
			# the runtime: what happens in it is reported to observers wherever it happens
			observation: protocol error failure connection actor extension
			tracing: protocol protocol.encoding failure actor actor.state extension observation
			outbound: protocol protocol.encoding failure limit
			inbound: protocol error extension
			explain: protocol error protocol.encoding actor outbound
			delivery.dispatch: protocol error conversion failure connection extension observation explain
			delivery: protocol error protocol.value protocol.encoding conversion contract contract.reflect
			    failure limit limit.call scheduling connection extension inbound outbound observation explain
			    delivery.dispatch
			actor.turn: protocol error failure limit limit.call scheduling actor observation extension
			actor.persistence: protocol error conversion annotation failure limit scheduling actor
			    actor.state actor.schedule extension observation
			actor.answer: protocol error protocol.value conversion limit actor.state
			actor.stream: protocol error protocol.value protocol.encoding failure limit scheduling
			    connection actor actor.state actor.schedule extension explain delivery delivery.dispatch
			    outbound actor.persistence actor.answer actor.ownership
			actor.hibernation: protocol protocol.value protocol.encoding conversion failure limit connection actor
			    actor.state extension observation outbound delivery delivery.dispatch actor.persistence
			    actor.stream actor.ownership
			actor.runtime: protocol error conversion contract.reflect limit outbound scheduling connection
			    actor actor.state actor.schedule extension observation delivery actor.persistence
			    actor.ownership actor.hibernation
			actor.call: protocol error protocol.value protocol.encoding conversion failure limit limit.call
			    scheduling connection actor actor.state actor.schedule extension observation
			    delivery actor.turn actor.persistence actor.answer actor.stream actor.ownership
			    actor.hibernation
			actor.subscription: protocol error protocol.encoding conversion limit limit.call extension delivery
			    outbound actor.stream actor.call
			actor.event: conversion connection limit extension observation explain delivery delivery.dispatch actor.stream
			    actor.call
			actor.instance: protocol error protocol.encoding conversion contract.reflect failure actor.event
			    limit limit.call scheduling connection actor actor.state actor.schedule extension observation
			    outbound explain delivery delivery.dispatch actor.turn actor.persistence actor.answer
			    actor.stream actor.call actor.subscription actor.ownership actor.runtime actor.hibernation
			placement.pending: protocol error failure limit limit.call observation actor actor.turn actor.instance
			placement.inspection: protocol failure explain actor actor.state actor.schedule delivery actor.turn
			    actor.persistence actor.stream actor.instance actor.ownership actor.runtime
			    actor.hibernation
			    placement.pending
			placement.api: protocol conversion contract.reflect failure actor extension actor.call
			placement: protocol error protocol.value conversion contract.reflect failure limit limit.call
			    scheduling connection actor actor.state actor.schedule extension observation
			    outbound explain delivery delivery.dispatch actor.turn actor.persistence actor.answer
			    actor.stream actor.call actor.instance actor.ownership actor.runtime actor.hibernation placement.api
			    placement.inspection placement.pending
			outbox: protocol error protocol.value failure connection actor extension observation
			    delivery delivery.dispatch
			cluster: protocol error protocol.value conversion contract.reflect failure connection
			    extension observation explain outbound delivery delivery.dispatch inbound
			# many nodes
			cluster.engine: failure
			cluster.frame: protocol error protocol.value protocol.encoding actor actor.ownership
			    extension outbound inbound connection cluster
			cluster.peer: failure scheduling cluster.engine cluster.frame
			cluster.backplane: protocol failure extension cluster.frame
			cluster.membership: protocol actor cluster.engine
			cluster.ownership: protocol error failure actor actor.state actor.ownership placement
			    cluster.frame cluster.membership
			cluster.call: protocol error conversion failure actor actor.ownership extension observation
			    scheduling inbound cluster.frame cluster.membership
			cluster.gateway: protocol error protocol.encoding failure actor extension outbound delivery
			    cluster.frame
			cluster.link: protocol error protocol.encoding failure limit actor extension observation
			    outbound delivery
			    cluster.frame cluster.membership cluster.gateway
			cluster.status:
			cluster.directory: protocol error conversion failure scheduling connection actor
			    actor.call actor.ownership extension observation inbound delivery placement
			    cluster cluster.engine cluster.frame cluster.peer cluster.backplane cluster.membership
			    cluster.ownership cluster.call cluster.gateway cluster.link cluster.status
			# around it
			invocation.validation: protocol error extension
			invocation.index: annotation
			invocation: protocol error protocol.value conversion contract contract.reflect
			    annotation failure scheduling connection actor actor.schedule extension delivery
			    actor.persistence actor.hibernation actor.call placement invocation.validation invocation.index
			invocation.aot: actor connection contract.reflect annotation invocation
			    invocation.index
			event: protocol connection actor
			event.publishing: protocol error failure limit scheduling connection actor extension
			    observation event
			asyncapi: protocol conversion contract.reflect invocation
			ticket: protocol error protocol.value failure actor actor.state extension
			transport: protocol error protocol.value protocol.encoding conversion failure limit
			    scheduling connection actor extension observation inbound outbound delivery
			    placement ticket
			security: protocol error contract.reflect annotation failure scheduling actor extension
			    delivery invocation invocation.index
			# web servers and stores
			transport.netty: protocol protocol.encoding failure limit scheduling outbound
			transport.session: protocol failure delivery extension cluster
			transport.webflux: protocol error protocol.encoding conversion failure limit scheduling
			    extension transport transport.netty transport.session
			transport.http: protocol error protocol.value protocol.encoding conversion failure limit
			    actor extension ticket transport transport.webflux
			transport.sse: protocol error protocol.encoding conversion limit extension outbound
			    inbound delivery transport transport.netty transport.webflux
			transport.websocket: protocol error protocol.encoding failure limit extension outbound
			    transport transport.netty transport.webflux
			security.webflux: protocol error failure extension cluster security
			autoconfigure.background:
			autoconfigure.diagnostics: error annotation connection actor explain autoconfigure
			autoconfigure.ticket: actor.state extension cluster redis ticket transport transport.http
			    transport.webflux autoconfigure
			autoconfigure.modulith: connection actor autoconfigure
			autoconfigure.problem: error limit extension autoconfigure
			autoconfigure.security: extension delivery security transport.session autoconfigure
			autoconfigure.state: protocol error annotation actor actor.state extension actor.call
			    placement invocation.index delivery delivery.dispatch outbox jdbc jdbc.sqlite jdbc.outbox redis.store
			    autoconfigure
			autoconfigure.cluster: protocol conversion actor actor.state extension delivery placement
			    scheduling observation cluster cluster.engine cluster.frame cluster.peer
			    cluster.membership cluster.ownership cluster.call cluster.link cluster.status
			    cluster.directory transport redis.discovery autoconfigure autoconfigure.state
			autoconfigure.actuate: protocol protocol.encoding conversion connection actor actor.schedule actor.state
			    actor.call actor.turn extension failure limit outbound inbound delivery outbox placement
			    placement.inspection scheduling cluster cluster.status cluster.directory explain
			    transport.webflux autoconfigure autoconfigure.state autoconfigure.cluster
			autoconfigure.inspector: protocol protocol.value error conversion explain actor actor.stream invocation
			    placement autoconfigure.actuate
			autoconfigure.observation: protocol protocol.encoding error connection actor actor.state
			    actor.call extension failure limit outbound delivery outbox placement scheduling cluster
			    cluster.status transport.webflux tracing observation autoconfigure
			    autoconfigure.state autoconfigure.cluster
			redis: protocol error protocol.value protocol.encoding failure extension connection cluster
			    ticket
			redis.store: protocol actor actor.state redis
			redis.discovery: cluster.engine redis
			jdbc.sqlite: jdbc
			jdbc.outbox: protocol failure outbox jdbc
			jdbc.sql:
			jdbc: jdbc.sql protocol error protocol.value failure actor actor.state
			""";

	/**
	 * Classes that need one another in a circle: more of them cannot be read one by one.
	 */
	private static final int LARGEST_KNOT = 5;

	private static final String[] WEB = { "org.springframework.http..", "org.springframework.web..",
			"org.springframework.security.web..", "io.netty..", "reactor.netty..", "jakarta.servlet..",
			"io.rivetevents.transport.netty..", "io.rivetevents.transport.webflux..", "io.rivetevents.transport.http..",
			"io.rivetevents.transport.sse..", "io.rivetevents.transport.websocket.." };

	private static Map<String, Set<String>> table() {
		Map<String, Set<String>> table = new LinkedHashMap<>();
		String rows = MAY_USE.replaceAll("(?m)^#.*\n", "").replaceAll("\n    ", " ");
		for (String row : rows.lines().toList()) {
			String[] parts = row.split(":", 2);
			table.put(parts[0], new TreeSet<>(List.of(parts[1].strip().split(" +"))));
		}
		Set<String> allButStores = new TreeSet<>(table.keySet());
		allButStores.remove("autoconfigure.state");
		allButStores.remove("autoconfigure.diagnostics");
		allButStores.remove("autoconfigure.modulith");
		allButStores.remove("autoconfigure.ticket");
		allButStores.remove("autoconfigure.problem");
		allButStores.remove("autoconfigure.security");
		allButStores.remove("autoconfigure.cluster");
		allButStores.remove("autoconfigure.observation");
		allButStores.remove("autoconfigure.actuate");
		allButStores.remove("autoconfigure.inspector");
		table.put("autoconfigure", allButStores);
		return table;
	}

	@ArchTest
	static void dependenciesPointInward(JavaClasses classes) {
		Map<String, Set<String>> table = table();
		table.forEach((name, allowed) -> {
			String[] forbidden = table.keySet()
				.stream()
				.filter((other) -> !other.equals(name) && !allowed.contains(other))
				.map(PREFIX::concat)
				.toArray(String[]::new);
			if (forbidden.length > 0) {
				noClasses().that()
					.resideInAPackage(PREFIX + name)
					.should()
					.dependOnClassesThat()
					.resideInAnyPackage(forbidden)
					.check(classes);
			}
		});
	}

	@ArchTest
	static void eachPackageIsInTheTable(JavaClasses classes) {
		Set<String> packages = new TreeSet<>();
		classes.forEach((type) -> packages.add(type.getPackageName().substring(PREFIX.length())));
		assertThat(packages).isEqualTo(new TreeSet<>(table().keySet()));
	}

	@ArchTest
	static void noClassNeedsManyThatNeedIt(JavaClasses classes) {
		assertThat(Knots.of(classes)).isNotEmpty()
			.allSatisfy((knot) -> assertThat(knot).hasSizeLessThanOrEqualTo(LARGEST_KNOT));
	}

	@ArchTest
	static void packagesHaveNoCycles(JavaClasses classes) {
		SlicesRuleDefinition.slices().matching("io.rivetevents.(**)").should().beFreeOfCycles().check(classes);
	}

	@ArchTest
	static void transportsDoNotKnowEachOther(JavaClasses classes) {
		SlicesRuleDefinition.slices()
			.matching("io.rivetevents.transport.(http|sse|websocket)..")
			.should()
			.notDependOnEachOther()
			.check(classes);
	}

	@ArchTest
	static void onlyAutoConfigurationKnowsBoot(JavaClasses classes) {
		noClasses().that()
			.resideOutsideOfPackage("io.rivetevents.autoconfigure..")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("org.springframework.boot..")
			.check(classes);
	}

	@ArchTest
	static void onlySecurityKnowsSpringSecurity(JavaClasses classes) {
		noClasses().that()
			.resideOutsideOfPackages("io.rivetevents.autoconfigure..", "io.rivetevents.security..")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("org.springframework.security..")
			.check(classes);
	}

	/** All others ask for the directory that an application may replace. */
	@ArchTest
	static void onlyABeanIsTheLocalDirectory(JavaClasses classes) {
		noClasses().that()
			.resideOutsideOfPackages("io.rivetevents.autoconfigure..", "io.rivetevents.placement..")
			.should()
			.callMethod(LocalNode.class, "directory")
			.check(classes);
	}

	/** What is sent to clients has bounds that a state does not have. */
	@ArchTest
	static void onlyActorStateAndStoresReadAStoredState(JavaClasses classes) {
		noClasses().that()
			.areNotAssignableTo(ActorStateStore.class)
			.and()
			.resideOutsideOfPackages("io.rivetevents.jdbc..", "io.rivetevents.redis..")
			.and()
			.doNotHaveSimpleName("ActorState")
			.and()
			.doNotHaveSimpleName("StateFormat")
			.and()
			.doNotHaveSimpleName("UncertainSaves")
			.and()
			.doNotHaveSimpleName("ActorDocument")
			.and()
			.doNotHaveSimpleName("NodeStoredActors")
			.and()
			.resideOutsideOfPackage("io.rivetevents.placement.inspection")
			.should()
			.callMethod(StoredActor.class, "state")
			.check(classes);
	}

	/** Only hooks and methods of the actor receive the object. */
	@ArchTest
	static void onlyTheInstanceReadsItsState(JavaClasses classes) {
		noClasses().that()
			.doNotHaveSimpleName("InstanceLife")
			.and()
			.doNotHaveSimpleName("DefaultActorContext")
			.and()
			.doNotHaveSimpleName("ActorState")
			.and()
			.doNotHaveSimpleName("InstanceReader")
			.should()
			.callMethodWhere(
					target(owner(simpleName("ActorState"))).and(target(name("get").or(name("peek")).or(name("bytes")))))
			.check(classes);
	}

	/**
	 * A name may be a client's, and to look it up waits for a server elsewhere. The
	 * engine looks up names that the operator has set, on threads of its own.
	 */
	@ArchTest
	static void nothingIsLookedUpInDns(JavaClasses classes) {
		Set<String> lookUp = Set.of("getByName", "getAllByName", "getLocalHost", "getHostName", "getCanonicalHostName");
		noClasses().that()
			.doNotHaveFullyQualifiedName("io.rivetevents.limit.address.RemoteAddresses$Network") // reads
																									// literals
			.and()
			.resideOutsideOfPackage("io.rivetevents.cluster.engine")
			.should()
			.callMethodWhere(target(owner(assignableTo(InetAddress.class).or(assignableTo(InetSocketAddress.class))))
				.and(target(DescribedPredicate.describe("looks up", (method) -> lookUp.contains(method.getName())))))
			.orShould()
			.callConstructor(InetSocketAddress.class, String.class, int.class)
			.orShould()
			.dependOnClassesThat()
			.areAssignableTo(URL.class) // its equals() looks up
			.check(classes);
	}

	@ArchTest
	static void theProtocolKnowsNoFramework(JavaClasses classes) {
		noClasses().that()
			.resideInAnyPackage("io.rivetevents.protocol..", "io.rivetevents.error", "io.rivetevents.conversion",
					"io.rivetevents.contract..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework..", "io.netty..", "reactor..", "org.reactivestreams..")
			.check(classes);
	}

	/**
	 * A transport on another stack is written against the boundary, and rights are the
	 * same there.
	 */
	@ArchTest
	static void theRuntimeKnowsNoWeb(JavaClasses classes) {
		noClasses().that()
			.resideOutsideOfPackages("io.rivetevents.transport.*", "io.rivetevents.security.webflux",
					"io.rivetevents.autoconfigure", "io.rivetevents.autoconfigure.actuate",
					"io.rivetevents.autoconfigure.inspector", "io.rivetevents.autoconfigure.observation",
					"io.rivetevents.autoconfigure.problem", "io.rivetevents.autoconfigure.ticket",
					"io.rivetevents.autoconfigure.security")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage(WEB)
			.check(classes);
	}

}
