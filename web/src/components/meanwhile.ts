/** A save that came too late (409): what others did meanwhile, and the way on that keeps what was typed. */
import { shallowRef, type ShallowRef } from 'vue'
import { formatDate, formatInstant } from './format'

/** One act of somebody else, as far as the record names it. */
export interface Change {
  by: string
  /** An instant, or a day where only the day is kept. */
  at: string | null | undefined
  what: string
}

export interface Meanwhile {
  changes: Change[]
  /** Puts the newest state on the page; the form stays as it is. */
  goOn: () => unknown
}

const when = (at: string) => (at.includes('T') ? formatInstant(at) : formatDate(at))
/** `2022年5月20日 10:31，王晓舟：乡镇报送信息比对`. */
export const changeWords = ({ by, at, what }: Change) => [[at ? when(at) : '', by].filter(Boolean).join('，'), what].filter(Boolean).join('：')

/**
 * Reads the thing anew beside what the page still shows, says what changed since, and hands it over on request.
 * Where it cannot be read any more (it left the person's hands), `take` gets null.
 */
export function useMeanwhile<T>(read: () => Promise<T>, changesIn: (fresh: T) => Change[], take: (fresh: T | null) => unknown) {
  const meanwhile: ShallowRef<Meanwhile | null> = shallowRef(null)
  async function look() {
    const fresh = await read().catch(() => null)
    meanwhile.value = {
      changes: fresh === null ? [] : changesIn(fresh),
      goOn: () => {
        meanwhile.value = null
        return take(fresh)
      },
    }
  }
  return { meanwhile, look }
}
