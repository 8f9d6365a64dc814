import { describe, expect, it } from 'vitest'
import { isRefusable, stateWords } from './words'
import type { ImportJob, ImportStatus } from './types'

const none = {
  rows: 0, households: 0, persons: 0, accepted: 0, accepted_households: 0, accepted_persons: 0, rejected_rows: 0, left_out_cells: 0, errors: 0, warnings: 0,
  new_households: 0, changed: 0, unchanged: 0, villages: 0, new_villages: 0, changed_villages: 0,
}
const job = (status: ImportStatus, counts: Partial<typeof none> = {}, more: Partial<ImportJob> = {}) =>
  ({ id: '1', file_name: 'a.xlsx', layout: 'national-2022', status, sheets: [], counts: { ...none, ...counts }, created_at: '', created_by: '', failure: null, merged_by: null, ...more }) as ImportJob
const all = (found: ImportJob) => [stateWords(found).title, ...stateWords(found).lines].join('\n')

describe('the words of an import', () => {
  it('say of every state what to do next', () => {
    for (const status of ['received', 'checking', 'checked', 'in_review', 'merging', 'merged', 'refused', 'cancelled', 'failed'] as const) {
      expect(stateWords(job(status)).lines.length, status).toBeGreaterThan(0)
    }
  })
  it('of a checked file tell what can be merged and what cannot', () => {
    const words = all(job('checked', { rows: 433, accepted: 297, rejected_rows: 136, errors: 111, new_households: 97, new_villages: 2 }))
    expect(words).toContain('可以合并：新增 97 户，新增 2 个村的信息。')
    expect(words).toContain('136 行有错误，不导入')
  })
  it('tell a file that changes nothing from one of which nothing can be taken', () => {
    expect(stateWords(job('checked', { rows: 8, accepted: 8, unchanged: 2 })).title).toBe('文件和农户档案一样，没有要合并的')
    expect(stateWords(job('checked', { rows: 8, rejected_rows: 8, errors: 8 })).title).toBe('没有一行可以导入，农户档案没有变动')
  })
  it('never call a file done of which a cell is left out', () => {
    const counts = { rows: 8, accepted: 8, left_out_cells: 2, errors: 2, changed: 1 }
    expect(all(job('checked', counts))).toContain('有 2 格有错误，只不导入这些格')
    expect(all(job('merged', counts))).toContain('有错误的 2 格没有导入。到“问题”下载订正表')
    expect(all(job('merged', { ...counts, rejected_rows: 3 }))).toContain('有错误的 3 行、2 格没有导入')
    expect(all(job('merged', { rows: 8, errors: 1, changed: 1 }))).not.toContain('没有漏下')
    expect(all(job('merged', { rows: 8, changed: 1 }))).toContain('没有漏下的行')
  })
  it('keep what was merged before the stop apart from a stopped check', () => {
    expect(stateWords(job('cancelled')).title).toContain('农户档案没有变动')
    expect(stateWords(job('cancelled', {}, { merged_by: '甲' })).title).toBe('合并停在半路')
    expect(isRefusable(job('cancelled'))).toBe(true)
    expect(isRefusable(job('cancelled', {}, { merged_by: '甲' }))).toBe(false)
  })
  it('send a file that cannot be read back, and let one that broke off go on', () => {
    expect(all(job('failed', { errors: 1 }, { failure: '文件不是 Excel 工作簿' }))).toContain('改好后请重新上传')
    expect(all(job('failed', {}, { failure: '处理时出了问题' }))).toContain('从停下的地方继续')
  })
})
