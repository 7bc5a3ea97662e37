/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A DNS server on a port of this machine, with records of the types A and SRV.
 */
final class TestDns implements AutoCloseable {

	private static final int A = 1;

	private static final int SRV = 33;

	private static final int HEADER = 12;

	private static final int NAME_ERROR = 3;

	private final DatagramSocket socket;

	/** The data of the records, by name and type. */
	private final Map<String, List<byte[]>> records = new ConcurrentHashMap<>();

	private final AtomicInteger questions = new AtomicInteger();

	TestDns() throws SocketException {
		this.socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
		Thread thread = new Thread(this::run, "test-dns");
		thread.setDaemon(true);
		thread.start();
	}

	String url() {
		return "dns://%s:%d".formatted(this.socket.getLocalAddress().getHostAddress(), this.socket.getLocalPort());
	}

	/** Returns the number of questions so far. */
	int questions() {
		return this.questions.get();
	}

	/** Replaces the addresses of a name. */
	void addresses(String name, String... addresses) {
		this.records.put(name + ' ' + A, List.of(addresses).stream().map(TestDns::address).toList());
	}

	/** Replaces the hosts of a service, each as {@code host:port}. */
	void services(String name, String... hosts) {
		this.records.put(name + ' ' + SRV, List.of(hosts).stream().map((host) -> {
			String[] parts = host.split(":");
			ByteBuffer data = ByteBuffer.allocate(512).putShort((short) 10).putShort((short) 5);
			data.putShort(Short.parseShort(parts[1]));
			for (String label : parts[0].split("\\.")) {
				data.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
			}
			return bytes(data.put((byte) 0));
		}).toList());
	}

	private static byte[] address(String text) {
		try {
			return InetAddress.getByName(text).getAddress();
		}
		catch (IOException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	private static byte[] bytes(ByteBuffer buffer) {
		byte[] bytes = new byte[buffer.flip().remaining()];
		buffer.get(bytes);
		return bytes;
	}

	private void run() {
		try {
			while (true) {
				DatagramPacket packet = new DatagramPacket(new byte[512], 512);
				this.socket.receive(packet);
				this.questions.incrementAndGet();
				byte[] answer = answer(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
				this.socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
			}
		}
		catch (IOException ex) {
			if (!this.socket.isClosed()) {
				throw new IllegalStateException(ex);
			}
		}
	}

	private byte[] answer(ByteBuffer question) {
		short id = question.getShort();
		question.position(HEADER);
		StringBuilder name = new StringBuilder();
		for (int length = question.get(); length != 0; length = question.get()) {
			byte[] label = new byte[length];
			question.get(label);
			name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
		}
		int type = question.getShort();
		int end = question.position() + Short.BYTES;
		String host = name.toString().toLowerCase(Locale.ROOT);
		List<byte[]> found = this.records.getOrDefault(host + ' ' + type, List.of());
		boolean known = this.records.keySet().stream().anyMatch((key) -> key.startsWith(host + ' '));
		ByteBuffer answer = ByteBuffer.allocate(512);
		answer.putShort(id).putShort((short) (0x8400 | (known ? 0 : NAME_ERROR))).putShort((short) 1);
		answer.putShort((short) found.size()).putInt(0).put(question.array(), HEADER, end - HEADER);
		for (byte[] data : found) {
			answer.putShort((short) (0xc000 | HEADER)).putShort((short) type).putShort((short) 1).putInt(60);
			answer.putShort((short) data.length).put(data);
		}
		return bytes(answer);
	}

	@Override
	public void close() {
		this.socket.close();
	}

}
