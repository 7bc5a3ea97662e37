/**
 * The boundary that every transport speaks to, from a client's handshake to its end.
 * <p>
 * A transport needs five types, none of which names a web stack:
 * {@link io.rivetevents.transport.HandshakeRequest} and
 * {@link io.rivetevents.transport.Opening} say what a client has come with,
 * {@link io.rivetevents.connection.OutboundQueue} holds what is written to it,
 * {@link io.rivetevents.transport.ClientLink} is called, and
 * {@link io.rivetevents.transport.TransportSession} is called back. {@code BoundaryTests}
 * has a transport in memory. For each client, a transport
 * <ol>
 * <li>implements {@code HandshakeRequest} over its request, and puts it into an
 * {@code Opening} with the target, the connection params and the Reactor context of the
 * request. The target and the params are read later, and throw a {@code RivetException}
 * if they cannot be: the client learns that as it learns any refusal;</li>
 * <li>chooses a thread for the session, a {@code ScheduledExecutorService} that runs one
 * task at a time in their order, such as an event loop;</li>
 * <li>creates an {@code OutboundQueue} for the client's encoding. The queue signals by
 * any thread that something has changed, and the transport then schedules one task on the
 * thread of the session that {@linkplain io.rivetevents.connection.OutboundQueue#poll()
 * takes out} as much as the socket takes. A message is an array of bytes that is never
 * changed and that other connections may write, too: the transport copies or wraps it,
 * and does not write into it. Once the queue has a
 * {@linkplain io.rivetevents.connection.OutboundQueue#closeReason() reason to close} and
 * is empty or overrun, the transport writes the
 * {@linkplain io.rivetevents.connection.OutboundQueue#lastWord() last word}, closes the
 * socket with the reason, and takes out nothing more;</li>
 * <li>creates a {@code ClientLink}, and starts it;</li>
 * <li>decodes what the client sends with the codec of the encoding, from an array of its
 * own, and passes it to {@code receive}. A {@code RivetException} of the codec goes to
 * {@code refuseMessage}. The transport itself bounds the size of a message before it is
 * decoded;</li>
 * <li>calls {@code end} when the socket is gone, whichever side has closed it.</li>
 * </ol>
 * All calls of a {@code ClientLink} but {@code execute}, and all calls of a
 * {@code TransportSession}, are made on the thread of the session, and none of them
 * blocks. A single action without a session is {@code ActorDirectory.call}, for the
 * identity that {@link io.rivetevents.transport.Handshake} finds.
 */
@NullMarked
package io.rivetevents.transport;

import org.jspecify.annotations.NullMarked;
