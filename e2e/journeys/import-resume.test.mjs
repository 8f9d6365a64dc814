/** Long work in the browser: watched, stopped, found again after a reload, gone on with; and a corrected copy sent back. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { promisify } from 'node:util'
import { journey } from '../support/journey.mjs'

const run = promisify(execFile)
const { as } = journey('import-resume')
const folder = await mkdtemp(join(tmpdir(), 'shouwang-files-'))
after(() => rm(folder, { recursive: true, force: true }))
const exported = join(folder, 'national.xlsx')
const corrected = join(folder, 'corrected.xlsx')

async function send(person, file) {
  const { page } = person
  await person.open('/imports')
  await page.getByLabel('选择要导入的表格').setInputFiles(file)
  await person.press('上传并检查')
  await page.waitForURL(/\/imports\/[0-9a-f-]{36}$/)
  return page.url().split('/').pop()
}

async function checked(person, id) {
  await person.page.getByRole('tab', { name: /^问题/ }).waitFor({ timeout: 180000 })
  await person.settled()
  return person.read(`/imports/${id}`)
}

test('the register is exported while one watches, and taken once', () =>
  as('county.chen', async (chen) => {
    const { page } = chen
    await chen.open('/imports')
    const panel = page.getByRole('region', { name: '导出全国样式表格' })
    const coming = page.waitForEvent('download', { timeout: 180000 })
    await panel.getByRole('button', { name: '导出 xlsx' }).click()
    await chen.sees('正在写表格', panel)
    await (await coming).saveAs(exported)
    await chen.sees(/^已导出 [\d,]+ 户，[\d,]+ 人/, panel)
    assert.equal((await readFile(exported)).subarray(0, 2).toString(), 'PK')
  }))

test('checking is stopped, found stopped after a reload, and goes on to the end', () =>
  as('county.chen', async (chen) => {
    const { page } = chen
    const id = await send(chen, exported)
    // A reload would take back a request that is still on its way.
    const answered = (act) => page.waitForResponse((answer) => answer.url().endsWith(`/imports/${id}/${act}`))
    const stopped = answered('cancel')
    await page.getByRole('status').getByRole('button', { name: '停止' }).click({ timeout: 30000 })
    await stopped
    // Asked to stop is not yet stopped: the page says which, also after a reload.
    await page.reload()
    await chen.button('从停下的地方继续', { exact: true }).waitFor({ timeout: 30000 })
    await chen.sees('已停止')
    assert.equal((await chen.read(`/imports/${id}`)).status, 'cancelled')
    const resumed = answered('resume')
    await chen.press('从停下的地方继续')
    await resumed
    // Whoever comes back to the page in the middle finds the work where it is.
    await page.reload()
    const job = await checked(chen, id)
    assert.equal(job.status, 'checked')
    const findings = await chen.read(`/imports/${id}/findings?limit=5&severity=error`)
    assert.equal(job.counts.errors, 0, `what we export we can read: ${JSON.stringify(findings)}`)
    assert.equal(job.counts.new_households, 0)
    assert.ok(job.counts.unchanged >= 4000, JSON.stringify(job.counts))
    assert.equal(job.counts.changed_villages + job.counts.new_villages, 0)
  }))

/** Spoils the check digit of the first identity number of the fixture. */
async function spoiled() {
  const path = new URL('../fixtures/national/households_utf8_bom.csv', import.meta.url)
  const text = await readFile(path, 'utf8')
  const [number] = /98\d{15}[\dX]/.exec(text)
  const wrong = number.slice(0, 17) + (number.endsWith('1') ? '2' : '1')
  return { number, wrong, buffer: Buffer.from(text.replaceAll(number, wrong)) }
}

/** Does what the office does in Excel: writes the right number into the marked cell. */
async function correct(path, wrong, right) {
  const script = [
    'import sys, zipfile',
    'source, target, wrong, right = sys.argv[1:]',
    'with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:',
    '    for name in old.namelist():',
    '        data = old.read(name)',
    '        new.writestr(name, data.replace(wrong.encode(), right.encode()) if name.endswith(".xml") else data)',
  ].join('\n')
  await run('python3', ['-c', script, path, corrected, wrong, right])
}

test('a corrected copy is downloaded, filled in and sent back without an error', () =>
  as('county.chen', async (chen) => {
    const { page } = chen
    const { number, wrong, buffer } = await spoiled()
    const first = await checked(chen, await send(chen, { name: '户信息.csv', mimeType: 'text/csv', buffer }))
    assert.ok(first.counts.errors > 0)
    await chen.sees('证件号码校验位不对')
    const coming = page.waitForEvent('download')
    await page.getByRole('link', { name: '下载订正表（xlsx）' }).click()
    await correct(await (await coming).path(), wrong, number)
    const second = await checked(chen, await send(chen, corrected))
    assert.equal(second.counts.errors, 0, JSON.stringify(await chen.read(`/imports/${second.id}/findings?limit=20`)))
    assert.equal(second.counts.new_households, 1)
    await chen.press('合并到农户档案')
    const dialog = page.getByRole('dialog', { name: '合并到农户档案' })
    await dialog.getByRole('button', { name: /^合并 \d+ 户$/ }).click()
    await chen.sees('已合并')
    assert.equal((await chen.read(`/imports/${second.id}`)).status, 'merged')
  }))
