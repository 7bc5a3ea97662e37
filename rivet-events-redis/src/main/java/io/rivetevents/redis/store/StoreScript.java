/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.store;

import java.nio.charset.StandardCharsets;

import io.lettuce.core.codec.Base16;

/**
 * A script that changes the keys of one instance as a whole: Redis executes it without
 * interruption, and its writes are one transaction in the append-only file and for
 * replicas. Redis does not undo the writes of a script that fails, therefore everything
 * that can fail (a version, the memory limit, the position of an event) does so before or
 * in the first write.
 *
 * @param text the script
 * @param digest identifies it in the cache of Redis
 */
record StoreScript(String text, String digest) {

	/** First element of the answer of a script that was executed. */
	static final Long EXECUTED = 1L;

	/**
	 * Commits a change. Returns 1, the generation before it, and the ids and first lines
	 * of the schedules that are replaced or removed; or 0 and the stored id.
	 */
	static final StoreScript COMMIT = of("""
			local actor, events, answers, expiry = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
			local schedules, undo, connections = KEYS[6], KEYS[7], KEYS[8]
			local at = 0
			local function take()
				at = at + 1
				return ARGV[at]
			end
			local function takeAll()
				local all = {}
				for i = 1, tonumber(take()) do
					all[i] = take()
				end
				return all
			end
			local function remove(member)
				local name = string.sub(member, 2)
				if string.sub(member, 1, 1) == 'e' then
					redis.call('XDEL', events, name .. '-0')
				else
					redis.call('HDEL', answers, name)
				end
				redis.call('ZREM', expiry, member)
			end
			local result = { 1 }
			local function schedule(id, value)
				local before = redis.call('HGET', schedules, id)
				if before and before ~= value then
					result[#result + 1] = id
					result[#result + 1] = string.match(before, '^[^\\n]*')
				end
				if value == '' then
					redis.call('HDEL', schedules, id)
				else
					redis.call('HSET', schedules, id, value)
				end
				return before or ''
			end

			local expected, actorId = take(), take()
			local writer, attempt, now = take(), take(), take()
			local stored = redis.call('HMGET', actor, 'version', 'writer', 'attempt', 'id', 'generation')
			local own = stored[2] == writer
			if own and stored[3] == attempt then
				-- sent again after a lost connection; it writes, so that WAIT covers the first one
				redis.call('HSET', actor, 'attempt', attempt)
				return { 1, stored[5] }
			end
			result[2] = stored[5] or ''
			local undone = takeAll()
			local replaced = {}
			if (stored[1] or '0') ~= expected or (stored[4] or actorId) ~= actorId then
				if not own or tonumber(stored[3]) > tonumber(attempt) then
					return { 0, stored[4] or '' }
				end
				for _, member in ipairs(undone) do
					remove(member)
				end
				replaced = redis.call('HGETALL', undo)
			end

			local fields, absent, added = takeAll(), takeAll(), tonumber(take())
			for i = 1, added do
				local event = takeAll()
				if i == 1 and #undone > 0 and redis.call('EXISTS', events) == 1 then
					-- a position that was undone can be given again
					redis.call('XSETID', events, string.format('%.0f-18446744073709551615', event[1] - 1))
				end
				redis.call('XADD', events, event[1] .. '-0', unpack(event, 3))
				redis.call('ZADD', expiry, event[2], 'e' .. event[1])
			end
			redis.call('HSET', actor, 'writer', writer, 'attempt', attempt, unpack(fields))
			if #absent > 0 then
				redis.call('HDEL', actor, unpack(absent))
			end
			for _, member in ipairs(takeAll()) do
				remove(member)
			end
			local answered = tonumber(take())
			for i = 1, answered do
				local key, expires, body = take(), take(), take()
				redis.call('HSET', answers, key, body)
				redis.call('ZADD', expiry, expires, 'a' .. key)
			end
			for _, member in ipairs(redis.call('ZRANGEBYSCORE', expiry, '-inf', now, 'LIMIT', 0, 100)) do
				remove(member)
			end
			if added + answered > 0 then
				local latest = redis.call('ZREVRANGE', expiry, 0, 0, 'WITHSCORES')[2]
				if latest then
					latest = string.format('%.0f', latest)
					redis.call('PEXPIREAT', events, latest)
					redis.call('PEXPIREAT', answers, latest)
					redis.call('PEXPIREAT', expiry, latest)
				end
			end
			-- after the first write, which the memory limit can reject
			for i = 1, #replaced, 2 do
				schedule(replaced[i], replaced[i + 1])
			end
			redis.call('DEL', undo)
			for i = 1, tonumber(take()) do
				local id, value = take(), take()
				redis.call('HSETNX', undo, id, schedule(id, value))
			end
			for _, id in ipairs(takeAll()) do
				redis.call('HSETNX', undo, id, schedule(id, ''))
			end
			-- never undone: the runtime repeats what a later change does not replace
			for _, id in ipairs(takeAll()) do
				redis.call('HDEL', connections, id)
			end
			for i = 1, tonumber(take()) do
				local id, body = take(), take()
				redis.call('HSET', connections, id, body)
			end
			return result
			""");

