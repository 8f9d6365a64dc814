/** What others did with a lead while a form on it was open. */
import { api } from '@/api/client'
import type { Lead } from '@/api/types'
import { formatDate } from '@/components/format'
import { useMeanwhile, type Change } from '@/components/meanwhile'

export function leadChanges(seen: Lead, fresh: Lead): Change[] {
  const changes: Change[] = fresh.corrections
    .slice(seen.corrections.length)
    .map((one) => ({ by: one.by_name, at: one.recorded_at, what: `把发现日期从${formatDate(one.old_received_on)}更正为${formatDate(one.new_received_on)}` }))
  if (!seen.household && fresh.household) changes.push({ by: '', at: null, what: `这条线索已对上${fresh.household.head_name}户` })
  if (!seen.merged_into && fresh.merged_into) changes.push({ by: '', at: null, what: '这条线索已并入同一户更早的线索' })
  if (seen.status === 'open' && fresh.status === 'concluded') {
    changes.push({ by: fresh.concluded_by ?? '', at: fresh.concluded_on, what: `已办结，${[fresh.outcome_label, fresh.outcome_reason].filter(Boolean).join('，')}` })
  }
  return changes
}

export const useLeadMeanwhile = (lead: () => Lead, take: () => unknown) =>
  useMeanwhile(
    () => api.get<Lead>(`/leads/${lead().id}`),
    (fresh) => leadChanges(lead(), fresh),
    take,
  )
