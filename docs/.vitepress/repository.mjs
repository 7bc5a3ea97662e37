import { readFileSync } from 'node:fs'

const pom = readFileSync(new URL('../../pom.xml', import.meta.url), 'utf8')

/** The address of the repository as the root pom names it, or undefined if it names none. */
export const repository = /<repository\.url>(.+?)<\/repository\.url>/.exec(pom)?.[1]
