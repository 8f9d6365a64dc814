import type { VillageFigure } from './types'

/** Reported numbers come as text; a word ("是") stays a word. */
export function shownFigure(reported: string | null | undefined): string {
  if (reported == null || reported === '') return '未填'
  const number = Number(reported)
  return Number.isFinite(number) ? number.toLocaleString('zh-CN') : reported
}

/** Both sides say a number, and not the same one. */
export function differs(figure: Pick<VillageFigure, 'reported' | 'counted'>): boolean {
  return figure.reported != null && figure.counted != null && Number(figure.reported) !== figure.counted
}
