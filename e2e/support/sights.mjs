/** What is to be seen on the pages, read the way a person reads them. */
import assert from 'node:assert/strict'

/** A household of the person's own village that nobody watches yet and nobody reported. */
export async function notMonitored(person, wanted = () => true) {
  const { status, body } = await person.call('POST', '/households/search', { monitored: 'none', limit: 100 })
  assert.equal(status, 200)
  const found = body.items.find((row) => row.code && !row.has_running_casefile && !row.open_leads && wanted(row))
  assert.ok(found, 'the demo has no such household')
  return found
}

const stages = ['办理中', '已审批', '已确定', '已审核认定', '已归档', '不予纳入', '已终止']

/** The stage the casefile's head shows. */
export async function stage(person) {
  const marks = await person.page.locator('.head .mark').allInnerTexts()
  return marks.map((mark) => mark.trim()).find((mark) => stages.includes(mark)) ?? marks.join('|')
}

/** The statutory clocks in the casefile's head. */
export async function clocks(person) {
  const badges = await person.page.locator('.head .full').all()
  return Promise.all(
    badges.map(async (badge) => ({
      label: (await badge.locator('.label').innerText()).trim(),
      words: (await badge.locator('.words').innerText()).replace(/^[◷◔!✓]\s*/, '').trim(),
      // A clock with a last day and no number of days has no such line.
      used: ((await badge.locator('.figure').allInnerTexts()).at(-1) ?? '').split('·')[0].trim(),
    })),
  )
}

/** What the step's line in the list of steps says: 未开始, 办理中, 轮到您, 已办, 已退回. */
export async function stepState(person, label) {
  const line = person.page.getByRole('complementary', { name: '办理步骤' }).getByRole('listitem').filter({ has: person.page.getByRole('button', { name: label, exact: true }) })
  const text = await line.getByText(/^(未开始|办理中|轮到您|已办|已退回)$/).first().textContent()
  return text.trim()
}

/** Every act in the timeline, oldest first, each as it stands there: day, act, what, who, when it was typed in. */
export async function eventTexts(person) {
  await person.page.getByRole('tab', { name: '办理经过' }).click()
  const texts = await person.page.getByRole('tabpanel', { name: '办理经过' }).getByRole('listitem').allInnerTexts()
  return texts.reverse().map((text) => text.replace(/\s+/g, ' ').trim())
}

/** The clauses whose chips stand in this part of the page. */
export async function clauseChips(within) {
  const names = await within.getByRole('button', { name: /^依据条款/ }).allInnerTexts()
  return [...new Set(names.map((name) => name.trim()))]
}

/** The demo's running casefile that fits, nearest deadline first; read over the person's own API. */
export async function findCasefile(person, fits) {
  const { items } = await person.read('/casefiles?stage=running&limit=100')
  for (const row of items) {
    const casefile = await person.read(`/casefiles/${row.id}`)
    if (fits(casefile)) return casefile
  }
  throw new Error('the demo has no such casefile')
}

/** Whether this act is open on the casefile, and with `ready` whether nothing stands against it. */
export function isOpen(casefile, act, { ready } = {}) {
  return casefile.todo.some((todo) => todo.actions.includes(act) && (ready === undefined || todo.ready === ready))
}
