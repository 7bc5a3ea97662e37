/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The classes that read the time of the machine or start threads, read as a table. All
 * others use the injected timers, workers and clock, so that a test can move the time.
 */
@AnalyzeClasses(packages = "io.rivetevents",
		importOptions = { ImportOption.DoNotIncludeTests.class, ArchitectureTests.WithoutTestsOfModules.class })
class ClockTests {

	/** Each class, what it reads, and why the time of the runtime does not fit. */
	private static final String READS = """
			actor.persistence.ActorState: ReentrantLock.tryLock # waits for a transaction of another thread, which waits for the database
			actor.state.MemoryActorStateStore: Clock.systemUTC # default of a store without a clock
			autoconfigure.RivetEventsAutoConfiguration: Clock.systemUTC Schedulers.newSingle VirtualThreadTaskExecutor.new # the injected beans
			autoconfigure.state.RivetEventsFileAutoConfiguration: Clock.systemUTC # default of the Clock bean
			autoconfigure.state.RivetEventsJdbcAutoConfiguration: Clock.systemUTC # default of the Clock bean
			autoconfigure.state.RivetEventsOutboxAutoConfiguration: Clock.systemUTC # default of the Clock bean
			autoconfigure.state.RivetEventsRedisStoreAutoConfiguration: Clock.systemUTC # default of the Clock bean
			autoconfigure.inspector.RivetEventsInspectorAutoConfiguration: Clock.systemUTC # default of the Clock bean
			autoconfigure.ticket.RivetEventsTicketAutoConfiguration: Clock.systemUTC # default of the Clock bean
			autoconfigure.cluster.DiscoveryConfiguration: Clock.systemUTC # default of the Clock bean
			autoconfigure.cluster.RivetEventsClusterAutoConfiguration: Executors.newCachedThreadPool # threads that wait for other nodes
			cluster.engine.NodeTransport: CompletableFuture.delayedExecutor # sockets that block
			conversion.WrittenForms: Calendar.getInstance # an example of a type, whose value is not used
			failure.RepeatedFailures: System.nanoTime # static, as the log; protects the disk from all runtimes of the process
			jdbc.Committer: System.nanoTime Thread.join Thread.new Thread.sleep # a thread that waits for the database
			jdbc.JdbcActorStateStore: CompletableFuture.get InstantSource.system # waits for the database; default clock
			jdbc.JdbcSchema: Thread.sleep # waits for another node that creates the tables
			jdbc.sqlite.SqliteDataSource: Semaphore.tryAcquire # waits for a connection to the file
			limit.Limits: System.nanoTime # default of limits without timers
			redis.RedisBackplane: Schedulers.boundedElastic # a thread that waits for the network
			redis.RedisLink: Schedulers.parallel # calls listeners of the Redis client
			redis.store.RedisActorStateStore: InstantSource.system # default of a store without a clock
			redis.store.StoreConnection: Future.get System.nanoTime Thread.sleep # waits for the network
			scheduling.ActorWorkers: LockSupport.parkNanos System.nanoTime Thread.new # measures stalled threads
			security.webflux.LogoutHook: Mono.block # waits for beans at start-up
			security.webflux.ResourceServers: Mono.block # waits for beans at start-up
			transport.netty.ConnectionGuard: System.nanoTime # measures a socket
			transport.netty.HttpStreamsGuard: System.nanoTime # measures a socket
			transport.netty.RequestGuard: System.nanoTime # measures a socket
			transport.websocket.FrameReader: System.nanoTime # measures a socket
			""";

	/** Operators that read the clock of a scheduler, even without a duration. */
	private static final Set<String> TIMED = Set.of("elapsed", "timed", "timestamp");

	/** Methods of {@link Schedulers} that start no threads. */
	private static final Set<String> WITHOUT_THREADS = Set.of("fromExecutor", "fromExecutorService", "immediate",
			"isInNonBlockingThread", "isNonBlockingThread", "onSchedule");

	@ArchTest
	static void readsTheTimeOfTheMachineOnlyForAReason(JavaClasses classes) {
		Map<String, Set<String>> found = new TreeMap<>();
		classes.stream()
			.flatMap((type) -> type.getCodeUnitAccessesFromSelf().stream())
			.filter(ClockTests::isDirect)
			.forEach((access) -> found.computeIfAbsent(nameOf(access.getOriginOwner()), (name) -> new TreeSet<>())
				.add(nameOf(access.getTarget())));
		assertThat(found).isEqualTo(table());
	}

