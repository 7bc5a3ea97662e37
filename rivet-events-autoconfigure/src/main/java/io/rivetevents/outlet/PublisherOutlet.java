package io.rivetevents.outlet;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

import io.rivetevents.connection.OutboundQueue;
import io.rivetevents.protocol.Encoding;

/**
 * Hands messages to a web stack that asks for them, which every server and every protocol
 * below can do. What it has asked for counts as taken.
 */
public final class PublisherOutlet extends Outlet {

	/** Most bytes that are handed over at once; a longer message goes alone. */
	private static final int MAX_BATCH = 64 * 1024;

	private final Executor thread;

	private @Nullable FluxSink<List<byte[]>> sink;

	/**
	 * Create an outlet.
	 * @param thread the thread of the socket
	 * @param encoding how messages are written
	 * @param limits bounds of the queue
	 * @param ending ends the socket
	 */
	public PublisherOutlet(Executor thread, Encoding encoding, OutboundQueue.Limits limits, Ending ending) {
		super(encoding, limits, ending);
		this.thread = thread;
	}

	/**
	 * Return the messages, some at a time, each of which is to be flushed together; they
	 * end once they are {@linkplain #complete() said to}.
	 */
	public Flux<List<byte[]>> messages() {
		return Flux.create((sink) -> this.thread.execute(() -> {
			this.sink = sink;
			sink.onRequest((n) -> wake());
			wake();
		}));
	}

	@Override
	void schedule() {
		this.thread.execute(this::drain);
	}

	@Override
	void moveMessages() {
		FluxSink<List<byte[]>> sink = this.sink;
		while (sink != null && sink.requestedFromDownstream() > 0) {
			List<byte[]> batch = new ArrayList<>();
			if (queue().drainTo(batch, MAX_BATCH) == 0) {
				break;
			}
			sink.next(batch);
		}
	}

	@Override
	public void write(byte[] message) {
		if (this.sink != null) {
			this.sink.next(List.of(message));
		}
	}

	/** End the messages. On the thread of the socket. */
	public void complete() {
		close();
		if (this.sink != null) {
			this.sink.complete();
		}
	}

}
