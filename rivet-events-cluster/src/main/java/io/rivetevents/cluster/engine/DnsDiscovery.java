/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;

import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Reads the addresses of nodes from DNS servers: each address of a name counts, so that
 * one name stands for all nodes. The servers are queried each time, without the cache of
 * the Java platform, which would keep an answer for 30 seconds. Names in a file of hosts
 * are not found.
 */
public final class DnsDiscovery implements Discovery {

	private static final Log logger = LogFactory.getLog(DnsDiscovery.class);

	/** The servers of the system. */
	private static final String SYSTEM = "dns:";

	/** Time for the first answer in milliseconds; it doubles with each repetition. */
	private static final String TIMEOUT = "500";

	private static final String ATTEMPTS = "2";

	private final List<HostAndPort> names;

	private final List<String> domains;

	private final String servers;

	/**
	 * Creates an instance that queries the servers of the system. No name is looked up
	 * yet.
	 * @param names names of the nodes, at least one {@code name} or {@code name:port}; a
	 * name without a dot is completed by the search domains of the system. The names of
	 * services begin with {@code _}, as {@code _rivet._tcp.nodes.example.org}: their SRV
	 * records have hosts and ports
	 * @param defaultPort port of names without one
	 * @throws IllegalStateException if an entry is not valid
	 */
	public DnsDiscovery(List<String> names, int defaultPort) {
		this(names, defaultPort, SYSTEM, SearchDomains.ofSystem());
	}

	/**
	 * Creates an instance.
	 * @param servers the servers, as {@code dns://host:port}
	 * @param domains domains that complete a name without a dot
	 */
	DnsDiscovery(List<String> names, int defaultPort, String servers, List<String> domains) {
		if (names.isEmpty()) {
			throw new ClusterStartException("The list of nodes is empty", "Add a DNS name that has all nodes", null);
		}
		this.names = names.stream().map((name) -> HostAndPort.parse(name, defaultPort)).toList();
		this.servers = servers;
		this.domains = domains;
	}

	@Override
	public List<InetSocketAddress> find(String cluster) {
		try {
			DirContext dns = connect();
			try {
				return find(dns);
			}
			finally {
				dns.close();
			}
		}
		catch (NamingException ex) {
			throw new IllegalStateException("DNS does not answer: %s. Check rivet.events.cluster.nodes, here %s"
				.formatted((ex.getMessage() != null) ? ex.getMessage() : ex, this.names), ex);
		}
	}

	private DirContext connect() throws NamingException {
		Hashtable<String, String> environment = new Hashtable<>();
		environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
		environment.put(Context.PROVIDER_URL, this.servers);
		environment.put("com.sun.jndi.dns.timeout.initial", TIMEOUT);
		environment.put("com.sun.jndi.dns.timeout.retries", ATTEMPTS);
		return new InitialDirContext(environment);
	}

	private List<InetSocketAddress> find(DirContext dns) throws NamingException {
		List<InetSocketAddress> found = new ArrayList<>();
		for (HostAndPort name : this.names) {
			int before = found.size();
			for (HostAndPort host : hosts(dns, name)) {
				addresses(dns, host, found);
			}
			if (found.size() == before) {
				// no node has been started yet
				logger.debug("DNS has no address of " + name.host() + ", will retry");
			}
		}
		return found;
	}

	/** Returns the host that a name is, or those that the service of that name has. */
	private List<HostAndPort> hosts(DirContext dns, HostAndPort name) throws NamingException {
		if (!name.host().startsWith("_")) {
			return List.of(name);
		}
		List<HostAndPort> hosts = new ArrayList<>();
		for (String record : records(dns, name.host(), "SRV")) {
			String[] fields = record.split(" "); // priority, weight, port, host
			hosts.add(new HostAndPort(fields[3], Integer.parseInt(fields[2])));
		}
		return hosts;
	}

	private void addresses(DirContext dns, HostAndPort host, List<InetSocketAddress> found) throws NamingException {
		for (String name : complete(host.host())) {
			List<String> addresses = new ArrayList<>(recordsOf(dns, name, "A"));
			try {
				addresses.addAll(recordsOf(dns, name, "AAAA"));
			}
			catch (NamingException ex) {
				if (addresses.isEmpty()) {
					throw ex;
				}
				logger.debug("%s has IPv4 addresses only".formatted(name), ex);
			}
			if (!addresses.isEmpty()) {
				addresses.forEach((address) -> found.add(new InetSocketAddress(literal(address), host.port())));
				return;
			}
		}
	}

	/** Reads an address, which is not a name: nothing is looked up. */
	private static InetAddress literal(String address) {
		try {
			return InetAddress.getByName(address);
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException("DNS has returned '%s', which is not an address".formatted(address), ex);
		}
	}

	private List<String> records(DirContext dns, String name, String type) throws NamingException {
		for (String each : complete(name)) {
			List<String> records = recordsOf(dns, each, type);
			if (!records.isEmpty()) {
				return records;
			}
		}
		return List.of();
	}

	/** Returns a name without a domain in all domains first, as resolvers do. */
	private List<String> complete(String name) {
		List<String> complete = new ArrayList<>();
		if (name.indexOf('.') < 0) {
			this.domains.forEach((domain) -> complete.add(name + '.' + domain));
		}
		complete.add(name);
		return complete;
	}

	private static List<String> recordsOf(DirContext dns, String name, String type) throws NamingException {
		try {
			Attribute records = dns.getAttributes(name, new String[] { type }).get(type);
			List<String> values = new ArrayList<>();
			if (records != null) {
				Collections.list(records.getAll()).forEach((record) -> values.add(String.valueOf(record)));
			}
			return values;
		}
		catch (NameNotFoundException ex) {
			return List.of();
		}
	}

}
