/** How dates, days and money are written everywhere in the console. */

const dateParts = /^(\d{4})-(\d{2})-(\d{2})/

/** `2026-05-03` → `2026年5月3日`; anything else (also null) → `—`. */
export function formatDate(date: string | null | undefined): string {
  const parts = date ? dateParts.exec(date) : null
  return parts ? `${parts[1]}年${Number(parts[2])}月${Number(parts[3])}日` : '—'
}

/** `2026-05-03` → `5月3日`, for tight places where the year is clear. */
export function formatMonthDay(date: string | null | undefined): string {
  const parts = date ? dateParts.exec(date) : null
  return parts ? `${Number(parts[2])}月${Number(parts[3])}日` : '—'
}

const shanghai = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** RFC 3339 instant → `2026年5月3日 14:05`, in Asia/Shanghai whatever the machine's zone. */
export function formatInstant(instant: string | null | undefined): string {
  if (!instant) return '—'
  const moment = new Date(instant)
  if (Number.isNaN(moment.getTime())) return '—'
  const part = Object.fromEntries(shanghai.formatToParts(moment).map((piece) => [piece.type, piece.value]))
  return `${formatDate(`${part.year}-${part.month}-${part.day}`)} ${part.hour}:${part.minute}`
}

/** Fen → `6,900.00`, without the unit. */
export function formatFen(fen: number | null | undefined): string {
  if (fen === null || fen === undefined) return '—'
  const absolute = Math.abs(Math.round(fen))
  const yuan = String(Math.floor(absolute / 100)).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${fen < 0 ? '-' : ''}${yuan}.${String(absolute % 100).padStart(2, '0')}`
}

/** Fen → `6,900.00 元`. */
export function formatYuan(fen: number | null | undefined): string {
  return fen === null || fen === undefined ? '—' : `${formatFen(fen)} 元`
}

/** What a person typed in yuan → fen; `null` when it is empty or not an amount. Never through floating point. */
export function parseYuan(text: string): number | null {
  const parts = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(text.replace(/[,，\s元]/g, ''))
  if (!parts) return null
  const fen = Number(parts[2]) * 100 + Number((parts[3] ?? '').padEnd(2, '0'))
  return Number.isSafeInteger(fen) ? (parts[1] ? -fen || 0 : fen) : null
}

/** Size of a file for people. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} 字节`
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

/** `2026-05-03` plus n days. */
export function addDays(date: string, days: number): string {
  const moment = new Date(`${date}T00:00:00Z`)
  moment.setUTCDate(moment.getUTCDate() + days)
  return moment.toISOString().slice(0, 10)
}

/** Whole days from one date to another; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}
