import { describe, expect, it } from 'vitest'
import { countDifferent, shownGroups, sideWords } from './compare-rows'
import type { ComparedGroup, ComparedRow, ProvisionSide } from './types'

const side = (value: string, more: Partial<ProvisionSide> = {}): ProvisionSide => ({
  label: '天数', value, clause: 'HN22-060', source: null, unstated: false, layer: null, ...more,
})
const row = (more: Partial<ComparedRow>): ComparedRow => ({
  key: 'limit_days', label: '天数', figure: true, left: side('15'), right: side('15'), difference: 'same', ...more,
})
const groups: ComparedGroup[] = [
  { group: 'line', label: '监测范围', rows: [row({})] },
  { group: 'channel', label: '线索渠道', rows: [row({ key: 'a' }), row({ key: 'b', difference: 'only_right', left: null, figure: false })] },
]

describe('shownGroups', () => {
  it('keeps only what differs, and no empty group', () => {
    expect(shownGroups(groups, false)).toHaveLength(2)
    const shown = shownGroups(groups, true)
    expect(shown.map((group) => group.group)).toEqual(['channel'])
    expect(shown[0]!.rows.map((one) => one.key)).toEqual(['b'])
    expect(countDifferent(groups)).toBe(1)
  })
})

describe('sideWords', () => {
  it('says a stated value with its clause', () => {
    expect(sideWords(row({}), side('15'), 'clock')).toMatchObject({ text: '15', clause: 'HN22-060', unstated: false })
  })
  it('says 文件未规定 for an unstated value, and names its default as practice', () => {
    const words = sideWords(row({}), side('10', { unstated: true, clause: null, source: 'practice' }), 'clock')
    expect(words).toMatchObject({ unstated: true, practice: '10', text: '' })
  })
  it('takes a figure the pack does not have for unstated, an entry for absent', () => {
    expect(sideWords(row({}), null, 'line')).toMatchObject({ unstated: true, absent: false })
    expect(sideWords(row({ figure: false }), null, 'channel')).toMatchObject({ unstated: false, absent: true, text: '没有这一项' })
    const open = row({ figure: false, left: side('', { unstated: true, clause: null }), right: null, difference: 'only_left' })
    expect(sideWords(open, open.left, 'identification.step')).toMatchObject({ unstated: true })
    expect(sideWords(open, null, 'identification.step').text).toBe('不涉及')
  })
  it('shows another name, and that an entry is there when nothing more is said', () => {
    expect(sideWords(row({}), side('', { label: '期限' }), 'clock').text).toBe('期限')
    expect(sideWords(row({}), side(''), 'channel').text).toBe('有')
  })
})
