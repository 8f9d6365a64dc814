import { describe, expect, it } from 'vitest'
import { netIncomeFen, perCapitaFen, twelveMonthsBefore, type AppraisalBody, type IncomeBody, type SignLetterBody } from './bodies'
import * as checks from './checks'

const income = (change: Partial<IncomeBody> = {}): IncomeBody => ({
  wage_fen: 1_860_000,
  operating_fen: 540_000,
  property_fen: 60_000,
  transfer_fen: 312_000,
  operating_expense_fen: 190_000,
  persons: 3,
  period_from: '2021-05-01',
  period_to: '2022-04-30',
  claims_fen: 900_000,
  out_of_pocket_fen: 3_860_000,
  ...change,
})

describe('income of the investigation form', () => {
  it('leaves claims and own medical payment outside net income', () => expect(netIncomeFen(income())).toBe(2_582_000))
  it('is divided among the people who share it', () => {
    expect(perCapitaFen(income())).toBe(860_667)
    expect(perCapitaFen(income({ persons: 0 }))).toBeNull()
  })
  it('is proposed for the twelve months before the month of the visit, over the year end', () => {
    expect(twelveMonthsBefore('2022-05-18')).toEqual({ from: '2021-05-01', to: '2022-04-30' })
    expect(twelveMonthsBefore('2024-03-31')).toEqual({ from: '2023-03-01', to: '2024-02-29' })
    expect(twelveMonthsBefore('2022-01-01')).toEqual({ from: '2021-01-01', to: '2021-12-31' })
  })
})

describe('commitment letter', () => {
  const letter = (mode: SignLetterBody['signatures'][number]['mode'], more = {}): SignLetterBody => ({
    truthfulness: true,
    query_authorisation: true,
    valid_until: null,
    signatures: [{ member_id: 'm', member_name: '麦长青', signs: true, mode, signer_name: '麦长青', reason: '', witness: '', ...more }],
  })
  it('signed in person needs nothing more', () => expect(checks.signLetter(letter('signature'))).toEqual({}))
  it('with a fingerprint needs a witness', () => expect(checks.signLetter(letter('fingerprint'))).toHaveProperty(['signatures.m']))
  it('by proxy needs a reason and a witness', () => {
    expect(checks.signLetter(letter('proxy', { witness: '田网格' }))).toHaveProperty(['signatures.m'])
    expect(checks.signLetter(letter('proxy', { witness: '田网格', reason: '住院' }))).toEqual({})
  })
  it('needs both statements', () => {
    expect(Object.keys(checks.signLetter({ ...letter('signature'), truthfulness: false, query_authorisation: false }))).toEqual(['truthfulness', 'query_authorisation'])
  })
})

describe('appraisal', () => {
  const meeting: AppraisalBody = {
    place: '村部', chair: '甲', recorder: '乙', attendance: [{ role: '村民代表', count: 20 }], minutes: '', round: 1,
    recused: ['丙', ' '], votes_for: 17, votes_against: 1, abstentions: 1, result: 'recommend', opinion: '', conveners: [], findings: null,
  }
  it('counts everyone present but the recused', () => expect(checks.appraisal(meeting)).toEqual({}))
  it('says by how much the votes are wrong', () => expect(checks.appraisal({ ...meeting, recused: [] }).votes).toBe('三项票数合计 19，应等于到会人数减去回避人数 20。'))
})

describe('findings', () => {
  const judged = {
    per_capita_income_fen: 500000, previous_year_income_fen: 2000000, rigid_expenditure_fen: 1900000, rigid_clearly_exceeds: false, rigid_expenditure_large: false, income_dropped_sharply: false,
    causes: [], risks: [], dimensions: [{ code: 'risk', problem: true, finding: '' }], situation: '三口之家，一人常年吃药',
  }
  const review = { outcome: 'approve' as const, opinion: '属实', send_back_to: '', ground: '', reason: '', judgements: [], checkers: ['甲'] }
  it('are complete', () => expect(checks.review({ ...review, findings: judged })).toEqual({}))
  it('cannot call what is below the income clearly above it', () =>
    expect(checks.review({ ...review, findings: { ...judged, rigid_clearly_exceeds: true } })).toHaveProperty(['findings.rigid']))
  it('are not asked for in a send-back', () =>
    expect(checks.review({ ...review, outcome: 'send_back', send_back_to: 'democratic_appraisal', reason: '请补充材料', findings: { ...judged, situation: '' } })).toEqual({}))
})

describe('verdict', () => {
  const verdict = { outcome: 'send_back' as const, opinion: '', send_back_to: '', ground: '', reason: '', judgements: [] }
  it('sent back says to where and why', () => expect(Object.keys(checks.review({ ...verdict, checkers: ['甲'], findings: null }))).toEqual(['send_back_to', 'reason']))
  it('that refuses says what was found in every dimension', () => {
    const refusal = { ...verdict, outcome: 'refuse' as const, ground: 'no_risk', reason: '看过三次都没有', checkers: ['甲'], findings: null }
    const said = { code: 'risk', problem: false, finding: '没有发现风险' }
    expect(checks.review({ ...refusal, judgements: [said] })).toEqual({})
    expect(checks.review({ ...refusal, judgements: [said, { ...said, code: 'drinking_water_safety', finding: ' ' }] })).toHaveProperty('judgements')
  })
  it('is signed by whoever checked', () => expect(checks.review({ ...verdict, outcome: 'approve', opinion: '属实', checkers: [' '], findings: null })).toHaveProperty('checkers'))
})
