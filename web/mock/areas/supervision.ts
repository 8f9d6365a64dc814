/** Counts for supervisors: real division names, invented figures, masked names. */
import type { MockHandlers } from '../plugin'
import { page } from './household'

const PLACES: Record<string, [code: string, name: string, level: string][]> = {
  top: [['410327101000', '香鹿山镇', 'township'], ['410327100000', '城关镇', 'township'], ['410327103000', '柳泉镇', 'township'], ['410327104000', '韩城镇', 'township'], ['410327106000', '三乡镇', 'township']],
  '410327101000': [['410327101201', '上河村', 'village'], ['410327101202', '下河村', 'village'], ['410327101203', '柿树沟村', 'village']],
}
const STEPS = [
  ['home_verification', '入户核实', 21, 1], ['commitment_letter', '承诺授权书', 6, 0], ['cross_check', '信息比对', 34, 5], ['democratic_appraisal', '民主评议', 18, 2],
  ['public_notice', '公示', 27, 0], ['township_review', '乡级审核', 15, 4], ['county_decision', '县级审批', 9, 3], ['announcement', '结果公告', 4, 0], ['archive', '录入建档', 7, 0],
] as const

export const handlers: MockHandlers = {
  'GET /supervision': ({ query }) => {
    const code = query.get('division') ?? ''
    const below = PLACES[code]
    const children = (below ?? PLACES.top!).map(([childCode, name, level], index) => ({
      division: { code: childCode, name, level }, open_leads: 12 - index * 2, running: 38 - index * 5, overdue: [6, 0, 4, 5, 0][index]!, due_soon: [8, 3, 2, 6, 1][index]!,
      determined: 21 + index * 3, refused: 4 + index, average_days: index === 4 ? null : 11.4 + index * 0.7,
      sticking_step: index === 4 ? null : { kind: 'cross_check', label: index % 2 ? '乡级审核' : '信息比对', count: 12 - index * 2 },
    }))
    const division = below ? { code, name: '香鹿山镇', level: 'township' } : { code, name: '宜阳县', level: 'county' }
    return { division, children, steps: STEPS.map(([kind, label, count, overdue]) => ({ kind, label, count, overdue })), refreshed_at: '2022-05-18T00:30:00Z' }
  },
  'GET /supervision/overdue': ({ query }) => page(
    Array.from({ length: 15 }, (_, index) => ({
      casefile_id: `casefile-${index + 1}`, village_name: ['上河村', '下河村', '柿树沟村'][index % 3]!, head_name_masked: `${'麦河川岭溪'[index % 5]}**`, step_label: ['信息比对', '乡级审核', '县级审批'][index % 3]!,
      days_overdue: 1 + ((index * 4) % 9), reason: index % 3 === 1 ? null : '县级比对系统停机两天，已催办。',
    })),
    query.get('cursor'),
    20,
  ),
  'POST /supervision/casefiles/:id/open': ({ params }) => ({
    id: params.id, household: { head_name: '麦**', member_count: 4, path: '河南省/洛阳市/宜阳县/香鹿山镇/上河村' }, stage_label: '办理中', opened_on: '2022-04-28',
    steps: STEPS.map(([kind, label], index) => ({
      kind, label, level_label: ['村级', '村级', '县级', '村级', '村级', '乡级', '县级', '乡级', '乡级'][index]!, status: index < 5 ? 'done' : index === 5 ? 'open' : 'waiting',
      occurred_on: index < 5 ? `2022-05-0${index + 1}` : null, clause: ['HN22-050', 'HN22-051', 'HN22-052', 'HN22-053', 'HN22-054', 'HN22-055', 'HN22-056', 'HN22-057', 'HN22-058'][index]!,
    })),
    timeline: [],
  }),
}
