/** Rows of two packs side by side: which are shown, and in which words. */
import type { ComparedGroup, ComparedRow, Difference, ProvisionSide } from './types'
import { valueWords } from './words'

/** A word and a sign, so that colour is never the only mark. */
export const DIFFERENCE_WORDS: Record<Difference, { sign: string; word: string }> = {
  same: { sign: '＝', word: '相同' },
  different: { sign: '≠', word: '不同' },
  only_left: { sign: '◁', word: '只有左边' },
  only_right: { sign: '▷', word: '只有右边' },
}

/** Groups with the rows that differ, or all of them; empty groups fall away. */
export function shownGroups(groups: ComparedGroup[], onlyDifferent: boolean): ComparedGroup[] {
  if (!onlyDifferent) return groups
  return groups
    .map((group) => ({ ...group, rows: group.rows.filter((row) => row.difference !== 'same') }))
    .filter((group) => group.rows.length > 0)
}

export const countDifferent = (groups: ComparedGroup[]) => groups.reduce((sum, group) => sum + group.rows.filter((row) => row.difference !== 'same').length, 0)

export interface SideWords {
  /** The stated value; empty where nothing but the name is said. */
  text: string
  /** 文件未规定: the document is silent on this figure. */
  unstated: boolean
  /** What is done meanwhile, named as practice. */
  practice: string
  /** The list has no such entry here. */
  absent: boolean
  clause: string | null
  source: string | null
}

/** What one side of a row says. A figure missing on a side is unstated there; an entry is simply not in its list. */
export function sideWords(row: ComparedRow, side: ProvisionSide | null | undefined, group: string): SideWords {
  const nothing = { text: '', practice: '', clause: null, source: null }
  // What one text leaves open the other may settle elsewhere.
  const only = row.left ?? row.right
  const leftOpen = !row.figure && only?.unstated && !only.source
  if (!side) return { ...nothing, text: leftOpen ? '不涉及' : row.figure ? '' : '没有这一项', unstated: row.figure, absent: !row.figure }
  const value = valueWords({ group, value: side.value })
  const followed = side.source === 'inherited_by_practice'
  const renamed = side.label !== row.label ? side.label : ''
  // The other name of a list is an entry of its own.
  const words = renamed && value.includes('；') ? `名称：${renamed}；${value}` : [renamed, value].filter(Boolean).join('：')
  // What is only done by practice the document leaves open, whichever layer wrote it down.
  if (side.unstated || side.source === 'practice') {
    return { ...nothing, unstated: true, absent: false, practice: words || (side.source && !row.figure ? '有这一项' : ''), clause: followed ? (side.clause ?? null) : null, source: side.source ?? null }
  }
  return {
    text: words || '有',
    unstated: false,
    practice: '',
    absent: false,
    clause: side.clause ?? null,
    source: side.source ?? null,
  }
}
