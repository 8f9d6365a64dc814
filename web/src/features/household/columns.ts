/** Columns of the household list; which of them are shown is remembered on this machine. */
import { ref, watch } from 'vue'

export const COLUMNS = [
  { key: 'code', label: '户编号' },
  { key: 'id_number', label: '户主证件号' },
  { key: 'members', label: '人口' },
  { key: 'village', label: '村' },
  { key: 'path', label: '所在区划' },
  { key: 'type', label: '户类型' },
  { key: 'monitored', label: '监测情况' },
  { key: 'open', label: '在办' },
] as const

export type ColumnKey = (typeof COLUMNS)[number]['key']

const STORAGE_KEY = 'shouwang.household.columns'
const DEFAULT: ColumnKey[] = ['code', 'id_number', 'members', 'village', 'type', 'monitored', 'open']

function stored(): ColumnKey[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null')
    if (!Array.isArray(value)) return DEFAULT
    return COLUMNS.map((column) => column.key).filter((key) => value.includes(key))
  } catch {
    return DEFAULT
  }
}

export function useShownColumns() {
  const shown = ref<ColumnKey[]>(stored())
  watch(shown, (keys) => localStorage.setItem(STORAGE_KEY, JSON.stringify(keys)))
  return shown
}
