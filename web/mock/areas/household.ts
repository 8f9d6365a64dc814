/** Invented households. ID numbers start with 98, a prefix nobody issues; phones with 199. */
import { answer, problem, type MockHandlers } from '../plugin'
import { villageRef } from '../people'
import { kept, state } from '../state'
import type { HouseholdRow } from '../../src/api/types'
import type { Change, HouseholdFile, IncomeStatement, Member, VersionRow } from '../../src/features/household/types'

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

function idNumber(birth: string, order: number): string {
  const body = `980327${birth.replaceAll('-', '')}${String(order).padStart(3, '0')}`
  const sum = [...body].reduce((total, digit, index) => total + Number(digit) * WEIGHTS[index]!, 0)
  return body + '10X98765432'[sum % 11]
}
const mask = (number: string) => `${number.slice(0, 4)}**********${number.slice(-4)}`

const FAMILY = '麦河川岭溪柳荞粟桑槐枫松柏棠梨杏桃荷菱芦'
const GIVEN = ['守田', '望秋', '青禾', '満仓', '小满', '听雨', '向阳', '麦芒', '新月', '春生', '冬至', '立夏']
const VILLAGES = [villageRef, { code: '410327101202', name: '下河村' }, { code: '410327101203', name: '柿树沟村' }]
const TYPES = ['一般农户', '脱贫户', '一般农户', '一般农户', '脱贫户']

function nameOf(index: number, person: number): string {
  return FAMILY[index % FAMILY.length]! + GIVEN[(index * 5 + person * 3) % GIVEN.length]!.replace('満', '满')
}

function makeMember(index: number, person: number): Member {
  const shape = [
    { relation: 'head', label: '户主', born: 1968 }, { relation: 'spouse', label: '配偶', born: 1970 },
    { relation: 'son', label: '之子', born: 1996 }, { relation: 'grandson', label: '之孙子', born: 2014 },
    { relation: 'mother', label: '之母', born: 1944 },
  ][person]!
  const birth = `${shape.born + (index % 7)}-0${1 + ((index + person) % 9)}-1${(index + person * 2) % 10}`
  const female = person === 1 || person === 4
  const age = Number(state.today.slice(0, 4)) - Number(birth.slice(0, 4)) - (state.today.slice(5) < birth.slice(5) ? 1 : 0)
  return {
    id: `member-${index}-${person}`, name: nameOf(person === 1 || person === 4 ? index + 7 : index, person), relation: shape.relation, relation_label: shape.label,
    sex: female ? 'female' : 'male', birth_on: birth, age, id_number_masked: mask(idNumber(birth, 10 * index + (female ? 2 : 1))),
    document_type: '居民身份证', health: person === 0 && index % 3 === 0 ? ['长期慢性病'] : person === 4 ? ['患有大病', '残疾'] : ['健康'],
    labour_label: age < 16 || person === 4 ? '无劳动力' : '普通劳动力', education_label: age < 16 ? null : '初中', school_stage_label: age < 16 ? '小学' : null,
    registered: true, lives_here: person !== 2, shares_income: true, status: person === 4 && index % 4 === 0 ? 'died' : 'active',
  }
}

function makeIncome(index: number, persons: number): IncomeStatement[] {
  return [2021, 2020].map((year) => {
    const items: IncomeStatement['items'] = [
      { source: 'wage', source_label: '工资性收入：务工', kind: 'income', amount_fen: 1_460_000 + index * 37_000 },
      { source: 'operating', source_label: '生产经营性收入：种植', kind: 'income', amount_fen: 683_250 },
      { source: 'property', source_label: '财产性收入：土地流转', kind: 'income', amount_fen: 96_000 },
      { source: 'transfer', source_label: '转移性收入：养老金', kind: 'income', amount_fen: 148_800 },
      { source: 'operating_expense', source_label: '生产经营性支出：种植', kind: 'expense', amount_fen: 241_500 },
    ]
    const net = items.reduce((sum, item) => sum + (item.kind === 'income' ? item.amount_fen : -item.amount_fen), 0)
    return {
      period_from: `${year}-05-01`, period_to: `${year + 1}-04-30`, items, net_income_fen: net, per_capita_fen: Math.floor(net / persons),
      claims_fen: 320_000, out_of_pocket_fen: 1_875_040, counted_persons: persons,
      explanation: '计入共享收支的成员；理赔收入和合规自付支出不计入纯收入，研判时一并考虑。期间为核查当月之前的 12 个月。',
    }
  })
}

