package io.rivetevents.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.Principal;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Request by which a client connects, or calls an action, as its transport has read it.
 * Read only. It is used until the client is connected or refused and not kept for longer,
 * so that it may hold the request of a web stack. Called on any thread, one at a time.
 */
public interface HandshakeRequest {

	/**
	 * Returns the URI with its query, as it was encoded.
	 */
	URI uri();

	/**
	 * Returns the values of a header, in the order of their lines.
	 * @param name name of the header, in any case
	 * @return empty if there are none
	 */
	List<String> header(String name);

	/**
	 * Returns all headers: their values by name, in the order of their lines.
	 */
	Map<String, List<String>> headers();

	/**
	 * Returns all cookies: their values by name.
	 */
	Map<String, List<String>> cookies();

	/**
	 * Returns the values of a parameter of the query, decoded.
	 * @param name name of the parameter
	 * @return empty if there are none; {@code null} stands for one without a value
	 */
	List<@Nullable String> queryParameter(String name);

	/**
	 * Returns the values of the cookies with a name.
	 * @param name name of the cookies
	 * @return empty if there are none
	 */
	List<String> cookie(String name);

	/**
	 * Returns the remote address as the server reports it.
	 * @return {@code null} if it is not known
	 */
	@Nullable InetSocketAddress remoteAddress();

	/**
	 * Returns the address whose limits the client counts for, such as the one that a
	 * trusted proxy reports.
	 * @return {@code null} if it is not known; the client counts for no address then
	 */
	@Nullable InetAddress clientAddress();

	/**
	 * Finds the user that the request itself identifies, such as by a cookie or a header.
	 * @return the user; empty if there is none; an error if that cannot be found out
	 */
	Mono<Principal> principal();

	/**
	 * Finds what tells the web session of the request apart from all others, however
	 * often its id changes. A session is not created for this.
	 * @param signedIn whether a user has signed in; the session has to keep its id then
	 * @return the id; empty if there is no session; {@code auth.logged_out} if it has
	 * ended
	 */
	Mono<String> sessionId(boolean signedIn);

	/**
	 * Returns what is added to the Reactor context in which the application's
	 * authenticators are called.
	 */
	default ContextView context() {
		return Context.empty();
	}

}
