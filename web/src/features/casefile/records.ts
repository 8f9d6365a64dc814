/** What each step left behind, as lines a person can read. */
import type { Casefile, Coded, Discrepancy, Records, StepKind, Vocabulary } from '@/api/types'
import { formatDate, formatYuan } from '@/components/format'
import { labelOf } from '@/stores/vocabulary'
import { netIncomeFen, perCapitaFen, type AppraisalBody, type FindingsBody, type IncomeBody, type Judgement, type LetterSignatureBody } from './bodies'

export interface RecordLine {
  label: string
  value: string
}

const outcomes: Record<string, string> = { approve: '同意', send_back: '退回', refuse: '不予' }
const signatureModes: Record<string, string> = { signature: '签字', fingerprint: '按指纹', refused: '拒绝签字', guardian: '监护人签', proxy: '代签' }
const conclusions: Record<string, string> = { cleared: '疑点排除', stands: '疑点属实', referred: '转部门核查' }

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string => (value === null || value === undefined || value === '' ? '' : String(value))
const joined = (value: unknown) => list(value).map(text).filter(Boolean).join('、')

function judged(value: unknown, words: Coded[]): string {
  const rows = list(value) as Judgement[]
  return rows.map((row) => `${labelOf(words, row.code)}：${row.problem ? '有问题' : '无问题'}${row.finding ? `（${row.finding}）` : ''}`).join('；')
}

/** What a meeting or a township check found. */
function findingLines(findings: FindingsBody | null | undefined, words: Vocabulary): [string, string][] {
  if (!findings) return []
  const judgements = [findings.rigid_clearly_exceeds && '刚性支出明显超过上年度收入', findings.rigid_expenditure_large && '刚性支出较大', findings.income_dropped_sharply && '收入大幅缩减']
  return [
    [words.income_measure === 'disposable_income_per_capita' ? '人均可支配收入' : '人均纯收入', findings.per_capita_income_fen === null ? '' : formatYuan(findings.per_capita_income_fen)],
    ['家庭情况', text(findings.situation)],
    ['综合研判', judged(findings.dimensions, words.dimensions)],
    ['支出和收入', judgements.filter(Boolean).join('、')],
    ['风险', list(findings.risks).map((code) => labelOf(words.risk_types, text(code))).join('、')],
  ]
}

