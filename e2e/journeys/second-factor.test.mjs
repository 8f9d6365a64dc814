/** The second factor: enrolled from a picture, asked for at the next sign-in, good once. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import test from 'node:test'
import { journey } from '../support/journey.mjs'
import { openPage } from '../support/browser.mjs'
import { Person } from '../support/person.mjs'

const { as, world } = journey('second-factor')
const story = {}

/** The six digits a phone shows (RFC 6238, SHA-1, 30 s), `steps` periods from now. */
function codeOf(secretBase32, steps = 0) {
  let bits = ''
  for (const letter of secretBase32) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps))
  const mac = createHmac('sha1', key).update(counter).digest()
  const at = mac[19] & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

test('a reviewer enrols a phone from the picture on the page', () =>
  as('township.wang', async (wang) => {
    const { page } = wang
    await wang.open('/own-account')
    const foreign = []
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url())
      if (protocol !== 'data:' && origin !== new URL(world.server.base).origin) foreign.push(request.url())
    })
    await wang.press('启用动态口令')
    const picture = page.getByRole('img', { name: '动态口令二维码' })
    await picture.waitFor()
    assert.ok(await picture.evaluate((img) => img.complete && img.naturalWidth >= 100), 'the picture is drawn')
    assert.deepEqual(foreign, [], 'the secret goes to nobody else')
    story.secret = (await page.locator('.secret').innerText()).replaceAll(' ', '').trim()
    await wang.type('应用上显示的 6 位数字', '000000')
    await wang.press('验证并启用')
    await wang.sees('动态码不对，请看手机上最新的 6 位数字')
    story.used = codeOf(story.secret)
    await wang.type('应用上显示的 6 位数字', story.used)
    await wang.press('验证并启用')
    await wang.sees('✓ 已启用')
  }))

test('the next sign-in asks for the code, and each code counts once', async () => {
  const wang = new Person(await openPage(world.browser, world.server.base), world.server.base, 'township.wang')
  const { page } = wang
  const box = page.getByLabel('动态口令（6 位数字）')
  const press = () => page.getByRole('button', { name: /登录$/ }).first().click()
  const enter = async (code) => {
    await box.fill(code)
    await press()
  }
  await page.goto('/sign-in')
  await wang.type('登录名', 'township.wang')
  await wang.type('密码', 'Shouwang-2022')
  await press()
  await box.waitFor()
  await enter(story.used)
  await wang.sees(/账号或密码不对/)
  // The phone's clock may be a period ahead; that code is new.
  await enter(codeOf(story.secret, 1))
  await page.waitForURL(/workbench/)
  await wang.sees('王晓舟')
  await wang.close()
})
