// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync } from 'node:fs'

import { defineConfig } from 'vitepress'

import { configureMarkdown, slugify } from './markdown.mjs'
import { repository } from './repository.mjs'
import { searchBox } from './search-box.mjs'
import { groups } from './sidebar.mjs'

checkSidebar()

const base = process.env.RIVET_SITE_BASE ?? '/'

export default defineConfig({
  base,
  outDir: process.env.RIVET_SITE ?? '../target/site',
  cacheDir: '.vitepress/cache',
  lang: 'en',
  title: 'rivet-events',
  description: 'Realtime actors for Spring Boot: state, turns and events for connected clients.',
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}mark.svg` }],
  ],
  ignoreDeadLinks: false,
  markdown: {
    // type parameters such as <T> are text
    html: false,
    linkify: false,
    attrs: { disable: true },
    emoji: { defs: {}, shortcuts: {} },
    anchor: { slugify },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: configureMarkdown,
  },
  vite: { plugins: [searchBox] },
  themeConfig: {
    logo: '/mark.svg',
    nav: [
      { text: 'Guides', link: '/getting-started', activeMatch: '^/(?!api/|configuration|errors|limits|protocol|values)' },
      { text: 'Configuration', link: '/configuration' },
      { text: 'Javadoc', link: '/api/index.html', target: '_self' },
      { text: 'Source', link: repository },
    ],
    sidebar: groups.map(({ text, pages }) => ({
      text,
      items: Object.entries(pages).map(([page, title]) => ({ text: title, link: page === 'index' ? '/' : `/${page}` })),
    })),
    outline: { level: [2, 3], label: 'On this page' },
    search: { provider: 'local' },
    externalLinkIcon: true,
    editLink: { pattern: `${repository}/edit/main/docs/:path`, text: 'Edit this page' },
  },
})

/** Fails if a page is not in the sidebar, or the sidebar names a page that does not exist. */
function checkSidebar() {
  const listed = groups.flatMap(({ pages }) => Object.keys(pages))
  const present = readdirSync(new URL('..', import.meta.url))
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -'.md'.length))
  const missing = listed.filter((page) => !present.includes(page))
  const unlisted = present.filter((page) => !listed.includes(page))
  if (missing.length > 0 || unlisted.length > 0) {
    throw new Error(`docs/.vitepress/sidebar.mjs: pages that do not exist: [${missing}], pages that are not listed: [${unlisted}]`)
  }
}
