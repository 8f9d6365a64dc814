/** 更正: how a field's old and new value read. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return '（没有填写）'
  if (typeof value === 'string') {
    const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value)
    return day ? `${day[1]}年${Number(day[2])}月${Number(day[3])}日` : value
  }
  return String(value)
}

/** Whether a field holds a day. */
export const isDay = (field: string) => field.endsWith('_on') || field === 'valid_until'
