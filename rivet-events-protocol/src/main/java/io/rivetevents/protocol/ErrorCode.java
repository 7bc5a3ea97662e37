package io.rivetevents.protocol;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * What a client can be told that is wrong: group and code as they stand on the wire, the
 * HTTP status, and the message that is used where there is no better one.
 *
 * @see <a href="https://rivet.dev/docs/actors/errors">Rivet: errors</a>
 * @since 0.1.0
 */
public enum ErrorCode {

	/** Told when an action has thrown a {@code UserError} without a code of its own. */
	USER_ERROR("user", "user_error", 400, "An error occurred"),

	/** Told when something went wrong that no client may see; the log has it in full. */
	INTERNAL_ERROR("rivetkit", "internal_error", 500, "An internal error occurred", ReconnectAdvice.LATER),

	/** Told when an actor has no action of that name. */
	ACTION_NOT_FOUND("actor", "action_not_found", 404, "The action was not found."),

	/** Told when an action took longer than its time-out. */
	ACTION_TIMED_OUT("actor", "action_timed_out", 504, "Action timed out"),

	/** Told when there is no instance for that id or key. */
	ACTOR_NOT_FOUND("actor", "not_found", 404, "The actor does not exist or was destroyed."),

	/** Told when there is no actor of that name; RivetKit clients do not retry it. */
	ACTOR_NOT_REGISTERED("actor", "not_registered", 400, "There is no actor of that name."),

	/** Told when an instance was to be created at a key in use. */
	DUPLICATE_KEY("actor", "duplicate_key", 400, "There is an actor with that key."),

	/** Told when arguments or params do not fit their types or constraints. */
	VALIDATION_ERROR("actor", "validation_error", 400, "The arguments are not valid."),

	/** Told when a route was asked for with the wrong HTTP method. */
	METHOD_NOT_ALLOWED("actor", "method_not_allowed", 405, "The method is not allowed."),

	/** Told when a message or body cannot be read. */
	INVALID_REQUEST("actor", "invalid_request", 400, "The message cannot be read."),

	/**
	 * Told when the server stops, or another instance has taken over; RivetKit clients
	 * retry.
	 */
	RESTARTING("actor", "restarting", 503, "The actor is restarting.", ReconnectAdvice.LATER),

	/** Told when the instance is being deleted. */
	DESTROYING("actor", "destroying", 503, "The actor is being destroyed.", ReconnectAdvice.LATER),

	/**
	 * Told when the instance has gone to sleep with clients connected; RivetKit clients
	 * retry.
	 */
	STOPPED("actor", "stopped", 503, "The actor has gone to sleep.", ReconnectAdvice.RETRY),

	/** Told when too many calls wait, or too much memory is taken by those that do. */
	OVERLOADED("actor", "overloaded", 503, "The actor has too much to do.", ReconnectAdvice.LATER),

	/** Told when the input of a new instance is over the limit. */
	INPUT_TOO_LARGE("actor", "input_too_large", 400, "The input is too large."),

	/** Told when a key is over the limit. */
	KEY_TOO_LARGE("actor", "key_too_large", 400, "The key is too large."),

	/** Told when a serialized key is the empty text. */
	EMPTY_KEY("actor", "empty_key", 400, "The key is empty."),

	/**
	 * Told when a client subscribes to more than 1,000 events, or with a name and tags of
	 * more than 1,000 characters.
	 */
	TOO_MANY_SUBSCRIPTIONS("actor", "too_many_subscriptions", 400, "There are too many subscriptions."),

	/** Told when an interceptor has skipped an action, a subscription or a connection. */
	SKIPPED("actor", "skipped", 400, "The message was skipped."),

	/** Told when a client has cancelled an action; in the extended mode. */
	CANCELLED("actor", "cancelled", 409, "The action was cancelled."),

	/** Told when the deadline of an action has passed; in the extended mode. */
	DEADLINE_EXCEEDED("actor", "deadline_exceeded", 504, "The deadline of the action has passed."),

