/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Errors of the protocol: group and code as on the wire, the HTTP status, and the default
 * message.
 *
 * @see <a href="https://rivet.dev/docs/actors/errors">Rivet: errors</a>
 * @since 0.1.0
 */
public enum ErrorCode {

	/** Sent when an action throws a {@code UserError} without a code of its own. */
	USER_ERROR("user", "user_error", 400, "An error occurred"),

	/**
	 * Sent when an unexpected error occurs. The client receives no details; the log has
	 * them.
	 */
	INTERNAL_ERROR("rivetkit", "internal_error", 500, "An internal error occurred", ReconnectAdvice.LATER),

	/** Sent when the actor has no action of that name. */
	ACTION_NOT_FOUND("actor", "action_not_found", 404, "The action was not found."),

	/** Sent when an action takes longer than its timeout. */
	ACTION_TIMED_OUT("actor", "action_timed_out", 504, "Action timed out"),

	/** Sent when no instance exists for the id or key. */
	ACTOR_NOT_FOUND("actor", "not_found", 404, "The actor does not exist or was destroyed."),

	/** Sent when no actor of that name exists. RivetKit clients do not retry. */
	ACTOR_NOT_REGISTERED("actor", "not_registered", 400, "There is no actor of that name."),

	/** Sent when an instance is to be created and its key is in use. */
	DUPLICATE_KEY("actor", "duplicate_key", 400, "An actor with that key exists already."),

	/** Sent when arguments or params do not match their types or constraints. */
	VALIDATION_ERROR("actor", "validation_error", 400, "The arguments are not valid."),

	/** Sent when a route does not support the HTTP method. */
	METHOD_NOT_ALLOWED("actor", "method_not_allowed", 405, "The method is not allowed."),

	/** Sent when a message or body cannot be decoded. */
	INVALID_REQUEST("actor", "invalid_request", 400, "The message cannot be read."),

	/**
	 * Sent when the server stops, or another instance has taken over. RivetKit clients
	 * retry.
	 */
	RESTARTING("actor", "restarting", 503, "The actor is restarting.", ReconnectAdvice.LATER),

	/** Sent when the instance is being deleted. */
	DESTROYING("actor", "destroying", 503, "The actor is being destroyed.", ReconnectAdvice.LATER),

	/**
	 * Sent when the instance goes to sleep with connected clients. RivetKit clients
	 * retry.
	 */
	STOPPED("actor", "stopped", 503, "The actor went to sleep.", ReconnectAdvice.RETRY),

	/** Sent when too many calls wait or arrive, or waiting calls use too much memory. */
	OVERLOADED("actor", "overloaded", 503, "The actor is overloaded.", ReconnectAdvice.LATER),

	/**
	 * Sent when the node of the instance, or its store, is lost before it has answered:
	 * the call may or may not have run.
	 */
	OUTCOME_UNKNOWN("actor", "outcome_unknown", 503, "The outcome of the call is unknown.", ReconnectAdvice.LATER),

	/**
	 * Sent when the stored state of the instance cannot be read, for example after a
	 * change of its type. The stored bytes are kept, and the log has the reason.
	 */
	STATE_UNREADABLE("actor", "state_unreadable", 500, "The stored state of the actor cannot be read."),

	/**
	 * Sent when the store cannot be reached, or did not save. A durable action has left
	 * no trace.
	 */
	STATE_UNAVAILABLE("state", "unavailable", 503, "The state cannot be loaded or saved now.", ReconnectAdvice.LATER),

	/** Sent when a state exceeds the limit. A durable action has left no trace. */
	STATE_TOO_LARGE("state", "too_large", 500, "The state of the actor is too large to be saved."),

	/** Sent when the input of a new instance exceeds the limit. */
	INPUT_TOO_LARGE("actor", "input_too_large", 400, "The input is too large."),

	/** Sent when a key exceeds the limit. */
	KEY_TOO_LARGE("actor", "key_too_large", 400, "The key is too large."),

	/** Sent when a serialized key is an empty string. */
	EMPTY_KEY("actor", "empty_key", 400, "The key is empty."),

