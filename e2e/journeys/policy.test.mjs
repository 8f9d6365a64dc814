/** The policy officer compares two packs, sees what would change and drafts it; a second puts it in force, and everybody reads it with its history. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { journey } from '../support/journey.mjs'
import { phone } from '../support/browser.mjs'

const { as } = journey('policy')
const title = '河南省 2022 年防止返贫监测帮扶'
const place = (person, name) => person.page.getByRole('region', { name, exact: true })

/** Fills the dialog as far as the preview; answers it. */
async function preview(feng, from) {
  const { page } = feng
  await feng.press('启用政策包')
  const dialog = page.getByRole('dialog', { name: '启用政策包' })
  await feng.pick('政策包', title, dialog)
  await dialog.getByRole('button', { name: /适用区划/ }).click()
  await page.getByPlaceholder(/名称/).last().fill('宜阳县')
  await page.getByRole('button', { name: /宜阳县/ }).last().click()
  await dialog.getByLabel('启用日期').fill(from)
  await dialog.getByLabel('启用日期').press('Enter')
  await feng.type('理由', '县委农村工作领导小组会议决定', dialog)
  await feng.type('依据文件', '会议纪要〔2022〕5号', dialog)
  await dialog.getByRole('button', { name: '看会改变什么' }).click()
  await feng.sees('现在执行', dialog)
  return dialog
}

test('two packs stand side by side: what differs, each value with its clause, 文件未规定 where a document is silent', () =>
  as('policy.feng', async (feng) => {
    const { page } = feng
    await feng.open('/policy/compare?left=wengyuan-2021&right=henan-2022')
    await feng.sees(/处不同，共/)
    const line = page.getByRole('row').filter({ hasText: '监测范围（元/人·年）' })
    await feng.sees('9600', line)
    await feng.sees('6900', line)
    await feng.sees('文件未规定', page.getByRole('row').filter({ hasText: '村级公示：公示天数' }))
    await feng.sees('没有这一项', page.getByRole('row').filter({ hasText: '其他低收入人口' }))
    await line.getByRole('button', { name: '依据条款 HN22-011，点开看原文' }).click()
    await feng.sees(/6900/, page.getByRole('tooltip').filter({ visible: true }))
    await page.keyboard.press('Escape')
    assert.equal(await page.getByRole('row').filter({ hasText: '相同' }).count(), 0, 'only what differs')
    await page.getByText('只看不同').click()
    await page.getByRole('row').filter({ hasText: '相同' }).first().waitFor()
    assert.match(page.url(), /only=all/)
    await page.locator('body').press('n')
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-difference') !== 'same'), true)
    const picture = page.getByRole('region', { name: '两份程序' })
    assert.equal(await picture.getByRole('img', { name: /程序图/ }).count(), 2)
    await feng.sees('对方没有', picture)
  }))

test('before confirming the officer sees who keeps the old pack; a draft governs nothing; the village reads the new entry', async () => {
  await as('policy.feng', async (feng) => {
    const { page } = feng
    await feng.open('/policy/in-force')
    await feng.sees('执行中', place(feng, '河南省'))
    const dialog = await preview(feng, '2022年5月25日')
    await feng.sees(title, dialog)
    const kept = await dialog.getByText(/件沿用原来的/).innerText()
    assert.ok(Number(/\d+/.exec(kept)[0]) > 0, kept)
    await feng.sees('2022年5月25日起收到的，按新的办理', dialog)
    await dialog.getByRole('button', { name: '存为草稿' }).click()
    await feng.sees('草稿', place(feng, '宜阳县'))
    await feng.sees('等另一名政策管理员启用：起草的人不能启用自己的稿子。', place(feng, '宜阳县'))
    assert.equal(await place(feng, '宜阳县').getByRole('button', { name: '启用…' }).count(), 0)
  })
  await as('village.li', async (li) => {
    await li.open('/policy/in-force')
    await li.sees('执行中', place(li, '河南省'))
    assert.equal(await place(li, '宜阳县').count(), 0, 'a draft is the officers own')
    assert.equal(await li.button('启用政策包').count(), 0)
  })
  await as('policy.tang', async (tang) => {
    await tang.open('/policy/in-force')
    await place(tang, '宜阳县').getByRole('button', { name: '启用…' }).click()
    const dialog = tang.page.getByRole('dialog', { name: '启用政策包' })
    await tang.sees('现在执行', dialog)
    await dialog.getByRole('button', { name: '启用政策包' }).click()
    await tang.sees('将执行', place(tang, '宜阳县'))
    await place(tang, '宜阳县').getByText('2 次办理').click()
    await tang.sees(/启用：县委农村工作领导小组会议决定/, place(tang, '宜阳县'))
  })
  await as('village.li', { viewport: phone, isPhone: true }, async (li) => {
    await li.open('/policy/in-force')
    await li.sees('将执行', place(li, '宜阳县'))
    const wide = await li.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wide <= 0, `${wide} pixels too wide`)
  })
})

