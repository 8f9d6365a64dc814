/** Policy pages over the real pack files of this repository, read by a small reader of the TOML they use. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { problem, type MockHandlers } from '../plugin'

type Row = Record<string, any> // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever the file says

const packsFolder = join(process.cwd(), '../policy/packs')
const codesFolder = join(process.cwd(), '../policy/codes')

/** One value: string, number, boolean, array or inline table without nesting. */
function readValue(text: string): unknown {
  const value = text.trim()
  if (value.startsWith('"')) return value.slice(1, value.lastIndexOf('"'))
  if (value.startsWith('{')) return Object.fromEntries([...value.matchAll(/(\w+)\s*=\s*("[^"]*"|[^,}\s]+)/g)].map((pair) => [pair[1], readValue(pair[2]!)]))
  if (value.startsWith('[')) return [...value.matchAll(/"([^"]*)"/g)].map((item) => item[1])
  if (value === 'true' || value === 'false') return value === 'true'
  return Number(value)
}

function readToml(path: string): Row {
  const root: Row = {}
  let here = root
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const list = /^\[\[([\w.]+)\]\]/.exec(line)
    const table = /^\[([\w.]+)\]/.exec(line)
    const pair = /^(\w+)\s*=\s*(.+)$/.exec(line)
    if (list) {
      const names = list[1]!.split('.')
      const last = names.pop()!
      const parent = names.reduce((at, name) => at[name][at[name].length - 1], root)
      ;(parent[last] ??= []).push((here = {}))
    } else if (table) here = root[table[1]!] = {}
    else if (pair) here[pair[1]!] = readValue(pair[2]!)
  }
  return root
}

const packIds = () => readdirSync(packsFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
const packOf = (id: string) => readToml(join(packsFolder, id, 'pack.toml'))
const LEVELS: Record<string, string> = { village: '村级', township: '乡级', county: '县级', city: '市级', province: '省级' }

const LINE: [key: string, label: string][] = [
  ['amount_yuan', '监测范围（元/人·年）'], ['measure', '收入口径'], ['comparator', '比较方式'], ['nature', '性质'], ['growth_rate_percent', '调整依据（%）'], ['accounting_period', '收入核算期间'],
]
const LISTS: [key: string, group: string][] = [
  ['category', '监测对象类别'], ['dimension', '综合研判的方面'], ['difficulty_area', '实际困难'], ['channel', '线索渠道'], ['eligible_status', '可以纳入的农户'], ['forbidden_ground', '不得作为不予纳入的理由'], ['form', '表单'],
]

function values(pack: Row, layer: string) {
  const line = LINE.filter(([key]) => pack.line?.[key]).map(([key, label]) => {
    const stated = pack.line[key]
    return { group: '监测范围', key: `line.${key}`, label, value: stated.value ?? stated.default ?? null, clause: stated.clause ?? null, source: stated.source ?? null, unstated: stated.unstated ?? false, layer }
  })
  const lists = LISTS.flatMap(([key, group]) => (pack[key] ?? []).map((item: Row) => ({
    group, key: `${key}.${item.code}`, label: item.label, value: item.definition ?? item.note ?? '有', clause: item.clause ?? null, source: item.source ?? null, unstated: !item.clause, layer,
  })))
  return [...line, ...lists]
}

function procedure(id: string) {
  const folder = join(packsFolder, id, 'procedures')
  const file = readToml(join(folder, 'identification.toml'))
  return {
    label: file.label, clause: file.clause,
    clocks: file.clock.map((clock: Row) => ({ ...clock, limit_days: clock.limit_days.value ?? null, unit: clock.unit.value ?? null, clause: clock.limit_days.clause ?? null, unstated: false, in_principle: clock.in_principle ?? false })),
    steps: file.step.map((step: Row) => ({
      ...step, level_label: LEVELS[step.level], parallel: step.parallel?.value ?? false, advised_day: step.advised_day ?? null,
      evidence: (step.evidence ?? []).map((one: Row) => ({ ...one, required: one.required ?? false, clause: one.clause ?? null })),
    })),
    guards: file.guard.map((guard: Row) => ({ ...guard, number: guard.number ?? null, clause: guard.clause ?? null, source: guard.source ?? null, exemptions: guard.exemption ?? [] })),
  }
}

const clauses = () => packIds().flatMap((id) => readToml(join(packsFolder, id, 'clauses.toml')).clause as Row[])

function codeList(file: string) {
  const [, ...rows] = readFileSync(join(codesFolder, file), 'utf8').split('\n').filter((line) => line && !line.startsWith('#'))
  return rows.map((line) => ({ code: line.split(',')[0], label: line.split(',')[1] }))
}
const codeLists = () => Object.fromEntries(readdirSync(codesFolder).filter((name) => name.endsWith('.csv')).map((name) => [name.slice(0, -4), codeList(name)]))

export const handlers: MockHandlers = {
  'GET /policy/packs': () => packIds().map((id) => {
    const pack = packOf(id)
    return {
      id, title: pack.title, version: pack.version, jurisdiction: pack.jurisdiction ? '河南省' : '', based_on: pack.based_on ?? null, effective_from: pack.effective_from ?? null,
      in_force: pack.jurisdiction ? { from: '2022-04-27', to: null, by: '省政策管理员' } : null, problems: 0,
    }
  }),
  'GET /policy/packs/:id': ({ params }) => {
    if (!packIds().includes(params.id!)) return problem(404, 'not_found', '没有找到', '没有这个政策包。')
    const pack = packOf(params.id!)
    const base = pack.based_on ? packOf(pack.based_on) : null
    return {
      id: params.id, title: pack.title, documents: [...(pack.document ?? []), ...(base?.document ?? [])].map((one) => ({ issued_on: null, number: '', scope: '', clause: null, ...one })),
      values: [...values(pack, params.id!), ...(base ? values(base, pack.based_on) : [])], procedure: base ? procedure(params.id!) : null,
    }
  },
  'GET /policy/vocabulary': () => {
    const [pack, base] = [packOf('henan-2022'), packOf('platform-base')]
    // The server answers each list as code, label, clause, flag, note.
    const both = (key: string): Row[] =>
      [...(pack[key] ?? []), ...(base[key] ?? [])].map((one: Row) => ({ ...one, flag: one.needs_reason ?? one.proxy ?? one.starts_clock ?? false, note: one.definition ?? '' }))
    return {
      channels: both('channel'), discovery_modes: both('discovery_mode'), declaration_means: both('declaration_means'), lead_outcomes: both('lead_outcome'), categories: both('category'),
      dimensions: both('dimension'), difficulty_areas: both('difficulty_area'), risk_types: both('risk_type'), lawful_ends: both('lawful_end'), forbidden_grounds: both('forbidden_ground'), grid_staff: both('grid_staff'), code_lists: codeLists(),
    }
  },
  'POST /policy/packs/:id/in-force': () => ({}),
  'GET /policy/clauses': ({ query }) => clauses().filter((one) => !query.get('document') || one.document === query.get('document')),
  'GET /policy/clauses/:id': ({ params }) => clauses().find((one) => one.id === params.id) ?? problem(404, 'not_found', '没有找到', '没有这一条。'),
}
