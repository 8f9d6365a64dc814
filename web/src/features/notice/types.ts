/** Shapes of public notices (公示) and objections. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type Notice = Schemas['NoticeView']
export type NoticeItem = Schemas['NoticeItemView']
export type Objection = Schemas['ObjectionView']
