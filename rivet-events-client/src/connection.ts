import { Backoff } from "./backoff.js";
import { Calls } from "./calls.js";
import { Emitter } from "./emitter.js";
import { ActorError, ConnectionLostError } from "./errors.js";
import type { Address, Close, FromServer, Hello, Init, Resume } from "./protocol.js";
import { gatewayUrl } from "./protocol.js";
import { Subscriptions } from "./subscriptions.js";
import { openEventStream, openWebSocket, type Transport } from "./transport.js";
import type { CallOptions, ClientOptions, ConnectionStatus, ConnectOptions, Gap, Outcome, Unsubscribe } from "./types.js";

/** Attempts by WebSocket that end before `Init` until it is left for an event stream. */
const MAX_SOCKET_FAILURES = 2;

/** How long an event stream is preferred then. */
const STREAM_PREFERENCE_MILLIS = 10 * 60_000;

/** Browsers slow down the timers of hidden tabs to one a minute. */
const HIDDEN_TOLERANCE_MILLIS = 70_000;

const MAX_ITERATED = 1000;

/** A connection to one instance, over any number of sockets and streams, one at a time. */
export class Connection {
	readonly #base: string;
	readonly #address: Address;
	readonly #params: unknown;
	readonly #options: ClientOptions;
	readonly #snapshot: string | undefined;
	readonly #backoff: Backoff;
	readonly #calls = new Calls();
	readonly #errors: Emitter<[unknown]>;
	readonly #subscriptions: Subscriptions;
	readonly #opens: Emitter<[Outcome, string | undefined]>;
	readonly #resyncs: Emitter<[string]>;
	readonly #snapshots: Emitter<[unknown]>;
	readonly #gaps: Emitter<[Gap]>;
	readonly #reconnects: Emitter<[number]>;
	readonly #closes: Emitter<[string]>;
	readonly #statuses: Emitter<[ConnectionStatus]>;
	readonly #handlers = new Map<string, (...args: unknown[]) => unknown>();

	#status: ConnectionStatus = { status: "connecting", since: Date.now(), attempt: 0 };
	#transport: Transport | undefined;
	/** Counts attempts, so that what belongs to an old one is known. */
	#generation = 0;
	#resume: Resume | undefined;
	#open = false;
	#closing: Close | undefined;
	#goingAway: number | undefined;
	#retryTimer: ReturnType<typeof setTimeout> | undefined;
	#watchTimer: ReturnType<typeof setTimeout> | undefined;
	#heardAt = 0;
	#keepAlive = 0;
	#socketFailures = 0;
	#streamUntil = 0;
	#contractChanged = false;

	constructor(
		base: string,
		address: Address,
		params: unknown,
		options: ClientOptions,
		{ snapshot, paused = false }: ConnectOptions = {},
	) {
		this.#base = base;
		this.#address = address;
		this.#params = params;
		this.#options = options;
		this.#snapshot = snapshot;
		this.#backoff = new Backoff(options.reconnect);
		// what a listener to errors throws has nowhere to go but to the host
		this.#errors = new Emitter((error) => queueMicrotask(() => reportError(error)));
		const fail = (error: unknown) => this.#fail(error);
		this.#subscriptions = new Subscriptions((event) => this.#tellSubscription(event), fail);
		this.#opens = new Emitter(fail);
		this.#resyncs = new Emitter(fail);
		this.#snapshots = new Emitter(fail);
		this.#gaps = new Emitter(fail);
		this.#reconnects = new Emitter(fail);
		this.#closes = new Emitter(fail);
		this.#statuses = new Emitter(fail);
		this.#listenToHost();
		if (!paused) this.open();
	}

	// What a user of it calls

	get status(): ConnectionStatus {
		return this.#status;
	}

	get contractChanged(): boolean {
		return this.#contractChanged;
	}

	call(name: string, args: unknown[], options: CallOptions = {}): Promise<unknown> {
		// the first attempt is part of connecting: nobody has seen it fail yet
		const first = this.#status.status === "connecting" && this.#status.attempt === 0;
		return this.#calls.call(name, args, first ? { queue: true, ...options } : options);
	}

	fire(name: string, args: unknown[]): void {
		this.#calls.fire(name, args);
	}

	on(event: string, tags: readonly string[], listener: (...args: unknown[]) => void): Unsubscribe {
		return this.#subscriptions.add(event, tags, listener);
	}

