import { answer, problem, type MockHandlers } from '../plugin'
import { addDays, casefiles, put, push, refusalsFor, row, view, type Stored } from '../casefiles'
import { accounts } from '../people'
import { kept, state } from '../state'
import { channelLabels, outcomeLabels } from '../vocabulary'

const stored = (id: string) => casefiles()[id] as Stored | undefined
const missing = () => problem(404, 'not_found', '没有找到', '这件事项不存在，或不在您的管辖范围内。')
const page = (items: unknown[]) => ({ items, next_cursor: null, total: items.length })
const actor = () => accounts.find(({ login_name }) => login_name === state.login)?.display_name ?? ''

const stepOf: Record<string, string> = { verify_home: 'home_verification', sign_letter: 'commitment_letter', review: 'township_review', decide: 'county_decision', announce: 'announcement', archive: 'archive', acknowledge_decision: 'decision_acknowledged' }

function act(one: Stored, on: string, action: any) {
  const { type, ...record } = action
  const step = stepOf[type]
  if (step) {
    const refusals = step in { township_review: 1, county_decision: 1, announcement: 1 } ? refusalsFor(one, step as never) : []
    if (refusals.length && record.outcome !== 'send_back') return problem(422, 'refused', '现在还不能办', '条件还不具备。', { refusals })
    if (record.outcome === 'send_back') {
      one.superseded.push({ sent_back_to: record.send_back_to, by_step: type === 'review' ? 'township_review' : 'county_decision', reason: record.reason, on, by_name: actor(), records: { ...one.records } })
      const order = ['home_verification', 'commitment_letter', 'democratic_appraisal', 'public_notice', 'township_review']
      for (const kind of order.slice(order.indexOf(record.send_back_to))) delete one.records[kind]
      push(one, 'send_back', '退回重办', record.reason, on, actor())
    } else {
      put(one, step, record, on, actor())
      if (record.outcome === 'refuse') {
        one.stage = 'refused'
        one.stage_detail = { stage: 'refused', by_step: step as never, ground: record.ground, reason: record.reason, refused_on: on, informed: null }
      }
      else if (type === 'decide') one.stage = 'determined'
      else if (type === 'archive') one.stage = 'archived'
    }
  } else if (type === 'request_cross_check') {
    one.check = 'requested'
    one.records.cross_check = { ...record, answers: [], discrepancies: [] }
  } else if (type === 'forward_cross_check') one.check = 'forwarded'
  else if (type === 'answer_cross_check') {
    one.check = 'answered'
    one.records.cross_check = { ...one.records.cross_check, answers: [{ department: record.department, answered_by: record.answered_by, occurred_on: on }], discrepancies: record.discrepancies }
  } else if (type === 'reuse_cross_check') {
    one.check = 'done'
    one.records.cross_check = { member_ids: [], items: [], answers: [], discrepancies: [], reused: record }
  } else if (type === 'resolve_discrepancy') one.records.cross_check.discrepancies[record.index].resolution = record
  else if (type === 'conclude_cross_check') one.check = 'done'
  else if (type === 'end') {
    one.stage = 'ended'
    one.stage_detail = { stage: 'ended', ending: record.ending, reason: record.reason, ended_on: on }
  }
  else if (type === 'explain_overdue') one.overdue_reason = record.reason
  if (!step) push(one, type, { request_cross_check: '提请信息比对', forward_cross_check: '报送信息比对', answer_cross_check: '比对结果反馈', conclude_cross_check: '办结信息比对' }[type as string] ?? type, '', on, actor())
  one.version += 1
  return view(one)
}

const leads = () =>
  kept('leads', () =>
    ['薛稼轩', '丰瑞年', '米盈川'].map((name, index) => ({
      id: `lead-${index + 1}`,
      household: index === 2 ? null : { id: `h-lead-${index}`, head_name: name, village_name: '上河村' },
      reported_name: index === 2 ? name : null,
      village: { code: '410327101201', name: '上河村' },
      channel: ['self_declaration', 'department_warning', 'hotline'][index],
      channel_label: ['农户自主申报', '部门筛查预警', '12317 热线'][index],
      discovery_mode: 'real_time',
      received_on: ['2022-05-17', '2022-05-14', '2022-05-05'][index]!,
      recorded_at: '2022-05-17T10:12:00+08:00',
      description: ['户主腰伤住院，秋收前不能下地，两个孩子在读高中。', '医保部门反馈：本年度住院自付累计 26,300.00 元。', '来电反映邻居独居，房屋漏雨，饮水靠挑。'][index],
      reporter: null, means: index === 0 ? 'proxy' : null, proxy: index === 0 ? { name: '薛小满', relation: '女儿' } : null,
      status: 'open', version: 1,
    })),
  )
const leadView = (lead: any) => {
  const deadline = addDays(lead.received_on, 15)
  return { ...lead, deadline_on: deadline, days_left: Math.round((Date.parse(deadline) - Date.parse(state.today)) / 86_400_000) }
}

