/** Somebody at a browser: signs in, opens pages, fills forms the way a person does, by what is written on the page. */
import assert from 'node:assert/strict'
import { openPage } from './browser.mjs'

let demo
/** The accounts the sign-in page of the demo offers, by sign-in name. */
async function account(base, loginName) {
  demo ??= await (await fetch(`${base}/api/v1/demo`)).json()
  const password = demo.accounts[0].password
  return demo.accounts.find((one) => one.login_name === loginName) ?? { login_name: loginName, password }
}

export class Person {
  constructor(page, base, loginName) {
    this.page = page
    this.base = base
    this.loginName = loginName
    /** What the page complained about; a journey ends with none. */
    this.complaints = []
    page.on('pageerror', (error) => this.complaints.push(error.message))
  }

  /** Opens a browser of their own and signs in at the sign-in page. */
  static async signIn(browser, base, loginName, options = {}) {
    const person = new Person(await openPage(browser, base, options), base, loginName)
    const { password } = await account(base, loginName)
    const given = typeof options.password === 'function' ? options.password() : options.password
    await person.signIn(given ?? password)
    return person
  }

  async signIn(password) {
    const { page } = this
    await page.goto('/sign-in')
    await page.getByLabel('登录名').fill(this.loginName)
    await page.getByLabel('密码', { exact: true }).fill(password)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
    await this.settled()
  }

  async close() {
    await this.page.context().close()
    assert.deepEqual(this.complaints, [], `the page of ${this.loginName} threw`)
  }

  async open(path) {
    await this.page.goto(path)
    await this.settled()
  }

  /** No request under way and no skeleton in sight. */
  async settled() {
    await this.page.waitForLoadState('networkidle')
    await this.page.locator('.el-skeleton').first().waitFor({ state: 'detached' })
    await this.page.getByText('正在读取…').waitFor({ state: 'detached' })
  }

  button(name, options = {}) {
    return this.page.getByRole('button', { name, ...options })
  }

  async press(name, options = {}) {
    await this.button(name, { exact: true, ...options }).click()
  }

  async type(label, text, within = this.page) {
    await within.getByLabel(label, { exact: true }).fill(text)
  }

  /** Chooses from one of Element Plus's selects. */
  async pick(label, option, within = this.page) {
    const box = within.getByRole('combobox', { name: label, exact: true })
    await box.click()
    await this.page.getByRole('option', { name: option, exact: true }).click()
  }

  /** A radio or checkbox, whose own input lies under its label. */
  async choose(label, within = this.page, role = 'radio') {
    await within.getByRole(role, { name: label }).first().check({ force: true })
  }

  tick(label, within) {
    return this.choose(label, within, 'checkbox')
  }

  /** What the page says somewhere, waited for. */
  async sees(text, within = this.page) {
    await within.getByText(text).filter({ visible: true }).first().waitFor()
  }

  /** Moves the demo's date with the clock in the top bar, a day at a time. */
  async moveClock(days) {
    const { page } = this
    for (let day = 0; day < days; day += 1) {
      const reloaded = page.waitForEvent('load')
      await page.getByRole('group', { name: '演示时钟' }).getByRole('button', { name: '+1 天' }).click()
      await reloaded
      await this.settled()
    }
  }

  /** The API as this person's browser may call it: what no button offers must be refused there too. */
  async call(method, path, data) {
    const answer = await this.page.request.fetch(`${this.base}/api/v1${path}`, {
      method,
      headers: { 'X-Shouwang-Csrf': '1', Origin: this.base },
      data,
    })
    const text = await answer.text()
    return { status: answer.status(), body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text }
  }

  async read(path) {
    const { status, body } = await this.call('GET', path)
    assert.equal(status, 200, `${path} answered ${status}: ${JSON.stringify(body)}`)
    return body
  }
}
