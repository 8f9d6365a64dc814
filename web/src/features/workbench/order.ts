import type { WorkItem } from '@/api/types'

/** Nearest deadline first; work without a clock comes last, in the order given. */
export function byDeadline(left: WorkItem, right: WorkItem): number {
  const leftDay = left.clock?.deadline_on ?? '9999'
  const rightDay = right.clock?.deadline_on ?? '9999'
  return leftDay < rightDay ? -1 : leftDay > rightDay ? 1 : 0
}

/** Where one click leads. */
export function linkOf(item: WorkItem): string {
  switch (item.kind) {
    case 'lead':
      return `/leads/${item.id}`
    case 'objection':
      return `/notices/${item.id}`
    case 'import':
      return `/imports/${item.id}`
    default:
      return `/casefiles/${item.id}?step=${item.step}`
  }
}
