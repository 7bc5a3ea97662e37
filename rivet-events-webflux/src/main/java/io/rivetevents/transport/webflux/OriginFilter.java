package io.rivetevents.transport.webflux;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.StringUtils;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.cors.reactive.DefaultCorsProcessor;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * Lets in requests of pages from the same origin and from those that are allowed, on
 * every route of the client protocol, the WebSocket handshake included; all else that a
 * page from elsewhere can cause gets 403: a navigation and an image, which have no
 * {@code Origin}, are told by {@code Sec-Fetch-Site}. What acts is refused to a
 * navigation and to an element of a page, of whatever site: a link in a mail is nobody's.
 * It stands before Spring Security, so that a preflight needs no login and a refusal can
 * be read by the page.
 *
 * @see <a href="https://www.w3.org/TR/fetch-metadata/">Fetch Metadata Request Headers</a>
 */
public final class OriginFilter implements WebFilter, Ordered {

	/** Before the filter chain of Spring Security, which is at -100. */
	private static final int BEFORE_SECURITY = -200;

	private static final Duration MAX_AGE = Duration.ofDays(1);

	private static final String FETCH_SITE = "Sec-Fetch-Site";

	/** The page is the server's own, or the user has typed the URL. */
	private static final List<String> OWN = List.of("same-origin", "none");

	private static final String FETCH_MODE = "Sec-Fetch-Mode";

	private static final String FETCH_DEST = "Sec-Fetch-Dest";

	/** Of a script's {@code fetch}, {@code EventSource} and {@code WebSocket}. */
	private static final List<String> SCRIPT_MODES = List.of("cors", "same-origin", "websocket");

	private static final List<String> SCRIPT_DESTS = List.of("empty", "websocket");

	/** What a person may look at; under {@code /actors} as well. */
	private static final List<String> PAGES = List.of("/", "/metadata", "/health", "/asyncapi.json", "/actors");

	private static final String ORIGIN_REFUSED = "The origin \"%s\" is not allowed for the host \"%s\": it is neither that of"
			+ " the server nor in rivet.events.security.allowed-origins. A proxy must pass on the Host header of the client,"
			+ " and X-Forwarded-Proto if it ends TLS (see server.forward-headers-strategy).";

	private static final String ANY_SUBDOMAIN = "*.";

	private final BasePath basePath;

	private final CorsConfiguration configuration;

	private final List<String> allowedHosts;

	private final ClientAddresses addresses;

	private final ValueMapper mapper;

	private final DefaultCorsProcessor processor = new DefaultCorsProcessor();

	private final RepeatedFailures refusals = new RepeatedFailures(LogFactory.getLog(OriginFilter.class));

	/**
	 * Create a filter.
	 * @param basePath where the routes begin
	 * @param allowedOrigins origins, or patterns of them, beside the server's own
	 * @param allowedHosts names of hosts under which the server may be asked; empty for
	 * all
	 * @param addresses tells which requests come from trusted proxies
	 * @param mapper converts values
	 */
	public OriginFilter(BasePath basePath, List<String> allowedOrigins, List<String> allowedHosts,
			ClientAddresses addresses, ValueMapper mapper) {
		this.basePath = basePath;
		this.allowedHosts = allowedHosts.stream().map((host) -> host.toLowerCase(Locale.ROOT)).toList();
		this.addresses = addresses;
		this.mapper = mapper;
		this.configuration = new CorsConfiguration();
		this.configuration.setAllowedOriginPatterns(allowedOrigins);
		this.configuration.setAllowCredentials(true);
		this.configuration.setAllowedMethods(List.of("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"));
		this.configuration.addAllowedHeader(CorsConfiguration.ALL);
		this.configuration.addExposedHeader("x-rivet-error");
		this.configuration.setMaxAge(MAX_AGE);
	}

