/** An account from its opening to its end: one-time password, first sign-in, disabling with hand-over. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { journey } from '../support/journey.mjs'
import { openPage } from '../support/browser.mjs'
import { Person } from '../support/person.mjs'
import { grantPost } from '../support/posts.mjs'

const { as, world } = journey('accounts')
const story = { login: 'village.song', password: 'Mulberry-Lantern-58' }

test('the system administrator opens an account and reads a one-time password', () =>
  as('sysadmin', async (jiang) => {
    const { page } = jiang
    await jiang.open('/accounts')
    await jiang.press('新建账户')
    const dialog = page.getByRole('dialog', { name: '新建账户' })
    await jiang.type('姓名', '宋知夏', dialog)
    await jiang.type('登录名', story.login, dialog)
    await jiang.pick('岗位', '村支书', dialog)
    await dialog.getByRole('button', { name: /^账户所属行政区划/ }).click()
    await page.getByLabel('输入名称查找行政区划').filter({ visible: true }).fill('花庄')
    await page.getByRole('button', { name: /^花庄村/ }).filter({ visible: true }).first().click()
    await jiang.type('申请岗位的理由', '新任村支书', dialog)
    await dialog.getByRole('button', { name: '新建账户并生成一次性密码' }).click()
    const shown = page.getByRole('dialog', { name: '一次性密码' })
    story.oneTime = (await shown.getByLabel('一次性密码', { exact: true }).last().innerText()).trim()
    assert.ok(story.oneTime.length >= 10)
    await shown.getByRole('button', { name: '已经告知，关闭' }).click()
    const row = page.getByRole('row').filter({ hasText: story.login })
    await row.getByText('从未登录').waitFor()
    await row.getByText('村支书待批准').waitFor()
  }))

test('without a granted post the account can only change its password', () =>
  as(story.login, { password: () => story.oneTime }, async (song) => {
    await song.sees('请先修改密码')
    const { status, body } = await song.call('GET', '/leads')
    assert.deepEqual([status, body.code], [403, 'role_not_granted'])
  }))

test('the security administrator refuses once with a reason, and grants what is asked again', async () => {
  await as('secadmin', async (shen) => {
    await shen.open('/role-requests')
    await shen.page.getByRole('row').filter({ hasText: '宋知夏' }).getByRole('button', { name: '批准或不批准' }).click()
    const dialog = shen.page.getByRole('dialog', { name: '宋知夏申请村支书' })
    assert.ok(await dialog.getByRole('button', { name: '不批准', exact: true }).isDisabled(), 'a refusal needs its reason')
    await dialog.getByLabel('审批意见（不批准必填）').fill('请先补交任职文件')
    await shen.press('不批准')
    await shen.sees('没有等待批准的岗位申请')
  })
  await as('sysadmin', async (jiang) => {
    const { page } = jiang
    await jiang.open('/accounts')
    const row = page.getByRole('row').filter({ hasText: story.login })
    await row.getByText('村支书未批准：请先补交任职文件').waitFor()
    await row.getByRole('button', { name: '申请岗位' }).click()
    const dialog = page.getByRole('dialog', { name: '为宋知夏申请岗位' })
    await jiang.pick('新岗位', '村支书', dialog)
    await dialog.getByRole('button', { name: /^新岗位所属行政区划/ }).click()
    await page.getByLabel('输入名称查找行政区划').filter({ visible: true }).fill('花庄')
    await page.getByRole('button', { name: /^花庄村/ }).filter({ visible: true }).first().click()
    await jiang.type('理由', '已补交任职文件', dialog)
    await dialog.getByRole('button', { name: '提交岗位申请' }).click()
    await row.getByText('村支书待批准').waitFor()
    const { items } = await jiang.read('/role-requests?status=requested')
    const own = await jiang.call('POST', `/role-requests/${items[0].id}/decide`, { grant: true })
    assert.equal(own.status, 403, 'who asks does not grant')
  })
  await grantPost(as, '宋知夏')
})

test('the first sign-in can do nothing before the password is changed', () =>
  as(story.login, { password: () => story.oneTime }, async (song) => {
    await song.sees('请先修改密码')
    const { status } = await song.call('GET', '/casefiles')
    assert.equal(status, 403)
    await song.type('当前密码', story.oneTime)
    await song.type('新密码', story.password)
    await song.type('再输一遍新密码', story.password)
    await song.press('修改密码')
    await song.page.waitForURL(/workbench/)
    await song.sees('今天要办的事')
  }))

test('disabling takes effect at once, and open work must go to a colleague', async () => {
  const li = await Person.signIn(world.browser, world.server.base, 'village.li')
  await as('sysadmin', async (jiang) => {
    const { page } = jiang
    await jiang.open('/accounts')
    const row = page.getByRole('row').filter({ hasText: 'village.li' })
    await row.getByRole('button', { name: '停用' }).click()
    const dialog = page.getByRole('dialog', { name: '停用李建业的账户' })
    await dialog.getByLabel('停用原因').fill('调离本村')
    assert.ok(await dialog.getByRole('button', { name: '停用并移交' }).isDisabled(), 'nobody takes the work over yet')
    const { items } = await jiang.read('/accounts?limit=100')
    const { id } = items.find(({ login_name: login }) => login === 'village.li')
    const refused = await jiang.call('POST', `/accounts/${id}/disable`, { reason: '调离本村' })
    assert.equal(refused.status, 422, JSON.stringify(refused.body))
    await dialog.getByRole('combobox', { name: '移交给' }).click()
    await page.getByRole('option', { name: /宋知夏/ }).click()
    await dialog.getByRole('button', { name: '停用并移交' }).click()
    await jiang.sees('已停用李建业的账户')
    await row.getByText('已停用').waitFor()
  })
  const { status } = await li.call('GET', '/workbench')
  assert.equal(status, 401, 'the open session ends at once')
  await li.page.context().close()
  const again = new Person(await openPage(world.browser, world.server.base), world.server.base, 'village.li')
  await assert.rejects(again.signIn('Shouwang-2022'))
  await again.sees(/账号或密码不对|停用/)
  await again.page.context().close()
})

test('the successor signs in and finds the work', () =>
  as(story.login, { password: story.password }, async (song) => {
    await song.sees(/轮到我办/)
    assert.ok((await song.read('/workbench')).mine.length > 0)
  }))
