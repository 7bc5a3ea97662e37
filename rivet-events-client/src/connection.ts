// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { actions } from "./actions.js";
import { Calls as PendingCalls } from "./calls.js";
import { Emitter } from "./emitter.js";
import { ActorError, ConnectionLostError, reportToHost } from "./errors.js";
import { type HostOptions, onWake } from "./host.js";
import { iterate } from "./iteration.js";
import { Liveness } from "./liveness.js";
import type { Address, Close, FromServer, Hello, Init, Resume, ToServer, Unreadable, WireError } from "./protocol.js";
import { bytesOf, MAX_BYTES, write } from "./protocol.js";
import { recentIds } from "./recent-ids.js";
import { type Renewal, renewalOf } from "./renewal.js";
import { Requests } from "./requests.js";
import { Retries } from "./retries.js";
import { OPEN_TIMEOUT_MILLIS, Refused, signIn } from "./sign-in.js";
import { Subscriptions } from "./subscriptions.js";
import { after, now, toldMillis } from "./time.js";
import { traced } from "./tracing.js";
import type { Transport } from "./transport.js";
import { TransportChoice } from "./transport-choice.js";
import type {
	AnyActors,
	CallOptions,
	Calls,
	ConnectionMethods,
	ConnectionStatus,
	ConnectOptions,
	Fires,
	Gap,
	Outcome,
	Unsubscribe,
} from "./types.js";
import { unreachable } from "./unreachable.js";
import { encode } from "./values.js";

type EventMessage = Extract<FromServer, { tag: "Event" }>["val"];

type SubscriptionMessage = Extract<FromServer, { tag: "SubscriptionResponse" }>["val"];

/** Adds the name of the event to an error of the server. */
const subscriptionError = (eventName: string, error: WireError) =>
	new ActorError({
		...error,
		message: `Subscription to "${eventName}": ${error.message}`,
		metadata: error.metadata ?? { eventName },
	});

type AnyActor = AnyActors[string];

type Listener = (...args: unknown[]) => void;

/** Settings of a connection. */
export interface ConnectionSettings extends ConnectOptions {
	/** URL of the server's base path. */
	base: string;
	address: Address;
	params: unknown;
	options: HostOptions;
	/** Returns whether the client was not disposed of since. */
	mayReconnect: () => boolean;
}

/** A connection to one instance, over a sequence of WebSockets and event streams, one at a time. */
export class Connection implements ConnectionMethods<AnyActor> {
	/** An error that a listener of `onError` throws is reported to the host. */
	readonly #errors = new Emitter<[unknown]>((error) => queueMicrotask(() => reportToHost(error)));
	readonly #fail = (error: unknown): void => {
		if (this.#errors.isEmpty) console.error("rivet-events:", error);
		else this.#errors.emit(error);
	};

	readonly #settings: ConnectionSettings;
	/** Encoded. */
	readonly #params: unknown;
	readonly #openTimeout: number;
	readonly #transports: TransportChoice;
	readonly #retries: Retries;
	readonly #credentials: () => Promise<unknown>;
	readonly #liveness = new Liveness();
	readonly #calls = new PendingCalls();
	readonly #subscriptions = new Subscriptions(this.#fail);
	readonly #opens = new Emitter<[Outcome, string | undefined]>(this.#fail);
	readonly #resyncs = new Emitter<[string]>(this.#fail);
	readonly #snapshots = new Emitter<[unknown]>(this.#fail);
	readonly #gaps = new Emitter<[Gap]>(this.#fail);
	readonly #reconnects = new Emitter<[number]>(this.#fail);
	readonly #closes = new Emitter<[string]>(this.#fail);
	readonly #statuses = new Emitter<[ConnectionStatus]>(this.#fail);
	readonly #requests = new Requests();
	/** For events that the server may send more than once, over all transports. */
	readonly #isNew = recentIds();

