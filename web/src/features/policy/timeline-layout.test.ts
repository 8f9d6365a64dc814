import { describe, expect, it } from 'vitest'
import { axisOf, barsOf, periodWords } from './timeline-layout'
import type { Adoption, AdoptionTimeline } from './types'

const entry = (id: string, from: string, until: string | null, status: Adoption['status'] = 'in_force'): Adoption => ({
  id, from, until, status, pack_id: id, pack_title: id, pack_version: 1, jurisdiction: '410000000000', jurisdiction_name: '河南省', phase: 'running',
  reason: '', document: '', version: 1, may_confirm: false, awaits_another: false, may_withdraw: false, may_end: false, may_confirm_end: false, may_keep: false, previous: null, history: [],
})
const timeline: AdoptionTimeline = {
  today: '2022-05-20',
  jurisdictions: [
    {
      jurisdiction: '410000000000', name: '河南省', level_label: '省',
      entries: [entry('a', '2020-05-01', '2022-01-01'), entry('b', '2022-04-27', null), entry('c', '2022-06-01', null, 'draft')],
      gaps: [{ from: '2022-01-01', until: '2022-04-27', covered_by: null }],
      overlaps: [],
    },
  ],
}

describe('the time axis', () => {
  const axis = axisOf(timeline)
  it('reaches past every date, with its years', () => {
    expect(axis.from < '2020-05-01' && axis.until > '2022-06-01').toBe(true)
    expect(axis.years.map((one) => one.year)).toEqual(['2021', '2022'])
    expect(axis.at('1999-01-01')).toBe(0)
  })
  it('sets bars end to end, with the gap between and the draft left out', () => {
    const bars = barsOf(timeline.jurisdictions[0]!, axis)
    expect(bars.map((bar) => [bar.id, bar.kind])).toEqual([['a', 'entry'], ['b', 'entry'], ['gap-2022-01-01', 'gap']])
    const [a, b, gap] = bars
    expect(a!.left + a!.width).toBeCloseTo(gap!.left)
    expect(gap!.left + gap!.width).toBeCloseTo(b!.left)
    expect(b!.left + b!.width).toBeCloseTo(100)
    expect(gap!.label).toBe('无政策包')
    expect([a!.openEnd, b!.openEnd]).toEqual([false, true])
  })
})

describe('periodWords', () => {
  it('says an end as the first day no more', () => {
    expect(periodWords({ from: 'A', until: 'B' }, String)).toBe('A起，到B之前')
    expect(periodWords({ from: 'A', until: null }, String)).toBe('A起')
  })
})
