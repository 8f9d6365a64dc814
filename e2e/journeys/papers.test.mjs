/** Papers: the village prints a notice, a protected name waits for the township, the county brings its own template. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import * as acts from '../support/acts.mjs'
import { journey } from '../support/journey.mjs'
import { phone } from '../support/browser.mjs'
import { findCasefile } from '../support/sights.mjs'

const { as } = journey('papers')
const story = {}

/** Downloads what a link gives; answers its bytes and the name it would be saved under. */
async function download(person, link) {
  const started = person.page.waitForEvent('download')
  await link.click()
  const file = await started
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()), path: await file.path() }
}

test('the village takes the notice as Word and prints it', () =>
  as('village.li', async (li) => {
    const { page } = li
    const casefile = await findCasefile(li, (one) => one.records.public_notice && one.records.democratic_appraisal)
    Object.assign(story, { id: casefile.id, household: casefile.household.id, name: casefile.household.head_name, notice: casefile.records.public_notice.notice_id })
    await acts.openCasefile(li, story.id)
    await page.getByRole('tab', { name: '文书' }).click()
    await page.getByRole('link', { name: '下载承诺授权书 Word' }).waitFor()
    await li.open(`/notices/${story.notice}`)
    const panel = page.getByRole('region', { name: '文书' })
    const file = await download(li, panel.getByRole('link', { name: /^下载.*Word$/ }))
    assert.match(file.name, /^公示-\d{8}\.docx$/)
    assert.equal(file.bytes.subarray(0, 2).toString(), 'PK')
    const opened = page.waitForEvent('popup')
    await panel.getByRole('link', { name: /^打印/ }).click()
    const print = await opened
    await print.getByRole('cell', { name: story.name, exact: true }).waitFor()
    assert.match(await print.locator('body').innerText(), /可以匿名/)
    await print.close()
  }))

test('the village asks that a name is not posted; the notice waits', () =>
  as('village.li', async (li) => {
    const { page } = li
    await li.open('/name-protections')
    await li.press('提出公示用名')
    const dialog = page.getByRole('dialog', { name: '提出公示用名' })
    await li.type('查找农户', story.name, dialog)
    await dialog.getByRole('button', { name: '查找' }).click()
    await dialog.getByRole('list', { name: '查到的农户' }).getByRole('button').first().click()
    await li.choose(/受保护人员/, dialog)
    await li.type('具体原因', '躲避家庭暴力，公开姓名有危险', dialog)
    await li.choose('写监护人的姓名', dialog)
    await li.type('监护人姓名', '孟长河', dialog)
    await dialog.getByRole('button', { name: '报乡镇批准' }).click()
    await li.sees('待乡镇批准')
    await li.open(`/notices/${story.notice}`)
    await li.sees(/乡镇批准后再打印/)
    assert.equal(await page.getByRole('link', { name: /^打印/ }).count(), 0)
  }))

test('the township approves and the paper says the other name', () =>
  as('township.wang', async (wang) => {
    const { page } = wang
    await wang.open('/workbench')
    await page.getByRole('link', { name: '批准公示用名 ›' }).click()
    await wang.settled()
    await page.getByRole('button', { name: '批准', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: '批准这样公示' }).click()
    await wang.sees('已批准')
    const text = (await wang.call('GET', `/papers/notice/${story.notice}/public_notice/print`)).body
    assert.match(text, /孟长河（监护人）/)
    assert.ok(!text.includes(`<td colspan="1">${story.name}</td>`))
  }))

test('the county uploads a template: what it may not hold is named, a good one goes in use and back', () =>
  as('county.chen', async (chen) => {
    const { page } = chen
    await chen.open('/paper-templates')
    await chen.sees('平台自带模板在用', page.getByRole('region', { name: '版本' }))
    const own = await download(chen, page.getByRole('region', { name: '版本' }).getByRole('link', { name: '下载' }))
    const wrong = join(tmpdir(), `shouwang-paper-${process.pid}.docx`)
    await writeFile(wrong, 'not a Word file')
    const upload = page.getByRole('region', { name: '上传新模板' }).locator('input[type=file]')
    await upload.setInputFiles(wrong)
    await chen.sees(/打不开这个文件/)
    await upload.setInputFiles({ name: '公示.docx', mimeType: 'application/octet-stream', buffer: own.bytes })
    await chen.sees('检查通过，已保存。看过样例再启用。')
    const sample = await download(chen, page.getByRole('link', { name: '看样例' }).first())
    assert.match(sample.name, /样例/)
    await page.getByRole('button', { name: '启用这一版' }).click()
    await chen.sees('公示：第 1 版在用')
    // The print view keeps its own layout, and says so where it is printed.
    const print = (await chen.call('GET', `/papers/notice/${story.notice}/public_notice/print`)).body
    assert.match(print, /本县的 Word 模板不用在这一页/)
    await page.getByRole('button', { name: '改回自带模板' }).click()
    await chen.sees('公示：平台自带模板在用')
  }))

test('on a phone the papers of a case are in reach', () =>
  as('village.li', { viewport: phone, isPhone: true }, async (li) => {
    await acts.openCasefile(li, story.id)
    await li.page.getByRole('tab', { name: '文书' }).click()
    await li.page.getByRole('link', { name: '打印承诺授权书' }).waitFor()
    const wide = await li.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1)
    assert.ok(!wide, 'nothing sticks out')
  }))