function make(index: number): HouseholdFile {
  const members = [0, 1, 2, 3, 4].slice(0, 2 + (index % 4)).map((person) => makeMember(index, person))
  const active = members.filter((member) => member.status === 'active').length
  const village = VILLAGES[index % 3]!
  return {
    id: `household-${index}`, version: 3, code: index % 6 === 5 ? null : `41032710${String(1000 + index)}`, village,
    path: `河南省/洛阳市/宜阳县/香鹿山镇/${village.name}`, grid: { id: 'grid-1', name: '第一网格' }, address: `${village.name}第 ${1 + (index % 8)} 组 ${11 + index} 号`,
    phone_masked: index % 7 === 6 ? null : `199****${String(1200 + index * 13).slice(-4)}`, household_type: index % 5 === 1 || index % 5 === 4 ? 'lifted' : 'ordinary',
    household_type_label: TYPES[index % 5]!, lifted_status: index % 5 === 1 ? '脱贫享受政策户' : index % 5 === 4 ? '脱贫不享受政策户' : null,
    head_name: members[0]!.name, members, income: index % 8 === 7 ? [] : makeIncome(index, active),
    assurances: [
      { recorded_on: '2022-05-06', housing_problem: index % 9 === 3, schooling_problem: false, water_problem: index % 11 === 5, insurance_problem: index % 5 === 0, note: index % 5 === 0 ? '长子在外地参保，正在核对' : '' },
      { recorded_on: '2021-11-12', housing_problem: false, schooling_problem: false, water_problem: false, insurance_problem: false, note: '' },
    ],
    tags: index % 4 === 0 ? ['有重病成员'] : [],
    episodes: index % 3 === 0 ? [{ id: `episode-${index}`, category_label: index % 5 === 1 ? '脱贫不稳定户' : '突发严重困难户', status: index % 6 === 0 ? 'running' : 'cleared', identified_on: '2021-09-01', cleared_on: index % 6 === 0 ? null : '2022-03-01', origin: 'imported', evidence_note: '2022年4月导入的监测对象信息表', risks: ['因病', '缺劳动力'], casefile_id: null }] : [],
    casefiles: index % 5 === 0 ? [{ id: `casefile-${1 + (index % 4)}`, status_label: '民主评议', opened_on: '2022-05-09' }] : [],
    leads: index % 2 === 0 ? [{ id: `lead-${1 + (index % 4)}`, channel_label: '基层干部排查', received_on: '2022-05-09', status_label: '核实中' }] : [],
    findings: index % 5 === 0 ? [{ code: 'insurance', message: '登记有成员未参加基本医保，但没有对应的风险。', severity: 'warning' }] : [],
    as_of: null,
  }
}

const households = () => kept('households', () => Array.from({ length: 46 }, (_, index) => make(index)))
const find = (id: string) => households().find((one) => one.id === id) ?? households().find((_, index) => id.endsWith(String(index)))

function rowOf(file: HouseholdFile): HouseholdRow {
  const episode = file.episodes[0]
  return {
    id: file.id, status: 'active', code: file.code, head_name: file.head_name, head_id_masked: file.members[0]!.id_number_masked, member_count: file.members.filter((one) => one.status === 'active').length,
    village: file.village, path: file.path, household_type_label: file.household_type_label,
    monitored: episode ? { category_label: episode.category_label, status: episode.status, identified_on: episode.identified_on } : null,
    has_running_casefile: file.casefiles.length > 0, open_leads: file.leads.length,
  }
}

export function page<T>(all: T[], cursor: string | null | undefined, limit = 30) {
  const from = Number(cursor ?? 0)
  const next = from + limit < all.length ? String(from + limit) : null
  return { items: all.slice(from, from + limit), next_cursor: next, total: all.length }
}

