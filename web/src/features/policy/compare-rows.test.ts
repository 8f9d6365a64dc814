import { describe, expect, it } from 'vitest'
import { countDifferent, shownGroups, sideWords } from './compare-rows'
import { listOf, valueWords } from './words'
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
    expect(sideWords(row({}), side('办理级别：村；报送：乡镇', { label: '村级公示名单' }), 'list').text).toBe('名称：村级公示名单；办理级别：村；报送：乡镇')
  })
})
describe('what only practice says', () => {
  it('reads 文件未规定, whichever layer wrote it down', () => {
    const inBase = sideWords(row({ figure: false }), side('', { clause: null, source: 'practice' }), 'ending')
    const inPack = sideWords(row({ figure: false }), side('', { clause: null, source: 'practice', unstated: true }), 'ending')
    expect(inBase).toMatchObject({ unstated: true, practice: '有这一项' })
    expect(inPack).toEqual(inBase)
  })
})

describe('values', () => {
  it('have no codes, template fields or bare dates', () => {
    expect(valueWords({ group: 'message', value: '{head_name}：已于{received_on}登记，{whatever}' })).toBe('〔户主姓名〕：已于〔收到日期〕登记，〔按户填写〕')
    expect(valueWords({ group: 'clock', value: '最后一天：2020-05-10' })).toBe('最后一天：2020年5月10日')
    expect(valueWords({ group: 'step', value: '办理级别：村；建议第几天前办结（不是规定）：4' })).toBe('办理级别：村；建议第 4 天前办结（不是规定）')
    expect(valueWords({ group: 'guard', value: '公示满 5 天；数：5' })).toBe('公示满 5 天；不少于 5')
  })
  it('that are lists read as lists, texts stay whole', () => {
    expect(listOf('step', '办理级别：村；也可由：乡镇').entries).toEqual(['办理级别：村', '也可由：乡镇'])
    expect(listOf('step', '入户核实 → 村内公示')).toEqual({ entries: ['入户核实', '村内公示'], inOrder: true })
    expect(listOf('message', '原因是：甲；可以申请复查').entries).toHaveLength(1)
  })
})