	/** Told when a hook took longer than its time-out. */
	CALLBACK_TIMED_OUT("actor", "callback_timed_out", 504, "A hook of the actor timed out.", ReconnectAdvice.LATER),

	/** Told when a WebSocket names an unknown encoding. */
	UNSUPPORTED_WEBSOCKET_ENCODING("actor", "unsupported_websocket_encoding", 400, "The encoding is not supported."),

	/** Told when a hook, Spring Security or wrong credentials deny something. */
	FORBIDDEN("auth", "forbidden", 403, "Forbidden"),

	/** Told when the client is anonymous and must sign in. */
	AUTHENTICATION_REQUIRED("auth", "authentication_required", 401, "Authentication is required.",
			ReconnectAdvice.CREDENTIALS),

	/** Told when the credentials in a {@code Hello} are wrong or of an unknown kind. */
	INVALID_CREDENTIALS("auth", "invalid_credentials", 401, "The credentials were rejected.",
			ReconnectAdvice.CREDENTIALS),

	/**
	 * Told when the handshake, the connection params and the {@code Hello} of a client
	 * name different users.
	 */
	IDENTITY_CONFLICT("auth", "identity_conflict", 403, "The credentials belong to another user than the handshake."),

	/** Told when a client must sign in and has not done so in time. */
	AUTHENTICATION_TIMED_OUT("auth", "authentication_timed_out", 401, "The client has not signed in in time.",
			ReconnectAdvice.CREDENTIALS),

	/**
	 * Told when the user of a connection has logged out, or the application has closed
	 * the connections of the user.
	 */
	LOGGED_OUT("auth", "logged_out", 401, "The user has logged out.", ReconnectAdvice.CREDENTIALS),

	/** Told when a client sent a message over the limit. */
	INCOMING_TOO_LONG("message", "incoming_too_long", 400, "The message is too long.", ReconnectAdvice.RETRY),

	/** Told when an answer or event is over the limit. */
	OUTGOING_TOO_LONG("message", "outgoing_too_long", 400, "The answer is too long.", ReconnectAdvice.RETRY),

	/** Told when an HTTP request names an unknown encoding. */
	ENCODING_INVALID("encoding", "invalid", 400, "The encoding is not known."),

	/** Told when an HTTP request or handshake lacks something. */
	REQUEST_INVALID("request", "invalid", 400, "The request is not valid."),

	/**
	 * Told when the body of an HTTP request, or a message of a WebSocket, did not arrive
	 * in time.
	 */
	REQUEST_TIMED_OUT("request", "timed_out", 408, "The request did not arrive in time.", ReconnectAdvice.LATER),

	/**
	 * Told when a route of RivetKit that this server does not have: queues, raw requests,
	 * raw sockets, inspector.
	 */
	NOT_SUPPORTED("request", "not_supported", 501, "This is not supported."),

	/** Told when a gateway URL leads nowhere. */
	NO_ROUTE("guard", "no_route", 404, "There is no such route."),

	/** Told when a {@code rvt-} parameter is unknown or its value does not fit. */
	QUERY_INVALID_PARAMS("guard", "query_invalid_params", 400, "A gateway parameter is not valid."),

	/** Told when a {@code rvt-} parameter is repeated. */
	QUERY_DUPLICATE_PARAM("guard", "query_duplicate_param", 400, "A gateway parameter is there twice."),

	/**
	 * Told when a {@code rvt-} parameter of {@code getOrCreate} stands beside
	 * {@code get}.
	 */
	QUERY_GET_DISALLOWED_PARAMS("guard", "query_get_disallowed_params", 400,
			"A gateway parameter does not go with `get`."),

	/**
	 * Told when {@code getOrCreate} comes without {@code rvt-runner} or {@code rvt-pool}.
	 */
	QUERY_MISSING_POOL("guard", "query_missing_pool", 400, "The pool is missing."),

