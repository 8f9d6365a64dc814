import { describe, expect, it } from 'vitest'
import { describeClock, placeProcedure } from './procedure-layout'
import type { Procedure, ProcedureStep } from './types'

const step = (kind: ProcedureStep['kind'], level: string, parallel = false): ProcedureStep => ({
  kind, label: kind, level, level_label: level, clause: 'HN22-050', parallel, shared_with: [], evidence: [], left_open: [],
})
const clock = { id: 'identification', label: '线索到县级审批', starts: 'earliest_lead', ends: 'county_decision', limit_days: 15, unit: 'natural' as const, in_principle: true, due_on: null, clause: 'HN22-060' }
const procedure: Procedure = {
  label: '识别认定',
  left_open: [],
  followed_from: null,
  clause: 'HN22-050',
  clocks: [clock],
  steps: [step('commitment_letter', 'village'), step('cross_check', 'county', true), step('public_notice', 'village'), step('county_decision', 'county')],
  guards: [{ kind: 'cross_check_concluded', on: 'county_decision', label: '比对结果已到', number: null, clause: 'HN22-061', source: null, exemptions: [] }],
}

describe('placeProcedure', () => {
  const picture = placeProcedure(procedure)

  it('keeps the main line straight and sets the parallel step above the next one', () => {
    expect(picture.steps.map((placed) => [placed.step.kind, placed.column])).toEqual([
      ['commitment_letter', 1], ['cross_check', 2], ['public_notice', 2], ['county_decision', 3],
    ])
  })
  it('never lays two steps of one level on top of each other', () => {
    const beside = placeProcedure({ ...procedure, steps: [step('county_decision', 'county'), step('archive', 'township', true), step('project_plan', 'township')], guards: [] })
    expect(beside.steps.map((placed) => [placed.step.kind, placed.column])).toEqual([['county_decision', 1], ['archive', 3], ['project_plan', 2]])
    expect(beside.columns).toBe(4)
  })
  it('leads the parallel result to the step whose guard asks for it', () => {
    expect(picture.links).toContainEqual({ from: 'cross_check', to: 'county_decision', dashed: true })
    expect(picture.links).toContainEqual({ from: 'commitment_letter', to: 'public_notice', dashed: false })
  })
  it('spans a clock from the lead to the step that ends it', () => {
    expect(picture.clocks[0]).toMatchObject({ fromColumn: 0, toColumn: 3 })
  })
})

describe('describeClock', () => {
  it('says 一般 only where the text does, and working days where it means them', () => {
    expect(describeClock(clock)).toBe('线索到县级审批：一般不超过 15 天')
    expect(describeClock({ ...clock, in_principle: false, unit: 'working' })).toBe('线索到县级审批：期限 15 个工作日')
    expect(describeClock({ ...clock, limit_days: null })).toBe('线索到县级审批：文件未规定期限')
    expect(describeClock({ ...clock, limit_days: null, due_on: '2020-05-10' })).toBe('线索到县级审批：2020年5月10日前')
  })
})
