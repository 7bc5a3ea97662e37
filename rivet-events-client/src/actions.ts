// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

type Caller = (name: string, args: unknown[]) => unknown;

/**
 * Names that the language and tools read on any object: promises, `JSON`, test frameworks, React, Vue and Angular. Such
 * an action is called with `call`.
 */
const PROBES = new Set(
	(
		"then toJSON toString toLocaleString valueOf constructor prototype inspect asymmetricMatch nodeType nodeName tagName " +
		"_isMockFunction _isVue ngOnDestroy"
	).split(" "),
);

const isAction = (name: string | symbol): name is string =>
	typeof name === "string" && !PROBES.has(name) && !/^(@@|\$\$|__)/.test(name);

/** Adds a property for each name that the object does not have. `make` creates its value once. */
export const withNames = <T extends object>(own: T, make: (name: string) => unknown): T => {
	const made = new Map<string, unknown>();
	return new Proxy(own, {
		get: (target, name) => {
			if (name in target) return Reflect.get(target, name, target);
			if (!isAction(name)) return undefined;
			if (!made.has(name)) made.set(name, make(name));
			return made.get(name);
		},
	});
};

/** Adds a method for each name that the object does not have; it calls the action of that name. */
export const withActions = <T extends object>(own: T, call: Caller): T =>
	withNames(own, (name) => (...args: unknown[]) => call(name, args));

/** Returns an object whose methods call the actions of their names. */
export const actions = <T extends object>(call: Caller): T => withActions(Object.create(null) as T, call);
