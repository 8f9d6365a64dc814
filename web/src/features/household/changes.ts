/** The changes a household file knows, in the words of the office, and their empty forms. */
import { correctionOfHousehold } from './corrections'
import type { AssuranceRecord, Change, ChangeKind, HouseholdFile, IncomeStatementInput, MemberInput } from './types'

export interface ChangeMenuItem {
  kind: ChangeKind
  /** Also the name of the button that saves it. */
  label: string
  hint: string
}

export const CHANGE_MENU: ChangeMenuItem[] = [
  { kind: 'member_born', label: '登记出生', hint: '新生儿可以暂无证件号码，先用临时编号。' },
  { kind: 'member_joined', label: '登记成员迁入', hint: '因婚嫁、收养、回迁等加入本户。' },
  { kind: 'member_died', label: '登记死亡', hint: '成员保留在档案里，不再计入人口；户主去世的，同时选出新户主。' },
  { kind: 'member_left', label: '登记成员迁出', hint: '因婚嫁、迁移、服刑等离开本户。' },
  { kind: 'head', label: '登记户主变更', hint: '请填写各人与新户主的关系；不填的照旧，原户主记为“其他”。' },
  { kind: 'member_corrected', label: '更正成员信息', hint: '登记错了或情况变了的，只改有变化的项；原来的内容留在变更记录里。' },
  { kind: 'household_corrected', label: '更正户信息', hint: '户编号、户类型、脱贫年度、标签；原来的内容留在变更记录里。' },
  { kind: 'contact', label: '登记住址电话变更', hint: '只填有变化的一项。' },
  { kind: 'income', label: '登记收支', hint: '按采集表登记一个时段的收入与支出。' },
  { kind: 'assurances', label: '登记三保障和饮水', hint: '住房、义务教育、基本医疗、饮水安全。' },
  { kind: 'subsistence_allowance', label: '登记低保变动', hint: '按民政的批准登记；起始日期用来判断是不是新纳入低保。' },
  { kind: 'moved', label: '登记整户搬迁', hint: '户籍或居住转到您负责范围内的另一个村；迁往别的乡镇、外县的，由乡镇在“移交或迁出”里办。' },
  { kind: 'split', label: '登记分户', hint: '选出分出去的成员和新户的户主。' },
  { kind: 'merged_into', label: '登记并户', hint: '本户全部成员和未办结的线索并入另一户，本户档案停用但保留。' },
]

/** A village has no other village to move a household to: the township does that. */
export const changeMenu = (level: string | undefined) => CHANGE_MENU.filter((item) => item.kind !== 'moved' || level !== 'village')

export function menuItem(kind: ChangeKind): ChangeMenuItem {
  const item = CHANGE_MENU.find((one) => one.kind === kind)
  if (!item) throw new Error(`unknown change kind ${kind}`)
  return item
}

/** Groups of the collection form; a source code is `group.item`, as in the code list `income_source`. */
export const INCOME_GROUPS: { code: string; label: string; kind: 'income' | 'expense' }[] = [
  { code: 'wage', label: '工资性收入', kind: 'income' },
  { code: 'business', label: '生产经营性收入', kind: 'income' },
  { code: 'property', label: '财产性收入', kind: 'income' },
  { code: 'transfer', label: '转移性收入', kind: 'income' },
  { code: 'business_expenditure', label: '生产经营性支出', kind: 'expense' },
]

export const groupOf = (source: string) => INCOME_GROUPS.find((group) => group.code === source.split('.')[0])

function emptyMember(relation: string): MemberInput {
  return { name: '', relation, sex: 'male', birth_on: '', health: [], labour: '', education: '', school_stage: '', registered: true, lives_here: true, shares_income: true }
}

/** Twelve whole months before the month of `today`, the usual accounting period of a check. */
export function lastTwelveMonths(today: string): { from: string; to: string } {
  const [year = 0, month = 1] = today.split('-').map(Number)
  const last = new Date(Date.UTC(year, month - 1, 0))
  const first = new Date(Date.UTC(year - 1, month - 1, 1))
  return { from: first.toISOString().slice(0, 10), to: last.toISOString().slice(0, 10) }
}

