import { describe, expect, it } from 'vitest'
import type { Casefile } from '@/api/types'
import { actions, hintOf, submitLabel, titleOf } from './actions'

const step = (kind: string, label: string, evidence: [string, string][] = []) =>
  ({ kind, label, evidence: evidence.map(([code, name]) => ({ code, label: name })) }) as unknown as Casefile['steps'][number]
const under = (steps: Casefile['steps'], ...guards: string[]) =>
  ({ steps, asks: guards.map((one) => ({ guard: one.split('@')[0], on: one.split('@')[1], exemptions: [] })) }) as unknown as Casefile

const plan = under(
  [
    step('home_verification', '入户核实', [['investigation_form', '防止返贫动态监测排查表']]),
    step('cross_check', '信息比对'),
    step('public_notice', '村内公示'),
    step('township_review', '乡级审核'),
    step('county_decision', '县级审批'),
    step('announcement', '结果公告'),
  ],
  'household_signed@home_verification',
  'every_queried_person_signed@commitment_letter',
  'through_township@cross_check',
)
const mechanism = under([
  step('commitment_letter', '承诺和授权'),
  step('public_notice', '村级公示'),
  step('township_review', '镇级核查'),
  step('township_submission', '镇级人民政府上报'),
  step('county_decision', '县级审核认定'),
  step('archive', '录入省防贫监测信息系统'),
])
const opinion = under([
  step('township_review', '乡镇审核'),
  step('cross_check', '县级信息比对'),
  step('county_decision', '县级确定'),
  step('written_notice', '书面通知乡镇'),
  step('archive', '信息录入'),
])
const button = (action: string, casefile: Casefile, outcome = '') => submitLabel(actions[action]!, casefile, { outcome })

describe('words of the acts', () => {
  it('call each step what the pack of the casefile calls it', () => {
    expect([plan, mechanism, opinion].map((one) => titleOf('review', one))).toEqual(['乡级审核', '镇级核查', '乡镇审核'])
    expect([plan, mechanism, opinion].map((one) => button('decide', one))).toEqual(['提交县级审批', '提交县级审核认定', '提交县级确定'])
    expect([plan, mechanism].map((one) => titleOf('post_notice', one))).toEqual(['登记村内公示', '登记村级公示'])
  })
  it('say where an approval goes next in that procedure', () =>
    expect([plan, mechanism, opinion].map((one) => button('review', one, 'approve'))).toEqual([
      '乡级审核通过，转县级审批',
      '镇级核查通过，转镇级人民政府上报',
      '乡镇审核通过，转县级信息比对',
    ]))
  it('let the township sign for the letter where the county writes one', () => {
    expect([plan, opinion].map((one) => button('acknowledge_decision', one))).toEqual(['签收县级审批结果', '签收书面通知'])
    expect([plan, opinion].map((one) => hintOf('acknowledge_decision', one))).toEqual(['签收后办“结果公告”。', '签收后办“信息录入”。'])
  })
  it('ask for a comparison through the township, or have the county do it', () =>
    expect([plan, opinion].map((one) => titleOf('request_cross_check', one))).toEqual(['提请信息比对', '开展县级信息比对']))
  it('quote only what the pack asks for', () => {
    expect(hintOf('verify_home', plan)).toBe('按《防止返贫动态监测排查表》逐项填写，农户确认后签字。')
    expect(hintOf('sign_letter', plan)).toContain('每名成年人都签')
    expect(hintOf('sign_letter', mechanism)).toBeUndefined()
  })
  it('hold no name of a step of another document', () => {
    const others = ['县级审批', '乡级审核', '入户核实', '村内公示', '录入建档', '结果公告']
    for (const [name, definition] of Object.entries(actions)) {
      const said = [titleOf(name, mechanism), hintOf(name, mechanism) ?? '', definition.dateLabel, ...['', 'approve', 'send_back', 'refuse'].map((outcome) => button(name, mechanism, outcome))]
      for (const words of others) expect(said.join(), name).not.toContain(words)
    }
  })
})
