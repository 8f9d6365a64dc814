/** What a page says to a screen reader, compared with the text file in `aria/`; `UPDATE_ARIA=1` writes the files anew. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'

/** Addresses carry ids that differ from demo to demo. */
const steady = (snapshot) => snapshot.replace(/^\s*- \/url: .*\n?/gm, '').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID').trimEnd() + '\n'

export async function matchesAria(locator, name) {
  const file = new URL(`../aria/${name}.yml`, import.meta.url)
  const seen = steady(await locator.ariaSnapshot())
  if (process.env.UPDATE_ARIA) {
    await writeFile(file, seen)
    return
  }
  assert.equal(seen, await readFile(file, 'utf8'), `the page differs from aria/${name}.yml; if that is meant, run UPDATE_ARIA=1 npm test`)
}
