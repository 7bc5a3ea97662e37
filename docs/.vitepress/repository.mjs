// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs'

const pom = readFileSync(new URL('../../pom.xml', import.meta.url), 'utf8')
const [, url] = /<repository\.url>(.+?)<\/repository\.url>/.exec(pom) ?? []
if (!url) {
  throw new Error('pom.xml has no property repository.url')
}

/** The address of the repository, as the poms have it. */
export const repository = url
