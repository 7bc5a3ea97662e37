package io.rivetevents.transport;

import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Mono;

import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Work of one connection on its event loop. Whatever it throws, an {@link Error} as well,
 * closes that connection as {@code rivetkit.internal_error}: an event loop would log it
 * and leave the connection as it is, and a timer that repeats would end without a word.
 *
 * @param queue the way out of the connection
 * @param work what is to be done
 */
public record LinkTask(OutboundQueue queue, Runnable work) implements Runnable {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(LinkTask.class));

	@Override
	public void run() {
		try {
			this.work.run();
		}
		catch (Throwable ex) {
			end(this.queue, ex);
		}
	}

	/**
	 * Closes a connection whose work has failed.
	 * @param queue its way out
	 * @param ex why
	 */
	public static void end(OutboundQueue queue, Throwable ex) {
		failures.error(ex, () -> "Closes a connection whose work has failed");
		queue.close(CloseReason.of(ErrorCode.INTERNAL_ERROR));
	}

	/**
	 * Does work whose result comes later. An {@link Error} becomes an error of the
	 * result: Reactor would let it pass to the event loop, and nobody would ever be
	 * answered.
	 */
	public static <T> Mono<T> later(Supplier<Mono<T>> work) {
		try {
			return work.get();
		}
		catch (Exception ex) {
			return Mono.error(ex);
		}
		catch (Throwable ex) {
			return Mono.error(new IllegalStateException("Work of a connection has failed", ex));
		}
	}

}
