/** Shapes of lists (名单). */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type Drawable = Schemas['DrawableList']
export type Candidate = Schemas['CandidateView']
export type ListSummary = Schemas['SubmissionListSummary']
export type SubmissionList = Schemas['SubmissionListView']
export type ListItem = Schemas['ListItemView']
export type AnswerChoices = Schemas['AnswerChoices']
export type ItemVerdict = Schemas['ItemVerdict']
