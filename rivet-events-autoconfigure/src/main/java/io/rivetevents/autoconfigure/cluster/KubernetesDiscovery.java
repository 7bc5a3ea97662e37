/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.core.env.Environment;

import io.rivetevents.autoconfigure.InvalidSettingException;
import io.rivetevents.cluster.engine.ClusterStartException;
import io.rivetevents.cluster.engine.Discovery;
import io.rivetevents.cluster.engine.DnsDiscovery;

/**
 * Finds the pods of a headless service by DNS, which needs no access to the API of
 * Kubernetes. An empty answer means that there is no such service, since it has at least
 * this pod.
 */
final class KubernetesDiscovery implements Discovery {

	private static final Log logger = LogFactory.getLog(KubernetesDiscovery.class);

	/** Follows the name of the cluster in the default name of the service. */
	private static final String SUFFIX = "-nodes";

	/** What Kubernetes accepts for the name of a service. */
	private static final Pattern SERVICE = Pattern.compile("[a-z]([-a-z0-9]{0,61}[a-z0-9])?");

	private final List<String> names;

	private final Discovery dns;

	/** Whether the last answer was empty, which is logged once. */
	private volatile boolean empty;

	KubernetesDiscovery(List<String> names, Discovery dns) {
		this.names = names;
		this.dns = dns;
	}

	/**
	 * Creates the discovery of an application.
	 * @throws InvalidSettingException if it does not run in Kubernetes, or the name of
	 * the service is missing or not valid
	 */
	static Discovery create(RivetEventsClusterProperties properties, Environment environment) {
		if (!CloudPlatform.KUBERNETES.isActive(environment)) {
			throw new InvalidSettingException("rivet.events.cluster.discovery", "kubernetes",
					"this process does not run in Kubernetes: the variable KUBERNETES_SERVICE_HOST is missing",
					"Set rivet.events.cluster.discovery to static and rivet.events.cluster.nodes to the nodes, or"
							+ " remove both to find nodes in the store");
		}
		List<String> names = properties.nodes().isEmpty()
				? List.of(service(RivetEventsClusterAutoConfiguration.name(properties, environment)))
				: properties.nodes();
		try {
			return new KubernetesDiscovery(names, new DnsDiscovery(names, properties.port()));
		}
		catch (ClusterStartException ex) {
			throw new InvalidSettingException("rivet.events.cluster.nodes", names, ex.problem(),
					"Set rivet.events.cluster.nodes to the name of a headless service that selects all pods");
		}
	}

	private static String service(String cluster) {
		String service = cluster + SUFFIX;
		if (!SERVICE.matcher(service).matches()) {
			throw new InvalidSettingException("rivet.events.cluster.nodes", "",
					"'%s', made of the name of the cluster, cannot be the name of a service".formatted(service),
					"Set rivet.events.cluster.nodes to the name of a headless service that selects all pods");
		}
		return service;
	}

	@Override
	public List<InetSocketAddress> find(String cluster) {
		List<InetSocketAddress> found = this.dns.find(cluster);
		boolean before = this.empty;
		this.empty = found.isEmpty();
		if (this.empty && !before) {
			logger
				.warn("""
						DNS has no pod of %s. Create a headless service of that name (clusterIP: None, \
						publishNotReadyAddresses: true) that selects all pods, or set rivet.events.cluster.nodes to its name"""
					.formatted(String.join(", ", this.names)));
		}
		return found;
	}

}
