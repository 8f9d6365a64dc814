/** Pack values that are codes, in the words of the documents. */
import type { PolicyValue } from './types'

const WORDS: Record<string, string> = {
  '<=': '不超过（含本数）',
  '<': '低于（不含本数）',
  '>': '超过（不含本数）',
  '>=': '不低于（含本数）',
  net_income_per_capita: '家庭年人均纯收入',
  disposable_income_per_capita: '人均可支配收入',
  reference: '参考，不是唯一标准',
  ceiling: '上限',
  natural: '自然日',
  working: '工作日',
  twelve_months_before_verification_month: '核实当月之前的 12 个月',
}

export function valueWords(value: Pick<PolicyValue, 'value'>): string {
  if (value.value === null || value.value === '') return '未定'
  if (typeof value.value === 'boolean') return value.value ? '是' : '否'
  return WORDS[String(value.value)] ?? String(value.value)
}
