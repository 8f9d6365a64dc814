/** Two invented notices: one still standing with an open objection, one that has stood. */
import { answer, type MockHandlers } from '../plugin'
import { villageRef } from '../people'
import { kept, state } from '../state'
import { page } from './household'
import type { Notice } from '../../src/features/notice/types'
import { addDays } from '../../src/components/format'

const make = (id: string, posted_on: string, names: string[]): Notice => ({
  id, title: `${villageRef.name}防止返贫监测对象民主评议结果公示`, village: villageRef, posted_on, place: '村务公开栏',
  stands_until: addDays(posted_on, 5), may_close_from: addDays(posted_on, 6), days_required: 5, clause: 'HN22-054', status: 'posted',
  items: names.map((head_name, index) => ({ casefile_id: `casefile-${index + 1}`, head_name, category_label: index ? '边缘易致贫户' : '突发严重困难户', objection_open: false, held: false })),
  evidence: [{ id: `${id}-photo`, file_name: '公开栏近照.jpg', media_type: 'image/jpeg', size: 318_000, code: 'notice_photo', created_at: `${posted_on}T02:10:00Z` }],
  objections: [],
})

const notices = () => kept<Notice[]>('notices', () => {
  const standing = make('notice-1', '2022-05-15', ['麦守田', '河听雨', '溪向阳'])
  standing.items[1]!.objection_open = true
  standing.items[1]!.held = true
  standing.objections.push({ id: 'objection-1', casefile_id: 'casefile-2', received_on: '2022-05-17', content: '听说这户在县城有门面房出租，评议时没有提到。', objector: null, status: 'open', answer: null, upheld: null, handled_level: 'township' })
  const stood = make('notice-2', '2022-05-01', ['岭冬至'])
  stood.objections.push({ id: 'objection-2', casefile_id: 'casefile-1', received_on: '2022-05-03', content: '这户儿子在外打工，收入不低。', objector: '（已登记）', status: 'answered', answer: '已核对务工单位和工资流水，2 月起停工，收入如实登记。', upheld: false, handled_level: 'township' })
  return [standing, stood]
})

export const handlers: MockHandlers = {
  'GET /notices': ({ query }) => page(notices().filter((one) => !query.get('status') || one.status === query.get('status')), query.get('cursor'), 20),
  'GET /notices/:id': ({ params }) => notices().find((one) => one.id === params.id) ?? notices()[0],
  'GET /notices/:id/print': () => answer(200, '<!doctype html><meta charset="utf-8"><h1>公示（模拟）</h1>', 'text/html; charset=utf-8'),
  'POST /notices/:id/objections': ({ params, body }) => {
    const notice = notices().find((one) => one.id === params.id)!
    notice.objections.push({ id: `objection-${Date.now()}`, casefile_id: body.casefile_id, received_on: body.received_on, content: body.content, objector: state.login === 'village' ? null : (body.objector_name ?? null), status: 'open', answer: null, upheld: null, handled_level: body.about_official ? 'county' : 'township' })
    Object.assign(notice.items.find((one) => one.casefile_id === body.casefile_id)!, { objection_open: true, held: true })
    return {}
  },
  'POST /objections/:id/answer': ({ params, body }) => {
    const notice = notices().find((one) => one.objections.some((objection) => objection.id === params.id))!
    const objection = notice.objections.find((one) => one.id === params.id)!
    Object.assign(objection, { status: 'answered', answer: body.answer, upheld: body.upheld })
    Object.assign(notice.items.find((one) => one.casefile_id === objection.casefile_id)!, { objection_open: false, held: body.upheld })
    return {}
  },
}
