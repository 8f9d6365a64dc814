/** Where the steps of a procedure stand in the picture: a column for each step of the main line, a lane for each acting level. */
import { formatDate } from '@/components/format'
import type { Procedure, ProcedureClock, ProcedureStep } from './types'

/** From the household upwards; a pack may use any subset. */
const LEVEL_ORDER = ['village', 'township', 'county', 'city', 'province']

/** Words for clocks that start with a lead, not with a step. */
export const LEAD_NODE = 'earliest_lead'

export interface Lane {
  level: string
  label: string
}

export interface PlacedStep {
  step: ProcedureStep
  /** 0 is the lead; the first step of the main line is 1. */
  column: number
  lane: number
  /** Number of guards that stand before this step. */
  guards: number
}

export interface PlacedLink {
  from: string
  to: string
  /** A parallel step beside the main line. */
  dashed: boolean
}

export interface PlacedClock {
  clock: ProcedureClock
  fromColumn: number
  toColumn: number
}

export interface Picture {
  lanes: Lane[]
  steps: PlacedStep[]
  links: PlacedLink[]
  clocks: PlacedClock[]
  columns: number
}

/**
 * Places a parallel step above the step that follows it, so that the main line stays one straight walk;
 * its result is drawn to the step whose guard asks for it.
 */
export function placeProcedure(procedure: Procedure): Picture {
  const levels = LEVEL_ORDER.filter((level) => procedure.steps.some((step) => step.level === level))
  const lanes = levels.map((level) => ({
    level,
    label: procedure.steps.find((step) => step.level === level)?.level_label ?? level,
  }))

  const steps: PlacedStep[] = []
  const links: PlacedLink[] = []
  let column = 0
  let previous = LEAD_NODE
  for (const step of procedure.steps) {
    const guards = procedure.guards.filter((guard) => guard.on === step.kind).length
    const lane = levels.indexOf(step.level)
    if (step.parallel) {
      steps.push({ step, column: column + 1, lane, guards })
      links.push({ from: previous, to: step.kind, dashed: true })
      const asks = procedure.guards.find((guard) => guard.kind === `${step.kind}_concluded`)
      if (asks) links.push({ from: step.kind, to: asks.on, dashed: true })
      continue
    }
    column += 1
    steps.push({ step, column, lane, guards })
    links.push({ from: previous, to: step.kind, dashed: false })
    previous = step.kind
  }

  // Two steps of one level at one time: the parallel one stands after the other.
  for (const placed of steps.filter((one) => one.step.parallel)) {
    const taken = () => steps.some((one) => one !== placed && one.column === placed.column && one.lane === placed.lane)
    while (taken()) placed.column += 1
    column = Math.max(column, placed.column)
  }

  const columnOf = (kind: string) => steps.find((placed) => placed.step.kind === kind)?.column ?? 0
  const clocks = procedure.clocks.map((clock) => ({
    clock,
    fromColumn: clock.starts === LEAD_NODE ? 0 : columnOf(clock.starts),
    toColumn: columnOf(clock.ends),
  }))
  return { lanes, steps, links, clocks, columns: column + 1 }
}

/** "一般不超过 15 天"; an unstated limit says so, and so does one that is an older document's. */
export function describeClock(clock: ProcedureClock, followed = false): string {
  return followed ? `${limitOf(clock)}（文件未规定，沿用）` : limitOf(clock)
}

function limitOf(clock: ProcedureClock): string {
  if (clock.limit_days == null && clock.due_on) return `${clock.label}：${formatDate(clock.due_on)}前`
  if (clock.limit_days == null) return `${clock.label}：文件未规定期限`
  const unit = clock.unit === 'working' ? '个工作日' : '天'
  const bound = clock.in_principle ? '一般不超过' : '期限'
  return `${clock.label}：${bound} ${clock.limit_days} ${unit}`
}
