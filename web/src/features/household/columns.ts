/** Columns of the household list; which of them are shown is remembered on this machine. */
import { ref, watch } from 'vue'

export const COLUMNS = [
  { key: 'code', label: '户编号' },
  { key: 'members', label: '人口' },
  { key: 'village', label: '村' },
  { key: 'type', label: '户类型' },
  { key: 'monitored', label: '监测情况' },
  { key: 'open', label: '在办' },
] as const

export type ColumnKey = (typeof COLUMNS)[number]['key']

const STORAGE_KEY = 'shouwang.household.columns'
const WIDE: ColumnKey[] = ['code', 'members', 'village', 'type', 'monitored', 'open']
/** On a phone each household is a card: only what tells one from another. */
const NARROW: ColumnKey[] = ['members', 'village', 'monitored', 'open']

/** In a village every row stands in the same one. */
const usual = (level: string | undefined) =>
  (window.matchMedia('(max-width: 720px)').matches ? NARROW : WIDE).filter((key) => key !== 'village' || level !== 'village')

function stored(level: string | undefined): ColumnKey[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null')
    if (!Array.isArray(value)) return usual(level)
    return COLUMNS.map((column) => column.key).filter((key) => value.includes(key))
  } catch {
    return usual(level)
  }
}

export function useShownColumns(level: string | undefined) {
  const shown = ref<ColumnKey[]>(stored(level))
  watch(shown, (keys) => localStorage.setItem(STORAGE_KEY, JSON.stringify(keys)))
  return shown
}
