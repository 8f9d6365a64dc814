/** What others did on a casefile while a form here was open. */
import { api } from '@/api/client'
import type { BulkResult, Casefile, TimelineEvent } from '@/api/types'
import { changeWords, useMeanwhile, type Change } from '@/components/meanwhile'

/** A deputy is named with the colleague stood in for. */
const changeOf = ({ by_name, deputy_of, recorded_at, label, summary }: TimelineEvent): Change => ({
  by: deputy_of ? `${by_name}（代${deputy_of}）` : by_name,
  at: recorded_at,
  what: summary ? `${label}，${summary}` : label,
})

/** Acts recorded after those the page shows. */
export function actsSince(seen: Casefile, fresh: Casefile): Change[] {
  const last = Math.max(0, ...seen.timeline.map(({ seq }) => seq))
  return fresh.timeline.filter(({ seq }) => seq > last).map(changeOf)
}

/** The newest act, where a list of casefiles knows no more than that one has changed. */
export function latestAct(fresh: Casefile): Change[] {
  const newest = [...fresh.timeline].sort((a, b) => b.seq - a.seq)[0]
  return newest ? [{ ...changeOf(newest), what: `${changeOf(newest).what}（最近一次办理）` }] : []
}

export const useCasefileMeanwhile = (casefile: () => Casefile, take: (fresh: Casefile | null) => unknown) =>
  useMeanwhile(
    () => api.get<Casefile>(`/casefiles/${casefile().id}`),
    (fresh) => actsSince(casefile(), fresh),
    take,
  )

/** Households of a meeting, a notice or a list that came too late, each with who was faster, as far as this account may see it. */
export async function withLatestActs<Result extends BulkResult['results'][number]>(results: Result[]): Promise<Result[]> {
  return Promise.all(
    results.map(async (result) => {
      if (result.ok || result.refusals?.length || result.version == null) return result
      const acts = await api.get<Casefile>(`/casefiles/${result.casefile_id}`).then(latestAct, () => [])
      return { ...result, message: [result.message, ...acts.map(changeWords)].filter(Boolean).join('。') }
    }),
  )
}
