/**
 * Takes the pictures of docs/manual from a fresh demo: `npm run manual`, or `npm run manual -- casefile` for those whose
 * name contains the word. 1366 by 768, as on an office PC; the numbers and people in them are the demo's.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import * as acts from './support/acts.mjs'
import { launch, openPage, phone } from './support/browser.mjs'
import { does, fillFigure, holdsFrom, saveDraft } from './support/lines.mjs'
import { withPalette } from './support/palette.mjs'
import { Person } from './support/person.mjs'
import { startDemo } from './support/server.mjs'
import { findCasefile, isOpen, notMonitored } from './support/sights.mjs'

const folder = new URL('../docs/manual/pictures/', import.meta.url)
const wanted = process.argv[2] ?? ''
await mkdir(folder, { recursive: true })
const server = await startDemo()
const browser = await launch()

/** At most 150 KB each: they live in the repository. */
async function write(page, name) {
  const picture = withPalette(await page.screenshot({ caret: 'hide' }))
  await writeFile(new URL(`${name}.png`, folder), picture)
  console.log(`${name} ${Math.ceil(picture.length / 1024)} KB`)
}

async function keep(page, name) {
  if (!name.includes(wanted)) return
  // Nothing passing: no message, no blinking cursor, no pointer over a row.
  await page.mouse.move(1, 400)
  await page.evaluate(() => document.activeElement?.blur?.())
  await page.locator('.el-message').first().waitFor({ state: 'detached' }).catch(() => undefined)
  await write(page, name)
}

/** Somebody signed in, for some pictures. */
async function as(loginName, work, options) {
  const person = await Person.signIn(browser, server.base, loginName, options)
  try {
    await work(person, (name) => keep(person.page, name))
  } finally {
    await person.close()
  }
}
/** Scrolls until the element stands a little under the top bar. */
async function lookAt(locator) {
  await locator.evaluate((element) => window.scrollTo({ top: element.getBoundingClientRect().top + window.scrollY - 72 }))
}

