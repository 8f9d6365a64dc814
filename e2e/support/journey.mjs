/** The frame of a journey: a server, a browser, people who come and go. */
import { after, before } from 'node:test'
import { mkdir } from 'node:fs/promises'
import { launch } from './browser.mjs'
import { Person } from './person.mjs'
import { startDemo } from './server.mjs'

/**
 * Called once at the top of a journey's file; answers `as(loginName, options?, work)`, which signs somebody in, does the
 * work and signs them off. When the work fails, a picture of their page stays in `results/`.
 */
export function journey(name, { scene } = {}) {
  const world = {}
  before(async () => {
    world.server = await startDemo(scene)
    world.browser = await launch()
  })
  after(async () => {
    await world.browser?.close()
    await world.server?.stop()
  })

  async function keepPicture(person) {
    const folder = new URL('../results/', import.meta.url)
    await mkdir(folder, { recursive: true })
    const path = new URL(`${name}-${person.loginName}.png`, folder).pathname
    await person.page.screenshot({ path, fullPage: true }).catch(() => undefined)
  }

  async function as(loginName, options, work = options) {
    const person = await Person.signIn(world.browser, world.server.base, loginName, typeof options === 'function' ? {} : options)
    try {
      const answer = await work(person)
      await person.close()
      return answer
    } catch (error) {
      await keepPicture(person)
      await person.page.context().close()
      throw error
    }
  }
  return { as, world }
}