export const handlers: MockHandlers = {
  'GET /casefiles': ({ query }) => {
    const rows = Object.values(casefiles()).map(row)
    return page(
      rows
        .filter((one) => !query.get('stage') || one.stage === query.get('stage'))
        .filter((one) => !query.get('step') || one.current_steps.some(({ kind }) => kind === query.get('step')))
        .filter((one) => query.get('overdue') !== 'true' || one.clock?.overdue)
        .sort((left, right) => (left.clock?.deadline_on ?? '') .localeCompare(right.clock?.deadline_on ?? '')),
    )
  },
  'GET /casefiles/:id': ({ params }) => {
    const one = stored(params.id!)
    return one ? view(one) : missing()
  },
  'POST /casefiles/:id/actions': ({ params, body }) => {
    const one = stored(params.id!)
    if (!one) return missing()
    if (body.expected_version !== one.version) return problem(409, 'stale_version', '已被他人更新', '在您填写期间，别人先保存了新的内容。', { current_version: one.version })
    return act(one, body.occurred_on, body.action)
  },
  'POST /appraisals': ({ body }) => ({
    id: 'a-1',
    results: body.items.map((item: any) => {
      const one = stored(item.casefile_id)!
      put(one, 'democratic_appraisal', { ...body, ...item, items: undefined }, body.held_on)
      one.version += 1
      return { casefile_id: item.casefile_id, ok: true, version: one.version }
    }),
  }),
  'POST /notices': ({ body }) => ({
    id: 'n-9',
    results: body.items.map((item: any) => {
      const one = stored(item.casefile_id)!
      put(one, 'public_notice', { notice_id: 'n-9', place: body.place, posted_on: body.posted_on, objections: [] }, body.posted_on)
      one.version += 1
      return { casefile_id: item.casefile_id, ok: true }
    }),
  }),
  'POST /attachments': () => answer(501, undefined),
  'GET /workbench': () => {
    const seen = Object.values(casefiles()).map(view)
    const items = (mine: boolean) =>
      seen.flatMap((one) =>
        one.todo
          .filter((todo) => todo.mine === mine)
          .map((todo) => ({
            kind: 'casefile', id: one.id, household_id: one.household.id, head_name: one.household.head_name, village_name: '上河村', step: todo.step, step_label: todo.step_label,
            verb: todo.verb, waiting_for: mine ? null : { village: '村级', township: '乡级', county: '县级' }[todo.level as string],
            clock: one.clocks[0], missing: todo.refusals.length ? ['公示未满'] : [], clause: one.steps.find(({ kind }) => kind === todo.step)?.clause ?? null,
          })),
      )
    const leadItems = leads().map(leadView).map((lead: any) => ({ kind: 'lead', id: lead.id, head_name: lead.household?.head_name ?? lead.reported_name, village_name: '上河村', step: 'lead', step_label: '风险线索', verb: '去核实', clock: { ...seen[0]!.clocks[0]!, started_on: lead.received_on, deadline_on: lead.deadline_on, days_left: lead.days_left, days_used: 15 - lead.days_left, ended_on: null, overdue: lead.days_left < 0 }, missing: lead.household ? [] : ['对上农户'], clause: 'HN22-050' }))
    return {
      today: state.today, mine: [...items(true), ...(state.login === 'village' || state.login === 'all' ? leadItems : [])], waiting: items(false),
      reminders: [{ message: '粟秋实户公示 2022年5月15日 起可以审核', due_on: '2022-05-15', link: '/casefiles/c-1005' }, { message: '本月医保部门共享数据还没有收到', due_on: '2022-05-20', link: null }],
      counts: { overdue: seen.filter((one) => one.clocks[0]!.overdue && one.stage === 'running').length, due_soon: 2, open_leads: 3, running: seen.filter(({ stage }) => stage === 'running').length },
    }
  },
  'GET /leads': ({ query }) => page(leads().filter((lead: any) => lead.status === (query.get('status') ?? 'open')).filter((lead: any) => !query.get('channel') || lead.channel === query.get('channel')).map(leadView)),
  'GET /leads/:id': ({ params }) => {
    const lead = leads().find((one: any) => one.id === params.id)
    return lead ? leadView(lead) : missing()
  },
  'POST /leads': ({ body }) => {
    if (body.household_id === 'h-lead-0') return { lead: leadView(leads()[0]), merged: true, into: 'lead-1', earliest_on: '2022-05-17' }
    const lead: any = { ...leads()[1], ...body, id: `lead-${leads().length + 1}`, household: body.household_id ? { id: body.household_id, head_name: '麦长青', village_name: '上河村' } : null, status: 'open', version: 1, channel_label: channelLabels[body.channel] ?? body.channel }
    leads().push(lead)
    return { lead: leadView(lead), merged: false, into: null, earliest_on: null }
  },
  'POST /leads/:id/conclude': ({ params, body }) => {
    const lead: any = leads().find((one: any) => one.id === params.id)
    Object.assign(lead, { status: 'concluded', outcome: body.outcome, outcome_label: outcomeLabels[body.outcome] ?? body.outcome, outcome_reason: body.reason, concluded_on: body.on, concluded_by: body.verified_by.join('、'), casefile_id: body.outcome === 'identification' ? 'c-1001' : null })
    return { casefile_id: lead.casefile_id }
  },
  'POST /leads/:id/match': () => answer(200, {}),
}
