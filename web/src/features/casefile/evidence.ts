import type { Casefile } from '@/api/types'

type Step = Casefile['steps'][number]
export interface EvidenceBlock {
  step: Step
  slots: Step['evidence']
}

/**
 * What is asked for at one step: its own pieces and, where the archive is closed, what the steps before it had to leave and did not.
 * A code named again by the archive stands once.
 */
export function askedAt(casefile: Pick<Casefile, 'steps'>, kind: string): EvidenceBlock[] {
  const own = casefile.steps.filter((step) => step.kind === kind)
  if (kind !== 'archive') return own.map((step) => ({ step, slots: step.evidence }))
  const seen = new Set(own.flatMap(({ evidence }) => evidence.map(({ code }) => code)))
  const earlier = casefile.steps
    .filter(({ status, kind: other }) => status === 'done' && other !== kind)
    .map((step) => ({ step, slots: step.evidence.filter((slot) => slot.required && !slot.present && !seen.has(slot.code) && seen.add(slot.code)) }))
  return [...own.map((step) => ({ step, slots: step.evidence })), ...earlier].filter(({ slots }) => slots.length > 0)
}
