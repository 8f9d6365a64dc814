/** States of an import in plain words, and which step of four it stands at. */
import type { ColumnStatus, Finding, ImportJob, ImportStatus, Verdict } from './types'

export const STATUS_WORDS: Record<ImportStatus, { words: string; tone: string; step: number }> = {
  received: { words: '已收到', tone: 'is-now', step: 0 },
  checking: { words: '正在检查', tone: 'is-now', step: 1 },
  checked: { words: '待核对', tone: 'is-warn', step: 2 },
  in_review: { words: '待核对', tone: 'is-warn', step: 2 },
  merging: { words: '正在合并', tone: 'is-now', step: 3 },
  merged: { words: '已合并', tone: 'is-good', step: 4 },
  refused: { words: '已拒收', tone: 'is-bad', step: 2 },
  cancelled: { words: '已停止', tone: '', step: 1 },
  failed: { words: '没有完成', tone: 'is-bad', step: 1 },
}

export const STEPS = ['收到', '检查', '核对', '合并'] as const

/** Work is going on at the server. */
export const isBusy = (job: ImportJob) => ['received', 'checking', 'merging'].includes(job.status)
/** Stopped half-way; may go on from where it stood. A file that cannot be read stays so. */
export const isResumable = (job: ImportJob) => job.status === 'cancelled' || (job.status === 'failed' && job.counts.errors === 0)
/** May be given back whole: nothing of it is merged yet. */
export const isRefusable = (job: ImportJob) => isReviewable(job) || (['cancelled', 'failed'].includes(job.status) && !job.merged_by)
/** A person may correct the mapping, merge or refuse. */
export const isReviewable = (job: ImportJob) => ['checked', 'in_review'].includes(job.status)

/** Households and villages that merging would add or change. */
export const toMerge = ({ counts }: ImportJob) => counts.new_households + counts.changed + counts.new_villages + counts.changed_villages

export interface StateWords {
  tone: 'info' | 'success' | 'warning' | 'error'
  title: string
  lines: string[]
}

const number = (value: number) => value.toLocaleString('zh-CN')

/** Something of the file is not taken and can be corrected in the copy. */
export const toCorrect = ({ counts }: ImportJob) => counts.rejected_rows + counts.left_out_cells > 0

/** `3 行、2 格`, without what is none. */
export function leftOutWords({ counts }: ImportJob): string {
  const parts = [counts.rejected_rows && `${number(counts.rejected_rows)} 行`, counts.left_out_cells && `${number(counts.left_out_cells)} 格`]
  return parts.filter(Boolean).join('、') || '0 行'
}

/** `新增 97 户，更新 3 户`, without what is none. */
function mergeWords({ counts }: ImportJob): string {
  const parts: [number, string, string][] = [
    [counts.new_households, '新增', '户'],
    [counts.changed, '更新', '户'],
    [counts.new_villages, '新增', '个村的信息'],
    [counts.changed_villages, '更新', '个村的信息'],
  ]
  return parts.filter(([count]) => count > 0).map(([count, verb, unit]) => `${verb} ${number(count)} ${unit}`).join('，')
}

function checkedWords(job: ImportJob): StateWords {
  const { counts } = job
  const copy = '到“问题”下载订正表，在标红的格里改好，作为新文件上传。'
  const rejected = counts.rejected_rows ? `${number(counts.rejected_rows)} 行有错误，不导入：${copy}` : ''
  const cells = counts.left_out_cells ? `${rejected ? '另有 ' : '有 '}${number(counts.left_out_cells)} 格有错误，只不导入这些格（收入错一格，这一期收入都不导入），所在的行照收${rejected ? '。' : `：${copy}`}` : ''
  // A column that could not be read takes no row away.
  const unread = !toCorrect(job) && counts.errors ? `有 ${number(counts.errors)} 处错误，错误的内容没有读取，见“问题”。` : ''
  if (toMerge(job) > 0) {
    return {
      tone: rejected || cells || unread ? 'warning' : 'info',
      title: '检查完了，等您核对后合并',
      lines: [`可以合并：${mergeWords(job)}。农户档案还没有变动。`, rejected, cells, unread, '先看“合并预览”，没有问题再点“合并到农户档案”；不是您要的文件，点“拒收文件”。'].filter(Boolean),
    }
  }
  if (counts.accepted > 0 || counts.villages > 0) {
    return {
      tone: rejected || cells ? 'warning' : 'info',
      title: '文件和农户档案一样，没有要合并的',
      lines: [rejected, cells, toCorrect(job) ? '' : '这份文件不用再办，可以点“拒收文件”把它从系统中删去。'].filter(Boolean),
    }
  }
  return {
    tone: 'error',
    title: '没有一行可以导入，农户档案没有变动',
    lines: [
      rejected || (counts.rows ? '' : '文件里没有读到数据行，可能表是空的，或者表头不在前 30 行之内。'),
      '原因和改法写在“问题”里。列名对不上的，可以在“工作表和列”里指定对应的列，再重新检查；其余的改好后重新上传。',
    ].filter(Boolean),
  }
}