	@Override
	public int getOrder() {
		return BEFORE_SECURITY;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpRequest request = exchange.getRequest();
		String path = this.basePath.within(request);
		if (path == null) {
			return chain.filter(exchange);
		}
		if (!isHostAllowed(request)) {
			return refuse(exchange, "host " + host(request),
					"The host \"%s\" is not allowed: it is not in rivet.events.security.allowed-hosts."
						.formatted(host(request)));
		}
		if (isFromElsewhere(request) || !this.processor.process(this.configuration, exchange)) {
			return refuse(exchange, "origin " + origin(request),
					ORIGIN_REFUSED.formatted(origin(request), host(request)));
		}
		if (acts(request, path) && !isOfScript(request)) {
			return answer(exchange, "This is for EventSource, fetch and WebSocket, and not to be opened as a page.");
		}
		if (CorsUtils.isPreFlightRequest(request)) {
			ServerHttpResponse response = exchange.getResponse();
			response.setStatusCode(HttpStatus.NO_CONTENT);
			return response.setComplete();
		}
		return chain.filter(exchange);
	}

	/**
	 * With forwarded headers the URI has the host that they name. A page that has pointed
	 * a name of its own at this server can set them, and cannot change {@code Host}.
	 */
	private boolean isHostAllowed(ServerHttpRequest request) {
		if (this.allowedHosts.isEmpty()) {
			return true;
		}
		String asked = nameOf(request.getHeaders().getFirst(HttpHeaders.HOST));
		return isHostAllowed(request.getURI().getHost())
				&& (isHostAllowed(asked) || isNobodysName(asked) || this.addresses.isFromTrustedProxy(request));
	}

	private static String nameOf(@Nullable String host) {
		if (host == null) {
			return "";
		}
		int end = host.startsWith("[") ? host.indexOf(']') + 1 : host.indexOf(':');
		return (end > 0) ? host.substring(0, end) : host;
	}

	/** Such as a proxy asks by, and no page can point elsewhere. */
	private static boolean isNobodysName(String host) {
		return host.isEmpty() || host.equalsIgnoreCase("localhost") || ForwardedFor
			.literal(StringUtils.trimTrailingCharacter(StringUtils.trimLeadingCharacter(host, '['), ']')) != null;
	}

	private boolean isHostAllowed(@Nullable String host) {
		String name = (host != null) ? host.toLowerCase(Locale.ROOT) : "";
		return this.allowedHosts.stream()
			.anyMatch((allowed) -> allowed.startsWith(ANY_SUBDOMAIN) ? name.endsWith(allowed.substring(1))
					: name.equals(allowed));
	}

	/**
	 * A page of another site, or of another origin of this one, that says nothing of its
	 * origin. One that does is judged by it, and says it once.
	 */
	private static boolean isFromElsewhere(ServerHttpRequest request) {
		List<String> sites = request.getHeaders().getOrEmpty(FETCH_SITE);
		int origins = request.getHeaders().getOrEmpty(HttpHeaders.ORIGIN).size();
		return origins > 1 || (origins == 0
				&& sites.stream().anyMatch((site) -> !OWN.contains(site.trim().toLowerCase(Locale.ROOT))));
	}

	private static boolean acts(ServerHttpRequest request, String path) {
		boolean looks = request.getMethod() == HttpMethod.GET && request.getHeaders().getUpgrade() == null;
		return !looks || !(PAGES.contains(path) || path.startsWith("/actors/"));
	}

	/** What says nothing of it is no browser, or one that cannot. */
	private static boolean isOfScript(ServerHttpRequest request) {
		return isEach(request, FETCH_MODE, SCRIPT_MODES) && isEach(request, FETCH_DEST, SCRIPT_DESTS);
	}

	private static boolean isEach(ServerHttpRequest request, String header, List<String> known) {
		return request.getHeaders()
			.getOrEmpty(header)
			.stream()
			.allMatch((value) -> known.contains(value.trim().toLowerCase(Locale.ROOT)));
	}

	private static String origin(ServerHttpRequest request) {
		String origin = request.getHeaders().getOrigin();
		return SafeText.of((origin != null) ? origin : FETCH_SITE + ": " + request.getHeaders().getFirst(FETCH_SITE));
	}

	private static String host(ServerHttpRequest request) {
		return SafeText.of(request.getHeaders().getFirst(HttpHeaders.HOST));
	}

	private Mono<Void> refuse(ServerWebExchange exchange, String kind, String refusal) {
		this.refusals.warn(kind, () -> "A request is refused. " + refusal);
		return answer(exchange, refusal);
	}

	private Mono<Void> answer(ServerWebExchange exchange, String refusal) {
		return HttpAnswer.writeError(exchange.getResponse(), new RivetException(ErrorCode.FORBIDDEN, refusal),
				Encoding.JSON, this.mapper);
	}

}
