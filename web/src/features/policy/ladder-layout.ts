/** A procedure drawn downwards, so that two stand side by side: a row for each step, a lane for each acting level. */
import { LEAD_NODE, describeClock, placeProcedure, type Lane } from './procedure-layout'
import type { Procedure, ProcedureClock, ProcedureGuard, ProcedureStep } from './types'

export const LANE_WIDTH = 84
export const CLOCK_WIDTH = 18
const LEAD_HEIGHT = 52
const STEP_HEIGHT = 64
const NAME_HEIGHT = 32
const LINE_HEIGHT = 20
/** What fits on a line beside its clause on the smallest screen that shows the drawing; a note takes two lines at most. */
const LINE_LETTERS = 12

export interface LadderRow {
  step: ProcedureStep
  lane: number
  guards: ProcedureGuard[]
  /** Clocks that stop with this step. */
  clocks: ProcedureClock[]
  top: number
  height: number
}

export interface Ladder {
  lanes: Lane[]
  rows: LadderRow[]
  links: { from: string; to: string; dashed: boolean; path: string }[]
  /** Brackets at the left edge, one column each. */
  brackets: { id: string; path: string }[]
  width: number
  height: number
}

/** Where a lane's middle is. */
export const laneCentre = (ladder: Pick<Ladder, 'brackets'>, lane: number) => ladder.brackets.length * CLOCK_WIDTH + lane * LANE_WIDTH + LANE_WIDTH / 2

/** Where a row's box stands: at its top, the notes may run on below. */
export const boxCentre = (row: Pick<LadderRow, 'top'>) => row.top + STEP_HEIGHT / 2

/** `前提：` and `时限：` go before. */
const noteLines = (notes: string[]) => notes.reduce((sum, note) => sum + (note.length + 3 > LINE_LETTERS ? 2 : 1), 0)

export function placeLadder(procedure: Procedure): Ladder {
  const picture = placeProcedure(procedure)
  let top = LEAD_HEIGHT
  const rows = procedure.steps.map((step) => {
    const guards = procedure.guards.filter((guard) => guard.on === step.kind)
    const clocks = procedure.clocks.filter((clock) => clock.ends === step.kind)
    const row = {
      step,
      guards,
      clocks,
      lane: picture.lanes.findIndex((lane) => lane.level === step.level),
      top,
      height: Math.max(STEP_HEIGHT, NAME_HEIGHT + LINE_HEIGHT * noteLines([...clocks.map((clock) => describeClock(clock, Boolean(procedure.followed_from))), ...guards.map((guard) => guard.label), ...step.left_open, ...(step.shared_with.length ? ['同办'] : [])])),
    }
    top += row.height
    return row
  })
  const brackets = procedure.clocks.map((clock, index) => {
    const start = rows.find((row) => row.step.kind === clock.starts)
    const end = rows.find((row) => row.step.kind === clock.ends)
    const x = index * CLOCK_WIDTH + 6
    const from = start ? boxCentre(start) : LEAD_HEIGHT / 2
    return { id: clock.id, path: `M${x + 8},${from} H${x} V${end ? boxCentre(end) : top} h8` }
  })
  const at = (kind: string) => {
    const row = rows.find((one) => one.step.kind === kind)
    const x = laneCentre({ brackets }, row?.lane ?? 0)
    return row ? { x, y: boxCentre(row), index: rows.indexOf(row) } : { x, y: LEAD_HEIGHT / 2, index: -1 }
  }
  const links = picture.links.map((link) => {
    const from = at(link.from)
    const to = at(link.to)
    const start = from.y + (link.from === LEAD_NODE ? 18 : 22)
    const end = to.y - 22
    // A line over further rows runs beside the boxes, in the gap left of the lane it ends in.
    const beside = to.index - from.index > 1 ? `V${start + 5} H${to.x - LANE_WIDTH / 2 + (link.dashed ? 6 : 2)} V${end - 7} H${to.x}` : `V${end - 7} H${to.x}`
    return { ...link, path: `M${from.x},${start} ${beside} V${end}` }
  })
  return { lanes: picture.lanes, rows, links, brackets, width: brackets.length * CLOCK_WIDTH + picture.lanes.length * LANE_WIDTH, height: top }
}

/** Steps one procedure has and the other has not, or has at another level. */
export function stepMark(step: ProcedureStep, other: Procedure | null | undefined): string {
  if (!other) return ''
  const twin = other.steps.find((one) => one.kind === step.kind)
  if (!twin) return '对方没有'
  return twin.level === step.level ? '' : `对方由${twin.level_label}办`
}
