/** Where the browser fetches a paper by itself. */
import { address } from '@/api/client'
import type { PaperKind, PaperSubject } from './types'

export const paperAddress = (subject: PaperSubject, id: string, kind: PaperKind, how: 'document' | 'print') => address(`/papers/${subject}/${id}/${kind}/${how}`)
