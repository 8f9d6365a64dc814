import { describe, expect, it } from 'vitest'
import { OPERATIONS, detailWords, subjectWords } from './words'

describe('words of the audit chain', () => {
  it('tells a detail in words and leaves out what says nothing', () => {
    expect(detailWords('version=11 stage=determined on=2022-05-19')).toBe('第 11 版，已认定，办理日期 2022-05-19')
    expect(detailWords('channel=hotline merged=false joined=true')).toBe('渠道：12317 热线，并入正在办的事项')
    expect(detailWords('')).toBe('')
  })
  it('tells an import and a notice without codes', () => {
    expect(detailWords('households=2 photos=0')).toBe('2 户')
    expect(detailWords('keep_ours')).toBe('不一样的，保留档案里的')
    expect(detailWords('households=146 created=0 written=73c0ec399edd71564c16')).toBe('146 户，新增 0 户，写入内容摘要 73c0ec399edd…')
    expect(subjectWords('corrections')).toBe('更正')
  })
  it('shows what it does not know as written', () => {
    expect(detailWords('henan-2022 unknown=1')).toBe('henan-2022，unknown=1')
    expect(subjectWords('unknown/7')).toBe('unknown 7')
  })
  it('shortens long ids only', () => {
    expect(subjectWords('casefile/01a200fa-2067-7e71-ae4b-e3de5b4e0216')).toBe('识别认定事项 …5b4e0216')
    expect(subjectWords('pack/henan-2022')).toBe('政策包 henan-2022')
    expect(subjectWords('list/household')).toBe('农户清单')
  })
  it('knows every operation of the code list', () => {
    expect(OPERATIONS['export.list']).toBe('导出清单')
    expect(Object.values(OPERATIONS).every(Boolean)).toBe(true)
    expect(detailWords('rows=3 columns=head+code filters=text+division')).toBe('3 行，2 列，筛选：查找内容、区划')
  })
})
