/** Two snapshots of a household as rows for DiffView. Sensitive values are compared as the server masks them. */
import type { DiffRow } from '@/components/DiffView.vue'
import { formatDate, formatYuan } from '@/components/format'
import { sexLabel } from './changes'
import type { HouseholdFile, Member } from './types'

const STATUS = { active: '在户', died: '已死亡', left: '已迁出' } as const
const yes = (value: boolean, good: string, bad: string) => (value ? bad : good)

function memberWords(member: Member): string {
  return [
    member.relation_label,
    sexLabel(member.sex),
    `${formatDate(member.birth_on)}出生`,
    member.id_number_masked || '暂无证件号码',
    member.health.join('、'),
    member.labour_label,
    member.school_stage_label || member.education_label,
    member.lives_here ? '常住' : '不常住',
    member.shares_income ? '共享收支' : '不共享收支',
    STATUS[member.status],
  ].filter(Boolean).join('，')
}

function describe(household: HouseholdFile): Map<string, string> {
  const rows = new Map<string, string>()
  rows.set('户编号', household.code ?? '')
  rows.set('所在区划', household.path)
  rows.set('住址', household.address)
  rows.set('联系电话', household.phone_masked ?? '')
  rows.set('户类型', household.household_type_label)
  rows.set('户主', household.head_name)
  rows.set('标签', household.tags.join('、'))
  for (const member of household.members) rows.set(`成员：${member.name}`, memberWords(member))
  for (const one of household.income) {
    const period = `${formatDate(one.period_from)}至${formatDate(one.period_to)}`
    rows.set(`收支：${period}`, `家庭纯收入 ${formatYuan(one.net_income_fen)}，人均 ${formatYuan(one.per_capita_fen)}（${one.counted_persons} 人）`)
  }
  for (const one of household.assurances) {
    rows.set(`三保障和饮水：${formatDate(one.recorded_on)}`, [
      yes(one.housing_problem, '住房安全', '住房有问题'),
      yes(one.schooling_problem, '无失学辍学', '有失学辍学'),
      yes(one.insurance_problem, '全部参保', '有人未参保'),
      yes(one.water_problem, '饮水安全', '饮水有问题'),
    ].join('，'))
  }
  return rows
}

export function diffRows(before: HouseholdFile, after: HouseholdFile): DiffRow[] {
  const left = describe(before)
  const right = describe(after)
  return [...new Set([...left.keys(), ...right.keys()])].map((label) => ({
    label,
    before: left.get(label) ?? null,
    after: right.get(label) ?? null,
  }))
}