	once(event: string, listener: (...args: unknown[]) => void): Unsubscribe {
		const remove = this.on(event, [], (...args) => {
			remove();
			listener(...args);
		});
		return remove;
	}

	async *events(event: string): AsyncGenerator<unknown[]> {
		const waiting: unknown[][] = [];
		let wake = () => {};
		let overflow = false;
		const remove = this.on(event, [], (...args) => {
			if (waiting.length < MAX_ITERATED) waiting.push(args);
			else overflow = true;
			wake();
		});
		const removeClose = this.onClose(() => wake());
		try {
			for (;;) {
				if (waiting.length > 0) yield waiting.shift()!;
				else if (overflow) throw new Error(`More than ${MAX_ITERATED} events "${event}" waited to be read`);
				else if (this.#status.status === "closed") return;
				else await new Promise<void>((resolve) => (wake = resolve));
			}
		} finally {
			remove();
			removeClose();
		}
	}

	predict(event: string, args: unknown[]): void {
		this.#subscriptions.emit(event, args);
	}

	answer(name: string, handler: (...args: unknown[]) => unknown): Unsubscribe {
		this.#handlers.set(name, handler);
		return () => {
			if (this.#handlers.get(name) === handler) this.#handlers.delete(name);
		};
	}

	onOpen = (listener: (outcome: Outcome, reason?: string) => void): Unsubscribe => this.#opens.add(listener);
	onResync = (listener: (reason: string) => void): Unsubscribe => this.#resyncs.add(listener);
	onSnapshot = (listener: (snapshot: any) => void): Unsubscribe => this.#snapshots.add(listener);
	onGap = (listener: (gap: Gap) => void): Unsubscribe => this.#gaps.add(listener);
	onReconnecting = (listener: (attempt: number) => void): Unsubscribe => this.#reconnects.add(listener);
	onClose = (listener: (reason: string) => void): Unsubscribe => this.#closes.add(listener);
	onError = (listener: (error: unknown) => void): Unsubscribe => this.#errors.add(listener);
	onStatus = (listener: (status: ConnectionStatus) => void): Unsubscribe => this.#statuses.add(listener);

	ready(): Promise<void> {
		return new Promise((resolve, reject) => {
			const look = ({ status, reason }: ConnectionStatus) => {
				if (status === "open") resolve();
				else if (status === "closed") reject(new ConnectionLostError(`The connection is closed (${reason})`, false));
				else return;
				remove();
			};
			const remove = this.onStatus(look);
			look(this.#status);
		});
	}

	/** After the caller has added its listeners, so that they travel with the first message. */
	open(): void {
		if (this.#generation > 0) return;
		queueMicrotask(() => {
			if (this.#generation === 0) this.#attempt();
		});
	}

	reconnect(): void {
		if (this.#status.status !== "closed") return;
		this.#backoff.reset();
		this.#listenToHost();
		this.#attempt();
	}

	async dispose(): Promise<void> {
		if (this.#status.status !== "closed") this.#finish("disposed");
	}

	// Connecting

	#attempt(): void {
		if (this.#status.status === "closed" && this.#status.reason === "disposed") return;
		clearTimeout(this.#retryTimer);
		const generation = ++this.#generation;
		const { attempt } = this.#backoff;
		this.#closing = undefined;
		this.#goingAway = undefined;
		this.#setStatus("connecting", this.#status.reason, { attempt });
		if (attempt > 0) this.#reconnects.emit(attempt);
		const isCurrent = () => generation === this.#generation;
		Promise.resolve()
			.then(() => this.#options.onAuthenticating?.())
			.then(
				(credentials) => isCurrent() && this.#connect(credentials, isCurrent),
				(error: unknown) => {
					this.#fail(error);
					if (isCurrent()) this.#ended("no credentials");
				},
			);
	}

	#connect(credentials: unknown, isCurrent: () => boolean): void {
		const listener = {
			onMessage: (message: FromServer) => {
				if (isCurrent()) this.#onMessage(message);
			},
			onEnd: (reason: string) => {
				if (isCurrent()) this.#ended(reason);
			},
		};
		const hello = this.#hello(credentials);
		const bySocket = this.#prefersSocket();
		const url = gatewayUrl(this.#base, this.#address, bySocket ? "connect" : "sse");
		this.#watch(this.#options.openTimeout ?? 10_000, "timeout");
		try {
			this.#transport = bySocket
				? openWebSocket({ url, WebSocket: this.#socketClass()! }, hello, listener)
				: openEventStream({ url, ...this.#streamTarget() }, hello, listener);
		} catch (error) {
			this.#fail(error);
			this.#ended("no transport");
		}
	}

	#hello(credentials: unknown): Hello {
		const contract = this.#options.contract?.[this.#address.name];
		return {
			subscriptions: this.#subscriptions.all(),
			...(this.#resume ? { resume: this.#resume } : {}),
			...(this.#snapshot === undefined ? {} : { snapshot: { name: this.#snapshot, args: [] } }),
			...(this.#params === undefined ? {} : { params: this.#params }),
			...(credentials === undefined ? {} : { credentials }),
			...(contract === undefined ? {} : { contract }),
		};
	}

	#socketClass() {
		return this.#options.WebSocket ?? (globalThis.WebSocket as ClientOptions["WebSocket"]);
	}

	#streamTarget() {
		const request = this.#options.fetch ?? globalThis.fetch;
		return { base: this.#base, headers: this.#options.headers ?? {}, fetch: request.bind(globalThis) };
	}

	#prefersSocket(): boolean {
		const { transport = "auto" } = this.#options;
		if (transport !== "auto") return transport === "websocket";
		return this.#socketClass() !== undefined && Date.now() >= this.#streamUntil;
	}

	/** The transport has ended, or was not to be had. */
	#ended(reason: string): void {
		const transport = this.#transport;
		const wasOpen = this.#open;
		const close = this.#closing;
		this.#dropTransport();
		if (!wasOpen && !close) this.#countFailure(transport);
		const why = close ? `${close.group}.${close.code}` : reason;
		this.#calls.lost(why);
		if (close?.advice === "never" || (close?.advice === "credentials" && !this.#options.onAuthenticating)) {
			if (!wasOpen) this.#fail(new ActorError(close));
			this.#finish(why);
			return;
		}
		if (wasOpen) this.#backoff.reset();
		this.#retry(why, this.#delay(close, wasOpen));
	}

	/** An instance that cannot be reached by socket may be by event stream. */
	#countFailure(transport: Transport | undefined): void {
		if ((this.#options.transport ?? "auto") !== "auto") return;
		if (transport?.kind === "sse") {
			this.#streamUntil = 0; // it is not the WebSocket that is in the way
			return;
		}
		if (++this.#socketFailures >= MAX_SOCKET_FAILURES) {
			this.#socketFailures = 0;
			this.#streamUntil = Date.now() + STREAM_PREFERENCE_MILLIS;
		}
	}

	#delay(close: Close | undefined, wasOpen: boolean): number {
		const own = this.#backoff.next();
		const told = close?.retryAfter ?? this.#goingAway;
		if (told !== undefined) return told;
		return wasOpen && close?.advice === "retry" ? 0 : own;
	}

	#retry(reason: string, delay: number): void {
		this.#setStatus("waiting", reason, { attempt: this.#backoff.attempt, nextRetryAt: Date.now() + delay });
		this.#retryTimer = setTimeout(() => this.#attempt(), delay);
	}

	#finish(reason: string): void {
		this.#generation++;
		this.#dropTransport();
		clearTimeout(this.#retryTimer);
		this.#stopListeningToHost();
		this.#calls.closed(reason);
		this.#setStatus("closed", reason, { attempt: this.#backoff.attempt });
		this.#closes.emit(reason);
	}

	#dropTransport(): void {
		clearTimeout(this.#watchTimer);
		this.#transport?.close();
		this.#transport = undefined;
		this.#open = false;
	}

	// Connected

	#onMessage(message: FromServer): void {
		this.#heardAt = Date.now();
		switch (message.tag) {
			case "Init":
				return this.#onInit(message.val);
			case "Event":
				return this.#onEvent(message.val);
			case "ActionResponse":
				return this.#calls.answered(message.val.id, message.val.output);
			case "Error":
				if (message.val.actionId !== null) this.#calls.failed(message.val.actionId, message.val);
				return;
			case "SubscriptionResponse":
				this.#advance(message.val.position);
				if (message.val.error) this.#fail(new ActorError(message.val.error));
				return;
			case "Gap":
				this.#advance(message.val.position);
				return this.#gaps.emit({ reason: message.val.reason, events: message.val.events });
			case "KeepAlive":
				return this.#advance(message.val.position);
			case "GoingAway":
				this.#goingAway = message.val.delay;
				return;
			case "Close":
				this.#closing = message.val;
		}
	}

	#onInit(init: Init): void {
		this.#resume = { epoch: init.epoch, position: init.position, stream: init.stream, secret: init.secret };
		this.#open = true;
		this.#socketFailures = 0;
		this.#backoff.reset();
		this.#keepAlive = init.keepAlive;
		this.#contractChanged = init.contractChanged ?? false;
		this.#watch(2 * init.keepAlive, "silence");
		const transport = this.#transport!;
		this.#calls.opened((message) => transport.send(message));
		this.#setStatus("open", undefined, { attempt: 0, outcome: init.outcome, transport: transport.kind });
		if (init.outcome === "resynced") this.#resyncs.emit(init.reason ?? "");
		if (init.snapshotError) this.#fail(new ActorError(init.snapshotError));
		else if ("snapshot" in init) this.#snapshots.emit(init.snapshot);
		this.#opens.emit(init.outcome, init.reason);
		for (const { error } of init.refused ?? []) this.#fail(new ActorError(error));
	}

	#onEvent({ name, args, pos }: { name: string; args: unknown[]; pos?: number }): void {
		if (name === "rivet:request") {
			void this.#answer(args as [number, string, unknown[]]);
			return;
		}
		if (pos !== undefined) {
			if (pos <= this.#resume!.position) return;
			this.#advance(pos);
		}
		this.#subscriptions.emit(name, args);
	}

	/** After it, nothing at or before this position comes. */
	#advance(position: number): void {
		if (this.#resume && position > this.#resume.position) this.#resume = { ...this.#resume, position };
	}

	async #answer([id, name, args]: [number, string, unknown[]]): Promise<void> {
		let outcome: { value: unknown } | { error: string };
		try {
			const handler = this.#handlers.get(name);
			if (!handler) throw new Error(`Nobody answers ${name}`);
			outcome = { value: (await handler(...args)) ?? null };
		} catch (error) {
			outcome = { error: error instanceof Error ? error.message : String(error) };
		}
		this.fire("rivet:reply", [id, outcome]);
	}

	#tellSubscription(event: string): void {
		if (!this.#open) return; // it travels with the next Hello
		const wanted = this.#subscriptions.of(event);
		this.#transport!.send({
			tag: "SubscriptionRequest",
			val: { eventName: event, ...wanted, subscribe: wanted !== undefined },
		});
	}

	// Watching

	/** Ends a transport from which nothing has come for too long. */
	#watch(limit: number, reason: string): void {
		clearTimeout(this.#watchTimer);
		this.#heardAt = Date.now();
		const look = () => {
			const hidden = typeof document !== "undefined" && document.visibilityState === "hidden";
			const silence = Date.now() - this.#heardAt;
			const tolerated = hidden ? Math.max(limit, HIDDEN_TOLERANCE_MILLIS) : limit;
			if (silence >= tolerated) this.#abandon(reason);
			else this.#watchTimer = setTimeout(look, tolerated - silence);
		};
		this.#watchTimer = setTimeout(look, limit);
	}

	/** What is left of the transport is not heard any more. */
	#abandon(reason: string): void {
		this.#generation++;
		this.#ended(reason);
	}

	readonly #onWake = () => {
		if (typeof document !== "undefined" && document.visibilityState === "hidden") return;
		if (this.#status.status === "waiting" && this.#goingAway === undefined) this.#attempt();
		else if (this.#open && Date.now() - this.#heardAt >= 2 * this.#keepAlive) this.#abandon("silence");
	};

	#listenToHost(): void {
		globalThis.addEventListener?.("online", this.#onWake);
		if (typeof document !== "undefined") document.addEventListener("visibilitychange", this.#onWake);
	}

	#stopListeningToHost(): void {
		globalThis.removeEventListener?.("online", this.#onWake);
		if (typeof document !== "undefined") document.removeEventListener("visibilitychange", this.#onWake);
	}

	#setStatus(
		status: ConnectionStatus["status"],
		reason: string | undefined,
		more: Omit<ConnectionStatus, "status" | "since" | "reason">,
	): void {
		const { outcome } = this.#status;
		this.#status = {
			status,
			since: Date.now(),
			...(outcome ? { outcome } : {}),
			...(reason === undefined ? {} : { reason }),
			...more,
		};
		this.#statuses.emit(this.#status);
	}

	#fail(error: unknown): void {
		if (this.#errors.isEmpty) console.error("rivet-events:", error);
		else this.#errors.emit(error);
	}
}