	#status: ConnectionStatus = { status: "connecting", since: Date.now(), attempt: 0 };
	#transport: Transport | undefined;
	/** Of the current transport. */
	#renewal: Renewal | undefined;
	/** Number of the attempt. Callbacks of an earlier attempt are ignored. */
	#generation = 0;
	#resume: Resume | undefined;
	/** Time at which it opened; `undefined` while it is not open. */
	#openedAt: number | undefined;
	#closing: Close | undefined;
	#goingAway: number | undefined;
	#retryTimer: ReturnType<typeof setTimeout> | undefined;
	/** Error that the server has sent before it closes this transport. */
	#refusal: WireError | undefined;
	#contractChanged = false;
	#disposed = false;
	#stopListening: Unsubscribe = () => {};

	constructor(settings: ConnectionSettings) {
		this.#settings = settings;
		const { base, address, params, options } = settings;
		this.#params = params === undefined ? undefined : encode(params);
		this.#openTimeout = options.openTimeout ?? OPEN_TIMEOUT_MILLIS;
		this.#transports = new TransportChoice(base, address, options, this.#openTimeout);
		this.#retries = new Retries(options);
		this.#credentials = signIn(base, address, options);
		if (!settings.paused) this.open();
		if (Symbol.asyncDispose) this[Symbol.asyncDispose] = this.dispose;
	}

	// Methods for applications: fields, so that they can be called without the object, and by the proxy with the actions

