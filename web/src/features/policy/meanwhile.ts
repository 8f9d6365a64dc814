/** What others did with an entry of the policy timeline while a form on it was open. */
import { api } from '@/api/client'
import { useMeanwhile } from '@/components/meanwhile'
import { EVENT_WORDS } from './timeline-layout'
import type { Adoption, AdoptionTimeline } from './types'

export const useAdoptionMeanwhile = (entry: () => Adoption, take: (fresh: Adoption | null) => unknown) =>
  useMeanwhile(
    async () => {
      const { jurisdictions } = await api.get<AdoptionTimeline>('/policy/adoptions')
      const fresh = jurisdictions.flatMap(({ entries }) => entries).find(({ id }) => id === entry().id)
      if (!fresh) throw new Error('the entry is gone')
      return fresh
    },
    (fresh) =>
      fresh.history.slice(entry().history.length).map(({ by_name, recorded_at, kind, reason }) => ({
        by: by_name,
        at: recorded_at,
        what: [EVENT_WORDS[kind] ?? '改动', reason].filter(Boolean).join('，'),
      })),
    take,
  )
