// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

import { repository } from './repository.mjs'

const docs = fileURLToPath(new URL('..', import.meta.url))
const root = dirname(join(docs, '.'))

/** Returns the anchor of a heading as GitHub does, so that a link works there and here. */
export function slugify(heading) {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '').replaceAll(' ', '-')
}

/** Makes Markdown that is written for GitHub safe for Vue, and its links out of this folder links to the repository. */
export function configureMarkdown(md) {
  const renderText = md.renderer.rules.text
  md.renderer.rules.text = (...args) => renderText(...args).replaceAll('{{', '&#123;&#123;')
  const renderCode = md.renderer.rules.code_inline
  // long names may break behind a separator, so that they do not widen a table or a narrow screen
  md.renderer.rules.code_inline = (...args) => renderCode(...args).replace(/(?<=\w[._\/])(?=\w)/g, '<wbr>')
  md.core.ruler.push('repository_links', ({ tokens, env }) => {
    tokens.flatMap((token) => token.children ?? [])
      .filter((token) => token.type === 'link_open')
      .forEach((token) => toRepository(token, env.relativePath))
  })
}

function toRepository(token, page) {
  const href = token.attrGet('href')
  if (/^([a-z][a-z+.-]*:|#|\/)/i.test(href)) {
    return
  }
  const [, path, rest] = /^([^?#]*)(.*)$/.exec(href)
  const file = join(docs, dirname(page), decodeURI(path))
  if (dirname(file) === join(docs, '.') && file.endsWith('.md')) {
    return
  }
  if (!file.startsWith(root) || !existsSync(file)) {
    throw new Error(`docs/${page} links to a file that does not exist: ${href}`)
  }
  token.attrSet('href', `${repository}/blob/main/${relative(root, file).split(sep).join('/')}${rest}`)
}
