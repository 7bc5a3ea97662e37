/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.springframework.web.util.HtmlUtils;

/**
 * All links of a site that are reachable from its first page.
 */
final class SiteLinks {

	private static final Pattern LINK = Pattern.compile("<(\\w+)\\b[^>]*?\\s(?:href|src)=\"([^\"]*)\"");

	private static final Pattern ANCHOR = Pattern.compile("\\sid=\"([^\"]*)\"");

	private final HttpClient client = HttpClient.newHttpClient();

	private final URI start;

	/** The anchors of each file that exists. */
	private final Map<URI, Set<String>> anchors = new HashMap<>();

	private final Set<Link> links = new LinkedHashSet<>();

	private SiteLinks(URI start) {
		this.start = start;
	}

	private record Link(URI page, String element, URI target) {

		private URI file() {
			return URI.create(this.target.toString().replaceFirst("#.*", ""));
		}

	}

	static SiteLinks of(URI start) throws IOException, InterruptedException {
		SiteLinks site = new SiteLinks(start);
		Deque<URI> waiting = new ArrayDeque<>(List.of(start));
		Set<URI> seen = new LinkedHashSet<>(waiting);
		while (!waiting.isEmpty()) {
			for (Link link : site.read(waiting.remove())) {
				site.links.add(link);
				if (site.contains(link) && seen.add(link.file())) {
					waiting.add(link.file());
				}
			}
		}
		return site;
	}

	private List<Link> read(URI file) throws IOException, InterruptedException {
		HttpResponse<String> response = this.client.send(HttpRequest.newBuilder(file).build(), BodyHandlers.ofString());
		if (response.statusCode() != 200) {
			return List.of();
		}
		boolean html = response.headers().firstValue("Content-Type").orElse("").startsWith("text/html");
		String text = html ? response.body() : "";
		this.anchors.put(file,
				ANCHOR.matcher(text)
					.results()
					.map((found) -> HtmlUtils.htmlUnescape(found.group(1)))
					.collect(Collectors.toSet()));
		return LINK.matcher(text)
			.results()
			.map((found) -> new Link(file, found.group(1), file.resolve(HtmlUtils.htmlUnescape(found.group(2)))))
			.toList();
	}

	private boolean contains(Link link) {
		return this.start.getAuthority().equals(link.target().getAuthority());
	}

	/** Returns the files that exist, relative to the first page. */
	Set<String> files() {
		return this.anchors.keySet()
			.stream()
			.map((file) -> this.start.relativize(file).toString())
			.collect(Collectors.toSet());
	}

	/**
	 * Returns the links to a file or an anchor of this site that does not exist. The list
	 * of constants, which the javadoc tool of JDK 17 writes with such a link, is left
	 * out.
	 */
	List<String> broken() {
		return this.links.stream()
			.filter((link) -> !link.page().getPath().endsWith("/api/constant-values.html"))
			.filter(this::contains)
			.filter((link) -> !exists(link))
			.map((link) -> "%s: %s".formatted(this.start.relativize(link.page()), link.target()))
			.toList();
	}

	private boolean exists(Link link) {
		Set<String> there = this.anchors.get(link.file());
		String anchor = link.target().getFragment();
		return there != null && (anchor == null || anchor.isEmpty() || there.contains(anchor));
	}

	/** Returns what a page loads from another host. */
	List<String> loadedFromElsewhere() {
		return this.links.stream()
			.filter((link) -> !link.element().equals("a") && !contains(link))
			.map(Link::toString)
			.toList();
	}

}
