import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ClockStatus, StepView } from '@/api/types'
import { problemFrom } from '@/api/problem'
import ClockBadge from './ClockBadge.vue'
import ProblemNotice from './ProblemNotice.vue'
import StepTimeline from './StepTimeline.vue'

beforeEach(() => setActivePinia(createPinia()))

const clock: ClockStatus = {
  id: 'identification', label: '线索到县级审批', started_on: '2022-05-01', limit_days: 15, unit: 'natural', deadline_on: '2022-05-16',
  days_used: 17, days_left: -2, overdue: true, clause: 'HN22-060', in_principle: true, overdue_reason: '汛期道路中断', warnings: [],
}

describe('ClockBadge', () => {
  it('says overdue in words and by a sign, not by colour alone', () => {
    const badge = mount(ClockBadge, { props: { clock } })
    expect(badge.text()).toBe('!已超期 2 天')
    expect(badge.attributes('title')).toContain('2022年5月16日到期')
  })
  it('in full shows total days, the clause and the reason given', () => {
    const text = mount(ClockBadge, { props: { clock, full: true } }).text()
    for (const part of ['已用 17 / 15 天', 'HN22-060', '逾期原因：汛期道路中断']) expect(text).toContain(part)
  })
})

describe('ClockBadge with a last day and no number of days', () => {
  const due: ClockStatus = { ...clock, label: '全面摸排、纳入录入', limit_days: null, deadline_on: '2020-05-10', days_used: 3, days_left: 7, overdue: false, clause: 'HN20-008', overdue_reason: null }
  it('says the date and the days to it', () => {
    expect(mount(ClockBadge, { props: { clock: due } }).text()).toBe('◷截止 2020年5月10日，还有 7 天')
    expect(mount(ClockBadge, { props: { clock: { ...due, days_left: 0 } } }).text()).toContain('就是今天')
  })
  it('after it says how many days have passed, and never days used of a limit', () => {
    const text = mount(ClockBadge, { props: { clock: { ...due, days_used: 739, days_left: -725, overdue: true }, full: true } }).text()
    expect(text).toContain('截止 2020年5月10日，已过 725 天')
    expect(text).not.toContain('已用')
    expect(text).not.toContain('739')
  })
})

describe('ProblemNotice', () => {
  it('shows each refusal with its clause and the earliest day in words', () => {
    const problem = problemFrom(422, {
      code: 'refused',
      detail: '公示还没有满 5 天。',
      refusals: [
        { guard: 'notice_stood', message: '公示还没有满 5 天。', clause: 'HN22-054', earliest_on: '2022-05-07' },
        { guard: 'distinct_verifiers', message: '要有两名核实人。', clause: null },
      ],
    })
    const notice = mount(ProblemNotice, { props: { problem } })
    expect(notice.attributes('role')).toBe('alert')
    const lines = notice.findAll('li').map((line) => line.text())
    expect(lines[0]).toContain('最早 2022年5月7日 可以办')
    expect(lines[0]).toContain('HN22-054')
    expect(lines[1]).toContain('文件未规定')
  })
})

describe('StepTimeline', () => {
  it('marks the step whose turn it is and names missing evidence', () => {
    const step: StepView = {
      kind: 'home_verification', label: '入户核实', level: 'village', level_label: '村级', clause: 'HN22-050', status: 'open', parallel: false,
      late_entry: false, advised_day: 2, left_open: [], my_turn: true, evidence: [{ code: 'investigation_form', label: '排查表', required: true, clause: 'HN22-050', present: false, held: 'missing', by_reference: false, may_bring: true }],
    }
    const timeline = mount(StepTimeline, { props: { steps: [step] } })
    expect(timeline.find('[aria-current=step]').text()).toContain('轮到您')
    expect(timeline.find('.absent').text()).toContain('排查表')
  })
})
