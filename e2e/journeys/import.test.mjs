/** A county's spreadsheets: what is wrong in them is named cell by cell, what is right is merged, and twice is once. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { journey } from '../support/journey.mjs'

const { as } = journey('import')
const fixture = (name) => new URL(`../fixtures/national/${name}`, import.meta.url).pathname
const expected = async (name) => JSON.parse(await readFile(fixture(name), 'utf8'))

/** Uploads the file and waits until it has been checked; answers the import as the API tells it. */
async function upload(person, name) {
  const { page } = person
  await person.open('/imports')
  await page.getByLabel('选择要导入的表格').setInputFiles(fixture(name))
  await person.press('上传并检查')
  await page.waitForURL(/\/imports\/[0-9a-f-]{36}$/)
  await page.getByRole('tab', { name: /^问题/ }).waitFor({ timeout: 60000 })
  await person.settled()
  return person.read(`/imports/${page.url().split('/').pop()}`)
}

test('every planted error is found, and a corrected copy can be had', () =>
  as('county.chen', async (chen) => {
    const { page } = chen
    const job = await upload(chen, 'planted.xlsx')
    const { kinds } = await expected('planted.expected.json')
    const summary = await chen.read(`/imports/${job.id}/findings/summary`)
    assert.ok(summary.length >= kinds, `${summary.length} kinds found, ${kinds} planted`)
    await chen.sees('检查完了，等您核对后合并')
    await chen.sees(/^\d+ 行有错误，不导入：到“问题”下载订正表/)
    await page.getByRole('list', { name: '问题种类' }).getByRole('button').first().click()
    await chen.settled()
    await chen.sees(/第 \d+ 行/, page.getByRole('tabpanel', { name: /^问题/ }))
    const coming = page.waitForEvent('download')
    await page.getByRole('link', { name: '下载订正表（xlsx）' }).click()
    const file = await coming
    assert.match(file.suggestedFilename(), /\.xlsx$/)
    const bytes = await readFile(await file.path())
    assert.equal(bytes.subarray(0, 2).toString(), 'PK', 'the corrections are a workbook')
  }))

test('a clean file is merged', () =>
  as('county.chen', async (chen) => {
    const { page } = chen
    const job = await upload(chen, 'clean.xlsx')
    const { distinct_households: households } = await expected('clean.expected.json')
    assert.equal(job.counts.errors, 0)
    assert.equal(job.counts.new_households + job.counts.changed + job.counts.unchanged, households)
    await chen.press('合并到农户档案')
    const dialog = page.getByRole('dialog', { name: '合并到农户档案' })
    await chen.sees(`新增 ${households} 户`, dialog)
    await dialog.getByRole('button', { name: /^合并 \d+ 户$/ }).click()
    await chen.page.waitForFunction(() => document.querySelector('main')?.innerText.includes('已合并'), undefined, { timeout: 120000 }).catch(() => undefined)
    const { status } = await chen.read(`/imports/${job.id}`)
    assert.equal(status, 'merged')
    await chen.sees(/^已合并：新增 \d+ 户/)
    await chen.sees('这份文件办完了，没有漏下的行。')
  }))

test('the same file again changes no household, and the page says what still differs', () =>
  as('county.chen', async (chen) => {
    const job = await upload(chen, 'clean.xlsx')
    // Two villages were on file with other figures, which the merge left as they were: that is what still differs.
    await chen.sees('这份文件以前上传过；还有不同，是那次没有合并，或者合并时保留了档案里的内容')
    assert.equal(job.counts.new_households, 0)
    assert.equal(job.counts.changed, 0)
  }))

test('a file that is no spreadsheet is turned away before it is sent', () =>
  as('county.chen', async (chen) => {
    await chen.open('/imports')
    await chen.page.getByLabel('选择要导入的表格').setInputFiles({ name: '台账.xls', mimeType: 'application/vnd.ms-excel', buffer: Buffer.from('x') })
    await chen.sees(/旧式 xls 请先用 WPS 或 Excel 另存为 xlsx/)
  }))

test('a refused file says why, that nothing was changed and that the file is gone', () =>
  as('county.chen', async (chen) => {
    const { page } = chen
    const job = await upload(chen, 'column_duplicate.xlsx')
    await chen.press('拒收文件')
    const dialog = page.getByRole('dialog', { name: '拒收这份文件' })
    await dialog.getByRole('textbox').fill('联系电话有两列，请乡镇改好再报')
    await dialog.getByRole('button', { name: '拒收文件' }).click()
    const told = page.getByRole('status').filter({ hasText: '已拒收，农户档案没有变动' })
    await chen.sees('原因：联系电话有两列，请乡镇改好再报', told)
    await chen.sees('文件已从系统中删去，只留这条记录。改好后请重新上传。', told)
    assert.equal((await chen.read(`/imports/${job.id}`)).status, 'refused')
  }))

test('a file that cannot be read says so and what to do', () =>
  as('county.chen', async (chen) => {
    await upload(chen, 'not_a_workbook.xlsx')
    await chen.sees('读不了这个文件，农户档案没有变动')
    await chen.sees('用 Excel 或 WPS 另存为 .xlsx，或存为 CSV 再上传')
  }))
