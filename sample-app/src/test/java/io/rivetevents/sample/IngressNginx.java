/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The nginx configuration that ingress-nginx (controller 1.15) generates for an Ingress,
 * as far as it concerns a proxied request: the directives of its template
 * {@code nginx.tmpl}, with the defaults of its ConfigMap. The load balancing in Lua is
 * left out: each path has one address.
 * <table>
 * <caption>Annotations</caption>
 * <tr>
 * <th>{@code nginx.ingress.kubernetes.io/..}</th>
 * <th>directive</th>
 * <th>default</th>
 * </tr>
 * <tr>
 * <td>{@code proxy-connect-timeout}</td>
 * <td>{@code proxy_connect_timeout}, in seconds</td>
 * <td>5</td>
 * </tr>
 * <tr>
 * <td>{@code proxy-send-timeout}</td>
 * <td>{@code proxy_send_timeout}, in seconds</td>
 * <td>60</td>
 * </tr>
 * <tr>
 * <td>{@code proxy-read-timeout}</td>
 * <td>{@code proxy_read_timeout}, in seconds</td>
 * <td>60</td>
 * </tr>
 * <tr>
 * <td>{@code proxy-buffering}</td>
 * <td>{@code proxy_buffering}</td>
 * <td>off</td>
 * </tr>
 * <tr>
 * <td>{@code proxy-body-size}</td>
 * <td>{@code client_max_body_size}</td>
 * <td>1m</td>
 * </tr>
 * </table>
 * The key {@code proxy-set-headers} of the controller's ConfigMap names a ConfigMap whose
 * entries become {@code proxy_set_header} directives. Other annotations and keys are
 * rejected, so that none is silently ignored.
 */
final class IngressNginx {

	private static final String ANNOTATION = "nginx.ingress.kubernetes.io/";

	private static final Map<String, String> DIRECTIVES = Map.of("proxy-connect-timeout", "proxy_connect_timeout %ss;",
			"proxy-send-timeout", "proxy_send_timeout %ss;", "proxy-read-timeout", "proxy_read_timeout %ss;",
			"proxy-buffering", "proxy_buffering %s;", "proxy-body-size", "client_max_body_size %s;");

	private static final Map<String, String> DEFAULTS = Map.of("proxy-connect-timeout", "5", "proxy-send-timeout", "60",
			"proxy-read-timeout", "60", "proxy-buffering", "off", "proxy-body-size", "1m");

	private static final String SERVER = """
			map $http_upgrade $connection_upgrade {
				default upgrade;
				''      '';
			}
			upstream upstream_balancer {
				server 127.0.0.1:%d;
				keepalive 320;
			}
			server {
				server_name %s;
				listen %d ssl;
				ssl_certificate %s;
				ssl_certificate_key %s;
				location / {
					proxy_set_header Host $http_host;
					proxy_set_header Upgrade $http_upgrade;
					proxy_set_header Connection $connection_upgrade;
					proxy_set_header X-Request-ID $request_id;
					proxy_set_header X-Real-IP $remote_addr;
					proxy_set_header X-Forwarded-For $remote_addr;
					proxy_set_header X-Forwarded-Host $http_host;
					proxy_set_header X-Forwarded-Port $server_port;
					proxy_set_header X-Forwarded-Proto $scheme;
					proxy_set_header X-Forwarded-Scheme $scheme;
					proxy_set_header X-Scheme $scheme;
					proxy_set_header X-Original-Forwarded-For $http_x_forwarded_for;
					proxy_set_header Proxy "";
					%s
					proxy_buffer_size 4k;
					proxy_buffers 4 4k;
					proxy_max_temp_file_size 1024m;
					proxy_request_buffering on;
					proxy_http_version 1.1;
					proxy_cookie_domain off;
					proxy_cookie_path off;
					proxy_next_upstream error timeout;
					proxy_next_upstream_timeout 0;
					proxy_next_upstream_tries 3;
					proxy_pass http://upstream_balancer;
				}
			}
			""";

	private IngressNginx() {
	}

	/**
	 * Returns the content of the {@code http} block.
	 * @param objects the Kubernetes objects: an Ingress with one host and the path
	 * {@code /}, the ConfigMap of the controller, and those that it names
	 * @param port port to listen on
	 */
	static String generate(List<Map<String, Object>> objects, int port, Path certificate, Path key) {
		Map<String, Object> ingress = find(objects, "Ingress", null);
		Map<String, Object> rule = only(at(ingress, "spec", "rules"));
		Map<String, Object> path = only(at(rule, "http", "paths"));
		require("/".equals(path.get("path")) && "Prefix".equals(path.get("pathType")), path);
		Number backend = at(path, "backend", "service", "port", "number");
		List<String> tlsHosts = at(only(at(ingress, "spec", "tls")), "hosts");
		require(tlsHosts.equals(List.of(rule.get("host"))), tlsHosts);
		String directives = annotated(at(ingress, "metadata", "annotations")) + customHeaders(objects);
		return SERVER.formatted(backend.intValue(), rule.get("host"), port, certificate, key, directives);
	}

	private static String annotated(Map<String, String> annotations) {
		Map<String, String> values = new TreeMap<>(DEFAULTS);
		annotations.forEach((name, value) -> {
			String key = name.replace(ANNOTATION, "");
			require(name.startsWith(ANNOTATION) && DIRECTIVES.containsKey(key), name);
			values.put(key, value);
		});
		StringBuilder directives = new StringBuilder();
		values.forEach((key, value) -> directives.append(DIRECTIVES.get(key).formatted(value)).append('\n'));
		return directives.toString();
	}

	private static String customHeaders(List<Map<String, Object>> objects) {
		Map<String, String> settings = at(find(objects, "ConfigMap", "ingress-nginx-controller"), "data");
		StringBuilder directives = new StringBuilder();
		settings.forEach((key, name) -> {
			require(key.equals("proxy-set-headers"), key);
			Map<String, Object> headers = find(objects, "ConfigMap", name.substring(name.indexOf('/') + 1));
			require(name.startsWith(at(headers, "metadata", "namespace") + "/"), name);
			Map<String, String> data = at(headers, "data");
			data.forEach(
					(header, value) -> directives.append("proxy_set_header %s \"%s\";%n".formatted(header, value)));
		});
		return directives.toString();
	}

	private static Map<String, Object> find(List<Map<String, Object>> objects, String kind, String name) {
		return objects.stream()
			.filter((object) -> object.get("kind").equals(kind))
			.filter((object) -> name == null || at(object, "metadata", "name").equals(name))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("There is no %s %s".formatted(kind, name)));
	}

	@SuppressWarnings("unchecked")
	private static <T> T at(Map<String, Object> object, String... path) {
		Object found = object;
		for (String name : path) {
			found = ((Map<String, Object>) found).get(name);
			require(found != null, List.of(path));
		}
		return (T) found;
	}

	private static Map<String, Object> only(List<Map<String, Object>> values) {
		require(values.size() == 1, values);
		return values.get(0);
	}

	private static void require(boolean supported, Object what) {
		if (!supported) {
			throw new IllegalArgumentException("Not supported by this translation: " + what);
		}
	}

}
