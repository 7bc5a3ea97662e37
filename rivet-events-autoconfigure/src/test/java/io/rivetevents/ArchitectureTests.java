package io.rivetevents;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

import io.rivetevents.actor.ActorStateStore;
import io.rivetevents.actor.StoredActor;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * The direction of dependencies, read as a table.
 */
@AnalyzeClasses(packages = "io.rivetevents", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

	private static final Map<String, List<String>> MAY_USE = new LinkedHashMap<>();

	static {
		MAY_USE.put("annotation", List.of());
		MAY_USE.put("protocol", List.of());
		MAY_USE.put("limit", List.of("protocol"));
		MAY_USE.put("contract", List.of("annotation", "protocol"));
		MAY_USE.put("connection", List.of("limit", "protocol", "contract"));
		MAY_USE.put("outlet", List.of("limit", "protocol", "contract", "connection"));
		MAY_USE.put("cluster", List.of("limit", "protocol", "contract", "connection"));
		MAY_USE.put("actor", List.of("limit", "protocol", "contract", "connection"));
		MAY_USE.put("invocation", List.of("limit", "annotation", "protocol", "contract", "connection", "actor"));
		MAY_USE.put("security", List.of("annotation", "protocol", "contract", "connection", "actor", "invocation"));
		MAY_USE.put("event", List.of("limit", "protocol", "connection", "actor"));
		MAY_USE.put("transport", List.of("limit", "protocol", "connection", "outlet", "actor"));
		MAY_USE.put("asyncapi", List.of("protocol", "contract", "actor", "invocation"));
		MAY_USE.put("autoconfigure", List.of("annotation", "limit", "protocol", "contract", "connection", "cluster",
				"actor", "invocation", "security", "event", "outlet", "transport", "asyncapi"));
	}

	private static final String[] WEB = { "org.springframework.http..", "org.springframework.web..",
			"org.springframework.security.web..", "io.netty..", "reactor.netty..", "jakarta.servlet..",
			"io.rivetevents.transport.http..", "io.rivetevents.transport.sse..", "io.rivetevents.transport.websocket..",
			"io.rivetevents.outlet.." };

	@ArchTest
	static void dependenciesPointInward(JavaClasses classes) {
		MAY_USE.forEach((name, allowed) -> {
			String[] forbidden = MAY_USE.keySet()
				.stream()
				.filter((other) -> !other.equals(name) && !allowed.contains(other))
				.map("io.rivetevents.%s.."::formatted)
				.toArray(String[]::new);
			if (forbidden.length > 0) {
				noClasses().that()
					.resideInAPackage("io.rivetevents.%s..".formatted(name))
					.should()
					.dependOnClassesThat()
					.resideInAnyPackage(forbidden)
					.check(classes);
			}
		});
	}

	@ArchTest
	static void packagesHaveNoCycles(JavaClasses classes) {
		SlicesRuleDefinition.slices().matching("io.rivetevents.(**)").should().beFreeOfCycles().check(classes);
	}

	@ArchTest
	static void transportsDoNotKnowEachOther(JavaClasses classes) {
		SlicesRuleDefinition.slices()
			.matching("io.rivetevents.transport.(*)..")
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

	/** What is sent to clients has bounds that a state does not have. */
	@ArchTest
	static void onlyActorStateAndStoresReadAStoredState(JavaClasses classes) {
		noClasses().that()
			.areNotAssignableTo(ActorStateStore.class)
			.and()
			.doNotHaveSimpleName("ActorState")
			.should()
			.callMethod(StoredActor.class, "state")
			.check(classes);
	}

	/** A hook and a method of the actor get the object, and nobody else. */
	@ArchTest
	static void onlyTheInstanceReadsItsState(JavaClasses classes) {
		noClasses().that()
			.doNotHaveSimpleName("InstanceLife")
			.and()
			.doNotHaveSimpleName("DefaultActorContext")
			.and()
			.doNotHaveSimpleName("ActorState")
			.should()
			.callMethodWhere(
					target(owner(simpleName("ActorState"))).and(target(name("get").or(name("peek")).or(name("bytes")))))
			.check(classes);
	}

	/** A name may be a client's, and to look it up waits for a server elsewhere. */
	@ArchTest
	static void nothingIsLookedUpInDns(JavaClasses classes) {
		Set<String> lookUp = Set.of("getByName", "getAllByName", "getLocalHost", "getHostName", "getCanonicalHostName");
		noClasses().that()
			.doNotHaveFullyQualifiedName("io.rivetevents.limit.RemoteAddresses$Network") // literals
																							// in
																							// brackets
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
	static void theProtocolKnowsNoWeb(JavaClasses classes) {
		noClasses().that()
			.resideInAnyPackage("io.rivetevents.protocol..", "io.rivetevents.contract..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework..", "io.netty..", "reactor..", "org.reactivestreams..")
			.check(classes);
	}

	/** A transport on another stack is written against these. */
	@ArchTest
	static void theBoundaryOfTransportsKnowsNoWeb(JavaClasses classes) {
		noClasses().that()
			.haveNameMatching("io\\.rivetevents\\.transport\\.(ClientLink|EarlyMessages|GatewayRequest|Handshake|"
					+ "HandshakeRequest|Link(Settings|Support|Task)|Opening|PartialMessage|StreamSecrets|"
					+ "TransportSession)(\\$.*)?")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage(WEB)
			.check(classes);
	}

	/** Identity and rights are the same on any web stack. */
	@ArchTest
	static void rightsKnowNoWeb(JavaClasses classes) {
		noClasses().that()
			.resideInAPackage("io.rivetevents.security..")
			.and()
			.haveNameNotMatching(".*\\.(ConnectionLogoutHandler|LogoutHook|ManagedConnectionAuthenticator|"
					+ "ResourceServers|StandardCredentialsConverter)(\\$.*)?")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage(WEB)
			.check(classes);
	}

}