/** What of a merged file did not come in. */
function doneWords(job: ImportJob): string {
  if (toCorrect(job)) return `有错误的 ${leftOutWords(job)}没有导入。到“问题”下载订正表，改好后作为新文件上传。`
  if (job.counts.errors) return `有 ${number(job.counts.errors)} 处错误的内容没有读取，见“问题”。`
  return '这份文件办完了，没有漏下的行。'
}

/** What happened to the file, what that means for the register, and what to do next. */
export function stateWords(job: ImportJob): StateWords {
  const { counts, failure } = job
  switch (job.status) {
    case 'received':
    case 'checking':
      return { tone: 'info', title: '正在检查，农户档案没有变动', lines: ['检查在后台进行，可以离开这一页，回来再看结果。'] }
    case 'merging':
      return { tone: 'info', title: '正在合并到农户档案', lines: ['合并在后台进行，可以离开这一页。中途停止的话，已经合并的户保留，以后可以从停下的地方继续。'] }
    case 'merged':
      return {
        tone: toCorrect(job) || counts.errors ? 'warning' : 'success',
        title: `已合并${mergeWords(job) ? `：${mergeWords(job)}` : '，没有要变动的户'}`,
        lines: [
          doneWords(job),
          '合并了的户到“农户”里查；每一户改了什么，记在户档案的“变更记录”里。',
        ],
      }
    case 'refused':
      return { tone: 'error', title: '已拒收，农户档案没有变动', lines: [`原因：${failure ?? '没有写明'}`, '文件已从系统中删去，只留这条记录。改好后请重新上传。'] }
    case 'cancelled':
      return {
        tone: 'warning',
        title: job.merged_by ? '合并停在半路' : '检查停在半路，农户档案没有变动',
        lines: [job.merged_by ? '已经合并的户保留，其余的还没有动。点“从停下的地方继续”，接着合并剩下的。' : '点“从停下的地方继续”，接着检查；不要这份文件了，点“拒收文件”。'],
      }
    case 'failed':
      return isResumable(job)
        ? { tone: 'error', title: '没有完成', lines: [`${failure ?? '处理时出了问题'}。`, '点“从停下的地方继续”再试一次；还是不行，请告诉系统管理员。'] }
        : { tone: 'error', title: '读不了这个文件，农户档案没有变动', lines: [`${failure ?? '文件不合要求'}。`, '改法写在“问题”里，改好后请重新上传。'] }
    default:
      return checkedWords(job)
  }
}

const PHASES: Record<string, string> = {
  receiving: '正在接收文件',
  reading: '正在读取表格',
  checking: '正在逐行检查',
  matching: '正在与已有农户对照',
  merging: '正在合并到农户档案',
}
export const phaseWords = (phase: string) => PHASES[phase] ?? phase

export const COLUMN_WORDS: Record<ColumnStatus, { words: string; tone: string; hint: string }> = {
  matched: { words: '对上', tone: 'is-good', hint: '列名与样表一致' },
  alias: { words: '别名对上', tone: 'is-good', hint: '列名是常见的另一种写法' },
  moved: { words: '换了位置', tone: 'is-good', hint: '列名一致，位置与样表不同，不影响导入' },
  unknown: { words: '不认识', tone: 'is-warn', hint: '不导入；如果是别的写法，请在右边指定' },
  duplicate: { words: '重复', tone: 'is-warn', hint: '同名的列出现两次，请指定用哪一列' },
  missing: { words: '缺少', tone: 'is-warn', hint: '样表里有、文件里没有；要导入这一项，请补上这一列，或把不认识的列指定给它' },
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