	/** Told when a gateway URL has an empty name. */
	QUERY_EMPTY_ACTOR_NAME("guard", "query_empty_actor_name", 400, "The name of the actor is missing."),

	/** Told when a gateway URL has {@code @} in the name. */
	QUERY_PATH_TOKEN_SYNTAX("guard", "query_path_token_syntax", 400, "A token does not go with a name."),

	/** Told when {@code rvt-input} is not base64url. */
	QUERY_INVALID_BASE64_INPUT("guard", "query_invalid_base64_input", 400, "The input is not base64url."),

	/** Told when {@code rvt-input} is not CBOR. */
	QUERY_INVALID_CBOR_INPUT("guard", "query_invalid_cbor_input", 400, "The input is not CBOR."),

	/** Told when a gateway URL has a broken percent escape. */
	QUERY_INVALID_PERCENT_ENCODING("guard", "query_invalid_percent_encoding", 400, "A percent escape is broken."),

	/** Told when there is no such route outside the gateway. */
	API_NOT_FOUND("api", "not_found", 404, "There is no such route."),

	/** Told when a client does not read what is sent to it. */
	SLOW_CONSUMER("connection", "slow_consumer", 503, "The client reads too slowly.", ReconnectAdvice.RETRY),

	/** Told when a client, its user, its address or the node has too many connections. */
	TOO_MANY_CONNECTIONS("connection", "too_many", 503, "There are too many connections.", ReconnectAdvice.LATER),

	/** Told when a client has not answered a ping, or has not sent its {@code Hello}. */
	CONNECTION_TIMED_OUT("connection", "timed_out", 503, "The client does not answer.", ReconnectAdvice.RETRY),

	/** Told when a newer connection has resumed the stream of this one. */
	CONNECTION_REPLACED("connection", "replaced", 409, "A newer connection has taken over."),

	/** Told when a message comes for a connection that is not there, or no longer. */
	CONNECTION_NOT_FOUND("connection", "not_found", 404, "There is no such connection.");

	private static final Map<String, ErrorCode> BY_REASON = Stream.of(values())
		.collect(Collectors.toUnmodifiableMap(ErrorCode::reason, Function.identity()));

	private final String group;

	private final String code;

	private final int status;

	private final String message;

	private final ReconnectAdvice advice;

	ErrorCode(String group, String code, int status, String message) {
		this(group, code, status, message, ReconnectAdvice.NEVER);
	}

	ErrorCode(String group, String code, int status, String message, ReconnectAdvice advice) {
		this.group = group;
		this.code = code;
		this.status = status;
		this.message = message;
		this.advice = advice;
	}

	/**
	 * Return the group of the error.
	 */
	public String group() {
		return this.group;
	}

	/**
	 * Return the code of the error, which is unique within its group.
	 */
	public String code() {
		return this.code;
	}

	/**
	 * Return the HTTP status of an answer. It is 408 only where a request has not
	 * arrived: browsers send a request again that is answered so.
	 */
	public int status() {
		return this.status;
	}

	/**
	 * Return the text for people that is used where there is no better one.
	 */
	public String message() {
		return this.message;
	}

	/**
	 * Return what a client is to do whose connection was closed for it.
	 */
	public ReconnectAdvice advice() {
		return this.advice;
	}

	/**
	 * Returns whether RivetKit clients repeat a call that fails with this error, since it
	 * says that the call has not run. The code of an action must not answer with it.
	 */
	public boolean isRepeated() {
		return switch (this) {
			case ACTOR_NOT_FOUND, DESTROYING, RESTARTING, STOPPED -> true;
			default -> false;
		};
	}

	/**
	 * Return the form in which it is the reason of a close frame: {@code group.code}.
	 */
	public String reason() {
		return this.group + "." + this.code;
	}

	/**
	 * Return the error of a reason.
	 * @param reason text of a close frame
	 * @return the error, or {@code null} if the reason is none of these
	 */
	public static @Nullable ErrorCode ofReason(String reason) {
		return BY_REASON.get(reason);
	}

}