	private static Map<String, Set<String>> table() {
		Map<String, Set<String>> table = new TreeMap<>();
		READS.lines().forEach((row) -> {
			String[] parts = row.split(": | # ");
			assertThat(parts).as(row).hasSize(3);
			table.put(parts[0], new TreeSet<>(Set.of(parts[1].split(" "))));
		});
		return table;
	}

	/** Returns the name of the outermost class, without the common prefix. */
	private static String nameOf(JavaClass type) {
		return type.getName().replaceFirst("\\$.*", "").substring("io.rivetevents.".length());
	}

	private static String nameOf(CodeUnitAccessTarget target) {
		String name = target.getName().equals("<init>") ? "new" : target.getName();
		return target.getOwner().getSimpleName() + "." + name;
	}

	private static boolean isDirect(JavaCodeUnitAccess<?> access) {
		CodeUnitAccessTarget target = (CodeUnitAccessTarget) access.getTarget();
		JavaClass owner = target.getOwner();
		String name = target.getName();
		if (owner.getPackageName().startsWith("reactor.core")) {
			return isDirectInReactor(access, target);
		}
		if (owner.getPackageName().startsWith("reactor.util.retry")) {
			return takes(target, Duration.class) && !setsScheduler(access);
		}
		return switch (owner.getName()) {
			case "java.lang.System" -> name.equals("nanoTime") || name.equals("currentTimeMillis");
			case "java.lang.Object" -> name.equals("wait");
			case "java.util.Date", "java.util.Timer" -> name.equals("<init>") && !takes(target, long.class);
			case "java.util.Calendar" -> name.equals("getInstance");
			default -> isThread(owner, target) || isDirectInTime(owner, target) || isDirectInConcurrent(owner, target);
		};
	}

	private static boolean isThread(JavaClass owner, CodeUnitAccessTarget target) {
		boolean created = target.getName().equals("<init>") || Set.of("sleep", "join").contains(target.getName());
		return created && (owner.isEquivalentTo(Thread.class)
				|| owner.getPackageName().startsWith("org.springframework.core.task"));
	}

	private static boolean isDirectInTime(JavaClass owner, CodeUnitAccessTarget target) {
		return owner.getPackageName().equals("java.time") && !takes(target, Clock.class)
				&& (target.getName().equals("now") || target.getName().startsWith("system")
						|| target.getName().startsWith("tick"));
	}

	private static boolean isDirectInConcurrent(JavaClass owner, CodeUnitAccessTarget target) {
		if (!owner.getPackageName().startsWith("java.util.concurrent") || owner.isEquivalentTo(TimeUnit.class)
				|| owner.isEquivalentTo(ScheduledExecutorService.class)
				|| owner.isEquivalentTo(ScheduledFuture.class)) {
			return owner.isEquivalentTo(TimeUnit.class) && target.getName().equals("sleep");
		}
		String name = target.getName();
		boolean starts = owner.getSimpleName().equals("Executors") || owner.getSimpleName().contains("Pool");
		boolean aside = name.endsWith("Async") && !takes(target, Executor.class);
		return starts || aside || name.startsWith("park") || takes(target, TimeUnit.class);
	}

	private static boolean isDirectInReactor(JavaCodeUnitAccess<?> access, CodeUnitAccessTarget target) {
		if (target.getOwner().isEquivalentTo(Schedulers.class)) {
			return !WITHOUT_THREADS.contains(target.getName());
		}
		boolean timed = takes(target, Duration.class) || TIMED.contains(target.getName());
		return timed && !takes(target, Scheduler.class) && !access.getOriginOwner().isAssignableTo(Scheduler.class);
	}

	private static boolean takes(CodeUnitAccessTarget target, Class<?> type) {
		return target.getRawParameterTypes().stream().anyMatch((each) -> each.isEquivalentTo(type));
	}

	private static boolean setsScheduler(JavaCodeUnitAccess<?> access) {
		return access.getOrigin()
			.getMethodCallsFromSelf()
			.stream()
			.anyMatch((call) -> call.getTarget().getOwner().getPackageName().startsWith("reactor.util.retry")
					&& takes(call.getTarget(), Scheduler.class));
	}

}
