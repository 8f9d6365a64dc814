/** What people do with a monitoring line, by what is written on the page. */

/** Fills one of the figures the line is computed from; `area` is the class of area, where the standard has one. */
export async function fillFigure(person, position, { value, source, area }) {
  const box = (words) => person.page.getByRole('textbox', { name: `数据 ${position} 的${words}` })
  await box('数值').fill(value)
  await box('来源').fill(source)
  if (area) await box('地区类别').fill(area)
}

/** The day the line holds from. */
export async function holdsFrom(person, day) {
  const { page } = person
  const from = page.getByRole('combobox', { name: '选择日期' }).or(page.getByPlaceholder('选择日期')).first()
  await from.fill(day)
  await from.press('Enter')
}

/** Gives amount and reasons, and saves the draft; answers its id. */
export async function saveDraft(person, amount, rationale) {
  const { page } = person
  await person.type('金额（元，每人每年）', amount)
  await page.getByPlaceholder(/综合考虑了什么/).fill(rationale)
  await person.sees('可以送审')
  await person.press('保存草稿')
  await page.waitForURL(/\/monitoring-lines\/[0-9a-f-]{36}$/)
  await person.settled()
  return page.url().split('/').pop()
}

/** Presses an act's button and waits for what is said when it is recorded. */
export async function does(person, button, said) {
  const panel = person.page.getByRole('region', { name: '现在该做什么' })
  await panel.locator('form').getByRole('button', { name: button, exact: true }).click()
  await person.sees(said)
  await person.settled()
}