/** Lines of one step's record, in force or set aside; empty where the step has left none. Empty values are not shown. */
export function recordLines(kind: StepKind, casefile: Casefile, words: Vocabulary, records: Records = casefile.records): RecordLine[] {
  const record = records[kind] as Record<string, unknown> | null | undefined
  if (!record) return []
  const lines: [string, string][] = []
  const nameOf = (id: unknown) => casefile.members.find((member) => member.id === id)?.name ?? '成员'
  const stepName = (step: unknown) => casefile.steps.find((one) => one.kind === step)?.label ?? text(step)

  switch (kind) {
    case 'home_verification': {
      const income = record.income as IncomeBody | undefined
      const signed = record.household_signed as { mode: string; name: string; witness?: string } | undefined
      lines.push(['核实人', joined(record.verifiers)], ['核实方式', record.mode === 'remote' ? '电话或视频' : '实地入户'])
      if (income) {
        lines.push(
          ['核算期间', `${formatDate(income.period_from)}至${formatDate(income.period_to)}`],
          ['家庭纯收入', formatYuan(netIncomeFen(income))],
          ['人均纯收入', `${formatYuan(perCapitaFen(income))}（${income.persons} 人）`],
          ['合规自付支出', formatYuan(income.out_of_pocket_fen)],
        )
      }
      lines.push(
        ['四个方面', judged(record.dimensions, words.dimensions)],
        ['实际困难', judged(list(record.difficulties).filter((row) => (row as Judgement).problem), words.difficulty_areas)],
        ['风险', list(record.risks).map((code) => labelOf(words.risk_types, text(code))).join('、') + (record.risk_note ? `（${text(record.risk_note)}）` : '')],
        ['初步意见', `${record.recommends ? '建议继续识别认定' : '暂无返贫致贫风险'}。${text(record.opinion)}`],
      )
      if (signed) lines.push(['农户确认', `${signed.name} ${signatureModes[signed.mode] ?? ''}${signed.witness ? `，见证人 ${signed.witness}` : ''}`])
      break
    }
    case 'commitment_letter': {
      const signatures = list(record.signatures) as LetterSignatureBody[]
      lines.push(
        ['承诺与授权', [record.truthfulness && '承诺情况真实', record.query_authorisation && '授权查询资产'].filter(Boolean).join('、')],
        ['签字', signatures.map((one) => `${nameOf(one.member_id)}（${signatureModes[one.mode] ?? one.mode}${one.signer_name && one.signer_name !== nameOf(one.member_id) ? `：${one.signer_name}` : ''}）`).join('、')],
        ['有效期至', record.valid_until ? formatDate(text(record.valid_until)) : ''],
      )
      break
    }
    case 'cross_check': {
      const reused = record.reused as { checked_on?: string; reference?: string; confirmed_by?: string | null } | null | undefined
      lines.push(['比对成员', list(record.member_ids).map(nameOf).join('、')], ['比对内容', joined(record.items)])
      for (const answer of list(record.answers) as { department: string; answered_by: string; occurred_on?: string }[]) {
        lines.push(['部门反馈', `${answer.department}（${answer.answered_by}）${answer.occurred_on ? formatDate(answer.occurred_on) : ''}`])
      }
      if (reused) lines.push(['共用低保结果', `${formatDate(reused.checked_on)} ${text(reused.reference)}${reused.confirmed_by ? `；户档案里没有低保记录，由${reused.confirmed_by}确认` : ''}`])
      for (const hit of list(record.discrepancies) as Discrepancy[]) {
        const end = hit.resolution ? `${conclusions[hit.resolution.conclusion] ?? hit.resolution.conclusion}（${hit.resolution.explanation}；核实人 ${hit.resolution.verified_by}）` : '待核实'
        lines.push(['疑点', `${nameOf(hit.member_id)} ${hit.item}：${hit.finding} → ${end}${hit.township_judgement ? `；乡镇研判：${hit.township_judgement}` : ''}`])
      }
      break
    }
    case 'democratic_appraisal': {
      const vote = record as unknown as AppraisalBody
      lines.push(
        ['轮次', `第 ${vote.round} 轮`],
        ['地点', text(vote.place)],
        ['主持、记录', [vote.chair, vote.recorder].filter(Boolean).join('、')],
        ['票数', `同意 ${vote.votes_for}，不同意 ${vote.votes_against}，弃权 ${vote.abstentions}`],
        ['回避', joined(vote.recused)],
        ['组织', list(record.conveners).map((code) => labelOf(words.conveners, text(code))).join('、')],
        ...findingLines(record.findings as FindingsBody | null | undefined, words),
        ['结果', `${vote.result === 'recommend' ? '评议通过' : '评议不通过'}${vote.opinion ? `。${vote.opinion}` : ''}`],
      )
      break
    }
    case 'public_notice': {
      const objections = list(record.objections) as { answer?: unknown }[]
      lines.push(
        ['张贴日期', formatDate(text(record.posted_on ?? record.occurred_on))],
        ['张贴地点', text(record.place)],
        ['公示至', record.stands_until ? formatDate(text(record.stands_until)) : ''],
        ['异议', objections.length ? `${objections.length} 件，${objections.filter((one) => one.answer).length} 件已答复` : '没有异议'],
      )
      break
    }
    case 'township_review':
    case 'county_decision':
      lines.push(
        ['意见', `${outcomes[text(record.outcome)] ?? text(record.outcome)}${record.opinion ? `。${text(record.opinion)}` : ''}`],
        ['退回到', record.send_back_to ? stepName(record.send_back_to) : ''],
        ['依据', record.ground ? labelOf(words.refusal_grounds, text(record.ground)) : ''],
        ['理由', text(record.reason)],
        ['核查人', joined(record.checkers)],
        ...findingLines(record.findings as FindingsBody | null | undefined, words),
        ['类别', record.category ? labelOf(words.categories, text(record.category)) : ''],
        ['文号', text(record.document_number)],
        ['签发', [text(record.signatory), record.signed_on ? formatDate(text(record.signed_on)) : ''].filter(Boolean).join(' ')],
        ['综合研判', list(record.dimensions_considered).map((code) => labelOf(words.dimensions, text(code))).join('、')],
      )
      break
    case 'township_submission':
      lines.push(['上报单位', text(record.government)], ['文号', text(record.document_number)], ['签发', text(record.signatory)])
      break
    case 'written_notice':
      lines.push(['书面通知', text(record.document_number)], ['通知乡镇', text(record.township)])
      break
    case 'project_plan':
      lines.push(['帮扶项目规划', text(record.plan)], ['报送', [text(record.department), record.submitted_on ? formatDate(text(record.submitted_on)) : ''].filter(Boolean).join(' ')])
      break
    case 'announcement':
      lines.push(['公告名义', text(record.issued_by)], ['张贴地点', text(record.place)])
      break
    case 'archive':
      lines.push(
        ['录入日期', formatDate(text(record.entry_on ?? record.occurred_on))],
        ['系统编号', text(record.national_reference)],
        ['采集、录入、审核', [record.collected_by, record.entered_by, record.reviewed_by].map(text).filter(Boolean).join('、')],
      )
      break
  }
  return lines.filter(([, value]) => value !== '').map(([label, value]) => ({ label, value }))
}