const versions = (file: HouseholdFile): VersionRow[] => kept(`versions-${file.id}`, () => [
  { version: 1, effective_on: '2021-11-12', recorded_at: '2022-04-02T02:11:00Z', reason: '导入农户信息', collected_by: '全国系统', entered_by: '邵望秋', reviewed_by: null, source: '导入' },
  { version: 2, effective_on: '2022-05-01', recorded_at: '2022-05-03T08:40:00Z', reason: '更换联系电话', collected_by: '石青禾', entered_by: '石青禾', reviewed_by: '乔麦丰', source: '手工登记' },
  { version: 3, effective_on: '2022-05-06', recorded_at: '2022-05-06T09:05:00Z', reason: '入户采集收支和三保障', collected_by: '石青禾', entered_by: '乔麦丰', reviewed_by: '柳守川', source: '手工登记' },
])

function apply(file: HouseholdFile, change: Change) {
  if (change.kind === 'contact' && change.address) file.address = change.address
  if (change.kind === 'member_died') file.members.find((one) => one.id === change.member_id)!.status = 'died'
  if (change.kind === 'member_left') file.members.find((one) => one.id === change.member_id)!.status = 'left'
  if (change.kind === 'member_born' || change.kind === 'member_joined') {
    file.members.push({ ...makeMember(90, 3), ...change.member, id: `member-new-${file.members.length}`, relation_label: '之孙子', age: 0, id_number_masked: null, school_stage_label: '学龄前儿童' })
  }
  if (change.kind === 'assurances') file.assurances.unshift(change.record)
}

export const handlers: MockHandlers = {
  'POST /households/search': ({ body }) => {
    const text = String(body.text ?? '').trim()
    const found = households().map(rowOf).filter((row) => {
      if (text && ![row.head_name, row.code ?? '', row.head_id_masked ?? ''].some((value) => value.includes(text))) return false
      if (body.division && !row.village.code.startsWith(String(body.division).replace(/0+$/, ''))) return false
      if (body.monitored === 'none') return !row.monitored
      return !body.monitored || row.monitored?.status === body.monitored
    })
    return page(found, body.cursor, body.limit)
  },
  'POST /households': ({ body }) => {
    const index = households().length
    const file = { ...make(index), id: `household-${index}`, version: 1, code: body.code ?? null, head_name: body.members[0].name, address: body.address, income: [], assurances: [], episodes: [], casefiles: [], leads: [], findings: [] }
    file.members = [{ ...makeMember(index, 0), ...body.members[0] }]
    households().push(file)
    return { id: file.id }
  },
  'GET /households/:id': ({ params, query }) => {
    const file = find(params.id!)
    if (!file) return problem(404, 'not_found', '没有找到', '这户不存在，或不在您的管辖范围内。')
    return { ...file, as_of: query.get('as_of') }
  },
  'GET /households/:id/versions': ({ params }) => versions(find(params.id!)!),
  'GET /households/:id/versions/:version': ({ params }) => {
    const file = find(params.id!)!
    const version = Number(params.version)
    if (version >= 3) return { ...file, version }
    return { ...file, version, phone_masked: version === 1 ? '199****0007' : file.phone_masked, income: file.income.slice(1), assurances: file.assurances.slice(1) }
  },
  'POST /households/:id/changes': ({ params, body }) => {
    const file = find(params.id!)!
    if (body.expected_version !== file.version) return problem(409, 'stale_version', '已被他人更新', '在您填写期间，别人先保存了新的内容。', { current_version: file.version })
    apply(file, body.change)
    file.version += 1
    versions(file).push({ version: file.version, effective_on: body.effective_on, recorded_at: new Date().toISOString(), reason: body.reason, collected_by: body.collected_by, entered_by: '乔麦丰', reviewed_by: body.reviewed_by ?? null, source: '手工登记' })
    return { version: file.version }
  },
  'POST /households/:id/reveal': ({ params, body }) => {
    const file = find(params.id!)!
    const members = file.members.filter((one) => !body.member_id || one.id === body.member_id)
    const value = (member: Member) => (body.fields[0] === 'phone' ? '19900001234' : idNumber(member.birth_on ?? '1970-01-01', 1))
    return answer(200, { values: members.map((member) => ({ member_id: body.fields[0] === 'phone' ? null : member.id, field: body.fields[0], value: value(member) })) })
  },
}
