package io.rivetevents.outlet;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

import io.rivetevents.protocol.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

class PublisherOutletTests extends AbstractOutletTests {

	private final Queue<Runnable> pending = new ArrayDeque<>();

	private final Stack stack = new Stack();

	@Test
	void givesNoMoreThanIsAskedFor() {
		PublisherOutlet outlet = outlet(Encoding.JSON, this::end);
		outlet.messages().subscribe(this.stack);
		outlet.queue().send(event("a"));
		runPending();
		assertThat(taken()).isEmpty();
		this.stack.request(2);
		runPending();
		assertThat(taken()).containsExactly(text("a"));
		outlet.queue().send(event("b"));
		runPending();
		outlet.queue().send(event("c"));
		runPending();
		assertThat(taken()).containsExactly(text("a"), text("b"));
	}

	@Test
	void givesMuchInSeveralGoes() {
		PublisherOutlet outlet = outlet(Encoding.JSON, this::end);
		outlet.messages().subscribe(this.stack);
		this.stack.requestUnbounded();
		this.bursts.run(() -> {
			for (int i = 0; i < 9; i++) {
				outlet.queue().send(event("x".repeat(15_000)));
			}
		});
		runPending();
		assertThat(this.stack.batches).extracting(List::size).containsExactly(5, 4);
	}

	@Test
	void givesWhatWaitedBeforeItIsSubscribedTo() {
		PublisherOutlet outlet = outlet(Encoding.JSON, this::end);
		outlet.queue().send(event("a"));
		runPending();
		outlet.messages().subscribe(this.stack);
		this.stack.requestUnbounded();
		runPending();
		assertThat(taken()).containsExactly(text("a"));
	}

	@Test
	void writesPastTheQueue() {
		PublisherOutlet outlet = outlet(Encoding.JSON, this::end);
		outlet.messages().subscribe(this.stack);
		this.stack.requestUnbounded();
		runPending();
		outlet.write("now".getBytes(StandardCharsets.UTF_8));
		assertThat(taken()).containsExactly("now");
	}

	@Test
	void completes() {
		PublisherOutlet outlet = outlet(Encoding.JSON, this::end);
		outlet.messages().subscribe(this.stack);
		this.stack.requestUnbounded();
		runPending();
		outlet.queue().send(event("a"));
		outlet.complete();
		runPending();
		assertThat(outlet.isClosed()).isTrue();
		assertThat(this.stack.completed).isTrue();
		assertThat(taken()).isEmpty();
	}

	@Override
	Outlet quick(Encoding encoding, Outlet.Ending ending) {
		PublisherOutlet outlet = outlet(encoding, ending);
		outlet.messages().subscribe(this.stack);
		this.stack.requestUnbounded();
		runPending();
		return outlet;
	}

	@Override
	Outlet slow(Encoding encoding, Outlet.Ending ending) {
		PublisherOutlet outlet = outlet(encoding, ending);
		outlet.messages().subscribe(this.stack);
		this.stack.request(1);
		runPending();
		return outlet;
	}

	@Override
	void takeMore() {
		this.stack.requestUnbounded();
	}

	@Override
	void runPending() {
		for (Runnable task = this.pending.poll(); task != null; task = this.pending.poll()) {
			task.run();
		}
	}

	@Override
	List<String> taken() {
		return this.stack.batches.stream()
			.flatMap(List::stream)
			.map((bytes) -> new String(bytes, StandardCharsets.UTF_8))
			.toList();
	}

	@Override
	int goes() {
		return this.stack.batches.size();
	}

	private PublisherOutlet outlet(Encoding encoding, Outlet.Ending ending) {
		return new PublisherOutlet(this.pending::add, encoding, LIMITS, ending);
	}

	/** A web stack that asks when the test says so. */
	private static final class Stack extends BaseSubscriber<List<byte[]>> {

		private final List<List<byte[]>> batches = new ArrayList<>();

		private boolean completed;

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
		}

		@Override
		protected void hookOnNext(List<byte[]> batch) {
			this.batches.add(batch);
		}

		@Override
		protected void hookOnComplete() {
			this.completed = true;
		}

	}

}