test('an overlap waits for a yes; what has not begun can be taken back, and the one before goes on', async () => {
  await as('policy.feng', async (feng) => {
    await feng.open('/policy/in-force')
    const dialog = await preview(feng, '2022年6月10日')
    await feng.sees('重叠', dialog)
    await dialog.getByRole('button', { name: '存为草稿，请另一人启用' }).click()
    await feng.sees('草稿', place(feng, '宜阳县'))
  })
  await as('policy.tang', async (tang) => {
    const { page } = tang
    await tang.open('/policy/in-force')
    await place(tang, '宜阳县').getByRole('button', { name: '启用…' }).click()
    const dialog = page.getByRole('dialog', { name: '启用政策包' })
    await tang.sees('重叠', dialog)
    const put = dialog.getByRole('button', { name: '启用政策包' })
    assert.equal(await put.isDisabled(), true, 'not without a yes')
    await dialog.getByText('同意原来的到 2022年6月10日 为止').click()
    await put.click()
    const county = place(tang, '宜阳县')
    await tang.sees('2022年5月25日起，到2022年6月10日之前', county)
    await county.getByRole('row').filter({ hasText: '2022年6月10日起' }).filter({ hasNotText: '之前' }).getByRole('button', { name: '撤回…' }).click()
    const back = page.getByRole('dialog', { name: '撤回启用' })
    await tang.type('撤回理由', '文件推迟下发', back)
    await back.getByRole('button', { name: '撤回启用' }).click()
    await tang.sees(/空档/, back)
    await back.getByText(/继续执行/).click()
    await back.getByRole('button', { name: '撤回启用' }).click()
    await tang.sees('已撤回', county)
    await county.getByText('4 次办理').click()
    await tang.sees(/恢复执行/, county)
  })
})

test('one officer proposes to end what runs, the other is asked and may leave it in force', async () => {
  await as('policy.feng', async (feng) => {
    await feng.open('/policy/in-force')
    const province = place(feng, '河南省')
    await province.getByRole('button', { name: '停用…' }).click()
    const dialog = feng.page.getByRole('dialog', { name: '停用政策包' })
    await feng.type('停用理由', '省里另发文件', dialog)
    await dialog.getByRole('button', { name: '提出停用' }).click()
    await dialog.getByText('知道有这段空档，照此办理').click()
    await dialog.getByRole('button', { name: '提出停用' }).click()
    await feng.sees(/提出的人不能自己确认/, province)
    await feng.sees('执行中', province)
    assert.equal(await province.getByRole('button', { name: '确认停用…' }).count(), 0)
  })
  await as('policy.tang', async (tang) => {
    await tang.open('/policy/in-force')
    const province = place(tang, '河南省')
    await province.getByRole('button', { name: '确认停用…' }).click()
    const confirm = tang.page.getByRole('dialog', { name: '确认停用' })
    await tang.sees(/理由：省里另发文件/, confirm)
    await confirm.getByRole('button', { name: '取消' }).click()
    await province.getByRole('button', { name: '不再停用…' }).click()
    const keep = tang.page.getByRole('dialog', { name: '不再停用' })
    await tang.type('不再停用的理由', '新文件还没有印发', keep)
    await keep.getByRole('button', { name: '不再停用' }).click()
    await province.getByRole('button', { name: '停用…', exact: true }).waitFor()
  })
})

test('the audit administrator finds every act on the packs', () =>
  as('audadmin', async (han) => {
    await han.open('/audit')
    const acts = { 'policy.feng': ['起草启用政策包', '提出停用政策包'], 'policy.tang': ['启用政策包', '停用政策包', '恢复执行政策包', '撤回启用政策包', '不再停用政策包'] }
    for (const [login, names] of Object.entries(acts)) {
      await han.type('操作人登录名', login)
      await han.press('筛选')
      await han.settled()
      for (const act of names) await han.sees(act)
    }
  }))