	/**
	 * Sent when a client subscribes to more than 1,000 events, or with a name and tags of
	 * more than 1,000 characters.
	 */
	TOO_MANY_SUBSCRIPTIONS("actor", "too_many_subscriptions", 400, "There are too many subscriptions."),

	/** Sent when an interceptor skips an action, a subscription or a connection. */
	SKIPPED("actor", "skipped", 400, "The message was skipped."),

	/** Sent when a client cancels an action. Extended mode only. */
	CANCELLED("actor", "cancelled", 409, "The action was cancelled."),

	/** Sent when the deadline of an action passes. Extended mode only. */
	DEADLINE_EXCEEDED("actor", "deadline_exceeded", 504, "The deadline of the action has passed."),

	/** Sent when a hook takes longer than its timeout. */
	CALLBACK_TIMED_OUT("actor", "callback_timed_out", 504, "A hook of the actor timed out.", ReconnectAdvice.LATER),

	/** Sent when a WebSocket requests an unknown encoding. */
	UNSUPPORTED_WEBSOCKET_ENCODING("actor", "unsupported_websocket_encoding", 400, "The encoding is not supported."),

	/** Sent when a hook or Spring Security denies access. */
	FORBIDDEN("auth", "forbidden", 403, "Forbidden"),

	/** Sent when the client is anonymous and must sign in. */
	AUTHENTICATION_REQUIRED("auth", "authentication_required", 401, "Authentication is required.",
			ReconnectAdvice.CREDENTIALS),

	/**
	 * Sent when credentials in connection params or a message are wrong or of an unknown
	 * kind.
	 */
	INVALID_CREDENTIALS("auth", "invalid_credentials", 401, "The credentials were rejected.",
			ReconnectAdvice.CREDENTIALS),

	/**
	 * Sent when the handshake, the connection params and the messages of a client name
	 * different users.
	 */
	IDENTITY_CONFLICT("auth", "identity_conflict", 403, "The credentials belong to another user than the handshake."),

	/**
	 * Sent when a client must sign in and does not do so before the timeout, or the
	 * application does not authenticate it before the timeout.
	 */
	AUTHENTICATION_TIMED_OUT("auth", "authentication_timed_out", 401, "The client did not authenticate in time.",
			ReconnectAdvice.CREDENTIALS),

	/** Sent when the credentials of a connection have expired and are not renewed. */
	EXPIRED("auth", "expired", 401, "The credentials have expired.", ReconnectAdvice.CREDENTIALS),

	/**
	 * Sent when the user of a connection logs out, its session or account ends, or the
	 * application closes the connections of the user.
	 */
	LOGGED_OUT("auth", "logged_out", 401, "The user has logged out.", ReconnectAdvice.CREDENTIALS),

	/** Sent when a message from a client exceeds the limit. */
	INCOMING_TOO_LONG("message", "incoming_too_long", 400, "The message is too long.", ReconnectAdvice.RETRY),

	/** Sent when an answer or event exceeds the limit. */
	OUTGOING_TOO_LONG("message", "outgoing_too_long", 400, "The answer is too long.", ReconnectAdvice.RETRY),

	/** Sent when an HTTP request names an unknown encoding. */
	ENCODING_INVALID("encoding", "invalid", 400, "The encoding is not supported."),

	/** Sent when an HTTP request or handshake is incomplete or malformed. */
	REQUEST_INVALID("request", "invalid", 400, "The request is not valid."),

	/**
	 * Sent when the body of an HTTP request, or a WebSocket message, does not arrive
	 * before the timeout.
	 */
	REQUEST_TIMED_OUT("request", "timed_out", 408, "The request did not arrive in time.", ReconnectAdvice.LATER),

	/**
	 * Sent when a client requests a route of RivetKit that this server does not have:
	 * queues, raw requests, raw sockets, inspector.
	 */
	NOT_SUPPORTED("request", "not_supported", 501, "This is not supported."),

	/** Sent when a gateway URL matches no route. */
	NO_ROUTE("guard", "no_route", 404, "There is no such route."),

	/** Sent when a {@code rvt-} parameter is unknown or has an invalid value. */
	QUERY_INVALID_PARAMS("guard", "query_invalid_params", 400, "A gateway parameter is not valid."),

