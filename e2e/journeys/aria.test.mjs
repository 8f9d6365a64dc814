/** The pages everybody begins with, as a screen reader meets them. */
import test from 'node:test'
import { matchesAria } from '../support/aria.mjs'
import { openPage } from '../support/browser.mjs'
import { journey } from '../support/journey.mjs'
import { findCasefile, isOpen } from '../support/sights.mjs'

const { as, world } = journey('aria')

test('the sign-in page', async () => {
  const page = await openPage(world.browser, world.server.base)
  await page.goto('/sign-in')
  await page.getByRole('button', { name: /网格员/ }).waitFor()
  await matchesAria(page.locator('body'), 'sign-in')
  await page.context().close()
})

test('the workbench of a village secretary', () =>
  as('village2.zhao', async (zhao) => {
    await zhao.open('/workbench')
    await matchesAria(zhao.page.locator('body'), 'workbench')
  }))

test('a casefile at the county decision', () =>
  as('county.chen', async (chen) => {
    const { id } = await findCasefile(chen, (one) => isOpen(one, 'decide', { ready: true }))
    await chen.open(`/casefiles/${id}`)
    await matchesAria(chen.page.getByRole('main'), 'casefile')
  }))