	readonly call = (name: string, args: unknown[], options: CallOptions = {}): Promise<any> => {
		// the first attempt has not failed yet, so the call can wait for it
		const first = this.#status.status === "connecting" && this.#status.attempt === 0;
		const patience = first && options.queue === undefined ? this.#openTimeout : 0;
		return traced(this.#settings, name, (traceparent) => this.#calls.call(name, args, options, patience, traceparent));
	};

	readonly with = (options: CallOptions): Calls<AnyActor> => actions((name, args) => this.call(name, args, options));

	readonly fire: Fires<AnyActor> = actions((name, args) => {
		const send = (traceparent?: string) => this.#calls.fire(name, args, traceparent);
		if (!this.#settings.options.onTrace?.call) return send();
		traced(this.#settings, name, async (traceparent) => send(traceparent)).catch(this.#fail);
	});

	readonly on = (event: string, options: Listener | { tags: readonly string[] }, listener?: Listener): Unsubscribe =>
		typeof options === "function"
			? this.#subscriptions.add(event, [], options)
			: this.#subscriptions.add(event, options?.tags ?? [], listener!);

	readonly once = (event: string, listener: Listener): Unsubscribe => {
		const remove = this.on(event, (...args) => {
			remove();
			listener(...args);
		});
		return remove;
	};

	readonly events = (event: string): AsyncGenerator<unknown[]> => iterate(this, event);

	readonly predict = (event: string, ...args: unknown[]): void => this.#subscriptions.emit(event, args, [], () => true);

	readonly answer = this.#requests.add;

	readonly onOpen = this.#opens.add;
	readonly onResync = this.#resyncs.add;
	readonly onSnapshot = this.#snapshots.add;
	readonly onGap = this.#gaps.add;
	readonly onReconnecting = this.#reconnects.add;
	readonly onClose = this.#closes.add;
	readonly onError = this.#errors.add;
	readonly onStatus = this.#statuses.add;

	get contractChanged(): boolean {
		return this.#contractChanged;
	}

	get status(): ConnectionStatus {
		return this.#status;
	}

	readonly ready = (): Promise<void> =>
		new Promise((resolve, reject) => {
			const look = ({ status, reason }: ConnectionStatus) => {
				if (status === "open") resolve();
				else if (status === "closed") {
					const message = `The connection is closed (${reason})`;
					reject(new ConnectionLostError(message, false, this.#closeCause()));
				}
				else return;
				remove();
			};
			const remove = this.onStatus(look);
			look(this.#status);
		});

	/** Starts after the caller has added its listeners, so that the first message has their subscriptions. */
	readonly open = (): void => {
		if (this.#generation > 0) return;
		queueMicrotask(() => {
			if (this.#generation === 0) this.#start();
		});
	};

	readonly reconnect = (): void => {
		if (this.#status.status !== "closed" || this.#disposed || !this.#settings.mayReconnect()) return;
		this.#retries.reset();
		this.#start();
	};

	readonly dispose = async (): Promise<void> => {
		this.#disposed = true;
		this.#finish("disposed");
	};

	/** Absent if the host has no such symbol. */
	declare [Symbol.asyncDispose]: () => Promise<void>;

	// Connecting

	#start(): void {
		const { options, address } = this.#settings;
		this.#stopListening = (options.onWake ?? onWake)(() => this.#wake(), address);
		this.#attempt();
	}

	/** One deadline covers credentials, handshake and the server's first message. */
	#attempt(): void {
		clearTimeout(this.#retryTimer);
		const generation = ++this.#generation;
		const isCurrent = () => generation === this.#generation;
		this.#closing = undefined;
		this.#goingAway = undefined;
		this.#liveness.watch(this.#openTimeout, () => this.#abandon("timeout"));
		const attempt = this.#retries.attempts;
		this.#setStatus("connecting", this.#status.reason);
		if (attempt > 0) this.#reconnects.emitWhile(isCurrent, attempt);
		if (!isCurrent()) return;
		this.#credentials().then(
			(credentials) => isCurrent() && this.#connect(credentials, isCurrent),
			(error: unknown) => {
				const close = error instanceof Refused ? error.close : undefined;
				if (!close) this.#fail(error);
				if (!isCurrent()) return;
				this.#closing = close;
				this.#ended("no credentials");
			},
		);
	}

	#connect(credentials: unknown, isCurrent: () => boolean): void {
		const listener = {
			resumes: this.#resume !== undefined,
			hello: () => this.#hello(credentials),
			onMessage: (message: FromServer) => {
				if (!isCurrent()) return;
				try {
					this.#onMessage(message, isCurrent);
				} catch (error) {
					this.#fail(error); // the server violates the protocol
				}
			},
			onRefused: (message: ToServer, error: WireError) => {
				if (isCurrent()) this.#onRefused(message, error);
			},
			onEnd: (reason: string) => {
				if (isCurrent()) this.#ended(reason);
			},
		};
		const send = (renewed: unknown) => this.#transport?.send({ tag: "Authenticate", val: { credentials: renewed } });
		this.#renewal = renewalOf(this.#settings.options, this.#credentials, send, this.#fail);
		try {
			this.#transport = this.#transports.open(listener);
		} catch (error) {
			this.#fail(error);
			if (!isCurrent()) return;
			if (this.#transports.fallBack()) this.#ended("no transport");
			else this.#finish("no transport");
		}
	}

	#hello(credentials: unknown): Hello {
		const { address, options, snapshot } = this.#settings;
		const others: Omit<Hello, "subscriptions"> = {
			resume: this.#resume,
			snapshot: snapshot === undefined ? undefined : { name: snapshot, args: [] },
			params: this.#params,
			credentials,
			contract: options.contract?.[address.name],
		};
		const taken = bytesOf(write({ tag: "Hello", val: { subscriptions: [], ...others } }));
		return { subscriptions: this.#subscriptions.first(MAX_BYTES - taken), ...others };
	}

	/** Called when the transport has ended or could not be opened. */
	#ended(reason: string): void {
		const transport = this.#transport;
		const openFor = this.#openedAt === undefined ? undefined : now() - this.#openedAt;
		const wasOpen = openFor !== undefined;
		const close = this.#closing;
		this.#dropTransport();
		if (transport && !wasOpen && !close) this.#transports.failed(transport);
		const why = close ? `${close.group}.${close.code}` : reason;
		this.#calls.lost(why);
		const isFinal = close !== undefined && this.#retries.isFinal(close, wasOpen);
		const refused = close?.advice === "credentials" || isFinal;
		const generation = this.#generation;
		if (close && refused && !wasOpen) this.#fail(new ActorError(close));
		if (generation !== this.#generation) return; // a listener has closed the connection
		if (isFinal) this.#finish(why);
		else this.#retry(why, this.#retries.delay(close, this.#goingAway, openFor));
	}

	#retry(reason: string, delay: number): void {
		this.#retryTimer = after(delay, () => this.#attempt());
		this.#setStatus("waiting", reason, { nextRetryAt: Date.now() + delay });
	}

	#finish(reason: string): void {
		if (this.#status.status === "closed") return;
		const generation = ++this.#generation;
		this.#dropTransport();
		clearTimeout(this.#retryTimer);
		this.#stopListening();
		this.#calls.closed(reason, this.#closeCause());
		this.#setStatus("closed", reason);
		this.#closes.emitWhile(() => generation === this.#generation, reason);
	}

	/** Returns the reason of the server, if the server has closed the connection. */
	#closeCause(): ActorError | undefined {
		return this.#closing && new ActorError(this.#closing);
	}

	#dropTransport(): void {
		this.#liveness.stop();
		this.#renewal?.stop();
		this.#transport?.close();
		this.#transport = undefined;
		this.#openedAt = undefined;
		this.#refusal = undefined;
		this.#subscriptions.lost();
	}

	// Connected

	#onMessage(message: FromServer, isCurrent: () => boolean): void {
		this.#liveness.heard();
		switch (message.tag) {
			case "Init":
				return this.#onInit(message.val, isCurrent);
			case "Event":
				return this.#onEvent(message.val, isCurrent);
			case "ActionResponse":
				return this.#calls.answered(message.val.id, message.val.output);
			case "Error":
				if (message.val.actionId == null) this.#refusal = message.val;
				else this.#calls.failed(message.val.actionId, new ActorError(message.val));
				return;
			case "SubscriptionResponse":
				return this.#onSubscription(message.val, isCurrent);
			case "Gap":
				this.#advance(message.val.position);
				return this.#gaps.emitWhile(isCurrent, { reason: message.val.reason, events: message.val.events });
			case "KeepAlive":
				return this.#advance(message.val.position);
			case "Expiring":
				return this.#renewal!.requested();
			case "AuthenticateResponse":
				return this.#renewal!.answered(message.val.error);
			case "GoingAway":
				this.#goingAway = toldMillis(message.val.delay);
				return;
			case "Close":
				this.#closing = { ...message.val, ...this.#refusalOf(message.val) };
				return;
			case "Unreadable":
				return this.#onUnreadable(message.val);
			default:
				return unreachable(message);
		}
	}

	/** Returns the message and metadata of the error before `Close`, which can be those of the application. */
	#refusalOf({ group, code }: Close): Partial<WireError> {
		const refusal = this.#refusal;
		if (refusal?.group !== group || refusal.code !== code) return {};
		return { message: refusal.message, metadata: refusal.metadata };
	}

	/** An unreadable message is not requested again. */
	#onUnreadable({ cause, actionId, position }: Unreadable): void {
		const error = new Error(`A message of the server cannot be read: ${cause}`, { cause });
		if (position !== undefined) this.#advance(position);
		if (!this.#calls.failed(actionId, error)) this.#fail(error);
		// without the first message the others cannot be used
		if (this.#openedAt === undefined) this.#abandon("unreadable");
	}

	#onRefused(message: ToServer, error: WireError): void {
		const refusal = new ActorError(error);
		if (message.tag === "Hello") {
			this.#fail(refusal);
			this.#finish(`${error.group}.${error.code}`);
			return;
		}
		if (message.tag === "Authenticate") return this.#renewal!.answered(error);
		const call = message.tag === "ActionRequest" && !message.val.oneWay ? message.val.id : undefined;
		if (!this.#calls.failed(call, refusal)) this.#fail(refusal);
	}

	#onSubscription({ eventName, subscribe, position, error }: SubscriptionMessage, isCurrent: () => boolean): void {
		this.#advance(position);
		const missing = subscribe && this.#subscriptions.answered(eventName, position, !!error);
		if (error) this.#fail(subscriptionError(eventName, error));
		else if (missing) this.#gaps.emitWhile(isCurrent, { reason: "dropped", events: [eventName] });
	}

	#onInit(init: Init, isCurrent: () => boolean): void {
		const { epoch, position, stream, secret, outcome, reason } = init;
		const resumedFrom = outcome === "resumed" ? this.#resume?.position : undefined;
		this.#resume = { epoch, position, stream, secret };
		this.#openedAt = now();
		this.#retries.opened();
		this.#transports.opened();
		this.#contractChanged = init.contractChanged ?? false;
		this.#liveness.watch(2 * (toldMillis(init.keepAlive) || Infinity), () => this.#abandon("silence"));
		const transport = this.#transport!;
		let told = position;
		/** Adds the position of the last handled message, if the server does not have it yet. */
		const send = ({ tag, val }: ToServer) => {
			const handled = this.#resume!.position;
			transport.send({ tag, val: handled > told ? { ...val, handled: (told = handled) } : val } as ToServer);
		};
		const missing = this.#subscriptions.opened(
			(change) => send({ tag: "SubscriptionRequest", val: change }),
			resumedFrom,
			"snapshot" in init ? position : undefined,
		);
		this.#calls.opened(send);
		this.#setStatus("open", undefined, { outcome, transport: transport.kind });
		const fail = (error: ActorError) => isCurrent() && this.#fail(error);
		if (outcome === "resynced") this.#resyncs.emitWhile(isCurrent, reason ?? "");
		if (init.snapshotError) fail(new ActorError(init.snapshotError));
		else if ("snapshot" in init) this.#snapshots.emitWhile(isCurrent, init.snapshot);
		this.#opens.emitWhile(isCurrent, outcome, reason);
		if (missing.length > 0) this.#gaps.emitWhile(isCurrent, { reason: "dropped", events: missing });
		for (const { eventName, error } of init.refused ?? []) {
			this.#subscriptions.answered(eventName, position, true);
			fail(subscriptionError(eventName, error));
		}
	}

	#onEvent({ name, args, pos, tags = [], eventId, traceparent }: EventMessage, isCurrent: () => boolean): void {
		if (name === "rivet:request") {
			return this.#onRequest(args as [number, string, unknown[]], isCurrent);
		}
		if (pos !== undefined) {
			if (pos <= this.#resume!.position) return;
			this.#advance(pos);
		}
		if (eventId && !this.#isNew(eventId)) return;
		const { options, address } = this.#settings;
		const handle = () => this.#subscriptions.emit(name, args, tags, isCurrent);
		if (traceparent && options.onTrace?.event) options.onTrace.event({ actor: address.name, event: name, traceparent }, handle);
		else handle();
	}

	/** No event at or before this position follows. */
	#advance(position: number): void {
		if (this.#resume && position > this.#resume.position) this.#resume = { ...this.#resume, position };
	}

	/** Ids are valid within one connection, so the reply must not be sent on a later one. */
	#onRequest([id, name, args]: [number, string, unknown[]], isCurrent: () => boolean): void {
		void this.#requests.answer(name, args, (reply) => {
			if (isCurrent()) this.#calls.fire("rivet:reply", [id, reply]);
		});
	}

	// Watching

	/** Ends the attempt. Further messages of its transport are ignored. */
	#abandon(reason: string): void {
		this.#generation++;
		this.#ended(reason);
	}

	/** Ends a delay that the client has chosen, and checks at once whether an open transport is dead. */
	#wake(): void {
		if (this.#status.status === "waiting" && this.#retries.isOwnDelay) this.#attempt();
		else if (this.#openedAt !== undefined) this.#liveness.check();
	}

	/** Each listener receives each status at most once and in order, even if a listener changes it. */
	#setStatus(
		status: ConnectionStatus["status"],
		reason: string | undefined,
		more: Pick<ConnectionStatus, "nextRetryAt" | "outcome" | "transport"> = {},
	): void {
		const { outcome } = this.#status;
		const current: ConnectionStatus = {
			status,
			since: Date.now(),
			attempt: this.#retries.attempts,
			...(outcome ? { outcome } : {}),
			...(reason === undefined ? {} : { reason }),
			...more,
		};
		this.#status = current;
		this.#statuses.emitWhile(() => this.#status === current, current);
	}
}
