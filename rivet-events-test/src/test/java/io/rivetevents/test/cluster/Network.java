/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Network namespaces on this machine: members, each of which has up to three links, and a
 * switch with a bridge for each kind of link. A link is cut at the switch, so that the
 * member and the others see silence, as from a machine that has lost its power or its
 * cable. Nothing leaves the namespaces. Needs root and iproute2.
 */
final class Network implements AutoCloseable {

	private static final String SWITCH = "switch";

	private final String prefix;

	/** Kinds of links. */
	enum Link {

		NODES, STORE, CLIENTS;

		String title() {
			return name().toLowerCase();
		}

	}

	/**
	 * Names a network; nothing is created.
	 * @param prefix start of the names of its namespaces
	 */
	Network(String prefix) {
		this.prefix = prefix;
	}

	/**
	 * Returns why no namespaces can be made on this machine, {@code null} if they can.
	 */
	static String obstacle() {
		String name = "rivet-try-" + ProcessHandle.current().pid();
		Programs.Result result = Programs.attempt(List.of("ip", "netns", "add", name));
		if (result.status() != 0) {
			return "network namespaces need Linux, iproute2 and root: " + result.output();
		}
		Programs.Result bridge = Programs
			.attempt(List.of("ip", "-n", name, "link", "add", "name", "try", "type", "bridge"));
		Programs.run("ip", "netns", "delete", name);
		return (bridge.status() != 0) ? "no bridge can be made: " + bridge.output() : null;
	}

	/** Returns the prefix for a process that creates namespaces. */
	static String prefix(long pid) {
		return "rivet%d-".formatted(pid);
	}

	/** Deletes the namespaces of processes that have ended without doing so. */
	static void removeAbandoned() {
		Pattern names = Pattern.compile("rivet(\\d+)-.*");
		for (String line : Programs.run("ip", "netns", "list").lines().toList()) {
			Matcher name = names.matcher(line);
			if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
				new Network(prefix(Long.parseLong(name.group(1)))).close();
			}
		}
	}

	/** Creates the switch. */
	void create() {
		add(SWITCH);
		for (Link link : Link.values()) {
			ip(SWITCH, "link", "add", "name", link.title(), "type", "bridge");
			ip(SWITCH, "link", "set", link.title(), "up");
		}
	}

	private void add(String member) {
		Programs.run("ip", "netns", "add", name(member));
		ip(member, "link", "set", "lo", "up");
	}

	/**
	 * Creates a member.
	 * @param member its name, at most 6 characters
	 * @param number last number of its addresses
	 * @param links its links
	 */
	void add(String member, int number, Link... links) {
		add(member);
		for (Link link : links) {
			String port = port(member, link);
			ip(SWITCH, "link", "add", "name", port, "type", "veth", "peer", "name", link.title(), "netns",
					name(member));
			ip(SWITCH, "link", "set", port, "master", link.title(), "up");
			ip(member, "address", "add", address(number, link) + "/24", "dev", link.title());
			ip(member, "link", "set", link.title(), "up");
		}
	}

	/** Returns the address of a member. */
	static String address(int number, Link link) {
		return "10.213.%d.%d".formatted(link.ordinal() + 1, number);
	}

	/** Returns a command that runs in the namespace of a member. */
	List<String> within(String member, List<String> command) {
		List<String> complete = new ArrayList<>(List.of("ip", "netns", "exec", name(member)));
		complete.addAll(command);
		return complete;
	}

	/** Cuts a link of a member. */
	void cut(String member, Link link) {
		ip(SWITCH, "link", "set", port(member, link), "down");
	}

	/** Heals a link of a member. */
	void heal(String member, Link link) {
		ip(SWITCH, "link", "set", port(member, link), "up");
	}

	/**
	 * Limits what reaches a member over a link, and what it sends there.
	 * @param rate bits for each second, as {@code tc} writes them
	 * @param wait longest time that a packet waits; then packets are lost
	 */
	void limit(String member, Link link, String rate, String wait) {
		shape(member, link, "tbf", "rate", rate, "burst", "8kb", "latency", wait);
	}

	/**
	 * Delays and loses packets in both directions.
	 * @return {@code false} if this kernel cannot do that
	 */
	boolean disturb(String member, Link link, String delay, String loss) {
		List<String> command = new ArrayList<>(
				List.of("tc", "-n", name(SWITCH), "qdisc", "replace", "dev", port(member, link), "root"));
		command.addAll(List.of("netem", "delay", delay, loss, "loss", loss));
		if (Programs.attempt(command).status() != 0) {
			return false;
		}
		shape(member, link, "netem", "delay", delay, "loss", loss);
		return true;
	}

	private void shape(String member, Link link, String... discipline) {
		tc(SWITCH, port(member, link), "replace", discipline);
		tc(member, link.title(), "replace", discipline);
	}

	/** Ends what {@link #limit} or {@link #disturb} has begun. */
	void clear(String member, Link link) {
		tc(SWITCH, port(member, link), "delete");
		tc(member, link.title(), "delete");
	}

	private void tc(String member, String device, String change, String... discipline) {
		List<String> command = new ArrayList<>(
				List.of("tc", "-n", name(member), "qdisc", change, "dev", device, "root"));
		command.addAll(List.of(discipline));
		Programs.run(command.toArray(String[]::new));
	}

	private void ip(String member, String... arguments) {
		List<String> command = new ArrayList<>(List.of("ip", "-n", name(member)));
		command.addAll(List.of(arguments));
		Programs.run(command.toArray(String[]::new));
	}

	private String name(String member) {
		return this.prefix + member;
	}

	private static String port(String member, Link link) {
		return member + "-" + link.title();
	}

	/** Ends all processes in the namespaces, and deletes the namespaces. */
	@Override
	public void close() {
		for (String line : Programs.run("ip", "netns", "list").lines().toList()) {
			String name = line.split(" ")[0];
			if (name.startsWith(this.prefix)) {
				Programs.attempt(List.of("ip", "netns", "pids", name))
					.output()
					.lines()
					.forEach((pid) -> ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly));
				Programs.run("ip", "netns", "delete", name);
			}
		}
	}

}
