type Caller = (name: string, args: unknown[]) => unknown;

/**
 * What the language and tools ask any object for: promises, `JSON`, test frameworks, React, Vue and Angular. An action of
 * such a name can be called by `call`.
 */
const PROBES = new Set(
	(
		"then toJSON toString toLocaleString valueOf constructor prototype inspect asymmetricMatch nodeType nodeName tagName " +
		"_isMockFunction _isVue ngOnDestroy"
	).split(" "),
);

const isAction = (name: string | symbol): name is string =>
	typeof name === "string" && !PROBES.has(name) && !/^(@@|\$\$|__)/.test(name);

/** What an object has, and for each other name what a function makes, once. */
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

/** What an object has, and beside it an action for each other name. */
export const withActions = <T extends object>(own: T, call: Caller): T =>
	withNames(own, (name) => (...args: unknown[]) => call(name, args));

/** An object each of whose properties is a function that calls an action. */
export const actions = <T extends object>(call: Caller): T => withActions(Object.create(null) as T, call);
