/** The acts of the procedure, each done on its page with its form. A person must be signed in at the level that acts. */

const todo = (person) => person.page.getByRole('region', { name: '现在该做什么' })

/** Opens a casefile, at one of its steps if it is named. */
export async function openCasefile(person, id, step) {
  await person.open(`/casefiles/${id}${step ? `?step=${step}` : ''}`)
}

/** Does something that saves, and waits until the server has taken it and the page shows what is new. */
export async function saving(person, work) {
  const { page } = person
  const answered = page.waitForResponse((answer) => answer.request().method() === 'POST' && /\/(actions|appraisals|notices)$/.test(answer.url()))
  await work()
  const answer = await answered
  if (!answer.ok()) throw new Error(`not saved: ${await answer.text()}`)
  await person.sees(/^已记录/)
  await person.settled()
}

/** Presses the one button of the form and waits until it is recorded. Steps are called what the casefile's pack calls them. */
function submit(person, label) {
  return saving(person, () => todo(person).locator('form').getByRole('button', { name: label, exact: true }).click())
}

/** Registers a lead on the household with this name; answers the lead's id. */
export async function registerLead(person, { household, channel, description, reporter }) {
  const { page } = person
  await person.open('/leads/new')
  await person.type('查找农户', household)
  await person.press('查找')
  await page.getByRole('list', { name: '查到的农户' }).getByRole('button').first().click()
  await person.pick('线索来源', channel)
  if (reporter) await person.type('反映人或来文单位（可不填）', reporter)
  await person.type('反映的情况', description)
  await person.press('登记这条线索')
  await page.waitForURL(/\/leads\/[0-9a-f-]{36}$/)
  await person.settled()
  return page.url().split('/').pop()
}

/** Concludes the lead in sight as needing identification; answers the new casefile's id. */
export async function openIdentification(person) {
  const { page } = person
  await person.press('填写核实结论')
  const dialog = page.getByRole('dialog', { name: '填写核实结论' })
  await person.choose(/识别/, dialog)
  await dialog.getByRole('button', { name: '转入识别认定' }).click()
  await page.waitForURL(/\/casefiles\/[0-9a-f-]{36}/)
  await person.settled()
  return new URL(page.url()).pathname.split('/').pop()
}

const modestIncome = { wage: '9600', operating: '4200', property: '0', transfer: '3180.50', expense: '1500' }

/** Fills the form of the home visit without handing it in. */
export async function fillHomeVerification(person, { verifiers, risk = '因病', opinion = '户主住院，自付较多，建议继续识别认定。', income = modestIncome }) {
  const form = todo(person)
  await person.type('工资性收入', income.wage, form)
  await person.type('生产经营性收入', income.operating, form)
  await person.type('财产性收入', income.property, form)
  await person.type('转移性收入', income.transfer, form)
  await person.type('生产经营性支出', income.expense, form)
  await person.type('理赔收入（不计入纯收入）', '0', form)
  await person.type('合规自付支出（不计入纯收入）', '26000', form)
  for (const question of await form.getByRole('group', { name: /^二、四个方面/ }).getByRole('radiogroup').all()) {
    await question.getByRole('radio', { name: '无问题' }).check({ force: true })
  }
  for (const question of await form.getByRole('group', { name: /^三、/ }).getByRole('radiogroup').all()) {
    await question.getByRole('radio', { name: '无困难' }).check({ force: true })
  }
  await person.tick(risk, form.getByRole('group', { name: /^四、返贫致贫风险/ }))
  await person.choose('有返贫致贫风险', form)
  await person.type('意见说明', opinion, form)
  for (const [position, name] of verifiers.entries()) await person.type(`核实人${position + 1}`, name, form)
}

export async function verifyHome(person, details) {
  await fillHomeVerification(person, details)
  await submit(person, '提交入户核实结果')
}

/** Signs for every adult the form lists, but for those left out. */
export async function fillLetter(person, { without = [] } = {}) {
  const form = todo(person)
  await person.tick('承诺提供的情况真实可靠', form)
  await person.tick('授权查询家庭资产信息', form)
  for (const name of without) await form.getByRole('checkbox', { name, exact: true }).uncheck({ force: true })
}
export async function signLetter(person, options) {
  await fillLetter(person, options)
  await submit(person, '提交承诺授权书')
}

export const requestCrossCheck = (person) => submit(person, /^(提请|开展).*信息比对$/)
export const forwardCrossCheck = (person) => submit(person, '统一报送县级比对')

export async function resolveDiscrepancy(person, { explanation, conclusion = '疑点排除' }) {
  const form = todo(person)
  await person.type('农户的说明', explanation, form)
  await person.choose(conclusion, form)
  await submit(person, '提交疑点核实结论')
}

/** Several acts can be open on one step: picks the one to do where the page offers a choice. */
export async function chooseAct(person, title) {
  const choice = todo(person).getByRole('group', { name: '可以办理的事项' }).getByRole('button', { name: title, exact: true })
  if (await choice.count()) await choice.click()
}

