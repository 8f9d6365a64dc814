/** Codes of a pack that have no words of their own in it. */

const WORDS: Record<string, string> = {
  'exchange_source.national-2022': '按 2022 年全国表格式读入',
  'exchange_source.mapped': '按表头逐列对应后读入',
  'message.lead_received': '线索已登记',
  'message.household_approved': '已经纳入监测',
  'message.household_refused': '这次没有纳入',
  'message.recheck_received': '再次核查申请已收到',
}

interface Worded {
  group: string
  key: string
  label: string
}

export const labelWords = (value: Worded) => WORDS[`${value.group}.${value.key}`] ?? value.label
export const valueWords = (value: { group: string; value: string }) => WORDS[`${value.group}.${value.value}`] ?? value.value
