import { describe, expect, it } from 'vitest'
import { placeLadder, stepMark } from './ladder-layout'
import type { Procedure, ProcedureStep } from './types'

const step = (kind: ProcedureStep['kind'], level: string, parallel = false): ProcedureStep => ({
  kind, label: kind, level, level_label: level, clause: 'HN22-050', parallel, shared_with: [], evidence: [], left_open: [],
})
const procedure: Procedure = {
  label: '识别认定',
  left_open: [],
  clause: 'HN22-050',
  clocks: [{ id: 'all', label: '全程', starts: 'earliest_lead', ends: 'county_decision', limit_days: 15, unit: 'natural', in_principle: true, due_on: null, clause: 'HN22-060' }],
  steps: [step('commitment_letter', 'village'), step('cross_check', 'county', true), step('public_notice', 'village'), step('county_decision', 'county')],
  guards: [
    { kind: 'cross_check_concluded', on: 'county_decision', label: '比对结果已到', number: null, clause: 'HN22-061', source: null, exemptions: [] },
    { kind: 'notice_stood', on: 'county_decision', label: '公示满五天', number: 5, clause: 'HN22-054', source: null, exemptions: [] },
  ],
}

describe('placeLadder', () => {
  const ladder = placeLadder(procedure)

  it('gives every step a row in order and a lane by its level, whatever the pack', () => {
    expect(ladder.rows.map((row) => [row.step.kind, row.lane])).toEqual([
      ['commitment_letter', 0], ['cross_check', 1], ['public_notice', 0], ['county_decision', 1],
    ])
    for (const [index, row] of ladder.rows.entries()) if (index) expect(row.top).toBe(ladder.rows[index - 1]!.top + ladder.rows[index - 1]!.height)
  })
  it('grows a row with its notes: guards, and clocks that stop there', () => {
    const last = ladder.rows[3]!
    expect(last.guards).toHaveLength(2)
    expect(last.clocks.map((clock) => clock.id)).toEqual(['all'])
    expect(last.height).toBeGreaterThan(ladder.rows[0]!.height)
    expect(ladder.height).toBe(last.top + last.height)
  })
  it('links the parallel step to whoever asks for its result', () => {
    expect(ladder.links.find((link) => link.from === 'cross_check')).toMatchObject({ to: 'county_decision', dashed: true })
    expect(ladder.brackets).toHaveLength(1)
  })
  it('draws a procedure without clocks, guards or counties', () => {
    const bare = placeLadder({ ...procedure, clocks: [], guards: [], steps: [step('public_notice', 'village')] })
    expect(bare.lanes.map((lane) => lane.level)).toEqual(['village'])
    expect(bare.brackets).toEqual([])
  })
})

describe('stepMark', () => {
  it('names a step the other has not, or another level does', () => {
    const other = { ...procedure, steps: [step('public_notice', 'township')] }
    expect(stepMark(procedure.steps[0]!, other)).toBe('对方没有')
    expect(stepMark(procedure.steps[2]!, other)).toBe('对方由township办')
    expect(stepMark(procedure.steps[2]!, procedure)).toBe('')
  })
})