try {
  const door = await openPage(browser, server.base)
  await door.goto('/sign-in')
  await door.getByRole('button', { name: /网格员/ }).click()
  await keep(door, 'sign-in')
  await door.context().close()

  await as('village.li', async (li, picture) => {
    const { page } = li
    await li.open('/workbench')
    await picture('workbench-village')
    await li.open('/households')
    await li.type('姓名、拼音首字母、证件号码或户编号', 'mcf')
    await li.press('查找农户')
    await li.settled()
    await picture('household-search')
    const watched = await li.call('POST', '/households/search', { monitored: 'running', limit: 20 })
    await li.open(`/households/${watched.body.items.find((row) => row.member_count >= 4)?.id ?? watched.body.items[0].id}`)
    await picture('household-file')
    await page.getByRole('button', { name: '查看完整证件号码' }).first().click()
    const reveal = page.getByRole('dialog', { name: '查看完整证件号码' })
    await li.type('用途', '入户前核对身份', reveal)
    await picture('household-reveal')
    await reveal.getByRole('button', { name: '不看了' }).click()
    await li.open('/leads')
    await picture('leads')
    const free = await notMonitored(li, ({ member_count: count }) => count >= 3)
    await li.open('/leads/new')
    await li.type('查找农户', free.code)
    await li.press('查找')
    await page.getByRole('list', { name: '查到的农户' }).getByRole('button').first().click()
    await li.pick('线索来源', '基层干部排查')
    await li.type('反映的情况', '户主上月住院手术，自付医药费较多，家里停工照料。')
    await picture('lead-register')
    await li.press('登记这条线索')
    await page.waitForURL(/\/leads\/[0-9a-f-]{36}$/)
    await li.settled()
    await li.press('填写核实结论')
    await li.choose(/进入识别认定/, page.getByRole('dialog'))
    await picture('lead-conclude')
    const visit = await findCasefile(li, (one) => isOpen(one, 'verify_home', { ready: true }) && !one.superseded.length)
    await acts.openCasefile(li, visit.id, 'home_verification')
    await picture('casefile-home-verification')
    const letter = await findCasefile(li, (one) => isOpen(one, 'sign_letter') && one.members.filter(({ adult }) => adult).length > 1)
    await acts.openCasefile(li, letter.id, 'commitment_letter')
    await acts.fillLetter(li, { without: [letter.members.filter(({ adult }) => adult).at(-1).name] })
    await acts.todo(li).locator('form').getByRole('button', { name: '提交承诺授权书' }).click()
    await page.getByRole('alert').first().waitFor()
    await lookAt(acts.todo(li).getByText('一、承诺与授权'))
    await picture('casefile-letter-refused')
    const hit = await findCasefile(li, (one) => isOpen(one, 'resolve_discrepancy'))
    await acts.openCasefile(li, hit.id, 'cross_check')
    await picture('casefile-discrepancy')
    const vote = await findCasefile(li, (one) => isOpen(one, 'record_appraisal') && !one.superseded.length)
    await acts.openCasefile(li, vote.id, 'democratic_appraisal')
    await acts.fillAppraisal(li, { recused: ['姚守信'], against: 1 })
    await lookAt(acts.todo(li).getByText(/^一、会议/))
    await picture('casefile-appraisal')
    await li.open('/notices')
    await picture('notices')
    const posted = await findCasefile(li, (one) => one.records.public_notice && isOpen(one, 'review', { ready: false }))
    await li.open(`/notices/${posted.records.public_notice.notice_id}`)
    await picture('notice')
    await acts.openCasefile(li, posted.id)
    await page.getByRole('tab', { name: '文书' }).click()
    await page.getByRole('link', { name: /^下载.*公示 Word$/ }).waitFor()
    await lookAt(page.getByRole('tab', { name: '文书' }))
    await picture('papers-casefile')
    await li.call('POST', '/name-protections', { household_id: posted.household.id, ground: 'protected_person', reason: '躲避家庭暴力，公开姓名有危险', substitute: 'code_tail' })
    await li.open('/name-protections')
    await picture('name-protection')
    await li.open('/grids')
    await picture('grids')
    await li.open('/submission-lists?folder=draw_up')
    await page.getByRole('link', { name: /^拟定名单（/ }).first().click()
    await li.settled()
    const [due] = await li.read('/submission-lists/drawable')
    const left = due.candidates.at(-1).head_name
    await page.getByRole('checkbox', { name: `列入${left}` }).uncheck({ force: true })
    await page.getByRole('textbox', { name: `不列入${left}的原因` }).fill('户主外出务工，下次再报')
    await picture('list-draw-up')
    await page.getByRole('button', { name: /^报送柳泉镇（/ }).click()
    await page.waitForURL(/\/submission-lists\/[0-9a-f-]{36}$/)
    await page.getByRole('link', { name: /^下载.*Word$/ }).waitFor()
    await picture('list-sent')
  })

  await as('grid.zhang', async (zhang, picture) => {
    const { id } = await findCasefile(zhang, (one) => isOpen(one, 'verify_home', { ready: true }))
    await zhang.open('/workbench')
    await picture('phone-workbench')
    await acts.openCasefile(zhang, id, 'home_verification')
    await lookAt(acts.todo(zhang))
    await picture('phone-home-verification')
  }, { viewport: phone, isPhone: true })

  await as('township.wang', async (wang, picture) => {
    const { page } = wang
    await wang.open('/workbench')
    await picture('workbench-township')
    const early = await findCasefile(wang, (one) => isOpen(one, 'review', { ready: false }) && one.todo.some(({ refusals }) => refusals.some(({ earliest_on: day }) => day)))
    await acts.openCasefile(wang, early.id, 'township_review')
    await picture('casefile-review-too-early')
    await page.getByRole('button', { name: /HN22-054/ }).last().click()
    await page.locator('.clause blockquote').filter({ visible: true }).first().waitFor()
    if ('clause-chip'.includes(wanted)) await write(page, 'clause-chip')
    const ready = await findCasefile(wang, (one) => isOpen(one, 'review', { ready: true }) && one.records.public_notice)
    await acts.openCasefile(wang, ready.id, 'township_review')
    await picture('casefile-review')
    await wang.open('/submission-lists?folder=to_answer')
    await page.getByRole('link', { name: /初选监测对象名单/ }).first().click()
    await wang.settled()
    await wang.press('接收名单')
    await page.getByRole('dialog').getByRole('button', { name: '接收名单' }).click()
    await page.getByRole('button', { name: /^选中现在能答复的/ }).click()
    await wang.choose('通过，转县级审批', page.getByRole('region', { name: '批量答复' }))
    await lookAt(page.getByRole('region', { name: '名单上的农户' }))
    await picture('list-answer')
    const objected = await findCasefile(wang, (one) => isOpen(one, 'answer_objection'))
    await wang.open(`/notices/${objected.records.public_notice.notice_id}`)
    await wang.press('答复异议')
    await picture('notice-objection')
  })

  await as('county.chen', async (chen, picture) => {
    const { page } = chen
    await chen.open('/workbench')
    await picture('workbench-county')
    for (const [name, query] of [
      ['超期待办', { stage: 'running', overdue: 'true' }],
      ['等县级审批的', { stage: 'running', step: 'county_decision' }],
      ['今年已归档', { stage: 'archived' }],
    ]) {
      await chen.call('POST', '/saved-views', { page: 'casefile', name, query })
    }
    await chen.open('/casefiles?stage=running&step=county_decision')
    await picture('listing')
    await chen.open('/paper-templates')
    await picture('paper-templates')
    const ready = await findCasefile(chen, (one) => isOpen(one, 'decide', { ready: true }))
    await acts.openCasefile(chen, ready.id, 'county_decision')
    await acts.fillDecision(chen, { documentNumber: '宜乡振〔2022〕31号' })
    await page.evaluate(() => window.scrollTo(0, 0))
    await picture('casefile-decision')
    await lookAt(page.getByRole('region', { name: '事项内容' }))
    await picture('casefile-why')
    const { items } = await chen.read('/casefiles?stage=archived&limit=10')
    await chen.open(`/casefiles/${items[0].id}`)
    await page.getByRole('tab', { name: '办理经过' }).click()
    await picture('casefile-archived')
    await chen.open('/imports')
    await page.getByLabel('选择要导入的表格').setInputFiles(new URL('./fixtures/national/planted.xlsx', import.meta.url).pathname)
    await picture('import-upload')
    await chen.press('上传并检查')
    await page.waitForURL(/\/imports\/[0-9a-f-]{36}$/)
    await page.getByRole('tab', { name: /^问题/ }).waitFor({ timeout: 60000 })
    await chen.settled()
    await picture('import-review')
    await lookAt(page.getByRole('tablist').last())
    await picture('import-findings')
    await page.getByRole('tab', { name: '合并预览' }).click()
    await chen.settled()
    await picture('import-preview')
  })

  await as('liaison.sun', async (sun, picture) => {
    await sun.open('/workbench')
    const task = sun.page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '信息比对' })
    if (await task.count()) await task.click()
    await sun.settled()
    await sun.button('登记本部门反馈').first().click()
    await picture('cross-check-tasks')
  })

  await as('city.wu', async (wu, picture) => {
    await wu.open('/supervision')
    await picture('supervision-city')
    await wu.press('查看宜阳县的下级')
    await wu.settled()
    await picture('supervision-county')
    const open = wu.page.getByRole('button', { name: /^说明事由后查看/ }).first()
    await open.click()
    await wu.page.getByRole('dialog').getByRole('textbox').first().fill('核实逾期原因，准备督办')
    await picture('supervision-purpose')
    await wu.page.getByRole('dialog').getByRole('button', { name: /查看/ }).last().click()
    await wu.sees(/入户核实/, wu.page.getByRole('dialog'))
    await picture('supervision-masked')
  })

  await as('policy.feng', async (feng, picture) => {
    await feng.open('/policy/packs')
    await picture('policy-packs')
    await feng.open('/policy/packs/henan-2022')
    await picture('policy-pack')
    await feng.open('/policy/in-force')
    await picture('policy-in-force')
    await feng.open('/policy/compare?left=wengyuan-2021&right=henan-2022')
    await picture('policy-compare')
    await feng.open('/policy/clauses')
    await picture('policy-clauses')
  })

  // A line of the year whose pack states none: this one is put in force for it, after the pictures of packs.
  const line = {}
  const draft = {}
  await as('policy.feng', async (feng) => {
    const form = { pack_id: 'henan-2025', jurisdiction: '410000000000', from: '2025-01-01', reason: '新年度工作要点', document: '豫农监测〔2025〕3号' }
    Object.assign(draft, (await feng.call('POST', '/policy/adoptions', form)).body)
  })
  await as('policy.tang', (tang) => tang.call('POST', `/policy/adoptions/${draft.id}/confirm`, { expected_version: draft.version, end_previous: true }))
  await as('policy.feng', async (feng, picture) => {
    await feng.open('/monitoring-lines/new?year=2025')
    await fillFigure(feng, 1, { value: '7000', source: '上年印发的文件' })
    await fillFigure(feng, 2, { value: '6.5', source: '统计公报' })
    await fillFigure(feng, 3, { value: '5200', source: '民政部门公布' })
    await holdsFrom(feng, '2025-03-10')
    await feng.sees('7000 × (1 + 6.5%) = 7455')
    await picture('monitoring-line-draft')
    line.id = await saveDraft(feng, '7400', '综合考虑收入增速和低保标准，稳妥取整。')
    await does(feng, '送审', '已送审')
  })
  const openLine = (person) => person.open(`/monitoring-lines/${line.id}`)
  await as('policy.tang', async (tang) => {
    await openLine(tang)
    await tang.type('研判意见', '测算稳妥，同意。')
    await does(tang, '提交研判意见', '研判意见已记录')
  })
  await as('policy.lu', async (lu, picture) => {
    await openLine(lu)
    for (const [field, number, button, said] of [
      ['批准文号或会议纪要', '纪要〔2025〕4号', '批准', '已批准'],
      ['备案文件的文号', '豫备〔2025〕1号', '登记备案报送', '备案已登记'],
      ['印发文件的文号', '豫防返〔2025〕2号', '印发', '已印发'],
    ]) {
      await lu.type(field, number)
      await does(lu, button, said)
    }
    await picture('monitoring-line')
  })
  await as('city.wu', async (wu, picture) => {
    await wu.open('/workbench')
    await wu.page.getByRole('link', { name: '填写回执 ›' }).click()
    await wu.settled()
    await wu.press('填写回执…')
    await picture('monitoring-line-receipt')
  })

  await as('sysadmin', async (jiang, picture) => {
    await jiang.open('/accounts')
    await picture('accounts')
    await jiang.press('新建账户')
    await jiang.type('姓名', '宋知夏', jiang.page.getByRole('dialog'))
    await jiang.type('登录名', 'village.song', jiang.page.getByRole('dialog'))
    await jiang.pick('岗位', '村支书', jiang.page.getByRole('dialog'))
    const dialog = jiang.page.getByRole('dialog')
    await dialog.getByRole('button', { name: /^账户所属行政区划/ }).click()
    await jiang.page.getByLabel('输入名称查找行政区划').filter({ visible: true }).fill('花庄')
    await jiang.page.getByRole('button', { name: /^花庄村/ }).filter({ visible: true }).first().click()
    await jiang.type('申请岗位的理由', '新任村支书', dialog)
    await picture('account-create')
    await dialog.getByRole('button', { name: '新建账户并生成一次性密码' }).click()
    await jiang.press('已经告知，关闭')
  })
  await as('secadmin', async (shen, picture) => {
    await shen.open('/role-requests')
    await picture('role-requests')
    await shen.open('/roles')
    await picture('roles')
  })
  await as('audadmin', async (han, picture) => {
    await han.open('/audit')
    await han.press('校验审计链')
    await han.sees('审计链完整')
    await picture('audit')
  })
} finally {
  await browser.close()
  await server.stop()
}
