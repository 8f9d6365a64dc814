import type { WorkItem } from '@/api/types'

const daysLeft = (item: WorkItem) => item.clock?.days_left ?? item.days_left ?? 9999

/** Nearest deadline first; work without one comes last, in the order given. */
export function byDeadline(left: WorkItem, right: WorkItem): number {
  return daysLeft(left) - daysLeft(right)
}

/** Where one click leads. */
export function linkOf(item: WorkItem): string {
  switch (item.kind) {
    case 'lead':
      return `/leads/${item.id}`
    case 'complaint':
      return '/complaints'
    case 'cross_check':
      return '/cross-checks'
    case 'correction':
      return '/corrections'
    case 'evidence':
      return `/casefiles/${item.id}?tab=evidence`
    case 'objection':
      return `/notices/${item.id}`
    case 'submission_list':
      return `/submission-lists/${item.id}`
    case 'monitoring_line':
      return `/monitoring-lines/${item.id}`
    case 'name_protection':
      return '/name-protections'
    case 'role_request':
      return '/role-requests'
    case 'deputy':
      return '/deputies'
    case 'handover':
      return '/handovers'
    case 'import':
      return `/imports/${item.id}`
    default:
      return item.step ? `/casefiles/${item.id}?step=${item.step}` : `/casefiles/${item.id}`
  }
}
