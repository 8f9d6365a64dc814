/** What a pack's values look like to a person: codes, fields of a text, dates and lists. */
import { formatDate } from '@/components/format'

const WORDS: Record<string, string> = {
  'exchange_source.national-2022': '按 2022 年全国表格式读入',
  'exchange_source.mapped': '按表头逐列对应后读入',
  'message.lead_received': '线索已登记',
  'message.after_approval': '纳入以后怎样联系',
  'message.household_ended': '办理终止',
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

/** What stands in the fields of a text that is sent out. */
const FIELDS: Record<string, string> = {
  head_name: '户主姓名',
  received_on: '收到日期',
  deadline_on: '办结期限',
  decided_on: '认定日期',
  ended_on: '终止日期',
  ending: '终止情形',
  reason: '原因',
  steps: '办理步骤',
  category: '监测对象类别',
  township: '乡镇',
}

export const valueWords = (value: { group: string; value: string }) =>
  WORDS[`${value.group}.${value.value}`] ??
  value.value
    .replace(/\{([a-z_]+)\}/g, (_, field: string) => `〔${FIELDS[field] ?? '按户填写'}〕`)
    .replace(/\d{4}-\d{2}-\d{2}/g, (date) => formatDate(date))
    .replace(/建议第几天前办结（不是规定）：(\d+)/, '建议第 $1 天前办结（不是规定）')
    .replace(/；数：(\d+)/, '；不少于 $1')

/** The entries of a value that is a list; steps come one after the other. Texts that are sent out stay whole. */
export function listOf(group: string, text: string): { entries: string[]; inOrder: boolean } {
  if (group === 'message') return { entries: [text], inOrder: false }
  if (text.includes(' → ')) return { entries: text.split(' → '), inOrder: true }
  return { entries: text.split('；'), inOrder: false }
}
