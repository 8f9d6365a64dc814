/** Shapes of public notices (公示) and objections. */
import type { Attachment, DivisionRef } from '@/api/types'

export interface NoticeItem {
  casefile_id: string
  head_name: string
  category_label: string | null
  objection_open: boolean
  /** Held back: this household alone waits for its objection. */
  held: boolean
}

export interface Objection {
  id: string
  casefile_id: string
  received_on: string
  content: string
  /** Hidden from the village: null. */
  objector: string | null
  anonymous?: boolean
  about_official?: boolean
  status: 'open' | 'answered'
  answer: string | null
  answered_on?: string | null
  handled_by?: string | null
  upheld: boolean | null
  handled_level: string | null
}

export interface Notice {
  id: string
  title: string
  village: DivisionRef
  posted_on: string
  place: string
  /** Last day the notice must stand; the day of posting is not counted. */
  stands_until: string
  may_close_from: string
  days_required: number
  clause: string | null
  /** `closed`: it has stood its days. */
  status: 'draft' | 'posted' | 'closed'
  items: NoticeItem[]
  evidence: Attachment[]
  objections: Objection[]
}
