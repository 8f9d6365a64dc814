/** Invented accounts, roles, grids and an audit chain; division names are real. */
import { problem, type MockHandlers } from '../plugin'
import { accounts as people } from '../people'
import { kept } from '../state'
import { page } from './household'
import type { Deputy, Grid } from '../../src/features/account/types'

const roster = () => kept('accounts', () => people.map((one, index) => ({
  id: `account-${one.login_name}`, login_name: one.login_name, display_name: one.display_name, disabled: false, roles: [one.role],
  division: { code: '410327000000', name: one.division_name }, last_sign_in_at: index === 3 ? null : `2022-05-1${index}T01:2${index}:00Z`, totp_enabled: Boolean(one.totp),
})))

const audits = Array.from({ length: 130 }, (_, index) => {
  const kind = [
    { operation: 'household.reveal', detail: '查看完整证件号码；用途：入户前核对', subject: '农户 household-3' },
    { operation: 'casefile.verify_home', detail: '记录入户核实', subject: '事项 casefile-2' },
    { operation: 'lead.register', detail: '登记线索，渠道：基层干部排查', subject: '线索 lead-1' },
    { operation: 'import.run', detail: '合并导入，新增 12 户，变动 31 户', subject: '导入 import-1' },
    { operation: 'casefile.decide', detail: '批准，文号已记', subject: '事项 casefile-4' },
  ][index % 5]!
  const digest = Array.from({ length: 64 }, (_unused, digit) => ((index * 7 + digit * 13) % 16).toString(16)).join('')
  return { seq: 130 - index, chain: '宜阳县', at: `2022-05-${String(18 - Math.floor(index / 20)).padStart(2, '0')}T0${index % 9}:1${index % 6}:00Z`, actor_name: people[index % 4]!.display_name, digest, ...kind }
})

export const handlers: MockHandlers = {
  'GET /accounts': ({ query }) => page(roster(), query.get('cursor'), Number(query.get('limit') ?? 30)),
  'POST /accounts': ({ body }) => {
    if (roster().some((one) => one.login_name === body.login_name)) return problem(422, 'invalid', '没有建成', '有一项需要改。', { errors: [{ field: 'login_name', message: '这个登录名已经有人用了' }] })
    const role = people.find((one) => one.role.code === body.role)!.role
    roster().push({ id: `account-${body.login_name}`, login_name: body.login_name, display_name: body.display_name, disabled: false, roles: [role], division: { code: body.division, name: '香鹿山镇' }, last_sign_in_at: null, totp_enabled: false })
    return { id: `account-${body.login_name}`, one_time_password: 'Guxq-7rTm-Kd42' }
  },
  'POST /accounts/:id/disable': ({ params, body }) => {
    if (!body.hand_over_to) return problem(422, 'hand_over_required', '还有未办结的工作', '这个账户有 3 件未办结的工作，请选择移交给谁。', { errors: [{ field: 'hand_over_to', message: '请选择移交给谁' }] })
    roster().find((one) => one.id === params.id)!.disabled = true
    return {}
  },
  'POST /accounts/:id/enable': ({ params }) => {
    roster().find((one) => one.id === params.id)!.disabled = false
    return {}
  },
  'POST /accounts/:id/reset-password': () => ({ one_time_password: 'Wzpe-3nHs-Yb85' }),
  'GET /accounts/:id/deputies': ({ params }) => kept<Deputy[]>(`deputies-${params.id}`, () => []),
  'POST /accounts/:id/deputies': ({ params, body }) => {
    const name = roster().find((one) => one.id === body.deputy_id)!.display_name
    kept<Deputy[]>(`deputies-${params.id}`, () => []).push({ id: `deputy-${body.from}`, deputy_name: name, ...body })
    return {}
  },
  'GET /roles': () => people.map((one) => ({ code: one.role.code, label: one.role.label, level: one.level, operations: one.operations })),
  'GET /grids': ({ query }) => kept<Grid[]>('grids', () => [
    { id: 'grid-1', name: '第一网格', village: '410327101201', worker_account_id: 'account-village', worker_name: '石青禾', staff_kind: 'village_cadre', household_count: 62 },
    { id: 'grid-2', name: '第二网格', village: '410327101201', worker_account_id: null, worker_name: null, staff_kind: 'village_cadre', household_count: 58 },
  ]).filter((grid) => grid.village === query.get('village')),
  'POST /grids': ({ body }) => {
    kept<Grid[]>('grids', () => []).push({ id: `grid-${body.name}`, worker_name: null, household_count: 0, ...body })
    return {}
  },
  'GET /audit': ({ query }) => page(
    audits.filter((one) => (!query.get('operation') || one.operation === query.get('operation')) && (!query.get('actor') || one.actor_name === query.get('actor'))),
    query.get('cursor'),
    Number(query.get('limit') ?? 50),
  ),
  'GET /audit/verify': () => ({ ok: true, records: 18_432, checkpoints: 19, problems: [] }),
}
