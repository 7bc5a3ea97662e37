// Copyright 2026 the rivet-events authors
// SPDX-License-Identifier: Apache-2.0

/** In place of a button that holds everything, and of options with links in them: a dialog, and links that are the options. */
const changes = [
  [/role="button"\s+:aria-owns="[^"]*"\s+aria-expanded="true"\s+aria-haspopup="listbox"/, 'role="dialog" aria-modal="true"'],
  [/(:id="'localsearch-item-' \+ index"\s+:aria-selected="[^"]*"\s+)role="option"/, 'role="presentation"'],
  [/:aria-label="\[\.\.\.p\.titles, p\.title\][^"]*"/,
    `role="option" :id="'localsearch-item-' + index" :aria-selected="selectedIndex === index ? 'true' : 'false'"`],
  [/<kbd :aria-label/g, '<kbd role="img" :aria-label'],
]

/** Changes what the theme's search box is for screen readers. Fails if a new version of the theme has another search box. */
export const searchBox = {
  name: 'search-box',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('/VPLocalSearchBox.vue')) {
      return undefined
    }
    return changes.reduce((text, [from, to]) => {
      const changed = text.replace(from, to)
      if (changed === text) {
        throw new Error(`VPLocalSearchBox.vue has nothing like ${from}`)
      }
      return changed
    }, code)
  },
}