	/**
	 * Deletes an instance. Returns 1, its id, and the ids and first lines of its
	 * schedules; or 0 and the stored id.
	 */
	static final StoreScript DELETE = of("""
			local actor, deleted, schedules = KEYS[1], KEYS[5], KEYS[6]
			local id, expected, writer, attempt = unpack(ARGV)
			local stored = redis.call('HMGET', actor, 'version', 'writer', 'attempt', 'id')
			local deletion = writer .. ' ' .. id
			if not stored[1] and redis.call('GET', deleted) == deletion then
				-- an earlier attempt was executed; it writes, so that WAIT covers it
				redis.call('PEXPIRE', deleted, 600000)
				return { 1, id }
			end
			local own = stored[2] == writer and tonumber(stored[3]) < tonumber(attempt)
			if stored[4] ~= id or (stored[1] ~= expected and not own) then
				return { 0, stored[4] or '' }
			end
			local result = { 1, id }
			local all = redis.call('HGETALL', schedules)
			for i = 1, #all, 2 do
				result[#result + 1] = all[i]
				result[#result + 1] = string.match(all[i + 1], '^[^\\n]*')
			end
			redis.call('DEL', unpack(KEYS))
			redis.call('SET', deleted, deletion, 'PX', 600000)
			return result
			""");

	/** Adds members to a sorted set in which all have the same score. Returns 1. */
	static final StoreScript INDEX = of("""
			for _, member in ipairs(ARGV) do
				redis.call('ZADD', KEYS[1], 0, member)
			end
			return { 1 }
			""");

	/**
	 * Checks an entry of a schedule. Returns 1 and the time if it is valid; 2 if it
	 * becomes valid when the last change is replaced; 0 if it may become valid by a
	 * change in progress; -1 if it cannot, as a later version of the instance is stored.
	 */
	static final StoreScript CHECK = of("""
			local schedules, undo = KEYS[6], KEYS[7]
			local actorId, id, token, version = unpack(ARGV)
			local stored = redis.call('HMGET', KEYS[1], 'id', 'version')
			if stored[1] ~= actorId then
				return { 0 }
			end
			local runAt, present = string.match(redis.call('HGET', schedules, id) or '', '^(%S+) (%S+)')
			if present == token then
				return { 1, runAt }
			end
			local _, undone = string.match(redis.call('HGET', undo, id) or '', '^(%S+) (%S+)')
			if undone == token then
				return { 2 }
			end
			return { (version ~= '0' and tonumber(stored[2]) > tonumber(version)) and -1 or 0 }
			""");

	/**
	 * Changes the time of a schedule. Returns 1, and its id and first line before it
	 * unless an earlier attempt was executed; or 0.
	 */
	static final StoreScript POSTPONE = of("""
			local schedules = KEYS[6]
			local actorId, id, expected, time, token = unpack(ARGV)
			local value = redis.call('HGET', schedules, id)
			if not value or redis.call('HGET', KEYS[1], 'id') ~= actorId then
				return { 0, '' }
			end
			local runAt, present, rest = string.match(value, '^(%S+) (%S+)(.*)$')
			if present == token then
				-- it writes, so that WAIT covers the earlier attempt
				redis.call('HSET', schedules, id, value)
				return { 1, '' }
			end
			if runAt ~= expected then
				return { 0, '' }
			end
			redis.call('HSET', schedules, id, time .. ' ' .. token .. rest)
			return { 1, '', id, string.match(value, '^[^\\n]*') }
			""");

	private static StoreScript of(String text) {
		return new StoreScript(text, Base16.digest(text.getBytes(StandardCharsets.UTF_8)));
	}

}
