/** What the pack a casefile runs under calls its steps; forms take their words of a step from here. */
import type { Casefile, StepKind } from '@/api/types'

type Steps = Pick<Casefile, 'steps'>

const stepOf = ({ steps }: Steps, kind: StepKind) => steps.find((one) => one.kind === kind)

/** The pack's name of a step; empty where its procedure has none. */
export const stepName = (casefile: Steps, kind: StepKind) => stepOf(casefile, kind)?.label ?? ''

/** The name of a step among other words, as titles and buttons want it. */
export const named =
  (kind: StepKind, before = '', after = '') =>
  (casefile: Steps) =>
    `${before}${stepName(casefile, kind)}${after}`

/** What the pack has follow a step, by name; empty after the last. */
export function nextName({ steps }: Steps, kind: StepKind): string {
  const at = steps.findIndex((one) => one.kind === kind)
  return at < 0 ? '' : (steps[at + 1]?.label ?? '')
}

/** What the pack calls a piece of evidence of a step. */
export const evidenceName = (casefile: Steps, kind: StepKind, code: string) => stepOf(casefile, kind)?.evidence.find((slot) => slot.code === code)?.label ?? ''

/** An approval as a choice: `通过，转县级审批`. */
export const passWords = (next: string | null | undefined) => (next ? `通过，转${next}` : '通过')
