/** States of an import in plain words, and which step of four it stands at. */
import type { ColumnStatus, Finding, ImportJob, ImportStatus, Verdict } from './types'

export const STATUS_WORDS: Record<ImportStatus, { words: string; tone: string; step: number }> = {
  received: { words: '已收到', tone: 'is-now', step: 0 },
  checking: { words: '正在检查', tone: 'is-now', step: 1 },
  checked: { words: '待审', tone: 'is-warn', step: 2 },
  in_review: { words: '待审', tone: 'is-warn', step: 2 },
  merging: { words: '正在合并', tone: 'is-now', step: 3 },
  merged: { words: '已合并', tone: 'is-good', step: 4 },
  refused: { words: '已拒收', tone: 'is-bad', step: 2 },
  cancelled: { words: '已停止', tone: '', step: 1 },
  failed: { words: '没有完成', tone: 'is-bad', step: 1 },
}

export const STEPS = ['收到', '检查', '待审', '合并'] as const

/** Work is going on at the server. */
export const isBusy = (job: ImportJob) => ['received', 'checking', 'merging'].includes(job.status)
/** Stopped half-way; may go on from where it stood. A file that cannot be read stays so. */
export const isResumable = (job: ImportJob) => job.status === 'cancelled' || (job.status === 'failed' && job.counts.errors === 0)
/** A person may correct the mapping, merge or refuse. */
export const isReviewable = (job: ImportJob) => ['checked', 'in_review'].includes(job.status)

/** Households and villages that merging would add or change. */
export const toMerge = ({ counts }: ImportJob) => counts.new_households + counts.changed + counts.new_villages + counts.changed_villages

const PHASES: Record<string, string> = {
  receiving: '正在接收文件',
  reading: '正在读取表格',
  checking: '正在逐行检查',
  matching: '正在与已有农户对照',
  merging: '正在合并到农户档案',
}
export const phaseWords = (phase: string) => PHASES[phase] ?? phase

export const COLUMN_WORDS: Record<ColumnStatus, { words: string; tone: string; hint: string }> = {
  matched: { words: '对上', tone: 'is-good', hint: '列名与样式一致' },
  alias: { words: '别名对上', tone: 'is-good', hint: '列名是常见的另一种写法' },
  moved: { words: '换了位置', tone: 'is-good', hint: '列名一致，位置与样式不同，不影响导入' },
  unknown: { words: '不认识', tone: 'is-warn', hint: '不导入；如果是别的写法，请在右边指定' },
  duplicate: { words: '重复', tone: 'is-warn', hint: '同名的列出现两次，请指定用哪一列' },
  missing: { words: '缺少', tone: 'is-warn', hint: '样式里有、文件里没有的列' },
}

export const VERDICT_WORDS: Record<Verdict, { words: string; tone: string }> = {
  new: { words: '新增', tone: 'is-now' },
  changed: { words: '有变动', tone: 'is-warn' },
  unchanged: { words: '没有变动', tone: '' },
  rejected: { words: '不导入', tone: 'is-bad' },
}

/** Where a finding stands, as the person sees it in the spreadsheet. */
export function placeWords(finding: Pick<Finding, 'sheet' | 'row' | 'column'>): string {
  if (!finding.sheet) return '整个文件'
  if (!finding.row) return `工作表“${finding.sheet}”`
  return `${finding.sheet} 第 ${finding.row} 行${finding.column ? ` ${finding.column} 列` : ''}`
}

export const LAYOUTS = [{ id: 'national-2022', title: '全国系统导出样式（2022）' }]
export const layoutTitle = (id: string) => LAYOUTS.find((one) => one.id === id)?.title ?? id