/** An empty change of the kind, prefilled with what the file already says. */
export function emptyChange(kind: ChangeKind, household: HouseholdFile, today: string): Change {
  const active = household.members.filter((member) => member.status === 'active')
  switch (kind) {
    case 'member_born':
      return { kind, member: { ...emptyMember(''), birth_on: today, health: ['healthy'], labour: 'none' } }
    case 'member_joined':
      return { kind, member: emptyMember('') }
    case 'member_died':
    case 'member_left':
      return { kind, member_id: '', on: today, note: '', new_head_id: null, relations: {} }
    case 'head':
      return { kind, member_id: '', relations: {} }
    case 'member_corrected':
      return { kind, member_id: '', correction: {} }
    case 'household_corrected':
      return { kind, correction: correctionOfHousehold(household) }
    case 'moved':
      return { kind, village: '' }
    case 'contact':
      return { kind, address: household.address, phone: '' }
    case 'income': {
      const period = lastTwelveMonths(today)
      return {
        kind,
        statement: {
          period_from: period.from,
          period_to: period.to,
          items: [],
          counted_persons: active.filter((member) => member.shares_income).length || active.length,
          claims_fen: 0,
          out_of_pocket_fen: 0,
        },
      }
    }
    case 'assurances': {
      const last: AssuranceRecord | undefined = [...household.assurances].sort((a, b) => b.recorded_on.localeCompare(a.recorded_on))[0]
      return {
        kind,
        record: {
          recorded_on: today,
          housing_problem: last?.housing_problem ?? false,
          schooling_problem: last?.schooling_problem ?? false,
          water_problem: last?.water_problem ?? false,
          insurance_problem: last?.insurance_problem ?? false,
          note: '',
        },
      }
    }
    case 'subsistence_allowance':
      return { kind, member_id: '', allowance: 'rural', since: null }
    case 'split':
      return { kind, member_ids: [], new_head_id: '', without_adult: '' }
    case 'merged_into':
      return { kind, household_id: '', relations: {} }
  }
}

/** The head goes and somebody stays: a new head is needed. */
export function leavesNoHead(memberId: string, household: HouseholdFile): boolean {
  const active = household.members.filter((member) => member.status === 'active')
  return active.length > 1 && active.some((member) => member.id === memberId && member.relation === 'head')
}

/** What is still missing, in words; empty when the change may be sent. */
export function missingIn(change: Change, household: HouseholdFile): string[] {
  const missing: string[] = []
  const need = (present: unknown, words: string) => { if (!present) missing.push(words) }
  const active = household.members.filter((member) => member.status === 'active')
  switch (change.kind) {
    case 'member_born':
    case 'member_joined':
      need(change.member.name.trim(), '姓名')
      need(change.member.relation, '与户主关系')
      need(change.member.birth_on, '出生日期')
      need(change.member.health?.length, '健康状况')
      need(change.member.labour, '劳动技能')
      break
    case 'member_died':
    case 'member_left':
      need(change.member_id, change.kind === 'member_died' ? '死亡的成员' : '迁出的成员')
      need(change.on, '日期')
      if (leavesNoHead(change.member_id, household)) need(change.new_head_id, '新户主')
      break
    case 'member_corrected':
      need(change.member_id, '要更正的成员')
      break
    case 'household_corrected':
      need(change.correction.household_type, '户类型')
      break
    case 'head':
      need(change.member_id, '新的户主')
      break
    case 'moved':
      need(change.village, '迁往的村')
      break
    case 'contact':
      need(change.address?.trim() || change.phone?.trim(), '新的住址或电话')
      break
    case 'income':
      need(change.statement.period_from && change.statement.period_to, '起止日期')
      need(change.statement.counted_persons > 0, '计入人口')
      break
    case 'assurances':
      need(change.record.recorded_on, '采集日期')
      break
    case 'subsistence_allowance':
      need(change.member_id, '成员')
      break
    case 'split':
      need(change.member_ids.length > 0, '分出去的成员')
      need(change.new_head_id, '新户的户主')
      break
    case 'merged_into':
      need(change.household_id, '并入的户')
      need(active.every((member) => change.relations?.[member.id]), '各人与并入户户主的关系')
      break
  }
  return missing
}

/** Net and per-capita income as the server will compute them, to the nearest fen; shown while typing. */
export function workOut(statement: Pick<IncomeStatementInput, 'items' | 'counted_persons'>): { net_fen: number; per_capita_fen: number } {
  const net_fen = statement.items.reduce((sum, item) => {
    const kind = groupOf(item.source)?.kind
    return kind === 'income' ? sum + item.amount_fen : kind === 'expense' ? sum - item.amount_fen : sum
  }, 0)
  const persons = statement.counted_persons
  return { net_fen, per_capita_fen: persons > 0 ? Math.floor((2 * net_fen + persons) / (2 * persons)) : 0 }
}

/** Birth date and sex written in an 18-digit ID number; null when it is not one. */
export function readIdNumber(number: string): { birth_on: string; sex: 'male' | 'female' } | null {
  const match = /^\d{6}(\d{4})(\d{2})(\d{2})\d{2}(\d)[\dXx]$/.exec(number.trim())
  if (!match) return null
  const [, year, month, day, sexDigit] = match
  return { birth_on: `${year}-${month}-${day}`, sex: Number(sexDigit) % 2 === 1 ? 'male' : 'female' }
}

export function sexLabel(sex: string): string {
  return sex === 'male' ? '男' : sex === 'female' ? '女' : sex
}