export async function concludeCrossCheck(person) {
  await chooseAct(person, /^办结.*信息比对$/)
  await submit(person, /^办结.*信息比对$/)
}

/** Fills the record of a meeting of twelve; the votes are for the household unless said otherwise. */
export async function fillAppraisal(person, { recused = [], against = 0, result = '评议通过' } = {}) {
  const form = todo(person)
  await person.type('会议地点', '村党群服务中心', form)
  await person.type('主持人', '李建业', form)
  await person.type('村“两委”干部人数', '4', form)
  await person.type('村民代表人数', '7', form)
  await person.type('驻村工作队人数', '1', form)
  await person.type('会议记录', '逐户介绍情况后举手表决。', form)
  for (const [position, name] of recused.entries()) {
    await form.getByRole('button', { name: '＋ 再加一人' }).click()
    await person.type(`回避人${position + 1}`, name, form)
  }
  await person.type('同意票', String(12 - recused.length - against), form)
  await person.type('不同意票', String(against), form)
  await person.choose(result, form)
}

export async function recordAppraisal(person, options) {
  await fillAppraisal(person, options)
  await submit(person, '提交民主评议结果')
}

/** 家庭情况综合研判: every dimension without a problem, the amounts as given. */
export async function fillFindings(person, { income, previous, rigid, exceeds, risk, situation }) {
  const form = todo(person)
  await person.type(/^人均(可支配|纯)收入/, income, form)
  if (previous) await person.type('家庭上年度收入（元）', previous, form)
  if (rigid) await person.type('家庭刚性支出（元）', rigid, form)
  if (risk) await person.tick(risk, form.getByRole('group', { name: '返贫致贫风险', exact: true }).last())
  if (exceeds) await person.tick(exceeds, form)
  for (const question of await form.getByRole('radiogroup', { name: /有无问题$/ }).all()) {
    await question.getByRole('radio', { name: '无问题' }).check({ force: true })
  }
  await person.type('家庭情况说明', situation, form)
}

/** The county types in a department's answer, without a hit. */
export async function answerCrossCheck(person, { department }) {
  await chooseAct(person, '登记比对结果')
  await person.type('反馈部门', department, todo(person))
  await submit(person, '登记比对结果')
}

export const postNotice = (person) => submit(person, '登记公示张贴')

export async function fillReview(person, { opinion = '材料齐全，情况属实。', checkers = ['王晓舟', '陶立春'] } = {}) {
  const form = todo(person)
  await person.choose(/^通过，转/, form)
  for (const [position, name] of checkers.entries()) await person.type(`核查人${position + 1}`, name, form)
  await form.getByRole('textbox', { name: /意见$/ }).fill(opinion)
}

export async function approveReview(person, options) {
  await fillReview(person, options)
  await submit(person, /通过，转/)
}

/** Sends back or refuses at the township or the county; `button` is what the form calls it. */
export async function sendBack(person, { to, reason }) {
  const form = todo(person)
  await person.choose('退回重办', form)
  await person.pick('退回到', to, form)
  await person.type('退回原因和要补的内容', reason, form)
  const signers = form.getByLabel('核查人2', { exact: true })
  if (await signers.count()) await signers.fill('陶立春')
  await submit(person, '退回重办')
}

export async function fillDecision(person, { documentNumber, opinion = '同意认定。' }) {
  const form = todo(person)
  await person.choose('同意认定', form)
  await form.getByRole('textbox', { name: /意见$/ }).fill(opinion)
  const judged = form.getByRole('group', { name: '已综合研判的方面' })
  for (const box of await judged.getByRole('checkbox').all()) await box.check({ force: true })
  await form.getByRole('textbox', { name: /文号$/ }).fill(documentNumber)
}

export async function decide(person, options) {
  await fillDecision(person, options)
  await submit(person, '认定为监测对象')
}

export async function acknowledgeDecision(person) {
  await submit(person, /^签收/)
}
export const announce = (person) => submit(person, '登记公告张贴')

/** Says of every paper of the step in hand that nobody scanned where it is kept. */
export async function keepPapers(person, place = '镇档案室 3 号柜') {
  const evidence = todo(person).locator('details.evidence')
  await evidence.getByRole('textbox', { name: '所缺的纸质件都存放于' }).fill(place)
  await evidence.getByRole('button', { name: '一并记录存放处' }).click()
  await person.sees(new RegExp(`纸质件存放于${place}`))
}

export async function archive(person, { reviewer }) {
  const form = todo(person)
  await keepPapers(person)
  await person.type('系统编号', '8800-1', form)
  await person.type('审核人', reviewer, form)
  await submit(person, '登记录入并归档')
}

export { submit, todo }

/** Opens one of the acts under 其他办理, or does nothing where its form is in sight already. */
export async function otherAct(person, title) {
  await todo(person).getByRole('button', { name: '其他办理' }).click()
  await person.page.getByRole('menuitem', { name: title, exact: true }).click()
}
