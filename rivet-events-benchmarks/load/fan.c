/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * fan - a server-independent load generator for event fan-out over WebSocket and Server-Sent Events.
 *
 * One thread, epoll, loopback only, no libraries. It is independent of the server: options define all messages that it
 * sends and expects; fan --help lists them. It prints one line of JSON; README.md explains the figures.
 * Build: gcc -O3 -Wall -Wextra -o ../target/load/fan fan.c
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

typedef uint64_t u64;

/* ---------------------------------------------------------------- helpers */

static u64 now_ns(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64) t.tv_sec * 1000000000ull + (u64) t.tv_nsec;
}

static void die(const char *fmt, ...) {
	va_list ap;
	va_start(ap, fmt);
	fputs("fan: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

typedef struct {
	char *p;
	size_t n, cap;
} buf;

static void need(buf *b, size_t more) {
	if (b->n + more <= b->cap)
		return;
	size_t cap = b->cap ? b->cap : 256;
	while (cap < b->n + more)
		cap *= 2;
	b->p = realloc(b->p, cap);
	if (!b->p)
		die("out of memory");
	b->cap = cap;
}

static void add(buf *b, const void *p, size_t n) {
	need(b, n);
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

static void addf(buf *b, const char *fmt, ...) {
	char t[2048];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(t, sizeof t, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t) n >= sizeof t)
		die("a formatted line is too long");
	add(b, t, (size_t) n);
}

static void drop(buf *b, size_t n) {
	if (n == 0)
		return;
	if (n < b->n)
		memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

static int hex(char c) {
	return isdigit((unsigned char) c) ? c - '0' : isxdigit((unsigned char) c) ? tolower((unsigned char) c) - 'a' + 10 : -1;
}

/*
 * Converts option text with C escapes (\n \r \0 \t \\ and \xHH, always two digits) to bytes, which may include NUL.
 * In a template \x25 is the byte 25 and never the start of a placeholder, so that binary messages can be written in hex.
 */
static buf text(const char *s, bool template) {
	buf b = {0};
	need(&b, strlen(s) * 2 + 1);
	for (; *s; s++) {
		char c = *s;
		if (c == '\\' && s[1] == 'x') {
			int high = hex(s[2]), low = high < 0 ? -1 : hex(s[3]);
			if (low < 0)
				die("\\x requires two hexadecimal digits in %s", s);
			s += 3;
			c = (char) (high << 4 | low);
			if (c == '%' && template)
				b.p[b.n++] = c;
		} else if (c == '\\' && s[1]) {
			s++;
			c = *s == 'n' ? '\n' : *s == 'r' ? '\r' : *s == '0' ? '\0' : *s == 't' ? '\t' : *s;
		}
		b.p[b.n++] = c;
	}
	b.p[b.n] = 0;
	return b;
}

/* Prints data from the server, with escapes for characters that are not printable. */
static void show(const char *p, size_t n) {
	for (size_t i = 0; i < n && i < 300; i++)
		fprintf(stderr, isprint((unsigned char) p[i]) ? "%c" : "\\x%02x", (unsigned char) p[i]);
}

static uint32_t rnd(void) {
	static u64 s = 0x9E3779B97F4A7C15ull;
	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return (uint32_t) (s >> 16);
}

/* ---------------------------------------------------------------- options */

enum mode { CLOSED, OPEN, RPC, IDLE, READY };
enum who { ALL, SUBS, PUBS };

typedef struct {
	bool send;
	enum who who;
	buf text;
} step;

static struct {
	enum mode mode;
	int port, pub_port, n, rooms, window, size, inflight, pub_conns;
	const char *path, *pub_path, *post, *proto, *label, *ctype;
	buf headers, pub, marker, tmark;
	step steps[32];
	int nsteps;
	double rate, warmup, secs, settle, hold, drain, timeout;
	bool sse, eio, binary, pub_rooms, verbose;
	int pids[16], npids, cpu;
	u64 t0;
} o = {.mode = CLOSED, .n = 1, .rooms = 1, .window = 8, .size = 100, .inflight = 64, .pub_conns = 1, .path = "/",
	.label = "", .ctype = "text/plain", .rate = 20, .warmup = 3, .secs = 5, .settle = 0.5, .drain = 3, .timeout = 60, .cpu = 0};

/* ---------------------------------------------------------------- connections */

enum kind { WS_SUB, WS_PUB, SSE_SUB, HTTP_PUB };
enum state { CONNECTING, HEAD, LIVE, GONE };

typedef struct {
	int fd, idx, room, step;
	uint8_t kind, state;
	bool ready, out_armed, dirty, chunked, in_head;
	long chunk;         /* bytes left in the chunk; -1 = size line expected; -2 = CRLF after the chunk expected */
	long body;          /* HTTP publisher: content bytes left of the current answer */
	int outstanding;
	buf in, out, msg;   /* partial input, unsent output, message under assembly */
} conn;

static conn *conns;
static int nconn, nsub, npub, started, ready_count, in_progress, gone_count, refused;
static int ep;
static int *room_size;
static conn **dirty_list;
static int ndirty;

/* ---------------------------------------------------------------- figures */

static u64 hist[64 * 64], hist_n, hist_max, hist_sum;

static void hist_add(u64 v) {
	int idx;
	if (v < 64)
		idx = (int) v;
	else {
		int lz = 63 - __builtin_clzll(v);
		idx = (lz - 5) * 64 + (int) ((v >> (lz - 6)) & 63);
	}
	hist[idx]++;
	hist_n++;
	hist_sum += v;
	if (v > hist_max)
		hist_max = v;
}

static double hist_q(double q) {
	u64 want = (u64) (q * (double) hist_n), seen = 0;
	for (int i = 0; i < 64 * 64; i++) {
		seen += hist[i];
		if (hist[i] && seen > want) {
			if (i < 64)
				return i;
			int lz = i / 64 + 5;
			double lo = (double) ((1ull << lz) | ((u64) (i & 63) << (lz - 6)));
			return lo + (double) (1ull << (lz - 6)) / 2;
		}
	}
	return (double) hist_max;
}

#define RING (1u << 18)
static int *remaining;
static int *room_of_seq;
static u64 seq_next, published, expected, received, unmatched, bytes_in, in_window, bytes_window;
static u64 win_from, win_to;
static int outstanding;
static u64 last_progress;

static double cpu_in_kernel;

/* Returns the CPU time of the server's processes so far, in seconds; sets cpu_in_kernel to the part in the kernel. */
static double cpu_seconds(void) {
	double s = 0;
	cpu_in_kernel = 0;
	for (int i = 0; i < o.npids; i++) {
		char f[64], t[2048];
		snprintf(f, sizeof f, "/proc/%d/stat", o.pids[i]);
		FILE *h = fopen(f, "r");
		if (!h)
			continue;
		size_t n = fread(t, 1, sizeof t - 1, h);
		fclose(h);
		t[n] = 0;
		char *p = strrchr(t, ')');
		if (!p)
			continue;
		unsigned long ut, st;
		if (sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &ut, &st) == 2) {
			s += (double) (ut + st) / (double) sysconf(_SC_CLK_TCK);
			cpu_in_kernel += (double) st / (double) sysconf(_SC_CLK_TCK);
		}
	}
	return s;
}

static long rss_kb(void) {
	long sum = 0;
	for (int i = 0; i < o.npids; i++) {
		char f[64], l[256];
		snprintf(f, sizeof f, "/proc/%d/status", o.pids[i]);
		FILE *h = fopen(f, "r");
		if (!h)
			continue;
		while (fgets(l, sizeof l, h))
			if (!strncmp(l, "VmRSS:", 6))
				sum += atol(l + 6);
		fclose(h);
	}
	return sum;
}

/* Returns the seconds in which the server's core was busy with any process. */
static double core_busy(void) {
	char l[512], want[16];
	double busy = 0;
	snprintf(want, sizeof want, "cpu%d ", o.cpu);
	FILE *h = fopen("/proc/stat", "r");
	if (!h)
		return 0;
	while (fgets(l, sizeof l, h)) {
		if (strncmp(l, want, strlen(want)))
			continue;
		unsigned long v[8] = {0};
		sscanf(l + strlen(want), "%lu %lu %lu %lu %lu %lu %lu %lu", v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6, v + 7);
		busy = (double) (v[0] + v[1] + v[2] + v[5] + v[6] + v[7]) / (double) sysconf(_SC_CLK_TCK);
	}
	fclose(h);
	return busy;
}

static double self_cpu(void) {
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* Returns the seconds in which this process was runnable but another one used its core. */
static double self_wait(void) {
	u64 a = 0, b = 0;
	FILE *h = fopen("/proc/self/schedstat", "r");
	if (!h)
		return 0;
	if (fscanf(h, "%lu %lu", &a, &b) != 2)
		b = 0;
	fclose(h);
	return (double) b / 1e9;
}

/* ---------------------------------------------------------------- output */

/* %T time, %S sequence number, %R room, %I connection, %D payload of exactly --size bytes (with time and number), %% */
static void expand(buf *b, const char *p, size_t n, u64 t, u64 s, int room, int idx) {
	for (size_t i = 0; i < n; i++) {
		if (p[i] != '%' || i + 1 == n) {
			add(b, p + i, 1);
			continue;
		}
		switch (p[++i]) {
		case 'T': addf(b, "%lu", t); break;
		case 'S': addf(b, "%lu", s); break;
		case 'R': addf(b, "%d", room); break;
		case 'I': addf(b, "%d", idx); break;
		case 'D': {
			size_t at = b->n;
			addf(b, "@T%016luS%09lu", t, s);
			if (b->n - at < (size_t) o.size) {
				size_t rest = (size_t) o.size - (b->n - at);
				need(b, rest);
				memset(b->p + b->n, 'x', rest);
				b->n += rest;
			}
			break;
		}
		default: add(b, p + i, 1);
		}
	}
}

static void gone(conn *c, const char *why) {
	if (c->state == GONE)
		return;
	if (o.verbose) {
		fprintf(stderr, "connection %d closed: %s (", c->idx, why);
		show(c->in.p, c->in.n);
		fputs(")\n", stderr);
	}
	if (!c->ready)
		in_progress--, refused++;
	else
		gone_count++;
	c->state = GONE;
	close(c->fd);
	c->fd = -1;
}

static void flush_conn(conn *c) {
	size_t at = 0;
	while (at < c->out.n) {
		ssize_t w = send(c->fd, c->out.p + at, c->out.n - at, MSG_NOSIGNAL);
		if (w < 0) {
			if (errno == EAGAIN)
				break;
			if (errno == EINTR)
				continue;
			gone(c, "send");
			return;
		}
		at += (size_t) w;
	}
	drop(&c->out, at);
	bool want = c->out.n > 0;
	if (want != c->out_armed) {
		struct epoll_event e = {.events = EPOLLIN | (want ? (uint32_t) EPOLLOUT : 0u), .data.ptr = c};
		epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
		c->out_armed = want;
	}
}

static void mark(conn *c) {
	if (!c->dirty) {
		c->dirty = true;
		dirty_list[ndirty++] = c;
	}
}

static void flush_all(void) {
	for (int i = 0; i < ndirty; i++) {
		dirty_list[i]->dirty = false;
		if (dirty_list[i]->state != GONE)
			flush_conn(dirty_list[i]);
	}
	ndirty = 0;
}

static void ws_send(conn *c, int op, const char *p, size_t n) {
	unsigned char h[14];
	size_t k = 2;
	h[0] = (unsigned char) (0x80 | op);
	if (n < 126)
		h[1] = (unsigned char) (0x80 | n);
	else if (n < 65536) {
		h[1] = 0x80 | 126;
		h[2] = (unsigned char) (n >> 8);
		h[3] = (unsigned char) n;
		k = 4;
	} else {
		h[1] = 0x80 | 127;
		for (int i = 0; i < 8; i++)
			h[2 + i] = (unsigned char) ((u64) n >> (56 - 8 * i));
		k = 10;
	}
	uint32_t m = rnd();
	memcpy(h + k, &m, 4);
	add(&c->out, h, k + 4);
	need(&c->out, n);
	char *d = c->out.p + c->out.n;
	const char *mk = (const char *) h + k;
	for (size_t i = 0; i < n; i++)
		d[i] = p[i] ^ mk[i & 3];
	c->out.n += n;
	mark(c);
}

static int port_of(conn *c) {
	return c->idx >= nsub && o.pub_port ? o.pub_port : o.port;
}

static void send_template(conn *c, buf *tpl, u64 t, u64 s, int room) {
	static buf b;
	b.n = 0;
	expand(&b, tpl->p, tpl->n, t, s, room, c->idx);
	if (c->kind == HTTP_PUB) {
		static buf path;
		path.n = 0;
		expand(&path, o.post, strlen(o.post), t, s, room, c->idx);
		addf(&c->out, "POST %.*s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: %s\r\nContent-Length: %zu\r\n",
				(int) path.n, path.p, port_of(c), o.ctype, b.n);
		add(&c->out, o.headers.p ? o.headers.p : "", o.headers.n);
		add(&c->out, "\r\n", 2);
		add(&c->out, b.p, b.n);
		c->outstanding++;
		mark(c);
	} else
		ws_send(c, o.binary ? 2 : 1, b.p, b.n);
}

static void publish(u64 t) {
	u64 s = seq_next++;
	int room = (int) (s % (u64) o.rooms);
	conn *c;
	if (o.pub_rooms)
		c = conns + nsub + room;
	else {
		c = conns + nsub + (int) (s % (u64) npub);
		for (int i = 0; i < npub && c->kind == HTTP_PUB && c->outstanding; i++)
			c = conns + nsub + (int) ((s + (u64) i) % (u64) npub);
	}
	if (c->state == GONE)
		die("the publisher's connection is closed");
	remaining[s % RING] = room_size[room];
	room_of_seq[s % RING] = room;
	published++;
	expected += (u64) room_size[room];
	outstanding++;
	send_template(c, &o.pub, t, s, room);
}

/* ---------------------------------------------------------------- input */

static void advance(conn *c) {
	while (c->step < o.nsteps) {
		step *s = o.steps + c->step;
		bool pub = c->kind == WS_PUB || c->kind == HTTP_PUB;
		if ((s->who == SUBS && pub) || (s->who == PUBS && !pub)) {
			c->step++;
			continue;
		}
		if (!s->send)
			return;
		c->step++;
		send_template(c, &s->text, now_ns(), 0, c->room);
	}
	if (!c->ready) {
		c->ready = true;
		ready_count++;
		in_progress--;
	}
}

static void rpc_send(conn *c) {
	u64 t = now_ns();
	published++;
	expected++;
	c->outstanding++;
	send_template(c, &o.pub, t, seq_next++, c->room);
}

static u64 rpc_stop;

static void on_message(conn *c, const char *p, size_t n) {
	if (o.eio && n == 1 && p[0] == '2') {
		ws_send(c, 1, "3", 1);
		return;
	}
	if (o.verbose && n && !hist_n && published < 3) {
		fprintf(stderr, "conn %d got: ", c->idx);
		show(p, n);
		fputc('\n', stderr);
	}
	if (!c->ready) {
		step *s = o.steps + c->step;
		if (c->step < o.nsteps && !s->send && memmem(p, n, s->text.p, s->text.n)) {
			c->step++;
			advance(c);
		}
		return;
	}
	if (c->kind == WS_PUB)
		return;
	const char *q = memmem(p, n, o.marker.p, o.marker.n);
	if (!q)
		return;
	q = memmem(q, n - (size_t) (q - p), o.tmark.p, o.tmark.n);
	if (!q) {
		unmatched++;
		return;
	}
	u64 now = now_ns(), t = 0, s = 0;
	const char *e = p + n;
	for (q += o.tmark.n; q < e && isdigit((unsigned char) *q); q++)
		t = t * 10 + (u64) (*q - '0');
	if (q < e && *q == 'S')
		for (q++; q < e && isdigit((unsigned char) *q); q++)
			s = s * 10 + (u64) (*q - '0');
	received++;
	last_progress = now;
	if (now >= win_from && now < win_to) {
		in_window++;
		bytes_window += n;
		if (t >= win_from)
			hist_add(now - t);
	}
	if (o.mode == RPC) {
		c->outstanding--;
		if (now < rpc_stop)
			rpc_send(c);
		return;
	}
	int *r = remaining + s % RING;
	if (s >= seq_next || *r <= 0 || room_of_seq[s % RING] != c->room) {
		unmatched++;
		return;
	}
	if (--*r == 0)
		outstanding--;
}

/* Reads frames of a server, which are not masked and use no extensions. Returns the number of consumed bytes. */
static size_t ws_parse(conn *c, const char *p, size_t n) {
	size_t at = 0;
	while (n - at >= 2) {
		const unsigned char *h = (const unsigned char *) p + at;
		size_t k = 2;
		u64 len = h[1] & 127;
		if (len == 126) {
			if (n - at < 4)
				break;
			len = (u64) h[2] << 8 | h[3];
			k = 4;
		} else if (len == 127) {
			if (n - at < 10)
				break;
			len = 0;
			for (int i = 0; i < 8; i++)
				len = len << 8 | h[2 + i];
			k = 10;
		}
		if (n - at < k + len)
			break;
		const char *d = p + at + k;
		int op = h[0] & 15;
		bool fin = h[0] & 0x80;
		at += k + len;
		if (op == 8) {
			if (o.verbose && len >= 2)
				fprintf(stderr, "conn %d close %d %.*s\n", c->idx, (unsigned char) d[0] << 8 | (unsigned char) d[1], (int) len - 2, d + 2);
			gone(c, "close frame");
			return n;
		} else if (op == 9)
			ws_send(c, 10, d, len);
		else if (op == 10)
			;
		else if (fin && op != 0)
			on_message(c, d, len);
		else {
			add(&c->msg, d, len);
			if (fin) {
				on_message(c, c->msg.p, c->msg.n);
				c->msg.n = 0;
			}
		}
		if (c->state == GONE)
			return n;
	}
	return at;
}

static void sse_body(conn *c, const char *p, size_t n) {
	add(&c->msg, p, n);
	size_t at = 0;
	for (;;) {
		char *e = memmem(c->msg.p + at, c->msg.n - at, "\n\n", 2);
		size_t skip = 2;
		if (!e) {
			e = memmem(c->msg.p + at, c->msg.n - at, "\r\n\r\n", 4);
			skip = 4;
		}
		if (!e)
			break;
		on_message(c, c->msg.p + at, (size_t) (e - c->msg.p) - at);
		at = (size_t) (e - c->msg.p) + skip;
	}
	drop(&c->msg, at);
}

static void http_done(conn *c) {
	c->in_head = true;
	c->outstanding--;
}

/* Reads body bytes of an SSE stream or of the answer to a publishing POST. */
static size_t http_parse(conn *c, const char *p, size_t n) {
	size_t at = 0;
	while (at < n) {
		if (c->in_head) {
			const char *e = memmem(p + at, n - at, "\r\n\r\n", 4);
			if (!e)
				return at;
			size_t hl = (size_t) (e + 4 - (p + at));
			char *h = strndup(p + at, hl);
			at += hl;
			if (strncmp(h, "HTTP/1.1 2", 10)) {
				if (o.verbose)
					fprintf(stderr, "%s\n", h);
				free(h);
				gone(c, "HTTP status");
				return n;
			}
			c->chunked = strcasestr(h, "transfer-encoding: chunked") != NULL;
			char *l = strcasestr(h, "content-length:");
			c->body = l ? atol(l + 15) : 0;
			c->chunk = -1;
			c->in_head = false;
			free(h);
			if (c->kind == HTTP_PUB && !c->chunked && !c->body)
				http_done(c);
			if (c->kind == SSE_SUB)
				advance(c);
			continue;
		}
		if (!c->chunked) {
			size_t k = n - at;
			if (c->kind == HTTP_PUB) {
				if ((long) k > c->body)
					k = (size_t) c->body;
				c->body -= (long) k;
				if (!c->body)
					http_done(c);
			} else
				sse_body(c, p + at, k);
			at += k;
			continue;
		}
		if (c->chunk == -1) {
			const char *e = memmem(p + at, n - at, "\r\n", 2);
			if (!e)
				return at;
			c->chunk = strtol(p + at, NULL, 16);
			at = (size_t) (e + 2 - p);
			if (c->chunk == 0)
				c->chunk = -3;
			continue;
		}
		if (c->chunk < -1 || c->chunk == 0) {
			if (n - at < 2)
				return at;
			at += 2;
			if (c->chunk == -3) {
				if (c->kind == SSE_SUB) {
					gone(c, "end of stream");
					return n;
				}
				http_done(c);
			}
			c->chunk = -1;
			continue;
		}
		size_t k = n - at < (size_t) c->chunk ? n - at : (size_t) c->chunk;
		if (c->kind == SSE_SUB)
			sse_body(c, p + at, k);
		at += k;
		c->chunk -= (long) k;
		if (c->chunk == 0)
			c->chunk = -2;
	}
	return at;
}

static size_t consume(conn *c, const char *p, size_t n) {
	if (c->kind == SSE_SUB || c->kind == HTTP_PUB)
		return http_parse(c, p, n);
	size_t at = 0;
	if (c->state == HEAD) {
		const char *e = memmem(p, n, "\r\n\r\n", 4);
		if (!e)
			return 0;
		if (n < 12 || strncmp(p, "HTTP/1.1 101", 12)) {
			if (o.verbose)
				fprintf(stderr, "%.*s\n", (int) n, p);
			gone(c, "no upgrade");
			return n;
		}
		at = (size_t) (e + 4 - p);
		c->state = LIVE;
		advance(c);
	}
	return at + ws_parse(c, p + at, n - at);
}

static void readable(conn *c) {
	static char big[1 << 18];
	ssize_t r = recv(c->fd, big, sizeof big, 0);
	if (r < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (r <= 0) {
		gone(c, r ? strerror(errno) : "eof");
		return;
	}
	bytes_in += (u64) r;
	if (c->in.n) {
		add(&c->in, big, (size_t) r);
		drop(&c->in, consume(c, c->in.p, c->in.n));
	} else {
		size_t k = consume(c, big, (size_t) r);
		if (k < (size_t) r && c->state != GONE)
			add(&c->in, big + k, (size_t) r - k);
	}
}

/* ---------------------------------------------------------------- opening */

static void open_conn(conn *c) {
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		die("socket: %s", strerror(errno));
	int on = 1;
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	/* a few thousand connections per source address, and other addresses for the next run, so that ports are sufficient */
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_addr.s_addr = htonl(0x7f000002u + (uint32_t) ((getpid() * 7 + c->idx / 4000) % 240));
	if (bind(c->fd, (struct sockaddr *) &a, sizeof a))
		die("bind: %s", strerror(errno));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t) port_of(c));
	c->state = CONNECTING;
	in_progress++;
	struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
	c->out_armed = true;
	if (connect(c->fd, (struct sockaddr *) &a, sizeof a) && errno != EINPROGRESS) {
		gone(c, strerror(errno));
		return;
	}
	epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
}

static void connected(conn *c) {
	int err = 0;
	socklen_t l = sizeof err;
	getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
	if (err) {
		gone(c, strerror(err));
		return;
	}
	c->state = HEAD;
	if (c->kind == HTTP_PUB) {
		c->in_head = true;
		c->state = LIVE;
		c->step = o.nsteps;
		advance(c);
		flush_conn(c);
		return;
	}
	static buf path;
	path.n = 0;
	const char *tpl = c->kind == WS_PUB && o.pub_path ? o.pub_path : o.path;
	expand(&path, tpl, strlen(tpl), 0, 0, c->room, c->idx);
	addf(&c->out, "GET %.*s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n", (int) path.n, path.p, port_of(c));
	if (c->kind == SSE_SUB) {
		c->in_head = true;
		addf(&c->out, "Accept: text/event-stream\r\nCache-Control: no-cache\r\n");
	} else {
		static const char b64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
		char key[25];
		for (int i = 0; i < 21; i++)
			key[i] = b64[rnd() & 63];
		memcpy(key + 21, "A==", 4);
		addf(&c->out, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n", key);
		if (o.proto)
			addf(&c->out, "Sec-WebSocket-Protocol: %s\r\n", o.proto);
	}
	add(&c->out, o.headers.p ? o.headers.p : "", o.headers.n);
	add(&c->out, "\r\n", 2);
	flush_conn(c);
}

static void pump(int64_t wait_ns) {
	static struct epoll_event ev[1024];
	flush_all();
	struct timespec ts = {wait_ns / 1000000000, wait_ns % 1000000000};
	int k = epoll_pwait2(ep, ev, 1024, &ts, NULL);
	for (int i = 0; i < k; i++) {
		conn *c = ev[i].data.ptr;
		if (c->state == GONE)
			continue;
		if (c->state == CONNECTING) {
			if (ev[i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
				connected(c);
			continue;
		}
		if (ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
			readable(c);
		if (c->state != GONE && (ev[i].events & EPOLLOUT))
			flush_conn(c);
	}
	flush_all();
}

static void pump_for(double secs) {
	u64 end = now_ns() + (u64) (secs * 1e9);
	for (u64 t; (t = now_ns()) < end;)
		pump((int64_t) (end - t));
}

/* ---------------------------------------------------------------- main */

static const char *help =
	"fan --port P --path /ws [options]\n"
	"  --mode closed|open|rpc|idle|ready    --n N  --rooms M  --size BYTES  --label TEXT\n"
	"  --proto 'a, b'  --header 'K: V'      --sse  --eio  --verbose\n"
	"  --binary                             send binary messages\n"
	"  --send MSG --expect TEXT             steps of each connection after the upgrade, in order\n"
	"  --sub-send/--sub-expect, --pub-send/--pub-expect   the same, only for subscribers / publishers\n"
	"  --pub MSG                            message to publish\n"
	"      in messages to send: %T time, %S number, %R room, %I connection, %D payload of --size bytes, %% percent sign\n"
	"      in messages to send, expect or search: \\n \\r \\t \\0 \\\\ and \\xHH\n"
	"  --pub-path PATH  --pub-port P        path and port of the publisher\n"
	"  --pub-rooms                          one publisher per room\n"
	"  --post PATH --ctype TYPE --pub-conns K   publish by HTTP POST\n"
	"  --marker TEXT  --tmark TEXT          text in each event; text before the time, at or after the marker (default @T)\n"
	"  --window W | --rate R                closed loop / open loop\n"
	"  --warmup S --secs S --settle S --hold S --drain S --timeout S --inflight K\n"
	"  --pid P[,P...] --cpu C               server processes, and the core they are pinned to\n"
	"  --now                                print the monotonic clock;  --t0 NS for --mode ready\n";

static void add_step(bool send, enum who who, const char *v) {
	if (o.nsteps == 32)
		die("too many --send and --expect options");
	o.steps[o.nsteps++] = (step) {send, who, text(v, send)};
}

int main(int argc, char **argv) {
	o.marker = o.tmark = text("@T", false);
	for (int i = 1; i < argc; i++) {
		const char *k = argv[i];
#define FLAG(name) (!strcmp(k, "--" name))
#define VAL(name) (!strcmp(k, "--" name) && (++i < argc || (die("%s requires a value", k), 0)))
		if (FLAG("help")) { fputs(help, stdout); return 0; }
		else if (FLAG("now")) { printf("%lu\n", now_ns()); return 0; }
		else if (FLAG("sse")) o.sse = true;
		else if (FLAG("eio")) o.eio = true;
		else if (FLAG("binary")) o.binary = true;
		else if (FLAG("pub-rooms")) o.pub_rooms = true;
		else if (FLAG("verbose")) o.verbose = true;
		else if (VAL("mode")) {
			const char *m = argv[i];
			o.mode = !strcmp(m, "open") ? OPEN : !strcmp(m, "rpc") ? RPC : !strcmp(m, "idle") ? IDLE : !strcmp(m, "ready") ? READY : CLOSED;
		}
		else if (VAL("port")) o.port = atoi(argv[i]);
		else if (VAL("pub-port")) o.pub_port = atoi(argv[i]);
		else if (VAL("n")) o.n = atoi(argv[i]);
		else if (VAL("rooms")) o.rooms = atoi(argv[i]);
		else if (VAL("window")) o.window = atoi(argv[i]);
		else if (VAL("size")) o.size = atoi(argv[i]);
		else if (VAL("inflight")) o.inflight = atoi(argv[i]);
		else if (VAL("pub-conns")) o.pub_conns = atoi(argv[i]);
		else if (VAL("cpu")) o.cpu = atoi(argv[i]);
		else if (VAL("path")) o.path = argv[i];
		else if (VAL("pub-path")) o.pub_path = argv[i];
		else if (VAL("post")) o.post = argv[i];
		else if (VAL("ctype")) o.ctype = argv[i];
		else if (VAL("proto")) o.proto = argv[i];
		else if (VAL("label")) o.label = argv[i];
		else if (VAL("header")) addf(&o.headers, "%s\r\n", argv[i]);
		else if (VAL("pub")) o.pub = text(argv[i], true);
		else if (VAL("marker")) o.marker = text(argv[i], false);
		else if (VAL("tmark")) o.tmark = text(argv[i], false);
		else if (VAL("send")) add_step(true, ALL, argv[i]);
		else if (VAL("expect")) add_step(false, ALL, argv[i]);
		else if (VAL("sub-send")) add_step(true, SUBS, argv[i]);
		else if (VAL("sub-expect")) add_step(false, SUBS, argv[i]);
		else if (VAL("pub-send")) add_step(true, PUBS, argv[i]);
		else if (VAL("pub-expect")) add_step(false, PUBS, argv[i]);
		else if (VAL("rate")) o.rate = atof(argv[i]);
		else if (VAL("warmup")) o.warmup = atof(argv[i]);
		else if (VAL("secs")) o.secs = atof(argv[i]);
		else if (VAL("settle")) o.settle = atof(argv[i]);
		else if (VAL("hold")) o.hold = atof(argv[i]);
		else if (VAL("drain")) o.drain = atof(argv[i]);
		else if (VAL("timeout")) o.timeout = atof(argv[i]);
		else if (VAL("t0")) o.t0 = strtoull(argv[i], NULL, 10);
		else if (VAL("pid")) {
			for (char *p = argv[i]; *p && o.npids < 16;) {
				o.pids[o.npids++] = (int) strtol(p, &p, 10);
				if (*p)
					p++;
			}
		}
		else die("unknown option %s\n%s", k, help);
	}
	if (!o.port)
		die("--port is required\n%s", help);
	signal(SIGPIPE, SIG_IGN);
	struct rlimit rl = {65536, 65536};
	if (setrlimit(RLIMIT_NOFILE, &rl)) {
		getrlimit(RLIMIT_NOFILE, &rl);
		rl.rlim_cur = rl.rlim_max;
		setrlimit(RLIMIT_NOFILE, &rl);
	}
	ep = epoll_create1(EPOLL_CLOEXEC);

	bool talks = o.mode == CLOSED || o.mode == OPEN;
	nsub = o.n;
	npub = !talks ? 0 : o.pub_rooms ? o.rooms : o.post ? o.pub_conns : 1;
	nconn = nsub + npub;
	conns = calloc((size_t) nconn, sizeof *conns);
	dirty_list = calloc((size_t) nconn, sizeof *dirty_list);
	remaining = calloc(RING, sizeof *remaining);
	room_of_seq = calloc(RING, sizeof *room_of_seq);
	room_size = calloc((size_t) o.rooms, sizeof *room_size);
	for (int i = 0; i < nconn; i++) {
		bool pub = i >= nsub;
		conns[i] = (conn) {.fd = -1, .idx = i, .room = (pub ? i - nsub : i) % o.rooms,
			.kind = pub ? (o.post ? HTTP_PUB : WS_PUB) : o.sse ? SSE_SUB : WS_SUB};
		if (!pub)
			room_size[i % o.rooms]++;
	}

	if (o.mode == READY) {
		/* from --t0 until the first connection has completed all its steps */
		u64 end = now_ns() + (u64) (o.timeout * 1e9);
		while (now_ns() < end) {
			conns[0] = (conn) {.fd = -1, .kind = o.sse ? SSE_SUB : WS_SUB};
			open_conn(conns);
			u64 until = now_ns() + 2000000000ull;
			while (conns[0].state != GONE && !conns[0].ready && now_ns() < until)
				pump(1000000);
			if (conns[0].ready) {
				printf("{\"label\":\"%s\",\"mode\":\"ready\",\"start_ms\":%.0f,\"rss_kb\":%ld,\"srv_cpu_s\":%.2f}\n", o.label,
						(double) (now_ns() - o.t0) / 1e6, rss_kb(), cpu_seconds());
				return 0;
			}
			gone(conns, "not ready");
			in_progress = 0;
			usleep(4000);
		}
		die("no connection was ready before the timeout");
	}

	long rss0 = rss_kb();
	double setup_cpu0 = cpu_seconds();
	u64 t0 = now_ns();
	last_progress = t0;
	while (ready_count < nconn) {
		while (started < nconn && in_progress < o.inflight)
			open_conn(conns + started++);
		pump(20000000);
		if (refused)
			die("%d of %d connections failed (%d ready)", refused, nconn, ready_count);
		if ((double) (now_ns() - t0) > o.timeout * 1e9)
			die("only %d of %d connections were ready before the timeout", ready_count, nconn);
	}
	double setup = (double) (now_ns() - t0) / 1e9;
	double setup_cpu = cpu_seconds() - setup_cpu0;
	pump_for(o.settle);
	long rss1 = rss_kb();
	if (o.hold > 0) {
		fprintf(stderr, "holding\n");
		pump_for(o.hold);
	}

	double cpu = 0, kernel = 0, busy = 0, mine = 0, waited = 0, secs = 0;
	u64 late_max = 0;
	if (o.mode != IDLE) {
		u64 begin = now_ns();
		win_from = begin + (u64) (o.warmup * 1e9);
		win_to = win_from + (u64) (o.secs * 1e9);
		bool open_window = false, closed_window = false;
		u64 next = begin, gap = (u64) (1e9 / (o.rate > 0 ? o.rate : 1));
		last_progress = begin;
		rpc_stop = win_to;
		if (o.mode == RPC)
			for (int i = 0; i < nsub; i++)
				for (int w = 0; w < o.window; w++)
					rpc_send(conns + i);
		double c0 = 0, k0 = 0, b0 = 0, m0 = 0, w0 = 0;
		u64 real_from = 0;
		for (;;) {
			u64 t = now_ns();
			if (!open_window && t >= win_from) {
				open_window = true;
				c0 = cpu_seconds(), k0 = cpu_in_kernel, b0 = core_busy(), m0 = self_cpu(), w0 = self_wait();
				real_from = t;
			}
			if (!closed_window && t >= win_to) {
				closed_window = true;
				cpu = cpu_seconds() - c0, kernel = cpu_in_kernel - k0, busy = core_busy() - b0, mine = self_cpu() - m0, waited = self_wait() - w0;
				secs = (double) (t - real_from) / 1e9;
			}
			if (closed_window) {
				bool more = received < expected;
				if (!more || (double) (t - last_progress) > o.drain * 1e9 || (double) (t - win_to) > 20e9)
					break;
				pump(1000000);
				continue;
			}
			if (o.mode == CLOSED) {
				if (outstanding >= o.window && (double) (t - last_progress) > 5e9) {
					outstanding = 0; /* not expected any more; they remain counted as lost */
					for (u64 s = seq_next > RING ? seq_next - RING : 0; s < seq_next; s++)
						remaining[s % RING] = 0;
					last_progress = t;
				}
				while (outstanding < o.window)
					publish(now_ns());
				pump((int64_t) 10000000);
			} else if (o.mode == OPEN) {
				while (next <= t) {
					if (t - next > late_max)
						late_max = t - next;
					publish(next);
					next += gap;
				}
				u64 until = next < win_to ? next : win_to;
				pump((int64_t) (until > t ? until - t : 0));
			} else
				pump(10000000);
		}
	}

	printf("{\"label\":\"%s\",\"mode\":\"%s\",\"sse\":%s,\"n\":%d,\"rooms\":%d,\"window\":%d,\"rate\":%.1f,\"size\":%d,", o.label,
			o.mode == CLOSED ? "closed" : o.mode == OPEN ? "open" : o.mode == RPC ? "rpc" : "idle", o.sse ? "true" : "false",
			nsub, o.rooms, o.window, o.mode == OPEN ? o.rate : 0.0, o.size);
	printf("\"setup_s\":%.3f,\"conn_per_s\":%.0f,\"setup_cpu_s\":%.2f,\"rss_before_kb\":%ld,\"rss_after_kb\":%ld,\"rss_end_kb\":%ld,\"kb_per_conn\":%.2f,",
			setup, nconn / setup, setup_cpu, rss0, rss1, rss_kb(), (double) (rss1 - rss0) / nconn);
	if (o.mode != IDLE) {
		printf("\"secs\":%.2f,\"published\":%lu,\"expected\":%lu,\"received\":%lu,\"lost\":%ld,\"unmatched\":%lu,\"gone\":%d,", secs, published,
				expected, received, (long) expected - (long) received, unmatched, gone_count);
		printf("\"per_s\":%.0f,\"srv_cpu_s\":%.2f,\"per_cpu_s\":%.0f,\"srv_util\":%.2f,\"srv_kernel\":%.2f,\"core_other\":%.2f,\"gen_util\":%.2f,\"gen_wait\":%.2f,",
				(double) in_window / secs, cpu, cpu > 0 ? (double) in_window / cpu : 0, cpu / secs, cpu > 0 ? kernel / cpu : 0,
				(busy - cpu) / secs, mine / secs, waited / secs);
		printf("\"bytes_per_event\":%.0f,\"late_max_ms\":%.2f,", in_window ? (double) bytes_window / (double) in_window : 0, (double) late_max / 1e6);
		printf("\"p50_us\":%.0f,\"p99_us\":%.0f,\"p999_us\":%.0f,\"max_us\":%.0f,\"mean_us\":%.0f,", hist_q(.5) / 1e3, hist_q(.99) / 1e3,
				hist_q(.999) / 1e3, (double) hist_max / 1e3, hist_n ? (double) hist_sum / (double) hist_n / 1e3 : 0);
	}
	printf("\"bytes_in\":%lu}\n", bytes_in);
	return 0;
}
