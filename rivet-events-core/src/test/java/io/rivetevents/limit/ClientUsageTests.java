/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.net.InetAddress;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.TenantResolver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ClientUsageTests {

	private static final InetAddress ADDRESS = address("192.0.2.7");

	private final Limits limits = new Limits(new LimitSettings(
			new LimitSettings.Connection(10, 100_000, 5, 1024 * 1024, 1000), LimitSettings.Instance.DEFAULTS,
			new LimitSettings.Share(15, 3, 8, 2), LimitSettings.Share.UNLIMITED, new LimitSettings.Share(18, 4, 9, 2),
			new LimitSettings.Node(6, 150_000, 1000, 2000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000), List.of(),
			LimitSettings.Times.DEFAULTS, LimitSettings.Rates.NONE));

	private static InetAddress address(String text) {
		try {
			return InetAddress.getByName(text);
		}
		catch (java.net.UnknownHostException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	private static Identity identity(@Nullable InetAddress address, @Nullable String owner) {
		return new Identity((Principal) null, owner, null, address);
	}

	private ClientUsage connect(String owner) {
		ClientUsage usage = this.limits.connect(ADDRESS, false);
		assertThat(usage.identify(identity(null, owner))).isNull();
		return usage;
	}

	private static int begin(ClientUsage usage, int most) {
		int begun = 0;
		while (begun < most && usage.begin(1) == null) {
			begun++;
		}
		return begun;
	}

	/** The client leaves while the application looks for its tenant. */
	@Test
	void countsNothingForAClientThatHasLeft() {
		ClientUsage[] leaving = new ClientUsage[1];
		Limits limits = new Limits(LimitSettings.DEFAULTS, () -> 0, (identity) -> {
			leaving[0].close();
			return "acme";
		});
		leaving[0] = limits.connect(ADDRESS, false);
		assertThat(leaving[0].identify(identity(ADDRESS, "ada"))).isNull();
		assertThat(limits.largest(10)).isEmpty();
	}

	@Test
	void boundsTheCallsOfAConnection() {
		ClientUsage usage = this.limits.connect(null, false);
		assertThat(begin(usage, 100)).isEqualTo(10);
		assertThat(usage.begin(1)).isEqualTo(Limit.CONNECTION_CALLS);
		usage.end(1, false);
		assertThat(usage.begin(1)).isNull();
		assertThat(this.limits.hits().count(Limit.CONNECTION_CALLS)).isEqualTo(2);
	}

	@Test
	void boundsTheMemoryOfAConnection() {
		ClientUsage usage = this.limits.connect(null, false);
		assertThat(usage.begin(60_000)).isNull();
		assertThat(usage.begin(60_000)).isEqualTo(Limit.CONNECTION_PENDING);
		usage.end(60_000, false);
		assertThat(usage.begin(60_000)).isNull();
	}

	@Test
	void boundsTheMemoryOfTheNode() {
		ClientUsage first = this.limits.connect(null, false);
		ClientUsage second = this.limits.connect(null, false);
		assertThat(first.begin(90_000)).isNull();
		assertThat(second.begin(90_000)).isEqualTo(Limit.NODE_PENDING);
		first.end(90_000, false);
		assertThat(this.limits.pending().used()).isZero();
		assertThat(second.begin(90_000)).isNull();
	}

	@Test
	void boundsTheCallsOfAPrincipalOverItsConnections() {
		ClientUsage first = connect("ada");
		ClientUsage second = connect("ada");
		assertThat(begin(first, 100)).isEqualTo(10);
		assertThat(begin(second, 100)).isEqualTo(5);
		assertThat(second.begin(1)).isEqualTo(Limit.PRINCIPAL_CALLS);
		ClientUsage other = connect("bob");
		assertThat(begin(other, 100)).isEqualTo(3); // what the address has left
		assertThat(other.begin(1)).isEqualTo(Limit.ADDRESS_CALLS);
	}

	@Test
	void reservesAnEighthOfTheConnectionsForClientsThatResume() {
		LimitSettings.Node node = new LimitSettings.Node(16, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000,
				1000);
		Limits limits = new Limits(LimitSettings.DEFAULTS.withNode(node));
		for (int i = 0; i < 14; i++) {
			assertThat(limits.connect(null, false).prove(false)).isNull();
		}
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> limits.connect(null, false));
		ClientUsage resumed = limits.connect(null, true);
		assertThat(resumed.prove(true)).isNull();
		ClientUsage liar = limits.connect(null, true);
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> limits.connect(null, true));
		assertThat(liar.prove(false)).isEqualTo(Limit.NODE_CONNECTIONS);
		assertThat(limits.connections()).isEqualTo(15);
		assertThat(resumed.prove(false)).isNull();
		assertThat(limits.hits().count(Limit.NODE_CONNECTIONS)).isEqualTo(3);
		liar.close();
		assertThat(limits.connections()).isEqualTo(15);
	}

	@Test
	void boundsTheConnectionsOfAPrincipal() {
		connect("ada");
		connect("ada");
		ClientUsage third = connect("ada");
		ClientUsage fourth = this.limits.connect(ADDRESS, false);
		assertThat(fourth.identify(identity(null, "ada"))).isEqualTo(Limit.PRINCIPAL_CONNECTIONS);
		third.close();
		assertThat(fourth.identify(identity(null, "ada"))).isNull();
	}

	@Test
	void forgetsAPrincipalThatHasBeenRefused() {
		List<ClientUsage> open = List.of(connect("ada"), connect("ada"), connect("ada"));
		ClientUsage refused = this.limits.connect(ADDRESS, false);
		assertThat(refused.identify(identity(null, "ada"))).isEqualTo(Limit.PRINCIPAL_CONNECTIONS);
		refused.close();
		open.forEach(ClientUsage::close);
		assertThat(this.limits.usage().shares(Share.Kind.PRINCIPAL).size()).isZero();
		assertThat(this.limits.usage().shares(Share.Kind.ADDRESS).size()).isZero();
	}

	@Test
	void givesNoCallBackToAPrincipalThatDidNotCountForIt() {
		ClientUsage first = this.limits.connect(ADDRESS, false);
		assertThat(first.begin(100)).isNull();
		assertThat(first.identify(identity(null, "ada"))).isNull();
		first.end(100, false);
		ClientUsage second = connect("ada");
		assertThat(begin(first, 100)).isEqualTo(10);
		assertThat(begin(second, 100)).isEqualTo(5);
		assertThat(second.begin(1)).isEqualTo(Limit.PRINCIPAL_CALLS);
	}

	@Test
	void takesNothingOfAnAddressForWhatAPrincipalHasNoRoomFor() {
		ClientUsage first = connect("ada");
		ClientUsage second = connect("ada");
		assertThat(begin(first, 100) + begin(second, 100)).isEqualTo(15);
		for (int i = 0; i < 100; i++) {
			assertThat(second.begin(1)).isEqualTo(Limit.PRINCIPAL_CALLS);
		}
		assertThat(connect("bob").begin(100)).isNull();
		for (int i = 0; i < 8; i++) {
			assertThat(((i < 5) ? first : second).subscribe(10)).isNull();
		}
		for (int i = 0; i < 100; i++) {
			assertThat(second.subscribe(10)).isEqualTo(Limit.PRINCIPAL_SUBSCRIPTIONS);
		}
		assertThat(this.limits.connect(ADDRESS, false).subscribe(10)).isNull();
	}

	@Test
	void boundsTheConnectionsOfAnAddressAndOfTheNode() {
		List<ClientUsage> open = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			open.add(this.limits.connect(ADDRESS, false));
		}
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> this.limits.connect(ADDRESS, false))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("too_many"));
		open.add(this.limits.connect(null, false));
		open.add(this.limits.connect(address("2001:db8::1"), false));
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> this.limits.connect(null, false));
		assertThat(this.limits.hits().count(Limit.ADDRESS_CONNECTIONS)).isEqualTo(1);
		assertThat(this.limits.hits().count(Limit.NODE_CONNECTIONS)).isEqualTo(1);
		open.forEach(ClientUsage::close);
		open.forEach(ClientUsage::close); // twice is as good as once
		assertThat(this.limits.connections()).isZero();
		assertThat(this.limits.usage().shares(Share.Kind.ADDRESS).size()).isZero();
	}

	@Test
	void boundsSubscriptionsByCountAndMemory() {
		ClientUsage ada = connect("ada");
		for (int i = 0; i < 5; i++) {
			assertThat(ada.subscribe(10)).isNull();
		}
		assertThat(ada.subscribe(10)).isEqualTo(Limit.CONNECTION_SUBSCRIPTIONS);
		ClientUsage second = connect("ada");
		for (int i = 0; i < 3; i++) {
			assertThat(second.subscribe(10)).isNull();
		}
		assertThat(second.subscribe(10)).isEqualTo(Limit.PRINCIPAL_SUBSCRIPTIONS);
		ClientUsage stranger = this.limits.connect(ADDRESS, false);
		assertThat(stranger.subscribe(10)).isNull();
		assertThat(stranger.subscribe(10)).isEqualTo(Limit.ADDRESS_SUBSCRIPTIONS);
		ClientUsage local = this.limits.connect(null, false);
		assertThat(local.subscribe(2000)).isEqualTo(Limit.NODE_SUBSCRIPTIONS);
		assertThat(local.subscribe(1900)).isNull();
		assertThat(local.resubscribe(1900, 1950)).isEqualTo(Limit.NODE_SUBSCRIPTIONS);
		assertThat(local.resubscribe(1900, 1000)).isNull();
		List.of(ada, second, stranger, local).forEach(ClientUsage::unsubscribeAll);
		assertThat(this.limits.subscriptions().used()).isZero();
		assertThat(stranger.subscribe(10)).isNull();
	}

	@Test
	void boundsTheMemoryOfTheSubscriptionsOfAConnection() {
		Limits node = node(LimitSettings.Node.of(1L << 30, 1L << 30));
		ClientUsage usage = node.connect(ADDRESS, false);
		assertThat(usage.keep(500_000)).isNull();
		assertThat(usage.subscribe(500_000)).isNull();
		assertThat(usage.subscribe(100_000)).isEqualTo(Limit.CONNECTION_SUBSCRIPTIONS_SIZE);
		assertThat(usage.resubscribe(500_000, 600_000)).isEqualTo(Limit.CONNECTION_SUBSCRIPTIONS_SIZE);
		assertThat(usage.keep(100_000)).isEqualTo(Limit.CONNECTION_SUBSCRIPTIONS_SIZE);
		assertThat(usage.resubscribe(500_000, 400_000)).isNull();
		assertThat(usage.subscribe(100_000)).isNull();
	}

	private static Limits node(LimitSettings.Node node) {
		return new Limits(new LimitSettings(LimitSettings.Connection.DEFAULTS, LimitSettings.Instance.DEFAULTS,
				LimitSettings.Share.OF_PRINCIPAL, LimitSettings.Share.UNLIMITED, LimitSettings.Share.OF_ADDRESS, node,
				List.of(), LimitSettings.Times.DEFAULTS, LimitSettings.Rates.NONE));
	}

	/** Whatever one takes, others get in. */
	@Test
	void leavesAPartOfEachTotalToOtherAddressesAndUsers() {
		Limits node = node(new LimitSettings.Node(100, 1_000_000, 1, 1_000_000, 1, 1, 1, 1, 1, 1, 1000, 1000));
		List<ClientUsage> open = new ArrayList<>();
		long taken = fill(node, ADDRESS, null, open);
		assertThat(taken).isBetween(700_000L, 750_000L);
		assertThat(fill(node, address("2001:db8::1"), "ada", open)).isBetween(200_000L, 250_000L);
		open.forEach(ClientUsage::unsubscribeAll);
		open.forEach((usage) -> usage.end(50_000, usage.isIdentified()));
		open.forEach(ClientUsage::close);
		assertThat(node.pending().used()).isZero();
		assertThat(node.subscriptions().used()).isZero();
		open.clear();
		assertThat(fill(node, null, "ada", open)).isBetween(700_000L, 750_000L);
		assertThat(fill(node, null, "bob", open)).isBetween(200_000L, 250_000L);
	}

	/** Returns the memory that could be taken twice: of calls and of subscriptions. */
	private static long fill(Limits node, InetAddress address, String owner, List<ClientUsage> open) {
		long taken = 0;
		while (true) {
			ClientUsage usage = node.connect(address, false);
			usage.identify(identity(null, owner));
			Limit ofCalls = usage.begin(50_000);
			Limit ofSubscriptions = usage.subscribe(50_000);
			if (ofSubscriptions != null) {
				assertThat(ofSubscriptions).isEqualTo(Limit.NODE_SUBSCRIPTIONS);
				if (ofCalls == null) {
					usage.end(50_000, owner != null);
				}
				usage.close();
				return taken;
			}
			if (ofCalls != null) {
				assertThat(ofCalls).isEqualTo(Limit.NODE_PENDING);
				usage.unsubscribeAll();
				usage.close();
				return taken;
			}
			open.add(usage);
			taken += 50_000;
		}
	}

	@Test
	void leavesAPartOfTheConnectionsToOtherAddresses() {
		assertThat(LimitSettings.Node.of(256 << 20, 128 << 20).connectionsOfAddress()).isEqualTo(3072);
		assertThat(LimitSettings.Node.of(8L << 30, 8L << 30).connectionsOfAddress()).isEqualTo(20_000);
	}

	/** There is always room for what closes a slow consumer. */
	@Test
	void leavesHalfOfWhatIsSentToStreams() {
		Limits node = node(new LimitSettings.Node(100, 1, 1, 1, 1, 1, 1, 1, 1, 1000, 1000, 1000));
		assertThat(node.tryAnswer(400)).isTrue();
		assertThat(node.tryAnswer(200)).isFalse();
		assertThat(node.sending().used()).isEqualTo(400);
		node.answered(400);
		assertThat(node.tryAnswer(500)).isTrue();
		node.sending().acquire(600);
		node.answered(500);
		assertThat(node.tryAnswer(500)).isFalse();
		node.sending().release(600);
		assertThat(node.tryAnswer(500)).isTrue();
	}

	@Test
	void boundsTheInstancesThatAClientCreates() {
		CreatedInstance first = this.limits.create(identity(ADDRESS, "ada"));
		this.limits.create(identity(null, "ada"));
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> this.limits.create(identity(null, "ada")))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("overloaded"));
		this.limits.create(identity(ADDRESS, null));
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> this.limits.create(identity(ADDRESS, "bob")));
		assertThat(this.limits.hits().count(Limit.PRINCIPAL_INSTANCES)).isEqualTo(1);
		assertThat(this.limits.hits().count(Limit.ADDRESS_INSTANCES)).isEqualTo(1);
		first.close();
		first.close();
		this.limits.create(identity(ADDRESS, "ada"));
	}

	/** The part of the owner id before the slash. */
	private static final TenantResolver TENANTS = (identity) -> {
		String owner = identity.owner();
		return (owner != null) ? owner.substring(0, owner.indexOf('/')) : null;
	};

	private static Limits withTenants(LimitSettings.Share tenant) {
		LimitSettings defaults = LimitSettings.DEFAULTS;
		return new Limits(
				new LimitSettings(defaults.connection(), defaults.instance(), defaults.principal(), tenant,
						defaults.address(), defaults.node(), List.of(), defaults.times(), defaults.rates()),
				System::nanoTime, TENANTS);
	}

	@Test
	void boundsWhatTheClientsOfATenantUse() {
		Limits node = withTenants(new LimitSettings.Share(3, 2, 1, 1));
		ClientUsage ada = node.connect(ADDRESS, false);
		ClientUsage bob = node.connect(null, false);
		assertThat(ada.identify(identity(null, "red/ada"))).isNull();
		assertThat(bob.identify(identity(null, "red/bob"))).isNull();
		assertThat(node.connect(null, false).identify(identity(null, "red/cora"))).isEqualTo(Limit.TENANT_CONNECTIONS);
		assertThat(begin(ada, 2)).isEqualTo(2);
		assertThat(begin(bob, 2)).isEqualTo(1);
		assertThat(bob.begin(1)).isEqualTo(Limit.TENANT_CALLS);
		assertThat(ada.subscribe(1)).isNull();
		assertThat(bob.subscribe(1)).isEqualTo(Limit.TENANT_SUBSCRIPTIONS);
		node.create(identity(null, "red/ada"));
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> node.create(identity(null, "red/bob")));
		assertThat(node.hits().count(Limit.TENANT_INSTANCES)).isEqualTo(1);
		ClientUsage blue = node.connect(ADDRESS, false);
		assertThat(blue.identify(identity(null, "blue/ada"))).isNull();
		assertThat(begin(blue, 3)).isEqualTo(3);
	}

	@Test
	void releasesTheShareOfATenant() {
		Limits node = withTenants(new LimitSettings.Share(1, 1, 1, 1));
		for (int i = 0; i < 3; i++) {
			ClientUsage usage = node.connect(ADDRESS, false);
			assertThat(usage.identify(identity(ADDRESS, "red/ada"))).isNull();
			assertThat(usage.begin(20_000)).isNull();
			assertThat(usage.subscribe(10)).isNull();
			assertThat(node.usage().shares(Share.Kind.TENANT).size()).isEqualTo(1);
			usage.unsubscribeAll();
			usage.end(20_000, true);
			usage.close();
			node.create(identity(ADDRESS, "red/ada")).close();
			node.visit(identity(ADDRESS, "red/ada"), 100, "action").close();
			assertThat(node.usage().shares(Share.Kind.TENANT).size()).isZero();
		}
	}

	@Test
	void limitsAnonymousClientsWithoutATenantByTheirAddressAlone() {
		Limits node = withTenants(new LimitSettings.Share(1, 1, 1, 1));
		for (int i = 0; i < 3; i++) {
			ClientUsage usage = node.connect(ADDRESS, false);
			assertThat(usage.identify(identity(ADDRESS, null))).isNull();
			assertThat(begin(usage, 5)).isEqualTo(5);
		}
		assertThat(node.usage().shares(Share.Kind.TENANT).size()).isZero();
	}

	@Test
	void holdsNothingIfTheTenantIsNotFound() {
		Limits node = withTenants(LimitSettings.Share.UNLIMITED);
		Identity noTenant = identity(ADDRESS, "ada");
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> node.visit(noTenant, 1, "action"));
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> node.create(noTenant));
		ClientUsage usage = node.connect(ADDRESS, false);
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> usage.identify(noTenant));
		usage.close();
		assertThat(node.usage().shares(Share.Kind.ADDRESS).size()).isZero();
		assertThat(node.usage().shares(Share.Kind.PRINCIPAL).size()).isZero();
		assertThat(node.connections()).isZero();
	}

	@Test
	void forgetsWhoTakesNothing() {
		RequestUsage visit = this.limits.visit(identity(ADDRESS, "ada"), 100, "action");
		assertThat(this.limits.usage().shares(Share.Kind.PRINCIPAL).size()).isEqualTo(1);
		visit.close();
		assertThat(this.limits.usage().shares(Share.Kind.PRINCIPAL).size()).isZero();
		assertThat(this.limits.usage().shares(Share.Kind.ADDRESS).size()).isZero();
		assertThat(this.limits.pending().used()).isZero();
	}

	@Test
	void countsAVisitUntilNothingHoldsIt() {
		RequestUsage visit = this.limits.visit(identity(ADDRESS, "ada"), 100, "action");
		assertThat(visit.hold()).isTrue();
		visit.close();
		assertThat(this.limits.pending().used()).isPositive();
		assertThat(this.limits.usage().shares(Share.Kind.PRINCIPAL).size()).isEqualTo(1);
		visit.close();
		assertThat(this.limits.pending().used()).isZero();
		assertThat(this.limits.usage().shares(Share.Kind.PRINCIPAL).size()).isZero();
		assertThat(visit.hold()).isFalse();
	}

	@Test
	void countsExactlyWhenThreadsRace() throws InterruptedException {
		ClientUsage usage = this.limits.connect(null, false);
		ExecutorService threads = Executors.newFixedThreadPool(4);
		for (int i = 0; i < 4; i++) {
			threads.execute(() -> {
				for (int j = 0; j < 20_000; j++) {
					if (usage.begin(12_000) == null) {
						usage.end(12_000, false);
					}
				}
			});
		}
		threads.shutdown();
		assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
		assertThat(usage.pendingBytes()).isZero();
		assertThat(this.limits.pending().used()).isZero();
		assertThat(begin(usage, 100)).isEqualTo(10);
	}

	/** Each with a few tabs open, some rooms and some calls under way. */
	@Test
	void letsAThousandOrdinaryUsersInBehindOneAddress() {
		Limits node = new Limits(new LimitSettings(LimitSettings.Connection.DEFAULTS, LimitSettings.Instance.DEFAULTS,
				LimitSettings.Share.OF_PRINCIPAL, LimitSettings.Share.UNLIMITED, LimitSettings.Share.OF_ADDRESS,
				LimitSettings.Node.of(1L << 30, 1L << 30), List.of(), LimitSettings.Times.DEFAULTS,
				LimitSettings.Rates.NONE));
		for (int user = 0; user < 1000; user++) {
			for (int tab = 0; tab < 4; tab++) {
				ClientUsage usage = node.connect(ADDRESS, false);
				assertThat(usage.identify(identity(null, "user" + user))).isNull();
				for (int i = 0; i < 20; i++) {
					assertThat(usage.subscribe(500)).isNull();
				}
				for (int i = 0; i < 10; i++) {
					assertThat(usage.begin(1000)).isNull();
				}
			}
		}
	}

	@Test
	void countsWhatAClientHasBroughtAlongUntilItHasGone() {
		Limits roomy = new Limits(LimitSettings.DEFAULTS);
		ClientUsage usage = roomy.connect(ADDRESS, false);
		assertThat(usage.keep(8 * 1024)).isNull();
		assertThat(roomy.subscriptions().used()).isZero();
		assertThat(usage.keep(100_000)).isNull();
		assertThat(roomy.subscriptions().used()).isEqualTo(100_000);
		usage.close();
		usage.close();
		assertThat(roomy.subscriptions().used()).isZero();
		assertThat(usage.keep(100_000)).isNull();
		assertThat(roomy.subscriptions().used()).isZero();
	}

	@Test
	void refusesAClientThatBringsMoreThanTheNodeMayKeep() {
		ClientUsage usage = this.limits.connect(ADDRESS, false);
		assertThat(usage.keep(100_000)).isEqualTo(Limit.NODE_SUBSCRIPTIONS);
		usage.close();
		assertThat(this.limits.subscriptions().used()).isZero();
	}

	/** What a client takes, and what is left of it when its socket has ended. */
	enum Taken {

		CALLS {
			@Override
			@Nullable Limit take(ClientUsage usage) {
				return usage.begin(1);
			}

			@Override
			void giveBack(ClientUsage usage, int times) {
				IntStream.range(0, times).forEach((time) -> usage.end(1, true));
			}
		},

		MEMORY_OF_CALLS {
			@Override
			@Nullable Limit take(ClientUsage usage) {
				return usage.begin(24 * 1024);
			}

			@Override
			void giveBack(ClientUsage usage, int times) {
				IntStream.range(0, times).forEach((time) -> usage.end(24 * 1024, true));
			}
		},

		SUBSCRIPTIONS {
			@Override
			@Nullable Limit take(ClientUsage usage) {
				return subscribe(usage, 1);
			}

			@Override
			void giveBack(ClientUsage usage, int times) {
				leave(usage);
			}
		},

		MEMORY_OF_SUBSCRIPTIONS {
			@Override
			@Nullable Limit take(ClientUsage usage) {
				return subscribe(usage, 500);
			}

			@Override
			void giveBack(ClientUsage usage, int times) {
				leave(usage);
			}
		};

		private static @Nullable Limit subscribe(ClientUsage usage, int bytes) {
			usage.enter();
			return usage.subscribe(bytes);
		}

		private static void leave(ClientUsage usage) {
			usage.unsubscribeAll();
			usage.leave();
		}

		abstract @Nullable Limit take(ClientUsage usage);

		abstract void giveBack(ClientUsage usage, int times);

	}

	@ParameterizedTest
	@CsvSource({ "CALLS, ada, 15", "CALLS, , 18", "MEMORY_OF_CALLS, ada, 4", "MEMORY_OF_CALLS, , 4",
			"SUBSCRIPTIONS, ada, 8", "SUBSCRIPTIONS, , 9", "MEMORY_OF_SUBSCRIPTIONS, ada, 3",
			"MEMORY_OF_SUBSCRIPTIONS, , 3" })
	void aClientThatComesBackDoesNotFindItsShareEmpty(Taken taken, @Nullable String owner, int most) {
		List<ClientUsage> left = new ArrayList<>();
		List<Integer> counts = new ArrayList<>();
		int all = 0;
		boolean more = true;
		while (more) {
			// one at a time, so that none holds the share for another
			ClientUsage usage = connect(owner);
			int count = 0;
			while (count < 10 && taken.take(usage) == null) {
				count++;
			}
			usage.close();
			left.add(usage);
			counts.add(count);
			all += count;
			more = count > 0 && left.size() < 3;
		}
		assertThat(all).isEqualTo(most);
		for (int i = 0; i < left.size(); i++) {
			taken.giveBack(left.get(i), counts.get(i));
		}
		assertThat(this.limits.usage().shares(Share.Kind.ADDRESS).size()).isZero();
		assertThat(this.limits.usage().shares(Share.Kind.PRINCIPAL).size()).isZero();
		assertThat(this.limits.connections()).isZero();
		assertThat(this.limits.pending().used()).isZero();
		assertThat(this.limits.subscriptions().used()).isZero();
		assertThat(taken.take(connect(owner))).isNull();
	}

	@Test
	void countsAConnectionUntilItsInstanceHasTakenItOut() {
		for (int i = 0; i < 3; i++) {
			ClientUsage usage = connect("ada");
			usage.enter();
			usage.close();
			usage.close();
			if (i == 2) {
				assertThat(this.limits.connect(ADDRESS, false).identify(identity(null, "ada")))
					.isEqualTo(Limit.PRINCIPAL_CONNECTIONS);
				assertThat(this.limits.connections()).isEqualTo(4);
				usage.leave();
				usage.leave();
			}
		}
		assertThat(this.limits.connections()).isEqualTo(3);
	}

	@Test
	void refusesCallsOfAClientThatHasGone() {
		ClientUsage usage = connect("ada");
		usage.close();
		assertThat(usage.begin(1)).isEqualTo(Limit.CONNECTION_CALLS);
		assertThat(this.limits.hits().count(Limit.CONNECTION_CALLS)).isZero();
		assertThat(this.limits.usage().shares(Share.Kind.ADDRESS).size()).isZero();
	}

	@Test
	void givesSharesBackExactlyOnceWhenTheEndRacesWithTheLastCall() throws InterruptedException {
		ExecutorService threads = Executors.newFixedThreadPool(3);
		for (int round = 0; round < 3000; round++) {
			ClientUsage usage = connect("ada");
			usage.begin(20_000);
			usage.enter();
			CountDownLatch ready = new CountDownLatch(3);
			CountDownLatch done = new CountDownLatch(3);
			for (Runnable each : List.<Runnable>of(() -> usage.end(20_000, true), usage::leave, usage::close)) {
				threads.execute(() -> {
					ready.countDown();
					while (ready.getCount() > 0) {
						Thread.yield(); // to be as close together as can be
					}
					each.run();
					done.countDown();
				});
			}
			assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
			assertThat(this.limits.connections()).isZero();
			assertThat(this.limits.usage().shares(Share.Kind.ADDRESS).size()).isZero();
			assertThat(this.limits.usage().shares(Share.Kind.PRINCIPAL).size()).isZero();
		}
		threads.shutdown();
		assertThat(this.limits.pending().used()).isZero();
	}

}