	/** Sent when a {@code rvt-} parameter is repeated. */
	QUERY_DUPLICATE_PARAM("guard", "query_duplicate_param", 400, "A gateway parameter is repeated."),

	/**
	 * Sent when a {@code rvt-} parameter of {@code getOrCreate} is combined with
	 * {@code get}.
	 */
	QUERY_GET_DISALLOWED_PARAMS("guard", "query_get_disallowed_params", 400,
			"A gateway parameter cannot be combined with `get`."),

	/**
	 * Sent when {@code getOrCreate} lacks {@code rvt-runner} or {@code rvt-pool}.
	 */
	QUERY_MISSING_POOL("guard", "query_missing_pool", 400, "The pool is missing."),

	/** Sent when a gateway URL has an empty actor name. */
	QUERY_EMPTY_ACTOR_NAME("guard", "query_empty_actor_name", 400, "The name of the actor is missing."),

	/** Sent when a gateway URL has {@code @} in the actor name. */
	QUERY_PATH_TOKEN_SYNTAX("guard", "query_path_token_syntax", 400, "The name of the actor cannot contain a token."),

	/** Sent when {@code rvt-input} is not base64url. */
	QUERY_INVALID_BASE64_INPUT("guard", "query_invalid_base64_input", 400, "The input is not base64url."),

	/** Sent when {@code rvt-input} is not CBOR. */
	QUERY_INVALID_CBOR_INPUT("guard", "query_invalid_cbor_input", 400, "The input is not CBOR."),

	/** Sent when a gateway URL has an invalid percent escape. */
	QUERY_INVALID_PERCENT_ENCODING("guard", "query_invalid_percent_encoding", 400, "A percent escape is invalid."),

	/** Sent when a URL outside the gateway matches no route. */
	API_NOT_FOUND("api", "not_found", 404, "There is no such route."),

	/** Sent when a client does not read its messages fast enough. */
	SLOW_CONSUMER("connection", "slow_consumer", 503, "The client reads too slowly.", ReconnectAdvice.RETRY),

	/**
	 * Sent when a client, its user, its tenant, its address or the node has too many
	 * connections.
	 */
	TOO_MANY_CONNECTIONS("connection", "too_many", 503, "There are too many connections.", ReconnectAdvice.LATER),

	/** Sent when a client does not answer a ping, or does not send its {@code Hello}. */
	CONNECTION_TIMED_OUT("connection", "timed_out", 503, "The client did not answer.", ReconnectAdvice.RETRY),

	/** Sent when a newer connection resumes the stream of this one. */
	CONNECTION_REPLACED("connection", "replaced", 409, "A newer connection replaced this one."),

	/** Sent when a message names a connection that does not exist or is closed. */
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
	 * Returns the group of the error.
	 */
	public String group() {
		return this.group;
	}

	/**
	 * Returns the code of the error, which is unique within its group.
	 */
	public String code() {
		return this.code;
	}

	/**
	 * Returns the HTTP status of the answer. It is 408 only for a request that did not
	 * arrive: browsers repeat a request that is answered 408.
	 */
	public int status() {
		return this.status;
	}

	/**
	 * Returns the default message, for people to read.
	 */
	public String message() {
		return this.message;
	}

	/**
	 * Returns what a client should do if the error closed its connection.
	 */
	public ReconnectAdvice advice() {
		return this.advice;
	}

	/**
	 * Returns whether RivetKit clients repeat a call that fails with this error, since it
	 * implies that the call has not run. The code of an action must not answer with it.
	 */
	public boolean isRepeated() {
		return switch (this) {
			case ACTOR_NOT_FOUND, DESTROYING, RESTARTING, STOPPED -> true;
			default -> false;
		};
	}

	/**
	 * Returns the form in which it is the reason of a close frame: {@code group.code}.
	 */
	public String reason() {
		return this.group + "." + this.code;
	}

	/**
	 * Returns the error of a reason.
	 * @param reason text of a close frame
	 * @return the error, or {@code null} if the reason is none of these
	 */
	public static @Nullable ErrorCode ofReason(String reason) {
		return BY_REASON.get(reason);
	}

}
